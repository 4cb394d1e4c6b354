"""What fetching costs, said before it starts."""

import math
from dataclasses import dataclass

from isthmus.fetch.api import PAGE_RECORDS

SECONDS_A_PAGE = 0.8  # of a hundred works with their authors and references
DOLLARS_A_PAGE = 0.0001  # price of a list request, of 2026; single records cost nothing
FREE_DOLLARS = 1.0  # what a key without payment may ask for in a day
BYTES_A_WORK = 1_600  # of a compressed part without abstracts, as 2,000 real works have them
# Institutions, sources and topics that works name: many for each of the first works, few for each of many. Real works
# by the hundred to five thousand name 330 to 3,700 of them.
NAMED_RECORDS, NAMED_POWER = 32.0, 0.58


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
        named: float = NAMED_RECORDS * self.works**NAMED_POWER
        return math.ceil(self.works / PAGE_RECORDS) + math.ceil(named / PAGE_RECORDS)

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
        matching = "1 work matches" if self.works == 1 else f"{self.works:,} works match"
        return (
            f"{matching}: about {self.pages:,} requests ({free}), {_minutes(self.minutes)}, "
            f"{self.works * BYTES_A_WORK / 1e6:,.0f} MB"
        )


def _minutes(minutes: float) -> str:
    if minutes < 1.5:
        return "a minute"
    return f"{minutes:,.0f} minutes" if minutes < 120.0 else f"{minutes / 60.0:,.0f} hours"
