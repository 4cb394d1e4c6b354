"""The pairs whose series the page carries for its picker: as many as there is room for."""

import json
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from isthmus.analyses.networks.countries import countries_by_size
from isthmus.analyses.networks.words import unit_of
from isthmus.analyses.robustness.tables import BOOTSTRAP_LABELS
from isthmus.analyses.significance.pair_series import FIELDS, level_of
from isthmus.analyses.significance.tables import PAIR_TESTS
from isthmus.analyses.significance.ties import graded_ties, published_ties, shown_networks, window_ties
from isthmus.analyses.significance.z_intervals import with_z_intervals
from isthmus.analyses.trajectories.directions import directions
from isthmus.analyses.trajectories.tables import PAIR_LABELS, TRAJECTORIES
from isthmus.nullmodels.propensity import garwood_interval
from isthmus.report.results import Results, rows_of
from isthmus.report.statement import statement

#: Room for the pairs, in bytes of JSON; packed they take a quarter, and the page stays near 2.5 MB.
PAIR_BYTES = 4_100_000
#: An expected weight that makes a pair worth a look although the two share nothing.
NOTABLE = 0.5
#: Of pairs with a trajectory or a bootstrap: z smoothed over the years, and the interval of z.
EXTRA_FIELDS = ("smooth", "z_low", "z_high")
#: Decimals of the page's numbers as it shows them; of the others `_DIGITS` significant ones.
_DECIMALS = {"weight": 0, "p_upper": 3, "p_two_sided": 3, "z": 2, "smooth": 2, "z_low": 2, "z_high": 2}
_DIGITS = 3
#: A p below this is shown as "< 0.001", and stored as 0.
_SMALLEST_P = 0.001
#: Decimals of the smallest numbers.
_SMALLEST = 6
_AXES = {"collaboration": "smooth_collaboration", "knowledge_exchange": "smooth_exchange"}
Pair = tuple[str, str]


@dataclass(frozen=True)
class EmbeddedPairs:
    """The pairs whose series a page carries, and what was left out.

    `pairs` maps "CN|US" to {network: {field: list over `years`}}, fields as in `FIELDS`, null where the pair was not
    tested that year; with a trajectory or a bootstrap also those of `EXTRA_FIELDS`. `labels` maps those that have a
    label to [label, share of the resamples that keep it, or null], `directions` maps them to their direction in words.
    `statements` maps a pair to what is said of it over the window, by network. `complete` means that every pair that is
    linked in some year is there; else `largest_countries` is the number of largest countries whose linked pairs are all
    there, and `left_out` counts the linked pairs that are not. `limits` maps each weight to the interval of the mean
    that it is consistent with: divided by the expected weight it is that of "times what size explains".
    """

    years: list[int]
    pairs: dict[str, dict[str, dict[str, list[float | None]]]]
    complete: bool
    largest_countries: int
    left_out: int
    labels: dict[str, tuple[str, float | None]] = field(default_factory=dict)
    directions: dict[str, str] = field(default_factory=dict)
    statements: dict[str, dict[str, str]] = field(default_factory=dict)
    limits: dict[int, tuple[float, float]] = field(default_factory=dict)


def embed_pairs(results: Results, room: int = PAIR_BYTES) -> EmbeddedPairs:
    """Choose the pairs whose series fit into `room` bytes of JSON, and write them compactly.

    Firm ties and those of the published rule come first, then linked pairs by the size of their countries, as many as
    there is room for; then pairs that never share a paper or a citation although size alone leads one to expect
    `NOTABLE` in some year.
    """
    ties = results.table(PAIR_TESTS)[results.table(PAIR_TESTS)["year"].between(*results.years)]
    shown = ties[pd.MultiIndex.from_frame(ties[["network", "citation_year"]]).isin(list(shown_networks(results)))]
    years = sorted(map(int, shown["year"].unique()))
    highest = shown.groupby(["src", "dst"], observed=True)[["weight", "expected"]].max()
    linked: set[Pair] = set(highest.index[highest["weight"] > 0])
    notable: set[Pair] = linked | set(highest.index[highest["expected"] >= NOTABLE])
    rank = {code: position for position, code in enumerate(countries_by_size(results))}
    first = pd.concat([graded_ties(results, called="firm"), published_ties(results)])
    wanted = _in_order(notable, linked, first, rank)
    rows = {(row.network, row.src, row.dst): row for row in rows_of(window_ties(results))}

    series = _series(_with_extras(results, shown), years)
    chosen: dict[str, Any] = {}
    said: dict[str, dict[str, str]] = {}
    used = 0
    for pair in wanted:
        entry = series(pair)
        words = _statements(results, pair, entry, rows)
        used += len(json.dumps([entry, words], separators=(",", ":"))) + 2 * len('"AA|BB":,')
        if used > room:
            break
        chosen["|".join(pair)], said["|".join(pair)] = entry, words
    missing = [pair for pair in wanted[len(chosen) :] if pair in linked]
    largest = max(rank[code] for code in missing[0]) if missing else len(rank)
    return EmbeddedPairs(
        years,
        chosen,
        complete=not missing,
        largest_countries=largest,
        left_out=len(missing),
        labels=_labels(results, chosen.keys()),
        directions=_directions(results, chosen.keys()),
        statements=said,
        limits=_limits(chosen, level_of(results)),
    )


def _limits(chosen: Mapping[str, Any], level: float) -> dict[int, tuple[float, float]]:
    series = (entry[network]["weight"] for entry in chosen.values() for network in entry)
    weights = np.array(sorted({weight for each in series for weight in each if weight is not None}), dtype=float)
    low, high = (_short("limit", values).tolist() for values in garwood_interval(weights, level=level))
    return dict(zip(weights.astype(int).tolist(), zip(low, high, strict=True), strict=True))


def _statements(
    results: Results, pair: Pair, networks: Iterable[str], rows: Mapping[tuple[str, str, str], Any]
) -> dict[str, str]:
    found = {network: rows.get((network, *pair)) for network in networks}
    said = ((network, row) for network, row in found.items() if row is not None)
    return {network: statement(row, unit_of(results, network)).sentence for network, row in said}


def _directions(results: Results, chosen: Container[str]) -> dict[str, str]:
    every = directions(results)
    return {f"{src}|{dst}": said.words for (src, dst), said in every.items() if f"{src}|{dst}" in chosen and said.label}


def _labels(results: Results, chosen: Container[str]) -> dict[str, tuple[str, float | None]]:
    if not results.has(PAIR_LABELS):
        return {}
    named = results.table(PAIR_LABELS)[results.table(PAIR_LABELS)["label"].notna()][["src", "dst", "label"]]
    if not results.has(BOOTSTRAP_LABELS):
        named = named.assign(kept=None)
    else:
        named = named.merge(results.table(BOOTSTRAP_LABELS)[["src", "dst", "kept"]], on=["src", "dst"], how="left")
    found = {}
    for src, dst, label, kept in named.itertuples(index=False, name=None):
        if f"{src}|{dst}" in chosen:
            found[f"{src}|{dst}"] = (str(label), None if pd.isna(kept) else round(float(kept), 3))
    return found


def _with_extras(results: Results, ties: pd.DataFrame) -> pd.DataFrame:
    """Return the ties with the smoothed z of their trajectories and the intervals of a bootstrap, where published."""
    keys = ["network", "year", "src", "dst"]
    if results.has(TRAJECTORIES):
        parts = [
            results.table(TRAJECTORIES)[["year", "src", "dst", column]]
            .rename(columns={column: "smooth"})
            .assign(network=name)
            for name, column in _AXES.items()
        ]
        ties = ties.merge(pd.concat(parts), on=keys, how="left")
    return with_z_intervals(results, ties)


def _in_order(every: set[Pair], linked: set[Pair], wanted: pd.DataFrame, rank: dict[str, int]) -> list[Pair]:
    """Put the wanted pairs first, then linked ones by their smaller country: a prefix is complete up to a country."""
    first: Iterable[Pair] = zip(wanted["src"], wanted["dst"], strict=True)
    by_rank = sorted(
        every, key=lambda pair: (pair not in linked, max(rank[c] for c in pair), min(rank[c] for c in pair))
    )
    return list(dict.fromkeys([*(pair for pair in first if pair in every), *by_rank]))


def _series(ties: pd.DataFrame, years: list[int]) -> Callable[[Pair], dict[str, dict[str, list[float | None]]]]:
    """Return a function from a pair to its series.

    All numbers are put in place and rounded at once, for they are millions.
    """
    keys = ["src", "dst", "network"]
    group = ties.groupby(keys, sort=False, observed=True).ngroup().to_numpy()
    position = np.searchsorted(years, ties["year"].to_numpy())
    names = [*FIELDS, *(name for name in EXTRA_FIELDS if name in ties)]
    fields = {name: np.full((group.max(initial=-1) + 1, len(years)), np.nan) for name in names}
    for name, grid in fields.items():
        grid[group, position] = _short(name, ties[name].to_numpy(dtype=float))
    counts = ties["finite"].fillna(False).to_numpy(dtype=bool)
    for name in {"z", "z_low", "z_high"} & fields.keys():
        fields[name][group, position] = np.where(counts, fields[name][group, position], np.nan)
    rows_by_pair: dict[Pair, dict[str, int]] = {}
    for row, (src, dst, network) in enumerate(ties[keys].drop_duplicates().itertuples(index=False)):
        rows_by_pair.setdefault((src, dst), {})[network] = row

    def entry(pair: Pair) -> dict[str, dict[str, list[float | None]]]:
        rows = rows_by_pair[pair]
        return {network: _entry(fields, row) for network, row in rows.items()}

    return entry


def _entry(fields: dict[str, NDArray[np.float64]], row: int) -> dict[str, list[float | None]]:
    entry = {name: grid[row] for name, grid in fields.items()}
    return {name: _plain(values) for name, values in entry.items() if name in FIELDS or np.isfinite(values).any()}


def _plain(values: NDArray[np.float64]) -> list[float | None]:
    """For JSON: null for missing values, and whole numbers without a decimal point."""
    return [None if v != v else int(v) if v == int(v) else v for v in values.tolist()]  # noqa: PLR0124 (v is NaN)


def _short(name: str, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Round to what the page shows: weights whole, z two decimals, p three, the rest three digits, whole from 1,000."""
    values = np.where(np.isfinite(values), values, np.nan)
    if name.startswith("p_"):
        values = np.where(values < _SMALLEST_P, 0.0, values)
    if name in _DECIMALS:
        return np.round(values, _DECIMALS[name])
    size = np.floor(np.log10(np.where(values == 0, 1.0, np.abs(values))))
    decimals = np.clip(_DIGITS - 1 - np.nan_to_num(size), 0, _SMALLEST)
    shown: NDArray[np.float64] = np.round(values * 10.0**decimals) / 10.0**decimals
    return shown


def in_columns(embedded: EmbeddedPairs) -> dict[str, Any]:
    """Return the embedded pairs as the page stores them: a column of series per network and field.

    Parameters
    ----------
    embedded : EmbeddedPairs
        The pairs.

    Returns
    -------
    dict[str, Any]
        The fields of `EmbeddedPairs`, but `pairs` is network -> {"keys": ["CN|US", ...], field: [series of the first
        pair, ...]}: numbers of one kind beside each other are packed in fewer bytes. A pair without a field, and a
        pair never tested in a year, has null in its place.
    """
    networks = dict.fromkeys(network for entry in embedded.pairs.values() for network in entry)
    columns: dict[str, dict[str, list[Any]]] = {}
    for network in networks:
        held = {key: entry[network] for key, entry in embedded.pairs.items() if network in entry}
        fields = dict.fromkeys(name for series in held.values() for name in series)
        columns[network] = {"keys": list(held)} | {
            name: [series.get(name) for series in held.values()] for name in fields
        }
    return {**vars(embedded), "pairs": columns, "keys": list(embedded.pairs)}
