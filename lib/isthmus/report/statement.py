"""What is said of a tie: how many times what size explains, how sure that is, and the same in words (METHODS 9.1).

Report, terminal, notebooks and exports take their words from here, so that no sentence says "more" or "less" without a
grade: what is not settled is called so.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from isthmus.nullmodels.grades import FEW_PAPERS, FIRM, PROBABLE, STRONGER, WEAKER
from isthmus.report.text import MISSING, count, equals, measure, p_value

GRADES = (FIRM, PROBABLE, FEW_PAPERS)
NOT_SETTLED = "not settled"
NOT_TESTED = "not tested"
#: What each grade rests on, in words; `rate` is the study's false-discovery rate, `unit` what the ties count.
GRADE_MEANINGS = {
    FIRM: "false-discovery rate below {rate} over all pairs; {unit} in at least two years, or at least ten expected",
    PROBABLE: "p below 0.05 for this pair alone, not corrected for the number of pairs",
    FEW_PAPERS: "mean z above {threshold} only: the {unit} are too few to tell it from chance",
}
#: Units of works: their lowest grade is called after papers.
_OF_WORKS = ("papers", "citations")
_COMPARED = {STRONGER: "more", WEAKER: "less"}


@dataclass(frozen=True)
class Statement:
    """One tie over a window of years: number, range, probabilities, grade, unit, and words.

    Attributes
    ----------
    number, low, high : float
        Observed over expected weight, "times what size explains", and its exact 95 % interval; nan where nothing was
        expected, `low` 0 where nothing was observed.
    weight, expected : float
        Summed over the window.
    p, q : float
        Of the tail that the direction names, q after Benjamini-Hochberg over all pairs; without a direction p is the
        two-sided one and q is nan. Both are nan where the window was not tested.
    grade : str | None
        "firm", "probable", "few papers"; None where nothing is settled or tested.
    direction : str | None
        "stronger" or "weaker" than size explains; None without a grade.
    unit : str
        What is counted: "papers", "citations".
    """

    number: float
    low: float
    high: float
    weight: float
    expected: float
    p: float
    q: float
    grade: str | None
    direction: str | None
    unit: str

    @property
    def tested(self) -> bool:
        """Whether the window as a whole was tested."""
        return not math.isnan(self.p)

    @property
    def times(self) -> str:
        """The number with its range: "3.2 times what size explains (2.1 to 4.6)"."""
        if math.isnan(self.number):
            return "nothing was expected"
        return f"{factor(self.number)} times what size explains ({interval(self.low, self.high)})"

    @property
    def evidence(self) -> str:
        """The q of a firm tie, the p of any other: "q = 0.001"; empty where the window was not tested."""
        if not self.tested:
            return ""
        name, value = ("q", self.q) if self.grade == FIRM else ("p", self.p)
        return f"{name} {equals(p_value(value))}"

    @property
    def standing(self) -> str:
        """The grade, or that nothing is settled or tested."""
        return grade_name(self.grade, self.unit) or (NOT_SETTLED if self.tested else NOT_TESTED)

    @property
    def verdict(self) -> str:
        """More or less than size explains with its grade; never the one without the other."""
        if self.grade in (FIRM, PROBABLE) and self.direction is not None:
            return f"{_COMPARED[self.direction]} than size explains ({self.grade})"
        return f"{NOT_SETTLED} ({grade_name(self.grade, self.unit)})" if self.grade else self.standing

    @property
    def words(self) -> str:
        """The whole statement: "3.2 times what size explains (2.1 to 4.6), firm, q = 0.001"."""
        return ", ".join(part for part in (self.times, self.standing, self.evidence) if part)

    @property
    def sentence(self) -> str:
        """What was counted before the statement: "123 papers, 38.4 expected: 3.2 times ..."."""
        seen = f"{count(self.weight)} {self.unit if self.weight != 1 else self.unit.removesuffix('s')}"
        return f"{seen}, {measure(self.expected)} expected: {self.words}"


def statement(row: Any, unit: str) -> Statement:
    """Return what is said of a row of `significant_pairs`.

    Parameters
    ----------
    row : object
        weight, expected, propensity and its bounds, p_upper, p_lower, p_two_sided, q_upper, q_lower, grade, direction
        as attributes; missing values are nan or None.
    unit : str
        What is counted: "papers", "citations".
    """
    direction, grade = _known(row.direction), _known(row.grade)
    upper = direction == STRONGER
    if direction is None:
        p, q = row.p_two_sided, math.nan
    else:
        p, q = (row.p_upper, row.q_upper) if upper else (row.p_lower, row.q_lower)
    return Statement(
        number=_float(row.propensity),
        low=_float(row.propensity_low),
        high=_float(row.propensity_high),
        weight=_float(row.weight),
        expected=_float(row.expected),
        p=_float(p),
        q=_float(q),
        grade=grade,
        direction=direction,
        unit=unit,
    )


def grade_name(grade: str | None, unit: str) -> str:
    """Return what a grade is called where ties count a unit; empty without a grade."""
    return few_of(unit) if grade == FEW_PAPERS else grade or ""


def few_of(unit: str) -> str:
    """Return the name of the lowest grade: "few papers" of works, else after what is counted: "few tonnes"."""
    return FEW_PAPERS if unit in _OF_WORKS else f"few {unit}"


def factor(value: float) -> str:
    """Return a factor to about two digits: 0, 0.53, 3.2, 47, 1,120; a dash when missing."""
    if math.isnan(value):
        return MISSING
    if 0 < value < 0.005:
        return "< 0.01"
    digits = 2 if value < 0.995 else 1 if value < 9.95 else 0
    return "0" if value == 0 else f"{value:,.{digits}f}"


def interval(low: float, high: float) -> str:
    """Return a range of factors: "2.1 to 4.6", "at most 0.31" where nothing was observed."""
    if math.isnan(high):
        return MISSING
    return f"at most {factor(high)}" if low == 0 else f"{factor(low)} to {factor(high)}"


def grade_counts(grades: Iterable[Any], directions: Iterable[Any]) -> dict[tuple[str, str], int]:
    """Return how many ties have each grade and direction, in the order of the grades; all of them, be it 0."""
    found = {(grade, direction): 0 for grade in GRADES for direction in (STRONGER, WEAKER)}
    for grade, direction in zip(grades, directions, strict=True):
        if grade in GRADES and direction in (STRONGER, WEAKER):
            found[str(grade), str(direction)] += 1
    return found


def counts_words(found: dict[tuple[str, str], int], verb: str, few_papers: str = FEW_PAPERS) -> str:
    """Return the ties of each grade in words: "6 worked together more and 1 less than size explains (firm); ...".

    Parameters
    ----------
    found : dict
        As `grade_counts` returns it.
    verb : str
        What pairs do, in the past: "worked together".
    few_papers : str, default "few papers"
        The name of the lowest grade, as `few_of` returns it.
    """
    firm, probable = (tuple(count(found[grade, side]) for side in (STRONGER, WEAKER)) for grade in (FIRM, PROBABLE))
    few = found[FEW_PAPERS, STRONGER]
    rest = f"; {count(few)} {'stands' if few == 1 else 'stand'} out on {few_papers} only" if few else ""
    return (
        f"{firm[0]} {verb} more and {firm[1]} less than size explains ({FIRM}); {probable[0]} more and {probable[1]} "
        f"less ({PROBABLE}){rest}"
    )


def _float(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return math.nan


def _known(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
