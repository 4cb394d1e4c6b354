"""How a study asks what size and distance explain between its cities."""

from typing import Annotated, Literal

from pydantic import Field

from isthmus.config.section import Section


class Gravity(Section):
    """Who builds on whom, and who moves where, between all cities, by size, distance and border; off unless named."""

    specifications: tuple[Literal[1, 2, 3, 4, 5], ...] = Field(
        default=(1, 2, 3, 4, 5),
        min_length=1,
        description="1: output and citations made; 2: and scientists; 3: and distance; 4: and country, border, hours; "
        "5: effects of origins and destinations instead of sizes",
    )
    least_km: float = Field(default=1.0, gt=0, le=100, description="different cities are at least so far apart")
    covariates: Annotated[str, Field(min_length=1)] | None = Field(
        default=None, description="a CSV file of pairs of countries with CEPII's columns: language, colonies, law"
    )
    effects_cities: int = Field(
        default=1000, ge=2, le=5000, description="cities on each side that specification 5 holds: those with most flows"
    )
