"""How a study measures the disruption of its works."""

from typing import Literal, Self

from pydantic import Field, model_validator

from isthmus.config.section import Bloc, Section


class Disruption(Section):
    """Who builds on a work alone and who on its references (METHODS 4.1); off unless it is named."""

    places: tuple[Bloc, ...] = Field(
        default=(),
        max_length=50,
        description="countries and blocs of the report; none: those of geography.compare, else the poles",
    )
    last: int | None = Field(
        default=None, ge=0, le=1000, description="last year of the window, counted from the work's; null for no end"
    )
    short: int = Field(default=5, ge=0, le=1000, description="last year of the short window, that of CD5")
    strict: bool = Field(default=False, description="count citing works of later years only")
    minimum_references: int = Field(
        default=1, ge=0, le=1000, description="works with fewer recorded references have no index; 5 is stricter"
    )
    top_share: float = Field(
        default=0.1, gt=0, lt=0.5, description="share of a year's works that are most disruptive, or most developmental"
    )
    ties: Literal["all", "fractional"] = Field(
        default="all", description="works at the cut: all count, or each a part so that the share is met exactly"
    )
    replicates: int = Field(default=500, ge=2, le=10_000, description="Poisson resamples of the works")
    level: float = Field(default=0.95, gt=0, lt=1, description="coverage of the intervals")

    @model_validator(mode="after")
    def _short_within_last(self) -> Self:
        if self.last is not None and self.short > self.last:
            raise ValueError(f"short is {self.short}, and the window ends after {self.last} years (last)")
        return self
