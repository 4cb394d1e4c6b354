"""Who leads over the years, whom it overtook when, and how sure that is when the works are drawn again.

The first year of an unbroken lead is no good answer to "since when": while two are close, noise breaks every lead, so
that year comes too late, and later still in resamples. Instead the years are split where "behind before, ahead after"
holds best: sqrt(leader) - sqrt(rival) has about the same noise in every year, and its sum up to the split is the least.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from isthmus.errors import IndicatorError

Ints = NDArray[np.int64]
NOBODY = -1


@dataclass(frozen=True)
class Overtaking:
    """Since when the leader of the last year is ahead of all others.

    Attributes
    ----------
    leader : int
        Position of who leads in the last year; -1 where nobody ever led.
    since : int
        Year from which it is ahead of every rival: that of the last one that it overtook.
    overtook : int
        Position of that rival; -1 where none was ever ahead on the whole.
    low, high : int | None
        Ends of the interval of `since` over resamples; None where the leader is ahead in none of them.
    support : float
        Share of the resamples in which the same one leads in the last year.
    """

    leader: int
    since: int
    overtook: int
    low: int | None
    high: int | None
    support: float


def leaders(counts: ArrayLike) -> Ints:
    """Return who has most in every year: of equals who led the year before, else the first of them.

    In a year in which all have nothing the leader stays; before the first year with something nobody leads (-1).

    Parameters
    ----------
    counts : array of shape (T, P, ...)
        What each of P has in each of T years, >= 0; further axes are resamples.

    Returns
    -------
    int64 array of shape (T, ...)
        Positions.

    Raises
    ------
    IndicatorError
        Fewer than two axes, no year, nobody, or a negative count.
    """
    values = np.asarray(counts)
    if values.ndim < 2 or not values.shape[0] or not values.shape[1]:
        raise IndicatorError(f"counts have shape {values.shape}; expected (years, partners, ...), at least one of each")
    if (values < 0).any():
        raise IndicatorError(f"the least count is {values.min()}; expected 0 or more")
    most = values.max(axis=1)
    found = np.full(most.shape, NOBODY, dtype=np.int64)
    before = np.full(most.shape[1:], NOBODY, dtype=np.int64)
    for year in range(len(values)):
        own = np.take_along_axis(values[year], np.maximum(before, 0)[None], axis=0)[0]
        stays = ((before != NOBODY) & (own == most[year])) | (most[year] == 0)
        before = np.where(stays, before, values[year].argmax(axis=0))
        found[year] = before
    return found


def crossing(ahead: ArrayLike, behind: ArrayLike) -> tuple[Ints, NDArray[np.bool_]]:
    """Return from which year on one is ahead of another, and whether it was behind before.

    The split of the years after which the differences of the square roots add up to most; of equal splits the last.

    Parameters
    ----------
    ahead, behind : array of shape (T, ...)
        What both have in each of T years, >= 0; further axes are resamples.

    Returns
    -------
    tuple of int64 and bool arrays of shape (...)
        Position of the year, T where it is ahead at no end; whether the other was ahead on the whole before.
    """
    lead = np.sqrt(np.asarray(ahead, dtype=np.float64)) - np.sqrt(np.asarray(behind, dtype=np.float64))
    added = np.concatenate([np.zeros((1, *lead.shape[1:])), np.cumsum(lead, axis=0)])
    split = len(lead) - added[::-1].argmin(axis=0)
    return split, added.min(axis=0) < 0


def overtaking(counts: ArrayLike, resampled: ArrayLike, years: ArrayLike, *, level: float = 0.95) -> Overtaking:
    """Return since when the leader of the last year is ahead of all others, with the interval over resamples.

    Parameters
    ----------
    counts : array of shape (T, P)
        What each of P has in each year.
    resampled : array of shape (T, P, R)
        The same in R resamples.
    years : int array of shape (T,)
        The years, ascending.
    level : float
        Coverage of the interval.

    Raises
    ------
    IndicatorError
        Shapes that do not fit.
    """
    observed, drawn, when = np.asarray(counts), np.asarray(resampled), np.asarray(years, dtype=np.int64)
    if drawn.shape[:2] != observed.shape or drawn.ndim != 3 or when.shape != observed.shape[:1]:
        raise IndicatorError(
            f"counts, resampled and years have shapes {observed.shape}, {drawn.shape} and {when.shape}; expected "
            "(years, partners), (years, partners, resamples) and (years,)"
        )
    leader = int(leaders(observed)[-1])
    if leader == NOBODY:
        return Overtaking(NOBODY, int(when[-1]), NOBODY, None, None, 0.0)
    start, rival = _last_crossing(observed[..., None], leader)
    starts, _ = _last_crossing(drawn, leader)
    low, high = _interval(np.sort(when[starts[starts < len(when)]]), level)
    support = float((leaders(drawn)[-1] == leader).mean())
    # ahead by nothing in the last year: from then on
    return Overtaking(leader, int(when[min(int(start[0]), len(when) - 1)]), int(rival[0]), low, high, support)


def _last_crossing(counts: NDArray[np.int64], leader: int) -> tuple[Ints, Ints]:
    """Return from which year on one is ahead of all others, and the last of them that it overtook (-1: none)."""
    splits = np.zeros(counts.shape[1:], dtype=np.int64)
    behind = np.zeros(counts.shape[1:], dtype=bool)
    for rival in range(counts.shape[1]):
        if rival != leader:
            splits[rival], behind[rival] = crossing(counts[:, leader], counts[:, rival])
    last = splits.argmax(axis=0)
    was_ahead = np.take_along_axis(behind, last[None], axis=0)[0]
    return splits.max(axis=0), np.where(was_ahead, last, NOBODY)


def _interval(values: Ints, level: float) -> tuple[int | None, int | None]:
    if not values.size:
        return None, None
    tails = ((1.0 - level) / 2.0, (1.0 + level) / 2.0)
    low, high = np.quantile(values, tails, method="closest_observation")
    return int(low), int(high)
