"""How a study follows scientists who move."""

from typing import Literal

from pydantic import Field

from isthmus.config.section import Section


class PublishedFlows(Section):
    """Flows of scholars between countries that others counted: a CSV file of the user's own."""

    file: str = Field(description="path or URI of a CSV file (also .gz) with columns year, origin, destination")
    movers: str = Field(default="movers", description="its column with the number of scholars who moved")
    source: str = Field(default="", max_length=300, description="whose numbers these are, as the report says it")


class Migration(Section):
    """Who moves where, and what becomes of it (METHODS 3.4, 3.5); off unless it is named."""

    scientists: Literal["majority", "at_least_half", "everyone"] = Field(
        default="majority",
        description="whose moves: authors with most, or at least half, of their works in the corpus; or all authors",
    )
    gap: int = Field(default=5, ge=1, le=100, description="most years between the two places of a move")
    strict_works: int = Field(
        default=2, ge=1, le=1000, description="works at the origin before and at the destination after a strict move"
    )
    years_after: int = Field(
        default=10, ge=2, le=100, description="years before and after the move in which joint work is followed"
    )
    published_flows: PublishedFlows | None = Field(default=None, description="flows to compare with; null: none")
