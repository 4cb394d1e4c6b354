"""How many organisations publish more than so many papers, and how far that moves when the works are drawn again.

Works draw Poisson(1) weights; a work of several organisations adds to all of them, so their counts move together.
Organisations get fewer with size, so noise lifts more of them above a line than it takes below: resamples, which are
noisier than the observed year, lie too high. So the interval is the observed number plus the spread of the resamples
about their own mean.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse
from scipy.stats import poisson

from isthmus.errors import IndicatorError

Ints = NDArray[np.int64]
# Organisations that reach the line in fewer resamples than this are left out.
NEVER = 1e-9
CHUNK = 50  # resamples at a time: works times this many numbers are in memory


def least_candidate(more_than: float) -> int:
    """Return the least number of papers with which an organisation may exceed a line in a resample.

    Parameters
    ----------
    more_than : float
        The line, >= 0.

    Raises
    ------
    IndicatorError
        A negative line.
    """
    if not more_than >= 0:
        raise IndicatorError(f"the line is {more_than:g} papers; expected 0 or more")
    papers = np.arange(1, int(more_than) + 2)
    return int(papers[np.searchsorted(poisson.sf(np.floor(more_than), papers), NEVER)])


def resampled_papers(works: ArrayLike, held: sparse.csr_array, rng: np.random.Generator, replicates: int) -> Ints:
    """Return the papers of each organisation in each resample.

    Parameters
    ----------
    works : int array of shape (S,)
        Works of each set of organisations.
    held : scipy sparse array of shape (O, S)
        1 where an organisation is in a set.
    rng : numpy.random.Generator
        What draws.
    replicates : int
        R.

    Returns
    -------
    int64 array of shape (O, R)
        Papers.
    """
    counts = np.asarray(works, dtype=np.int64)[:, None]
    chunks = [min(CHUNK, replicates - start) for start in range(0, replicates, CHUNK)]
    return np.hstack([np.asarray(held @ rng.poisson(counts, (len(counts), size))) for size in chunks])


def intervals_above(
    papers: ArrayLike, resampled: ArrayLike, places: Mapping[str, Ints], *, more_than: float, level: float
) -> dict[str, tuple[int, int]]:
    """Return the interval of the number of organisations above a line, for each place.

    Parameters
    ----------
    papers : int array of shape (O,)
        Papers of each organisation.
    resampled : int array of shape (O, R)
        The same in R resamples.
    places : Mapping[str, int64 array]
        Place -> positions of its organisations.
    more_than : float
        The line.
    level : float
        Coverage of the intervals.

    Returns
    -------
    dict of str to (int, int)
        Place -> lower and upper end, rounded outwards, at least 0.
    """
    above, drawn = np.asarray(papers) > more_than, np.asarray(resampled) > more_than
    return {place: _interval(above[own].sum(), drawn[own].sum(axis=0), level) for place, own in places.items()}


def _interval(observed: int, drawn: Ints, level: float) -> tuple[int, int]:
    low, high = np.quantile(drawn - drawn.mean(), ((1.0 - level) / 2.0, (1.0 + level) / 2.0))
    return max(0, int(np.floor(observed + low))), max(0, int(np.ceil(observed + high)))
