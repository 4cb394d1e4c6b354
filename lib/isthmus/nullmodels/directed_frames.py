"""The directed null model on pandas frames: directed edge lists in, tables of ordered pairs and of fits out."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, fields
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from isthmus.config.significance import FiniteRule
from isthmus.errors import NetworkError
from isthmus.nullmodels.directed import fit_directed_ecm
from isthmus.nullmodels.directed_significance import (
    DirectedPairTable,
    check_directed_rule,
    directed_pair_significance,
)
from isthmus.nullmodels.frames import count_linked_pairs
from isthmus.nullmodels.link_models import FitReport

# The names under which fits report the two families of open pairs.
DIRECTED, DIRECTED_LOOPS = "directed-ecm", "directed-ecm-loops"
PAIR_COLUMNS = tuple(f.name for f in fields(DirectedPairTable)[2:])


def directed_network_of(edges: pd.DataFrame, loops: bool = False) -> tuple[list[Any], sparse.csr_array]:
    """Return the network of a directed edge list.

    Parameters
    ----------
    edges : pandas.DataFrame
        Columns src, dst, weight (whole numbers > 0); each ordered pair once.
    loops : bool
        Whether src may be dst.

    Returns
    -------
    tuple
        Names of the nodes in order, and weights of shape (N, N), senders in rows.

    Raises
    ------
    NetworkError
        A missing value, a weight that is no whole number > 0, a loop where there may be none, an ordered pair listed
        twice; names the edge.

    """
    empty = edges[["src", "dst", "weight"]].isna().any(axis=1).to_numpy()
    weight = pd.to_numeric(edges["weight"], errors="coerce").to_numpy(dtype=float)
    for broken, expected in (
        (empty, "expected a value in every column"),
        (~((weight > 0) & (weight == np.floor(weight))), "expected a whole number > 0 (full counts)"),
        ((edges["src"] == edges["dst"]).to_numpy() & (not loops), "it is a loop; drop loops or allow them"),
        (edges.duplicated(["src", "dst"]).to_numpy(), "this ordered pair is listed twice; sum it first"),
    ):
        if broken.any():
            row = edges.iloc[int(np.flatnonzero(broken)[0])]
            raise NetworkError(f"edge {row['src']} -> {row['dst']} has weight {row['weight']}: {expected}")
    codes, names = pd.factorize(pd.concat([edges["src"], edges["dst"]], ignore_index=True), sort=True)
    i, j = np.split(codes, 2)
    shape = (len(names), len(names))
    return list(names), sparse.csr_array(sparse.coo_array((weight.astype(np.int64), (i, j)), shape=shape))


def directed_edge_significance(
    edges: pd.DataFrame,
    *,
    loops: bool = False,
    finite: FiniteRule = "expected_in_500_samples",
    observed_zero: bool = True,
    least_expected: float = 0.0,
) -> Iterator[tuple[str, pd.DataFrame]]:
    """Test one directed network given as edges against the directed Enhanced Configuration Model.

    Yields ("pair", frame), then ("fit", frame of one row). A network that cannot be fitted yields only its fit, with
    status "failed" and the reason as message.

    Parameters
    ----------
    edges : pandas.DataFrame
        Columns src, dst, weight.
    loops : bool
        Whether pairs of a node with itself are open, and tested.
    finite : str
        Which z count, see `isthmus.nullmodels.directed_significance.directed_pair_significance`.
    observed_zero : bool
        List pairs without a link too.
    least_expected : float
        Of pairs without a link list those with at least this expected weight; all count in the family of the q-values.

    Yields
    ------
    tuple of str and pandas.DataFrame
        Kind of row and rows.

    """
    started = time.perf_counter()
    report: dict[str, Any] = {"null_model": DIRECTED_LOOPS if loops else DIRECTED, "samples": 0}
    try:
        labels, weights = directed_network_of(edges, loops)
        fit = fit_directed_ecm(weights, loops, labels=labels)
        table = directed_pair_significance(weights, fit, finite=finite, observed_zero=observed_zero)
        names = np.asarray(labels, dtype=object)
        columns = {name: getattr(table, name) for name in PAIR_COLUMNS}
        # Pairs of a fit that misses its constraints are shown and never counted.
        columns["finite"] = table.finite & fit.converged
        pairs = pd.DataFrame({"src": names[table.i], "dst": names[table.j]} | columns)
        yield "pair", pairs[(pairs["weight"] > 0) | (pairs["expected"] >= least_expected)]
        result = FitReport(
            **report,
            n_nodes=len(labels),
            n_links=weights.nnz,
            total_weight=int(weights.sum()),
            status=fit.status,
            max_relative_error=fit.max_relative_error,
            iterations=fit.iterations,
            seconds=time.perf_counter() - started,
            log_likelihood=fit.log_likelihood,
            effective_samples=0.0,
            message="" if fit.converged else "a degree or strength is missed; do not read this network's pairs",
        )
    except Exception as error:  # whatever it is: one network's failure is its own row, and a gate looks at those rows
        total = pd.to_numeric(edges["weight"], errors="coerce").fillna(0).sum()
        nan = float("nan")
        result = FitReport(
            **report,
            n_nodes=pd.concat([edges["src"], edges["dst"]]).nunique(),
            n_links=len(edges),
            total_weight=int(total),
            status="failed",
            max_relative_error=nan,
            iterations=0,
            seconds=nan,
            log_likelihood=nan,
            effective_samples=0.0,
            message=str(error) if isinstance(error, NetworkError) else f"{type(error).__name__}: {error}",
        )
    yield "fit", pd.DataFrame([asdict(result)])


def directed_significance_frames(
    edges: pd.DataFrame,
    *,
    by: Sequence[str] = (),
    loops: bool = False,
    finite: Any = "expected_in_500_samples",
    observed_zero: bool = True,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Test one or many directed networks in one call.

    Parameters
    ----------
    edges : pandas.DataFrame
        Columns src, dst, weight, and the columns of `by`.
    by : sequence of str
        Columns that tell networks apart, e.g. ("year",).
    loops, finite, observed_zero : bool, str, bool
        As in `directed_edge_significance`.

    Returns
    -------
    tuple of pandas.DataFrame
        Pairs: `by`, src, dst and the columns of `isthmus.nullmodels.directed_significance.DirectedPairTable` from
        weight on. Fits: `by` and the columns of `isthmus.nullmodels.link_models.FitReport`; a network
        that failed is a row that says why.

    Raises
    ------
    NetworkError
        A rule that cannot be followed.

    """
    check_directed_rule(finite)
    keys = list(by)
    tables: dict[str, list[pd.DataFrame]] = {"pair": [], "fit": []}
    for key, group in edges.groupby(keys, sort=True) if keys else [((), edges)]:
        values: dict[str, Any] = dict(zip(keys, key, strict=True))
        for kind, table in directed_edge_significance(group, loops=loops, finite=finite, observed_zero=observed_zero):
            tables[kind].append(table.assign(**values)[[*keys, *table.columns]])
    found = tables["pair"] or [pd.DataFrame(columns=[*keys, "src", "dst", *PAIR_COLUMNS])]
    pairs = pd.concat(found, ignore_index=True)
    if finite == "linked":
        pairs = count_linked_pairs(pairs, by=by)
    return pairs, pd.concat(tables["fit"], ignore_index=True)
