"""Null models on pandas frames: edge lists in, tables of pairs and fits out."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, fields
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from isthmus.errors import NetworkError
from isthmus.nullmodels.generators import generator
from isthmus.nullmodels.link_models import FitReport, link_significance
from isthmus.nullmodels.significance import PairTable


def network_of(edges: pd.DataFrame) -> tuple[list[Any], sparse.csr_array]:
    """Return the network of an edge list (src, dst, weight.

    Each undirected pair once): names in order, and (N, N) weights.

    Raises
    ------
    NetworkError
        a missing name, a weight that is no whole number > 0, a loop, a pair listed twice; names the edge.
    """
    if edges[["src", "dst", "weight"]].isna().any(axis=None):
        row = edges[edges[["src", "dst", "weight"]].isna().any(axis=1)].iloc[0]
        raise NetworkError(f"an edge lacks a value: src {row['src']}, dst {row['dst']}, weight {row['weight']}")
    weight = pd.to_numeric(edges["weight"], errors="coerce").to_numpy(dtype=float)
    _refuse(edges, ~((weight > 0) & (weight == np.floor(weight))), "expected a whole number > 0 (full counts)")
    _refuse(edges, (edges["src"] == edges["dst"]).to_numpy(), "it is a loop; drop loops first")
    codes, names = pd.factorize(pd.concat([edges["src"], edges["dst"]], ignore_index=True), sort=True)
    i, j = np.minimum(*np.split(codes, 2)), np.maximum(*np.split(codes, 2))
    _refuse(
        edges,
        pd.Series(i * np.int64(len(names)) + j).duplicated().to_numpy(),
        "this pair is listed twice; sum it first",
    )
    half = sparse.coo_array((weight.astype(np.int64), (i, j)), shape=(len(names), len(names))).tocsr()
    return list(names), sparse.csr_array(half + half.T)


def _refuse(edges: pd.DataFrame, broken: Any, expected: str) -> None:
    if broken.any():
        row = edges.iloc[int(np.flatnonzero(broken)[0])]
        raise NetworkError(f"edge {row['src']} - {row['dst']} has weight {row['weight']}: {expected}")


def pairs_frame(pairs: PairTable, labels: Sequence[Any]) -> pd.DataFrame:
    """Return a table of pairs as a frame: src, dst and the columns of `PairTable`."""
    names = np.asarray(labels, dtype=object)
    ends = {"src": names[pairs.i], "dst": names[pairs.j]}
    return pd.DataFrame(ends | {f.name: getattr(pairs, f.name) for f in fields(pairs)[2:]})


def edge_significance(
    edges: pd.DataFrame, *, key: Sequence[Any] = (), seed: int = 0, model: str = "ecm", **options: Any
) -> Iterator[tuple[str, pd.DataFrame]]:
    """Test one network given as edges: yields ("pair", frame) once or more, then ("fit", frame of one row).

    A network that cannot be fitted yields only its fit, with status "failed" and the reason as message.

    Parameters
    ----------
    edges : pandas.DataFrame
        Columns src, dst, weight.
    key : Sequence[Any], optional
        What tells this network from others; with the seed it decides all random draws.
    seed : int, default 0
        Seed of the study.
    model, options : str, object
        As in `isthmus.nullmodels.link_models.link_significance`.
    """
    try:
        labels, weights = network_of(edges)
        for result in link_significance(weights, model=model, rng=generator(seed, key), labels=labels, **options):
            if isinstance(result, FitReport):
                yield "fit", pd.DataFrame([asdict(result)])
            else:
                yield "pair", pairs_frame(result, labels)
    except Exception as error:  # whatever it is: one network's failure is its own row, and a gate looks at those rows
        message = str(error) if isinstance(error, NetworkError) else f"{type(error).__name__}: {error}"
        yield "fit", pd.DataFrame([asdict(_failed(edges, model, message))])


def _failed(edges: pd.DataFrame, model: str, message: str) -> FitReport:
    total = pd.to_numeric(edges["weight"], errors="coerce").fillna(0).sum()
    nan = float("nan")
    nodes = pd.concat([edges["src"], edges["dst"]]).nunique()
    return FitReport(model, nodes, len(edges), int(total), "failed", nan, 0, nan, nan, 0, 0.0, message)


def significance_frames(
    edges: pd.DataFrame, *, by: Sequence[str] = (), seed: int = 0, **options: Any
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Test one or many networks in one call: the frames of all pairs and of all fits.

    Parameters
    ----------
    edges : pandas.DataFrame
        Columns src, dst, weight, and the columns of `by`.
    by : Sequence[str], optional
        Columns that tell networks apart, e.g. ("year",).
    seed : int, default 0
        Seed of all random draws.
    options : object
        Model, samples, finite, observed_zero, as in `isthmus.nullmodels.link_models.link_significance`.

    Returns
    -------
    tuple[pandas.DataFrame, pandas.DataFrame]
        pairs : `by`, src, dst and the columns of `isthmus.nullmodels.significance.PairTable` from weight on. fits :
        `by` and the columns of `isthmus.nullmodels.link_models.FitReport`; a network that failed is a row with the
        reason.
    """
    keys = list(by)
    tables: dict[str, list[pd.DataFrame]] = {"pair": [], "fit": []}
    for key, group in edges.groupby(keys, sort=True) if keys else [((), edges)]:
        values: dict[str, Any] = dict(zip(keys, key, strict=True))
        for kind, table in edge_significance(group, key=key, seed=seed, **options):
            tables[kind].append(table.assign(**values)[[*keys, *table.columns]])
    found = tables["pair"] or [pd.DataFrame(columns=[*keys, "src", "dst", *(f.name for f in fields(PairTable)[2:])])]
    pairs = pd.concat(found, ignore_index=True)
    if options.get("finite") == "linked":
        pairs = count_linked_pairs(pairs, by=by)
    return pairs, pd.concat(tables["fit"], ignore_index=True)


def count_linked_pairs(pairs: pd.DataFrame, *, by: Sequence[str] = ()) -> pd.DataFrame:
    """Return tests of pairs whose z count only where the pair is linked in at least one year.

    Parameters
    ----------
    pairs : pandas.DataFrame
        Columns src, dst, weight, finite, and those of `by`.
    by : Sequence[str], optional
        Columns that tell networks apart; all but "year" tell networks apart whose links have nothing to do with each
        other.
    """
    pair = [*(name for name in by if name != "year"), "src", "dst"]
    seen = pairs.groupby(pair, sort=False)["weight"].transform("max") > 0
    return pairs.assign(finite=pairs["finite"] & seen)


def significant_ties(
    ties: pd.DataFrame, window: tuple[int, int], *, threshold: float, least_finite_years: int
) -> pd.DataFrame:
    """Mean z of each pair over its finite years of the window, and whether it is above the threshold (METHODS 2.4).

    Parameters
    ----------
    ties : pandas.DataFrame
        Network, citation_year, year, src, dst, weight, z, finite.
    window : tuple[int, int]
        First and last year.
    threshold, least_finite_years : float, int
        a tie is significant when its mean z over at least so many years is above it.
    """
    pair = ["network", "citation_year", "src", "dst"]
    inside = ties[ties["year"].between(*window)]
    counted = inside[inside["finite"] & inside["z"].notna()].groupby(pair)["z"].agg(["size", "mean"])
    found = inside.groupby(pair, as_index=False)["weight"].sum().merge(counted, on=pair, how="left")
    found = found.rename(columns={"size": "finite_years", "mean": "mean_z"})
    found["finite_years"] = found["finite_years"].fillna(0).astype("int32")
    enough = (found["finite_years"] >= least_finite_years) & (found["mean_z"] > threshold).fillna(False)
    called: pd.DataFrame = found.assign(significant=enough)
    return called
