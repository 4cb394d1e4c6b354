"""How a study follows scientists who move."""

from typing import Literal

from pydantic import Field

from isthmus.config.section import Section, YearSpan


class PublishedFlows(Section):
    """Flows of scholars between countries that others counted: a CSV file of the user's own."""

    file: str = Field(description="path or URI of a CSV file (also .gz) with columns year, origin, destination")
    movers: str = Field(default="movers", description="its column with the number of scholars who moved")
    source: str = Field(default="", max_length=300, description="whose numbers these are, as the report says it")


class AncestryNumbers(Section):
    """Numbers of movers by ancestry that others counted: a CSV file of the user's own, without persons."""

    file: str = Field(
        description="path or URI of a CSV file (also .gz) with columns origin, destination, ancestry, movers"
    )
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
    equal_size_sample: bool = Field(
        default=False,
        description="match movers with a sample of as many others, as the paper seems to; false: with all",
    )
    universities: int = Field(
        default=100,
        ge=1,
        le=10_000,
        description="how many universities are the leading ones, by citations of all fields",
    )
    university_years: YearSpan | None = Field(
        default=None, description="years of the works whose citations rank universities; null: those of the analysis"
    )
    published_flows: PublishedFlows | None = Field(default=None, description="flows to compare with; null: none")
    ancestry: AncestryNumbers | None = Field(
        default=None, description="numbers of movers by ancestry to show beside; null: none. Nothing is told from names"
    )
