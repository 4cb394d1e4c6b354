"""How a study follows the propensity of ties over the years."""

from pydantic import Field

from isthmus.config.section import Section


class Trends(Section):
    """The trend of how many times what size explains a tie weighs, with its probability; null turns it off."""

    change: float = Field(
        default=1.25, gt=1, le=100, description="times per decade; a tie that changes by less is level"
    )
    level: float = Field(default=0.95, gt=0, lt=1, description="coverage of the intervals of yearly propensities")
