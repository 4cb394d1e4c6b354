"""How a study asks what size and distance explain between its cities."""

from typing import Literal

from pydantic import Field

from isthmus.config.section import Section


class Gravity(Section):
    """Who builds on whom between all cities, by size, scientists, distance and border; off unless it is named."""

    specifications: tuple[Literal[1, 2, 3, 4], ...] = Field(
        default=(1, 2, 3, 4),
        min_length=1,
        description="1: output and citations made; 2: and scientists; 3: and distance; 4: and country, border, hours",
    )
    least_km: float = Field(default=1.0, gt=0, le=100, description="different cities are at least so far apart")
