"""The score at which a corpus comes nearest to a size that was asked for."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Tuning:
    """A tuned score, and how large the corpus is with it.

    Parameters
    ----------
    year : int
        Year whose works were counted.
    target : int
        Works that the corpus was to hold in that year.
    min_score : float
        The score found: works of this score and above belong to the corpus.
    works : int
        Works of the year with this score.
    fewest, most : int
        Works of the year at the highest score that any of them has, and at 0: what can be reached lies between.
    by_source : int
        Works of the year in listed sources, which belong to it whatever their score.
    """

    year: int
    target: int
    min_score: float
    works: int
    fewest: int
    most: int
    by_source: int

    @property
    def reachable(self) -> bool:
        """Whether the target lies between what the highest and the lowest score give."""
        return self.fewest <= self.target <= self.most

    @property
    def sentence(self) -> str:
        """The score and the size in a sentence."""
        found = f"score of the concept at least {self.min_score:.6g}: {self.works:,} works in {self.year}"
        if self.reachable:
            return f"{found}, nearest to the {self.target:,} asked for"
        return (
            f"{found}; the {self.target:,} asked for are out of reach, any score gives {self.fewest:,} to "
            f"{self.most:,}: change `corpus.tune.works`, the types, or the sources"
        )


def nearest_score(
    scores: NDArray[np.float64], works: NDArray[np.int64], *, by_source: int, year: int, target: int
) -> Tuning:
    """Return the score at which the total comes nearest to a target.

    All works of one score come in together. Of two totals equally near the smaller one counts, by the higher score.

    Parameters
    ----------
    scores : array of float
        (n,) the distinct scores that occur, in any order.
    works : array of int
        (n,) works of each.
    by_source : int
        Works that belong to the corpus whatever the score.
    year : int
        The year they are of, for the record.
    target : int
        The total to come near to.
    """
    if not len(scores):
        return Tuning(year, target, 0.0, by_source, by_source, by_source, by_source)
    order = np.argsort(-scores)
    totals = by_source + np.cumsum(works[order])
    best = int(np.argmin(np.abs(totals - target)))
    return Tuning(
        year=year,
        target=target,
        min_score=float(scores[order][best]),
        works=int(totals[best]),
        fewest=int(totals[0]),
        most=int(totals[-1]),
        by_source=by_source,
    )
