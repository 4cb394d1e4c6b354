"""How a published value and a study's own are compared: rules, their classes of tolerance, and the tests.

Three classes: E, exact (parameters of the method); S, the same sign, rank, label or order; M, of the same size (counts
within a factor of two, shares within five points). A rule belongs to a quantity, never to one number. Each analysis
brings the rules of its quantities (`scores.py`).
"""

from collections.abc import Callable
from dataclasses import dataclass

from isthmus.report.results import Results

FACTOR, POINTS = 2.0, 5.0
YES, NO = "yes", "no"
#: Tolerances in words.
HOLDS, SIGN, LABEL = "holds or does not, as published", "the same sign", "the same label"


class NotComparableError(Exception):
    """A published value that cannot be compared with these results; the message tells why."""


@dataclass(frozen=True)
class Published:
    """One published value: which paper prints it, what it is of, and its years."""

    id: str
    paper: str
    quantity: str
    scope: str
    year_from: int | None
    year_to: int | None
    value: str
    unit: str

    @property
    def first(self) -> int:
        """The first year that the value is of."""
        return _year(self.year_from)

    @property
    def last(self) -> int:
        """The last year that the value is of."""
        return _year(self.year_to)

    @property
    def boolean(self) -> bool:
        """Whether the value is yes (1) or no (0)."""
        return self.unit.startswith("boolean")


def _year(year: int | None) -> int:
    if year is None:
        raise NotComparableError("the published value names no year")
    return year


@dataclass(frozen=True)
class Ours:
    """What a study itself finds: the value, how it reads, and how it was obtained."""

    value: float | str
    text: str
    how: str


@dataclass(frozen=True)
class Rule:
    """How a quantity is computed, its class of tolerance (E, S or M), the tolerance in words, and the test."""

    compute: Callable[[Results, Published], Ours]
    tolerance_class: str
    tolerance: str
    inside: Callable[[Ours, Published], bool]


def quantity_of(paper: str, quantity: str) -> str:
    """Return the key of a rule that holds for one paper alone, where two papers call unlike things by one name.

    Parameters
    ----------
    paper : str
        The paper, as the column `paper` of the published values has it.
    quantity : str
        The quantity.
    """
    return f"{paper}/{quantity}"


def equal(ours: Ours, published: Published) -> bool:
    """Return whether both are the same."""
    if isinstance(ours.value, str):
        return ours.value == published.value
    return float(ours.value) == float(published.value)


def within_factor(ours: Ours, published: Published) -> bool:
    """Return whether the study's value lies within a factor of two of the published one."""
    return float(published.value) / FACTOR <= float(ours.value) <= float(published.value) * FACTOR


def within_points(ours: Ours, published: Published) -> bool:
    """Return whether the shares lie within five points of each other."""
    return abs(float(ours.value) - float(published.value)) <= POINTS


def exact(compute: Callable[[Results, Published], Ours]) -> Rule:
    """Return a rule of class E: the same value."""
    return Rule(compute, "E", "the same", equal)


def same(compute: Callable[[Results, Published], Ours], tolerance: str) -> Rule:
    """Return a rule of class S: the same sign, rank, label or order."""
    return Rule(compute, "S", tolerance, equal)


def magnitude(compute: Callable[[Results, Published], Ours]) -> Rule:
    """Return a rule of class M: within a factor of two."""
    return Rule(compute, "M", "within a factor of two", within_factor)


def switch_value(name: str, what: str) -> Callable[[Results, Published], Ours]:
    """Return how a parameter of the method is read from the study's configuration."""

    def compute(results: Results, _: Published) -> Ours:
        value = results.switch(name)
        if value is None:
            raise NotComparableError(f"these results do not list the field {name}")
        return Ours(float(value), f"{value:g}", f"the field {name}: {what}")

    return compute


def yes_or_no(holds: bool, how: str) -> Ours:
    """Return a statement that holds, or does not."""
    return Ours(float(holds), YES if holds else NO, how)


def sign_of(values: list[float]) -> float:
    """Return 1 where all values rise, -1 where all fall, else 0."""
    return 1.0 if all(v > 0 for v in values) else -1.0 if all(v < 0 for v in values) else 0.0


def sign_text(sign: float) -> str:
    """Return a sign in a word."""
    return {1.0: "rises", -1.0: "falls", 0.0: "mixed"}[sign]
