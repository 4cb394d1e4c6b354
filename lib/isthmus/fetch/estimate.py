"""What fetching costs, said before it starts."""

import math
from dataclasses import dataclass

from isthmus.fetch.api import PAGE_RECORDS

SECONDS_A_PAGE = 0.8  # of a hundred works with their authors and references
DOLLARS_A_PAGE = 0.0001  # price of a list request, of 2026; single records cost nothing
FREE_DOLLARS = 1.0  # what a key without payment may ask for in a day
BYTES_A_WORK = 2_500  # of a compressed part without abstracts
ENTITY_PAGES = 0.25  # pages of institutions, sources and topics for each page of works, at most


@dataclass(frozen=True)
class Estimate:
    """How many works a filter matches, and what follows from that.

    Parameters
    ----------
    works : int
        Works that match.
    """

    works: int

    @property
    def pages(self) -> int:
        """Requests that count against the allowance."""
        return math.ceil(math.ceil(self.works / PAGE_RECORDS) * (1.0 + ENTITY_PAGES))

    @property
    def dollars(self) -> float:
        """What they would cost; the first dollar of a day is free."""
        return self.pages * DOLLARS_A_PAGE

    @property
    def minutes(self) -> float:
        """By the clock, where the server answers as it usually does."""
        return self.pages * SECONDS_A_PAGE / 60.0

    def in_words(self) -> str:
        """Return the estimate as a sentence."""
        days = math.ceil(self.dollars / FREE_DOLLARS)
        free = "within the free allowance of a day" if days <= 1 else f"the free allowance of {days} days"
        return (
            f"{self.works:,} works match: about {self.pages:,} requests ({free}), {_minutes(self.minutes)}, "
            f"{self.works * BYTES_A_WORK / 1e6:,.0f} MB"
        )


def _minutes(minutes: float) -> str:
    if minutes < 1.5:
        return "a minute"
    return f"{minutes:,.0f} minutes" if minutes < 120.0 else f"{minutes / 60.0:,.0f} hours"
