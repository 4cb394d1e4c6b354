"""How a study compares the output, scientists, impact and hits of countries."""

from pydantic import Field

from isthmus.config.section import Section


class Scientists(Section):
    """Papers, scientists and citations of countries by year (METHODS 3.1); off unless it is named."""


class Hits(Section):
    """The papers that are cited most in their year (METHODS 3.1); off unless it is named."""

    share: float = Field(default=0.01, gt=0, lt=1, description="share of the year's papers that are hits")
