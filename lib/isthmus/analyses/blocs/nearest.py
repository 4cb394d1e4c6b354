"""Which meaning of "active researcher" comes nearest to published numbers that state none."""

import math
from dataclasses import dataclass

import pandas as pd

from isthmus.analyses.blocs.tables import ACTIVE_RESEARCHERS
from isthmus.report.papers import find_paper, published_values
from isthmus.report.results import Results
from isthmus.report.scoring import Published
from isthmus.report.text import plural

QUANTITY = "n_active_researchers"


@dataclass(frozen=True)
class NearestCell:
    """The meaning of "active" that all published numbers of researchers agree with best.

    It is chosen by the very numbers that it is compared with: it shows what they may mean, and is no evidence for
    them.

    Attributes
    ----------
    least_papers, window_years : int
        At least so many papers in so many years.
    factor : float
        Typical factor between the study's numbers and the published ones: exp of the root mean square of the logs.
    """

    least_papers: int
    window_years: int
    factor: float

    @property
    def words(self) -> str:
        """The meaning in words: "at least 2 papers in 3 years"."""
        span = "one year" if self.window_years == 1 else f"{self.window_years} years"
        return f"at least {plural(self.least_papers, 'paper')} in {span}"


def nearest_cell(results: Results, places: dict[str, str]) -> NearestCell | None:
    """Return the cell nearest to the published numbers; None where the study names no paper that prints any.

    Parameters
    ----------
    results : Results
        The study.
    places : dict of str to str
        Scope of a published value -> entity of the study.
    """
    published = _published(results)
    table = results.optional(ACTIVE_RESEARCHERS)
    if table is None or not published or any(value.scope not in places for value in published):
        return None
    wanted = pd.DataFrame(
        [(places[v.scope], v.last, float(v.value)) for v in published], columns=["entity", "year", "printed"]
    )
    joined = table.merge(wanted, on=["entity", "year"])
    joined = joined[joined["researchers"] > 0]
    squares = (joined["researchers"] / joined["printed"]).map(math.log) ** 2
    cells = joined.assign(squares=squares).groupby(["least_papers", "window_years"])["squares"].agg(["mean", "size"])
    whole = cells[cells["size"] == len(published)]["mean"]
    if whole.empty:
        return None
    first = whole.sort_values(kind="stable").reset_index().iloc[0]
    return NearestCell(int(first["least_papers"]), int(first["window_years"]), math.exp(math.sqrt(first["mean"])))


def _published(results: Results) -> list[Published]:
    named = results.study.get("paper")
    if not named or results.simulated:
        return []
    return [value for value in published_values(find_paper(str(named))) if value.quantity == QUANTITY]
