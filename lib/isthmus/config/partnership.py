"""How a study compares papers that two countries wrote together with the others of each."""

from itertools import pairwise
from typing import Annotated

from pydantic import Field, field_validator

from isthmus.config.cities import Venue
from isthmus.config.section import Bloc, Section, YearSpan

Cut = Annotated[int, Field(ge=2, le=100_000)]
#: Teams of 1 to 10 as they are, then 11 to 15, 16 to 20, 21 to 50, and larger ones.
TEAM_CUTS = (*range(2, 12), 16, 21, 51)


class Partnership(Section):
    """Papers of one pole with the other beside its other papers (METHODS 3.7); off unless it is named."""

    placebo: tuple[Bloc, Bloc] | None = Field(
        default=("CA", "KR"), description="two countries compared in the same way, of whom no effect is expected"
    )
    partners: tuple[Bloc, ...] = Field(
        default=(), max_length=20, description="other partners of each pole, compared over the pooled years"
    )
    matched_years: YearSpan | None = Field(
        default=None, description="years that are matched one by one; null: those of the analysis"
    )
    pooled_years: YearSpan | None = Field(
        default=None, description="years that are matched together; null: the last four of the matched ones"
    )
    institutions: int = Field(default=100, ge=1, le=10_000, description="how many institutions are the leading ones")
    institution_years: YearSpan | None = Field(
        default=None, description="years whose citations rank institutions; null: those of the analysis"
    )
    team_cuts: tuple[Cut, ...] = Field(
        default=TEAM_CUTS, min_length=1, max_length=100, description="least team of each bin but the first"
    )
    own_affiliations: bool = Field(
        default=False, description="whether a last author's own second affiliation makes a paper a joint one"
    )
    venues: dict[str, tuple[Venue, ...]] = Field(
        default_factory=dict, description="venue -> names of its sources, or their linking ISSN: the venue premium"
    )

    @field_validator("team_cuts")
    @classmethod
    def _rising(cls, cuts: tuple[int, ...]) -> tuple[int, ...]:
        if any(later <= earlier for earlier, later in pairwise(cuts)):
            raise ValueError(f"{list(cuts)} does not rise; write the least team of each bin, the smallest first")
        return cuts
