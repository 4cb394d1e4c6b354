"""The pooled test of a window on pandas frames: rows of `pair_tests` in, one row per pair out."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from isthmus.nullmodels.grades import grade_pairs
from isthmus.nullmodels.propensity import propensity
from isthmus.nullmodels.significance import benjamini_hochberg
from isthmus.nullmodels.solver import FloatArray
from isthmus.nullmodels.window import window_test
from isthmus.nullmodels.yearly import KEYS, PAIR, year_tables

NUMBERS = ("weight", "link_probability", "expected", "z")
WINDOW_COLUMNS = (
    "years_seen",
    "years_present",
    "weight",
    "expected",
    "propensity",
    "propensity_low",
    "propensity_high",
    "finite_years",
    "mean_z",
    "p_upper",
    "p_lower",
    "p_two_sided",
    "q_upper",
    "q_lower",
    "direction",
    "grade",
)


def window_tests(
    frame: pd.DataFrame,
    window: tuple[int, int],
    false_discovery_rate: float,
    threshold: float,
    *,
    keys: Sequence[str] = KEYS,
    min_finite_years: int = 3,
    level: float = 0.95,
) -> pd.DataFrame:
    """Test each pair's summed weight over a window of years, each network a family of its own.

    Parameters
    ----------
    frame : pandas.DataFrame
        Rows of `pair_tests`: the columns of `keys`, src, dst, year, weight, link_probability, expected, z, and `finite`
        where z counts only under a rule; a pair has a row in each year in which both countries are present.
    window : tuple of two int
        First and last year, both included.
    false_discovery_rate : float
        A firm pair has a q below this; two Benjamini-Hochberg families per network, one for each tail, of all pairs
        present in at least one year of the window.
    threshold : float
        Of the mean z, for the grade "few papers".
    keys : sequence of str
        Columns that tell networks apart; null is a value like others.
    min_finite_years : int
        Years with a z that counts which a mean z needs; nan with fewer.
    level : float
        Coverage of the propensity's interval.

    Returns
    -------
    pandas.DataFrame
        The columns of `keys`, src, dst and `WINDOW_COLUMNS`: one row per pair, in their order.

    Raises
    ------
    NetworkError
        A column that is missing, a window that ends before it starts, a pair listed twice in a year, or values that the
        null model cannot have.

    """
    optional = ("finite",) if "finite" in frame.columns else ()
    pairs, by_year = year_tables(frame, window, (*NUMBERS, *optional), keys=keys)
    test = window_test(by_year["weight"], by_year["link_probability"], by_year["expected"])
    times = propensity(test.weight, test.expected, level=level)
    finite_years, mean_z = _mean_z(by_year["z"], by_year.get("finite"), min_finite_years)
    found = pairs.assign(
        years_seen=test.years_seen.astype(np.int32),
        years_present=test.years_present.astype(np.int32),
        weight=test.weight.astype(np.int64),
        expected=test.expected,
        propensity=times.value,
        propensity_low=times.low,
        propensity_high=times.high,
        finite_years=finite_years.astype(np.int32),
        mean_z=mean_z,
        p_upper=test.p_upper,
        p_lower=test.p_lower,
        p_two_sided=test.p_two_sided,
    )
    found = found[found["years_present"] > 0].reset_index(drop=True)
    family = found.groupby(list(keys), dropna=False).ngroup() if keys else pd.Series(0, index=found.index)
    for tail in ("upper", "lower"):
        found[f"q_{tail}"] = found[f"p_{tail}"].groupby(family).transform(_q_values)
    grades = grade_pairs(
        p_upper=found["p_upper"],
        p_lower=found["p_lower"],
        q_upper=found["q_upper"],
        q_lower=found["q_lower"],
        expected=found["expected"],
        years_seen=found["years_seen"],
        mean_z=found["mean_z"],
        false_discovery_rate=false_discovery_rate,
        threshold=threshold,
    )
    found = found.assign(direction=grades.direction, grade=grades.grade)
    return found[[*keys, *PAIR, *WINDOW_COLUMNS]]


def _q_values(p: "pd.Series[float]") -> "pd.Series[float]":
    return pd.Series(benjamini_hochberg(p.to_numpy(dtype=np.float64)), index=p.index)


def _mean_z(z: FloatArray, finite: FloatArray | None, least: int) -> tuple[FloatArray, FloatArray]:
    """Years with a z that counts, and the mean over them; nan with fewer than `least`."""
    counts = np.isfinite(z) if finite is None else np.isfinite(z) & (finite == 1.0)
    number = counts.sum(axis=1)
    total = np.where(counts, z, 0.0).sum(axis=1)
    return number, np.where(number >= max(least, 1), total / np.maximum(number, 1), np.nan)
