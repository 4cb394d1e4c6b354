"""One network of cities as bridge and as spread of influence: pandas in and out, the numbers are of the libraries."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from isthmus.centrality import (
    closeness,
    group_betweenness,
    independent_cascade,
    linear_threshold,
    normalised_impact_lengths,
    null_band,
    pagerank,
    reciprocal_lengths,
    strengths,
)
from isthmus.centrality.arcs import Arcs
from isthmus.centrality.diffusion import incoming_shares
from isthmus.centrality.resampling import Bootstrap, Signatures, bootstrap
from isthmus.errors import CentralityError, GravityError, IsthmusError
from isthmus.geography import haversine_km
from isthmus.gravity.crossflows import cross_flows, step_down
from isthmus.gravity.effects import fit_effects
from isthmus.nullmodels import fit_directed_ecm, sample_directed_ecm

Weights = NDArray[np.int64]
Draw = Callable[[np.random.Generator], Weights]
#: Distances below this, of cities that are parts of one place, are this: their logarithm stays small.
LEAST_KM = 1.0
NORMALISED = "normalised_impact"
SIZE, DISTANCE, NETWORK, FLOWS, WORKS = "size", "distance", "network", "flows", "works"
#: Columns of the flows with the other side, of the bootstrap over works; and cities whose flows are tested.
OF_FLOWS = ("observed", "expected", "z", "p", "family_p")
OF_WORKS = ("low", "high", "sd", "first")
MOST_TESTED = 100
UNTESTED = "{} of the first are not tested: ties with their own side, and distances, do not tell what to expect"
BANDS = ("mean", "low", "high", "p", "family_p")
#: Networks whose ties run against influence: who is cited, not who cites, has it.
AGAINST = ("impact", NORMALISED)


@dataclass(frozen=True)
class Options:
    """How much is drawn.

    Attributes
    ----------
    draws : int
        Networks from each null model.
    level : float
        Probability of the bands, and of the intervals over works.
    worlds : int
        Worlds of the spread of influence.
    seed : int
        Seed of all of it.
    replicates : int
        Bootstrap replicates over works.

    """

    draws: int
    level: float
    worlds: int
    seed: int
    replicates: int = 500


@dataclass(frozen=True)
class Found:
    """What one network gives: rows of the three tables without study, release and network."""

    bridges: pd.DataFrame
    influence: pd.DataFrame
    notes: pd.DataFrame


def bridges_of(
    network: str, cities: pd.DataFrame, ties: pd.DataFrame, options: Options, units: pd.DataFrame | None = None
) -> Found:
    """Return the bridges and the influence of the cities of one network.

    Parameters
    ----------
    network : str
        impact, migration, collaboration, or normalised_impact.
    cities : pandas.DataFrame
        city, side (0 first, 1 second, -1 neither), latitude, longitude, works, citations_received.
    ties : pandas.DataFrame
        src, dst, weight among these cities; loops are left out.
    options : Options
        How much is drawn.
    units : pandas.DataFrame, optional
        signature, units, src, dst, weight: what the ties are made of (`isthmus.indicators.cities.units`); without it
        there is no bootstrap over works.
    """
    ordered = cities.sort_values("city", ignore_index=True)
    weights = _weights(ordered, ties)
    notes: list[tuple[str, str]] = []
    bridges = _bridges(network, ordered, weights, options, notes)
    if not bridges.empty and network != NORMALISED:
        bridges = _with_flows(bridges, ordered, weights, options, notes)
        if units is not None:
            bridges = _with_works(bridges, ordered, weights, units, options, notes)
    influence = _influence(network, ordered, weights, options) if network != NORMALISED else []
    return Found(
        bridges=bridges,
        influence=pd.DataFrame(influence, columns=["city", "measure", "value", "sd", "rank"]),
        notes=pd.DataFrame(notes, columns=["null_model", "message"]),
    )


def _weights(cities: pd.DataFrame, ties: pd.DataFrame) -> Weights:
    at = {city: place for place, city in enumerate(cities["city"])}
    weights = np.zeros((len(at), len(at)), dtype=np.int64)
    apart = ties[(ties["src"] != ties["dst"]) & ties["src"].isin(list(at)) & ties["dst"].isin(list(at))]
    weights[apart["src"].map(at).to_numpy(dtype=int), apart["dst"].map(at).to_numpy(dtype=int)] = apart["weight"]
    return weights


def column_names() -> list[str]:
    """Return the numbers of a bridge beyond betweenness and cap, in the order of the table."""
    kinds = ((SIZE, BANDS), (DISTANCE, BANDS), (FLOWS, OF_FLOWS), (WORKS, OF_WORKS))
    return [f"{kind}_{name}" for kind, names in kinds for name in names]


def _bridges(
    network: str, cities: pd.DataFrame, weights: Weights, options: Options, notes: list[tuple[str, str]]
) -> pd.DataFrame:
    names = ["city", "betweenness", "cap", *column_names()]
    side = cities["side"].to_numpy()
    first, second = np.flatnonzero(side == 0), np.flatnonzero(side == 1)

    def betweenness(drawn: Weights) -> NDArray[np.float64]:
        return group_betweenness(_arcs(network, cities, drawn), first, second).betweenness

    try:
        seen = group_betweenness(_arcs(network, cities, weights), first, second)
    except IsthmusError as error:
        notes.append((NETWORK, str(error)))
        return pd.DataFrame(columns=names)
    columns: dict[str, Any] = {"city": cities["city"], "betweenness": seen.betweenness, "cap": seen.cap}
    for number, null in enumerate((SIZE, DISTANCE)):
        try:
            draw = _size(weights) if null == SIZE else _distance(cities, weights)
            found = null_band(
                seen.betweenness, draw, betweenness, n_draws=options.draws, seed=options.seed + number,
                level=options.level,
            )  # fmt: skip
        except IsthmusError as error:
            notes.append((null, str(error)))
            continue
        band = asdict(found) | {"low": found.lower, "high": found.upper}
        columns |= {f"{null}_{name}": band[name] for name in BANDS}
    return pd.DataFrame(columns).reindex(columns=names)


def _with_flows(
    bridges: pd.DataFrame, cities: pd.DataFrame, weights: Weights, options: Options, notes: list[tuple[str, str]]
) -> pd.DataFrame:
    """Return the bridges with the test of the flows between each of the first of them and the other side."""
    side, away = cities["side"].to_numpy(), _log_distances(cities)
    of_side = bridges[np.isin(side, (0, 1))].sort_values(["betweenness", "city"], ascending=[False, True])
    values = np.full((len(bridges), len(OF_FLOWS)), np.nan)
    untested = 0
    for at in of_side.index[:MOST_TESTED]:
        try:
            found = cross_flows(weights, away, side, int(at), seed=options.seed)
        except GravityError:
            untested += 1
            continue
        values[at, :4] = found.observed, found.expected, found.z, found.p
    values[:, 4] = step_down(values[:, 3])
    if untested:
        notes.append((FLOWS, UNTESTED.format(untested)))
    return bridges.assign(**{f"{FLOWS}_{name}": values[:, at] for at, name in enumerate(OF_FLOWS)})


def _with_works(
    bridges: pd.DataFrame,
    cities: pd.DataFrame,
    weights: Weights,
    units: pd.DataFrame,
    options: Options,
    notes: list[tuple[str, str]],
) -> pd.DataFrame:
    """Return the bridges with how far betweenness moves when works, or scientists, are drawn again."""
    side = cities["side"].to_numpy()

    def betweenness(drawn: Weights) -> NDArray[np.float64]:
        return group_betweenness(reciprocal_lengths(drawn), side == 0, side == 1).betweenness

    try:
        made = _signatures(cities, units, weights)
        found: Bootstrap = bootstrap(made, betweenness, replicates=options.replicates, seed=options.seed + 2)
    except IsthmusError as error:
        notes.append((WORKS, str(error)))
        return bridges
    low, high = found.interval(options.level)
    columns = zip(OF_WORKS, (low, high, found.sd, found.first()), strict=True)
    return bridges.assign(**{f"{WORKS}_{name}": values for name, values in columns})


def _signatures(cities: pd.DataFrame, units: pd.DataFrame, weights: Weights) -> Signatures:
    """Return the units as signatures, once they add up to the ties."""
    at = {city: place for place, city in enumerate(cities["city"])}
    ordered = units.sort_values(["signature", "src", "dst"])
    number, sizes = np.unique(ordered["signature"], return_counts=True)
    counts = ordered["units"].to_numpy(np.int64)[np.cumsum(sizes) - sizes] if number.size else np.zeros(0, np.int64)
    row, column = (ordered[end].map(at).to_numpy(np.int64) for end in ("src", "dst"))
    offsets = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    made = Signatures(len(at), counts, offsets, row * len(at) + column, ordered["weight"].to_numpy(np.int64))
    off = int(np.abs(made.network() - weights).sum())
    if off:
        raise CentralityError(
            f"the works add up to ties that differ by {off:,} from the {int(weights.sum()):,} of `city_ties`: "
            "expected the same; run the stages `places` and `city_ties` again"
        )
    return made


def _arcs(network: str, cities: pd.DataFrame, weights: Weights) -> Arcs:
    if network != NORMALISED:
        return reciprocal_lengths(weights)
    return normalised_impact_lengths(weights, cities["works"], cities["citations_received"])


def _size(weights: Weights) -> Draw:
    """Return how to draw networks in which every city keeps its partners and totals, on average."""
    fit = fit_directed_ecm(weights)
    return lambda rng: next(iter(sample_directed_ecm(fit, 1, rng))).toarray()


def _distance(cities: pd.DataFrame, weights: Weights) -> Draw:
    """Return how to draw networks that size and distance explain."""
    apart = ~np.eye(len(cities), dtype=bool)
    return fit_effects(weights, _log_distances(cities), is_open=apart).draw


def _log_distances(cities: pd.DataFrame) -> NDArray[np.float64]:
    latitude, longitude = cities["latitude"].to_numpy(dtype=float), cities["longitude"].to_numpy(dtype=float)
    away = haversine_km(latitude[:, None], longitude[:, None], latitude, longitude)
    return np.asarray(np.log(np.maximum(away, LEAST_KM)))


def _influence(network: str, cities: pd.DataFrame, weights: Weights, options: Options) -> list[dict[str, Any]]:
    influence = weights.T if network in AGAINST else weights
    shares = incoming_shares(influence)
    spread = {
        "independent_cascade": independent_cascade(shares, n_worlds=options.worlds, seed=options.seed),
        "linear_threshold": linear_threshold(shares, n_worlds=options.worlds, seed=options.seed),
    }
    plain = {
        "degree": np.sum((weights + weights.T) > 0, axis=1).astype(float),
        "strength": strengths(weights) + strengths(weights.T),
        "closeness_out": closeness(reciprocal_lengths(weights)),
        "closeness_in": closeness(reciprocal_lengths(weights.T)),
        "pagerank": pagerank(weights),
        "pagerank_turned": pagerank(weights.T),
    }
    measures: dict[str, tuple[Any, Any]] = {
        name: (value, np.full(len(cities), np.nan)) for name, value in plain.items()
    }
    measures |= {name: (found.influence, found.sd) for name, found in spread.items()}
    rows: list[dict[str, Any]] = []
    for name, (value, sd) in measures.items():
        rank = pd.Series(value).rank(ascending=False, method="min").astype(int)
        rows += [
            {"city": city, "measure": name, "value": float(v), "sd": float(s), "rank": int(r)}
            for city, v, s, r in zip(cities["city"], value, sd, rank, strict=True)
        ]
    return rows
