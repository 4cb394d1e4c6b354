"""How flows between countries agree with those that others counted: rank correlations tested by permuted countries.

Two bilateral flows agree in rank by the sizes of the countries alone. So they are compared as they are, and again
after each is divided by what the sizes explain. p is that of the quadratic assignment procedure (Hubert and Schultz
1976): the countries of one network are permuted together, since flows of one country are not independent.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from isthmus.errors import IndicatorError

Floats = NDArray[np.float64]
PERMUTATIONS = 999


@dataclass(frozen=True)
class RankAgreement:
    """Agreement of two networks on the same countries.

    Attributes
    ----------
    countries, pairs : int
        Countries, and ordered pairs of two different ones.
    linked_both, linked_first, linked_second : int
        Pairs with a flow in both, in the first, in the second.
    spearman : float
        Rank correlation over all pairs; nan where one of the networks has one value only.
    p_value : float
        Share of permutations with at least this correlation, the observed one counted.
    """

    countries: int
    pairs: int
    linked_both: int
    linked_first: int
    linked_second: int
    spearman: float
    p_value: float


def rank_agreement(first: Floats, second: Floats, *, seed: int = 0, permutations: int = PERMUTATIONS) -> RankAgreement:
    """Compare two directed networks on the same countries by the ranks of their flows.

    Parameters
    ----------
    first, second : array of shape (N, N)
        Flows; the diagonal does not count.
    seed : int
        Seed of the permutations.
    permutations : int
        How many.

    Raises
    ------
    IndicatorError
        Shapes that differ, or fewer than three countries.
    """
    n = len(first)
    if first.shape != (n, n) or second.shape != (n, n) or n < 3:
        raise IndicatorError(f"flows have shapes {first.shape} and {second.shape}; expected (N, N) twice, N at least 3")
    off = ~np.eye(n, dtype=bool)
    links = int((first[off] > 0).sum()), int((second[off] > 0).sum())
    both = int(((first > 0) & (second > 0))[off].sum())
    a, b = _ranks(first, off), _ranks(second, off)
    scale = float(np.sqrt((a**2).sum() * (b**2).sum()))
    if scale == 0:
        return RankAgreement(n, n * (n - 1), both, *links, np.nan, np.nan)
    observed = float((a * b).sum())
    rng = np.random.default_rng(seed)
    reached = 0
    for _ in range(permutations):
        order = rng.permutation(n)
        reached += float((a * b[np.ix_(order, order)]).sum()) >= observed * (1 - 1e-12)
    return RankAgreement(n, n * (n - 1), both, *links, observed / scale, (1 + reached) / (1 + permutations))


def _ranks(flows: Floats, off: NDArray[np.bool_]) -> Floats:
    """Return centred ranks of the flows off the diagonal; 0 on it."""
    ranks = np.zeros(flows.shape)
    found = rankdata(flows[off])
    ranks[off] = found - found.mean()
    return ranks
