"""The pooled test of a window on pandas frames: rows of `pair_tests` in, one row per pair out."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from isthmus.nullmodels.clustered import clusters_of, inflation, tempered
from isthmus.nullmodels.grades import FIRM_YEARS_SEEN, grade_pairs
from isthmus.nullmodels.propensity import propensity
from isthmus.nullmodels.significance import benjamini_hochberg
from isthmus.nullmodels.solver import FloatArray
from isthmus.nullmodels.window import WindowTest, window_test
from isthmus.nullmodels.yearly import KEYS, PAIR, year_tables

NUMBERS = ("weight", "link_probability", "expected", "z")
OPTIONAL = ("finite", "work_variance")
WINDOW_COLUMNS = (
    "years_seen",
    "years_present",
    "weight",
    "expected",
    "propensity",
    "propensity_low",
    "propensity_high",
    "design_effect",
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
    firm_years_seen: int = FIRM_YEARS_SEEN,
    level: float = 0.95,
) -> pd.DataFrame:
    """Test each pair's summed weight over a window of years, each network a family of its own.

    Parameters
    ----------
    frame : pandas.DataFrame
        Rows of `pair_tests`: the columns of `keys`, src, dst, year, weight, link_probability, expected, z, `finite`
        where z counts only under a rule, and `work_variance` where weights may come in clusters (missing: each unit
        is an event of its own); a pair has a row in each year in which both countries are present.
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
    firm_years_seen : int
        Years with a weight that a firmly stronger pair needs; 1 where the network has no years to tell apart.
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
    optional = [name for name in OPTIONAL if name in frame.columns]
    pairs, by_year = year_tables(frame, window, (*NUMBERS, *optional), keys=keys)
    test = window_test(by_year["weight"], by_year["link_probability"], by_year["expected"])
    times = propensity(test.weight, test.expected, level=level)
    finite_years, mean_z = _mean_z(by_year["z"], by_year.get("finite"), min_finite_years)
    family = pairs.groupby(list(keys), dropna=False).ngroup().to_numpy() if keys else np.zeros(len(pairs), dtype=int)
    tails = _clustered_tails(test, _work_variance(by_year), family)
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
        **tails,
    )
    found["family"] = family
    found = found[found["years_present"] > 0].reset_index(drop=True)
    for tail in ("upper", "lower"):
        found[f"q_{tail}"] = found.groupby("family")[f"p_{tail}"].transform(_q_values)
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
        firm_years_seen=firm_years_seen,
    )
    found = found.assign(direction=grades.direction, grade=grades.grade)
    return found[[*keys, *PAIR, *WINDOW_COLUMNS]]


def _work_variance(by_year: dict[str, FloatArray]) -> FloatArray:
    """Return the variance of each pair's summed weight as works come and go; the weight where no clusters are known."""
    weight = by_year["weight"]
    known = by_year.get("work_variance", weight)
    present = ~(np.isnan(weight) | np.isnan(by_year["link_probability"]) | np.isnan(by_year["expected"]))
    return np.where(present, np.where(np.isnan(known), weight, known), 0.0).sum(axis=1)


def _clustered_tails(test: WindowTest, work_variance: FloatArray, family: NDArray[Any]) -> dict[str, FloatArray]:
    """Return the tail probabilities at the variance that clustered weights have, and the design effect."""
    own, lower = np.full(len(family), np.nan), np.ones(len(family))
    for network in np.unique(family):
        mine = family == network
        clusters = clusters_of(test.weight[mine], work_variance[mine])
        own[mine], lower[mine] = clusters.own, clusters.at_least_pooled
    above, below = (inflation(effect, test.expected, test.variance) for effect in (own, lower))
    speaks = np.where(test.p_upper <= test.p_lower, above, below)
    return {
        "design_effect": own,
        "p_upper": tempered(test.p_upper, above),
        "p_lower": tempered(test.p_lower, below),
        "p_two_sided": 2.0 * tempered(test.p_two_sided / 2.0, speaks),
    }


def _q_values(p: "pd.Series[float]") -> "pd.Series[float]":
    return pd.Series(benjamini_hochberg(p.to_numpy(dtype=np.float64)), index=p.index)


def _mean_z(z: FloatArray, finite: FloatArray | None, least: int) -> tuple[FloatArray, FloatArray]:
    """Years with a z that counts, and the mean over them; nan with fewer than `least`."""
    counts = np.isfinite(z) if finite is None else np.isfinite(z) & (finite == 1.0)
    number = counts.sum(axis=1)
    total = np.where(counts, z, 0.0).sum(axis=1)
    return number, np.where(number >= max(least, 1), total / np.maximum(number, 1), np.nan)
