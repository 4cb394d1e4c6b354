"""Countries as parts of something larger, over the years: what a bloc that counts as one place is made of."""

from collections.abc import Callable, Collection
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Membership:
    """A country that belongs to a whole from one year to another, both included; None: in every year."""

    whole: str
    code: str
    first: int | None = None
    last: int | None = None


def memberships_over_years(
    whole: str, members: Callable[[int], Collection[str]], years: tuple[int, int]
) -> tuple[Membership, ...]:
    """Return the members of a whole, each with its years; a member in all of the years has none stated.

    Parameters
    ----------
    whole : str
        Its name.
    members : Callable[[int], Collection[str]]
        The members of one year.
    years : tuple[int, int]
        First and last year that matter.
    """
    first, last = years
    yearly = {year: members(year) for year in range(first, last + 1)}
    parts: list[Membership] = []
    for code in sorted(set().union(*yearly.values())):
        for start, end in _runs([year for year in yearly if code in yearly[year]]):
            always = (start, end) == years
            parts.append(Membership(whole, code) if always else Membership(whole, code, start, end))
    return tuple(parts)


def _runs(years: list[int]) -> list[tuple[int, int]]:
    """Ascending years as unbroken spans."""
    starts = [year for year in years if year - 1 not in years]
    ends = [year for year in years if year + 1 not in years]
    return list(zip(starts, ends, strict=True))
