"""Places compared with the world, and years with one another, from summaries of disruption."""

import math
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import norm

from isthmus.indicators.blocs.trends import share_trend
from isthmus.nullmodels.generators import generator
from isthmus.nullmodels.grades import FIRM, PROBABLE, PROBABLE_LEVEL
from isthmus.nullmodels.significance import benjamini_hochberg

LEAST_WORKS = 30
"""Below this many works the mean rank of a place is not tested."""

FALSE_DISCOVERY_RATE = 0.05
WORLD_RANK = 0.5
MORE_DISRUPTIVE, MORE_DEVELOPMENTAL = "more disruptive", "more developmental"
RISES, FALLS = "rises", "falls"
READINGS = ("cd", "cd5", "cd_all", "di5", "above_expected")
"""Measures that answer the same question about the years, each with flaws of its own."""

MEASURES = (*READINGS, "class_rank")
TREND_COLUMNS = (
    "place_kind", "place", "measure", "years", "slope", "slope_low", "slope_high", "kendall_tau", "p_value",
    "direction",
)  # fmt: skip


def graded(places: pd.DataFrame, *, level: float) -> pd.DataFrame:
    """Return the summaries of places with p_value, q_value, grade, direction of their mean class_rank.

    The world's works have a mean rank of 0.5 within each year and class of reference counts. A place is compared with
    it by its mean and the error that the interval tells; places of one kind are one family.

    Parameters
    ----------
    places : DataFrame
        place_kind, place, measured, class_rank with its interval.
    level : float
        Coverage of these intervals.
    """
    error = _errors(places, "class_rank", level)
    tested = (places["measured"].to_numpy() >= LEAST_WORKS) & (places["place_kind"] != "world").to_numpy() & (error > 0)
    above = places["class_rank"].to_numpy(dtype=float) - WORLD_RANK
    p = np.full(len(places), np.nan)
    p[tested] = 2 * norm.sf(np.abs(above[tested]) / error[tested])
    q = np.full(len(places), np.nan)
    for kind in places["place_kind"].unique():
        own = tested & (places["place_kind"] == kind).to_numpy()
        q[own] = benjamini_hochberg(p[own]) if own.any() else q[own]
    grade = np.full(len(places), None, dtype=object)
    grade[p < PROBABLE_LEVEL] = PROBABLE
    grade[q < FALSE_DISCOVERY_RATE] = FIRM
    direction = np.where(above > 0, MORE_DISRUPTIVE, MORE_DEVELOPMENTAL).astype(object)
    direction[pd.isna(grade)] = None
    return places.assign(p_value=p, q_value=q, grade=grade, direction=direction)


def disruption_trends(
    years: pd.DataFrame, *, span: tuple[int, int], level: float, replicates: int, seed: int
) -> pd.DataFrame:
    """Return the trend of each measure of each place over some years: columns `TREND_COLUMNS`.

    Parameters
    ----------
    years : DataFrame
        Rows of `disruption_years`.
    span : tuple of int
        First and last year.
    level : float
        Coverage of the intervals of the yearly means, and of those of the slopes.
    replicates : int
        Draws of the yearly means from their errors.
    seed : int
        The study's seed.
    """
    chosen = years[years["year"].between(*span)].sort_values(["place_kind", "place", "year"])
    rows = [
        {"place_kind": kind, "place": place} | row
        for (kind, place), own in chosen.groupby(["place_kind", "place"])
        for row in _trends(own, (str(kind), str(place)), level, replicates, seed)
    ]
    return pd.DataFrame(rows, columns=list(TREND_COLUMNS))


def agreed(directions: Iterable[str | None]) -> str | None:
    """Return the direction that all readings have; None where they differ or one of them has none."""
    found = set(directions)
    return found.pop() if len(found) == 1 else None


def _trends(
    own: pd.DataFrame, key: tuple[str, str], level: float, replicates: int, seed: int
) -> Iterator[dict[str, Any]]:
    for measure in MEASURES:
        if measure == "class_rank" and key[0] == "world":
            continue  # it is 0.5 in every year
        value, error = own[measure].to_numpy(dtype=float), _errors(own, measure, level)
        known = ~np.isnan(value) & ~np.isnan(error)
        value, error, when = value[known], error[known], own["year"].to_numpy()[known]
        noise = generator(seed, ("disruption trends", *key, measure)).standard_normal((value.size, replicates))
        drawn = value[:, None] + error[:, None] * noise
        # a mean is a part of one: the trend of shares is that of any yearly number
        found = share_trend(value, np.ones_like(value), drawn, np.ones_like(drawn), when, level=level)
        yield {
            "measure": measure,
            "years": found.years,
            "slope": found.slope,
            "slope_low": found.low,
            "slope_high": found.high,
            "kendall_tau": found.tau,
            "p_value": found.p_value,
            "direction": _direction(found.low, found.high, found.p_value),
        }


def _direction(low: float, high: float, p_value: float) -> str | None:
    if math.isnan(p_value) or p_value >= PROBABLE_LEVEL or not (low > 0 or high < 0):
        return None
    return RISES if low > 0 else FALLS


def _errors(frame: pd.DataFrame, name: str, level: float) -> NDArray[np.float64]:
    """Return the standard errors that intervals tell."""
    width = (frame[f"{name}_high"] - frame[f"{name}_low"]).to_numpy(dtype=float)
    errors: NDArray[np.float64] = width / (2 * float(norm.ppf((1 + level) / 2)))
    return errors
