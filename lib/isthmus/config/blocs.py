"""How a study compares countries and blocs, and whom it counts as an active researcher."""

from typing import Annotated

from pydantic import Field, field_validator

from isthmus.config.section import Bloc, Section

Papers = Annotated[int, Field(ge=1, le=10_000)]
Window = Annotated[int, Field(ge=1, le=100)]
WORLD_SHARE = 50 / 60_000  # Digital Science 2025: more than 50 papers, of about 60,000 in the world


class Blocs(Section):
    """Output, citations, partners and organisations of countries and blocs (METHODS 5); off unless it is named."""

    entities: tuple[Bloc, ...] = Field(
        default=("CN", "US", "EU-27", "GB"),
        min_length=2,
        max_length=50,
        description="countries or blocs; the output of the first is compared with that of all others together",
    )
    organisation_papers: int = Field(
        default=50, ge=0, le=1_000_000, description="an organisation is large with more papers in a year than this"
    )
    organisation_share: float = Field(
        default=WORLD_SHARE, gt=0, lt=1, description="or with more than this share of the year's papers of the corpus"
    )
    replicates: int = Field(default=500, ge=2, le=10_000, description="Poisson resamples of the works")
    level: float = Field(default=0.95, gt=0, lt=1, description="coverage of the intervals")


class ActiveResearchers(Section):
    """Who counts as active: every least number of papers with every window; off unless it is named."""

    papers: tuple[Papers, ...] = Field(
        default=(1, 2, 3, 5), min_length=1, max_length=20, description="least papers of the corpus"
    )
    windows: tuple[Window, ...] = Field(
        default=(1, 3, 5),
        min_length=1,
        max_length=20,
        description="years in which they were published, up to the year counted",
    )

    @field_validator("papers", "windows")
    @classmethod
    def _each_once(cls, numbers: tuple[int, ...]) -> tuple[int, ...]:
        if len(set(numbers)) < len(numbers):
            raise ValueError("expected each number once")
        return numbers
