"""How a study compares cities: which lead, which two sides of the world they are on, who builds on whom."""

from typing import Annotated, Literal

from pydantic import Field, field_validator

from isthmus.config.section import Bloc, Identifier, Section, YearSpan

Venue = Annotated[str, Field(min_length=1, max_length=200)]


class Cities(Section):
    """Cities by impact, output and scientists, and the ties between them (METHODS 4); off unless it is named."""

    west: tuple[Bloc | Identifier, ...] = Field(
        default=("US", "Europe"),
        min_length=1,
        description="one side: countries, blocs or regions, and cities by their number in GeoNames",
    )
    east: tuple[Bloc | Identifier, ...] | None = Field(
        default=None, description="the other side in the same way; null: every city that is not of the first"
    )
    sides: tuple[str, str] = Field(default=("East", "West"), description="how the report calls `east` and `west`")
    scientists: Literal["majority", "at_least_half"] = Field(
        default="at_least_half", description="whose field the corpus is: which of the two definitions counts"
    )
    impact_years: YearSpan = Field(
        default=(2013, 2017), description="years of the cited works: who builds on whom; the last one orders the cities"
    )
    flow_years: YearSpan = Field(default=(2015, 2019), description="years of moves and of collaboration")
    top: tuple[Annotated[int, Field(ge=2, le=1000)], ...] = Field(
        default=(20, 50, 100), min_length=1, max_length=5, description="how many cities each matrix shows"
    )
    tested: int = Field(
        default=1000, ge=2, le=5000, description="cities, those with most impact, whose ties are tested against size"
    )
    venues: dict[str, tuple[Venue, ...]] = Field(
        default_factory=dict, description="venue -> names of its sources, or their linking ISSN"
    )

    @field_validator("top")
    @classmethod
    def _ascending(cls, numbers: tuple[int, ...]) -> tuple[int, ...]:
        if list(numbers) != sorted(set(numbers)):
            raise ValueError("expected each number once, the smallest first")
        return numbers
