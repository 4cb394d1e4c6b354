"""How a study asks which cities bridge the two sides of the world."""

from pydantic import Field

from isthmus.config.section import Section


class Bridging(Section):
    """Betweenness between the sides of `cities` and influence of each city (METHODS 4.3); off unless it is named."""

    top: int = Field(default=100, ge=4, le=3000, description="cities, those with most impact, that the networks hold")
    draws: int = Field(default=500, ge=20, le=100_000, description="networks drawn from each null model")
    level: float = Field(default=0.95, gt=0, lt=1, description="probability of the bands of the null models")
    replicates: int = Field(
        default=500, ge=20, le=100_000, description="bootstrap replicates over works and scientists"
    )
    worlds: int = Field(default=10_000, ge=100, le=10**6, description="worlds of the spread of influence")
