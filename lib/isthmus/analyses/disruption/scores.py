"""How published values on disruption are found in a study (AlShebli et al. 2022)."""

from collections.abc import Callable, Mapping

import pandas as pd

from isthmus.analyses.disruption.tables import DISRUPTION_CITIES
from isthmus.report.results import Results
from isthmus.report.scoring import NotComparableError, Ours, Published, Rule
from isthmus.report.text import count

NEAR_YEARS = 3
ENDS = {"disruptive": "most_disruptive", "developmental": "most_developmental"}


def leading_since(table: pd.DataFrame, end: str, city: int) -> int | None:
    """Return the first year from which a city has most works at an end in every year; None where it does not lead last.

    Parameters
    ----------
    table : DataFrame
        Rows of `disruption_cities`.
    end : str
        most_disruptive or most_developmental.
    city : int
        The city; it does not lead a year in which another has as many.
    """
    since: int | None = None
    own = table["city"] == city
    ours, theirs = table[own].groupby("year")[end].sum(), table[~own].groupby("year")[end].max()
    for year in sorted(table["year"].unique().tolist(), reverse=True):
        if ours.get(year, 0.0) <= theirs.get(year, 0.0):
            break
        since = year
    return since


def _first_year(end: str) -> Callable[[Results, Published], Ours]:
    def compute(results: Results, published: Published) -> Ours:
        table = results.optional(DISRUPTION_CITIES)
        if table is None:
            raise NotComparableError("these results hold no disruption of cities: it needs the section places")
        table = table[table["year"] <= published.last]
        namesakes = table[table["name"] == published.scope].groupby("city")["measured"].sum()
        if namesakes.empty or table["year"].max() < published.last:
            raise NotComparableError(
                f"no work of {published.last} or before comes from a city called {published.scope}"
            )
        city = int(str(namesakes.idxmax()))
        own = table[(table["city"] == city) & (table["year"] == published.last)]
        how = f"{count(own[end].sum())} of its works of {published.last} are at this end of the year by CD"
        since = leading_since(table, end, city)
        if since is None:
            return Ours(f"not first in {published.last}", f"not first in {published.last}", how)
        return Ours(float(since), str(since), f"first in every year since; {how}")

    return compute


def _near(ours: Ours, published: Published) -> bool:
    return not isinstance(ours.value, str) and abs(ours.value - float(published.value)) <= NEAR_YEARS


RULES: Mapping[str, Rule] = {
    f"first_year_rank1_{name}_top10pct": Rule(_first_year(end), "S", f"within {NEAR_YEARS} years", _near)
    for name, end in ENDS.items()
}
