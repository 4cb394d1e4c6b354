"""One tie over the years: what was observed, what size explains, and how its volume changed."""

import pandas as pd

from isthmus.analyses.significance.tables import PAIR_TESTS
from isthmus.analyses.significance.ties import shown_networks
from isthmus.networks.names import COLLABORATION
from isthmus.nullmodels.propensity import LEVEL, propensity
from isthmus.report.results import Results
from isthmus.trajectories.labels import changes

FIELDS = ("weight", "expected", "sd", "z", "p_upper", "p_two_sided")
#: The interval of weight / expected, "times what size explains".
TIMES = ("times_low", "times_high")


def pair_series(results: Results, first: str, second: str) -> pd.DataFrame:
    """Return observed, expected, sd, z and p of one pair (codes, in any order) by network and year, years in order.

    Columns: network, year, weight, expected, sd, z, p_upper, p_two_sided, times (weight / expected), times_low and
    times_high (its exact interval), finite. No rows where the two were never in a network together.
    """
    src, dst = sorted((first, second))
    ties = results.table(PAIR_TESTS)
    rows = ties[(ties["src"] == src) & (ties["dst"] == dst)]
    shown = pd.MultiIndex.from_frame(rows[["network", "citation_year"]]).isin(list(shown_networks(results)))
    order = {network: position for position, (network, _) in enumerate(shown_networks(results))}
    rows = rows[shown].assign(order=lambda frame: frame["network"].map(order)).sort_values(["order", "year"])
    rows = with_times(rows, level_of(results))
    return rows[["network", "year", *FIELDS, "times", *TIMES, "finite"]].reset_index(drop=True)


def with_times(rows: pd.DataFrame, level: float) -> pd.DataFrame:
    """Return rows of `pair_tests` with times, times_low and times_high: weight / expected and its exact interval."""
    found = propensity(rows["weight"], rows["expected"], level=level)
    return rows.assign(times=found.value, times_low=found.low, times_high=found.high)


def level_of(results: Results) -> float:
    """Return the coverage of the intervals of yearly propensities."""
    return float(results.switch("trends.level") or LEVEL)


def change(values: pd.Series) -> float:
    """Return the mean of the last three values minus that of the first three: one year alone is mostly luck."""
    known = values.dropna().to_numpy(dtype=float)
    return float(changes(known[None, :, None])[0, 0]) if len(known) else float("nan")


def pole_volumes(results: Results, one: str, two: str) -> dict[str, float]:
    """Return how the volume of a pair changed in each network: mean of the last years minus mean of the first."""
    series = pair_series(results, one, two)
    series = series[series["year"].between(*results.years)]
    return {
        network: change(series.loc[series["network"] == network, "weight"])
        for network, _ in shown_networks(results) or ((COLLABORATION, ""),)
    }
