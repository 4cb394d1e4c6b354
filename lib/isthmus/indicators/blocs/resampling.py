"""The works of an entity drawn again: joint works by partner and year, from the sets of partners.

Works draw Poisson(1) weights. Works with the same partners in the same year draw together, as the sum of n such weights
is Poisson(n).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from isthmus.nullmodels.generators import generator

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Resampled:
    """What is counted of one entity by year, as observed and in R resamples.

    Attributes
    ----------
    years : int64 array of shape (T,)
        The years.
    names : dict of str to tuple of str
        Among whom -> the partners in order.
    counts : dict of str to int64 array of shape (T, P)
        Among whom -> joint works with each of P partners.
    resampled : dict of str to int64 array of shape (T, P, R)
        The same in the resamples.
    papers, international : int64 array of shape (T,)
        Works, and those with a country outside.
    resampled_papers, resampled_international : int64 array of shape (T, R)
        The same in the resamples.
    """

    years: Ints
    names: dict[str, tuple[str, ...]]
    counts: dict[str, Ints]
    resampled: dict[str, Ints]
    papers: Ints
    international: Ints
    resampled_papers: Ints
    resampled_international: Ints


def resampled_partners(
    sets: pd.DataFrame, *, years: tuple[int, int], blocs: Sequence[str], replicates: int, seed: int
) -> Resampled:
    """Return joint works by partner and year of one entity, as observed and resampled.

    Parameters
    ----------
    sets : pandas.DataFrame
        Rows of `partner_sets` of one entity.
    years : tuple[int, int]
        First and last year.
    blocs : Sequence[str]
        The compared countries and blocs in their order; of equal partners the first leads.
    replicates : int
        R.
    seed : int
        The study's seed; what is drawn depends on it, the entity and the year only.
    """
    own = sets[sets["year"].between(*years)].copy()
    own["blocs"], own["countries"] = own["blocs"].map(tuple), own["countries"].map(tuple)
    # one order of the sets, however Spark divided the rows: the draws go by it
    own = own.sort_values(["year", "blocs", "countries", "several_members"], ignore_index=True)
    entity = str(own["entity"].iloc[0]) if len(own) else ""
    names = {
        "blocs": tuple(name for name in blocs if name != entity),
        "countries": tuple(sorted({code for codes in own["countries"] for code in codes})),
    }
    span = np.arange(years[0], years[1] + 1)
    yearly = [_year(own[own["year"] == year], names, replicates, generator(seed, (entity, year))) for year in span]
    stacked = {among: np.stack([found[among] for found in yearly]) for among in (*names, "papers", "international")}
    return Resampled(
        years=span,
        names=names,
        counts={among: stacked[among][..., 0] for among in names},
        resampled={among: stacked[among][..., 1:] for among in names},
        papers=stacked["papers"][:, 0],
        international=stacked["international"][:, 0],
        resampled_papers=stacked["papers"][:, 1:],
        resampled_international=stacked["international"][:, 1:],
    )


def _year(
    sets: pd.DataFrame, names: dict[str, tuple[str, ...]], replicates: int, rng: np.random.Generator
) -> dict[str, Ints]:
    """Return the counts of a year: the first column as observed, the others resampled."""
    works = sets["works"].to_numpy(dtype=np.int64)
    drawn = np.column_stack([works, rng.poisson(works[:, None], (len(works), replicates))])
    found = {among: np.asarray(_incidence(sets[among], partners) @ drawn) for among, partners in names.items()}
    abroad = sets["countries"].map(len).to_numpy(dtype=np.int64) > 0
    return found | {"papers": drawn.sum(axis=0), "international": drawn[abroad].sum(axis=0)}


def _incidence(partners_of: Iterable[tuple[str, ...]], partners: tuple[str, ...]) -> sparse.csr_array:
    """Return which sets hold which partner, shape (partners, sets)."""
    position = {name: at for at, name in enumerate(partners)}
    held_by = list(partners_of)
    cells = [(position[name], column) for column, held in enumerate(held_by) for name in held]
    rows, columns = np.array(cells, dtype=np.int64).reshape(-1, 2).T
    return sparse.csr_array((np.ones(len(rows), dtype=np.int64), (rows, columns)), shape=(len(partners), len(held_by)))
