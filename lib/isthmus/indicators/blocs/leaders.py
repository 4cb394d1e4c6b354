"""Who leads over the years, since when, and how sure that is when the works are drawn again."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from isthmus.errors import IndicatorError

Ints = NDArray[np.int64]
NOBODY = -1


@dataclass(frozen=True)
class Overtaking:
    """Since when the leader of the last year leads.

    Attributes
    ----------
    leader : int
        Position of who leads in the last year; -1 where nobody ever led.
    since : int
        First year of its unbroken lead up to the last year.
    overtook : int
        Position of who led the year before; -1 where nobody did.
    low, high : int | None
        Ends of the interval of `since` over the resamples in which the same one leads at the end; None without any.
    support : float
        Share of these resamples.
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


def last_lead(leader: ArrayLike) -> tuple[Ints, Ints]:
    """Return who leads at the end, and the position of the first year of that unbroken lead.

    Parameters
    ----------
    leader : int array of shape (T, ...)
        As `leaders` returns it.

    Returns
    -------
    tuple of int64 arrays of shape (...)
        The leader of the last year and the first year of its lead.
    """
    order = np.asarray(leader, dtype=np.int64)
    same = np.logical_and.accumulate(order[::-1] == order[-1], axis=0)
    return order[-1], len(order) - same.sum(axis=0)


def overtaking(counts: ArrayLike, resampled: ArrayLike, years: ArrayLike, *, level: float = 0.95) -> Overtaking:
    """Return since when the leader of the last year leads, with the percentile interval over resamples.

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
    order = leaders(observed)
    leader, start = (int(value) for value in last_lead(order))
    ends, starts = last_lead(leaders(drawn))
    agreeing = np.sort(when[starts[ends == leader]])
    low, high = _interval(agreeing, level)
    overtook = int(order[start - 1]) if start else NOBODY
    return Overtaking(leader, int(when[start]), overtook, low, high, float((ends == leader).mean()))


def _interval(values: Ints, level: float) -> tuple[int | None, int | None]:
    if not values.size:
        return None, None
    tails = ((1.0 - level) / 2.0, (1.0 + level) / 2.0)
    low, high = np.quantile(values, tails, method="closest_observation")
    return int(low), int(high)
