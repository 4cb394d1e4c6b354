"""How a study follows and clusters ties, and groups countries."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from isthmus.config.section import Section

Finite = Annotated[float, Field(allow_inf_nan=False)]
ClusterCount = Annotated[int, Field(ge=2, le=50)]
TrajectoryEngine = Literal["isthmus", "tslearn"]


class Trajectories(Section):
    """How the ties of two networks are followed over the years and clustered (METHODS 2.5)."""

    window: int = Field(default=5, ge=3, le=101, description="years of the Savitzky-Golay filter; odd")
    order: int = Field(default=1, ge=0, description="order of its polynomial")
    clusters: ClusterCount = Field(default=4, description="k; only 4 clusters have names")
    restarts: int = Field(
        default=100, ge=1, le=10_000, description="seeded starts of k-means: the lowest inertia wins, all give support"
    )
    max_iterations: int = Field(default=50, ge=1, le=100_000, description="iterations of one start")
    tolerance: float = Field(
        default=1e-6, ge=0, allow_inf_nan=False, description="a start ends when inertia changes by less"
    )
    engine: TrajectoryEngine = Field(default="isthmus", description="own kernels, or tslearn's (the same objective)")

    @model_validator(mode="after")
    def _filter_is_possible(self) -> "Trajectories":
        if self.window % 2 == 0:
            raise ValueError(f"window: {self.window} is even; a centred filter needs an odd number of years")
        if self.order >= self.window:
            raise ValueError(f"order: {self.order} must be below window ({self.window})")
        return self


class Groups(Section):
    """Which countries integrate with which pole, and how fast (METHODS 2.6)."""

    countries: int = Field(default=30, ge=1, le=300, description="most productive countries that are grouped")
    include_poles: bool = Field(default=False, description="count the poles among these countries")
    speed_thresholds: tuple[Finite, Finite] | None = Field(
        default=None, description="slow below the first, fast from the second; null: terciles of the converging pairs"
    )
    smoothed_speed: bool = Field(default=False, description="speed from the smoothed z instead of the raw one")

    @model_validator(mode="after")
    def _thresholds_ascend(self) -> "Groups":
        if self.speed_thresholds is not None and self.speed_thresholds[0] > self.speed_thresholds[1]:
            raise ValueError(f"speed_thresholds: {list(self.speed_thresholds)} descend; write [slow below, fast from]")
        return self
