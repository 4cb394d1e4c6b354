"""Null models of papers on pandas frames: edges and papers by size in, tables of pairs and fits out."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from isthmus.errors import NetworkError
from isthmus.nullmodels.constraints import IntArray
from isthmus.nullmodels.frames import count_linked_pairs, network_of, pairs_frame
from isthmus.nullmodels.link_models import FitReport
from isthmus.nullmodels.paper_models import paper_significance

PAPER_COLUMNS = ("n_countries", "country", "n_papers")


def papers_table(papers: pd.DataFrame) -> tuple[list[Any], IntArray, IntArray]:
    """Read papers by number of countries and country: names, papers per country, papers per number of countries.

    Parameters
    ----------
    papers : pandas.DataFrame
        Columns n_countries (k >= 1), country, n_papers (papers of k countries that have this one); one row each.

    Returns
    -------
    names : list of length N
        Countries in order.
    papers_of_country : int64 array of shape (N,)
        Papers of each country.
    papers_of_size : int64 array of shape (K + 1,)
        Number of papers with 0, 1, ..., K countries.

    Raises
    ------
    NetworkError
        No papers, missing or broken values, a row listed twice, or counts of k countries that are no multiple of k.

    """
    _check_rows(papers)
    codes, names = pd.factorize(papers["country"], sort=True)
    number = papers["n_papers"].to_numpy(dtype=np.int64)
    size = papers["n_countries"].to_numpy(dtype=np.int64)
    of_country = np.zeros(len(names), dtype=np.int64)
    np.add.at(of_country, codes, number)
    seats = np.zeros(int(size.max(initial=0)) + 1, dtype=np.int64)
    np.add.at(seats, size, number)
    sizes = np.maximum(np.arange(seats.size), 1)
    broken = seats % sizes != 0
    if broken.any():
        k = int(np.flatnonzero(broken)[0])
        raise NetworkError(
            f"papers of {k} countries are counted {seats[k]} times over their countries; expected a multiple of {k}: "
            "some of their countries are missing from the table"
        )
    return list(names), of_country, seats // sizes


def _check_rows(papers: pd.DataFrame) -> None:
    columns = list(PAPER_COLUMNS)
    missing = [name for name in columns if name not in papers.columns]
    if missing:
        raise NetworkError(f"the papers lack the columns {missing}; found {list(papers.columns)}")
    if papers.empty:
        raise NetworkError("there are no papers of this network in the table of papers; check years and names")
    size, number = (pd.to_numeric(papers[name], errors="coerce") for name in ("n_countries", "n_papers"))
    whole = (size >= 1) & (size == np.floor(size)) & (number >= 0) & (number == np.floor(number))
    for broken, expected in (
        (papers[columns].isna().any(axis=1), "no missing value"),
        (~whole, "n_countries a whole number >= 1, n_papers one >= 0"),
        (papers.duplicated(["n_countries", "country"]), "each number of countries and country once; sum them first"),
    ):
        if broken.any():
            row = papers[broken].iloc[0]
            given = ", ".join(f"{name} {row[name]}" for name in columns)
            raise NetworkError(f"a row of papers has {given}; expected {expected}")


def paper_edge_significance(
    edges: pd.DataFrame, papers: pd.DataFrame, *, model: str = "papers", **options: Any
) -> Iterator[tuple[str, pd.DataFrame]]:
    """Test one network by its papers: yields ("pair", frame) once or more, then ("fit", frame of one row).

    A network that cannot be fitted yields only its fit, with status "failed" and the reason as message.

    Parameters
    ----------
    edges : pandas.DataFrame
        Columns src, dst, weight; each undirected pair once.
    papers : pandas.DataFrame
        Columns n_countries, country, n_papers, as in `papers_table`; the papers of one country included.
    model : str
        One of `isthmus.nullmodels.link_models.PAPER_MODELS`.
    options : Any
        finite, observed_zero, as in `isthmus.nullmodels.paper_models.paper_significance`.

    Yields
    ------
    tuple of str and pandas.DataFrame
        The kind of rows, and the rows: the columns of `PairTable` with src and dst, or those of `FitReport`.

    """
    try:
        names, of_country, of_size = papers_table(papers)
        weights = _network_among(edges, names)
        for result in paper_significance(weights, of_country, of_size, model=model, labels=names, **options):
            if isinstance(result, FitReport):
                yield "fit", pd.DataFrame([asdict(result)])
            else:
                yield "pair", pairs_frame(result, names)
    except Exception as error:  # whatever it is: one network's failure is its own row, and a gate looks at those rows
        message = str(error) if isinstance(error, NetworkError) else f"{type(error).__name__}: {error}"
        yield "fit", failed_fit(edges, model, message)


def _network_among(edges: pd.DataFrame, names: Sequence[Any]) -> sparse.csr_array:
    """Return the network of an edge list, over all countries with papers in their order."""
    linked, weights = network_of(edges)
    at = pd.Index(names).get_indexer(linked)
    if (at < 0).any():
        raise NetworkError(
            f"the edges name {linked[int(np.argmax(at < 0))]!r}, which has no papers in the table of papers; "
            "check that both are of the same year"
        )
    entries = weights.tocoo()
    shape = (len(names), len(names))
    return sparse.csr_array(sparse.coo_array((entries.data, (at[entries.row], at[entries.col])), shape=shape))


def failed_fit(edges: pd.DataFrame, model: str, message: str) -> pd.DataFrame:
    """Return the one row of a network that no null model of papers can be fitted to.

    Parameters
    ----------
    edges : pandas.DataFrame
        Columns src, dst, weight.
    model, message : str
        Which null model, and why not.

    """
    total = pd.to_numeric(edges["weight"], errors="coerce").fillna(0).sum()
    nan = float("nan")
    nodes = pd.concat([edges["src"], edges["dst"]]).nunique()
    report = FitReport(model, nodes, len(edges), int(total), "failed", nan, 0, nan, nan, 0, 0.0, message)
    return pd.DataFrame([asdict(report)])


def paper_significance_frames(
    edges: pd.DataFrame, papers: pd.DataFrame, *, by: Sequence[str] = (), model: str = "papers", **options: Any
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Test one or many networks by their papers in one call: the frames of all pairs and of all fits.

    Parameters
    ----------
    edges : pandas.DataFrame
        Columns src, dst, weight, and the columns of `by`.
    papers : pandas.DataFrame
        Columns n_countries, country, n_papers, and the columns of `by`.
    by : sequence of str
        Columns that tell networks apart, e.g. ("year",).
    model : str
        One of `isthmus.nullmodels.link_models.PAPER_MODELS`.
    options : Any
        finite, observed_zero, as in `isthmus.nullmodels.paper_models.paper_significance`.

    Returns
    -------
    pairs : pandas.DataFrame
        `by`, src, dst and the columns of `isthmus.nullmodels.significance.PairTable` from weight on.
    fits : pandas.DataFrame
        `by` and the columns of `isthmus.nullmodels.link_models.FitReport`; a network that failed is a row with the
        reason.

    """
    keys = list(by)
    behind: dict[Any, pd.DataFrame] = dict(iter(papers.groupby(keys))) if keys else {(): papers}
    tables: dict[str, list[pd.DataFrame]] = {"pair": [], "fit": []}
    for key, group in edges.groupby(keys, sort=True) if keys else [((), edges)]:
        values: dict[str, Any] = dict(zip(keys, key, strict=True))
        own = behind.get(key, papers.iloc[:0])
        for kind, table in paper_edge_significance(group, own, model=model, **options):
            tables[kind].append(table.assign(**values)[[*keys, *table.columns]])
    pairs = pd.concat(tables["pair"], ignore_index=True) if tables["pair"] else pd.DataFrame()
    if options.get("finite") == "linked" and len(pairs):
        pairs = count_linked_pairs(pairs, by=by)
    return pairs, pd.concat(tables["fit"], ignore_index=True)
