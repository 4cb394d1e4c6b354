"""Which years a study reads and analyses."""

from pydantic import Field, model_validator

from isthmus.config.section import Section, Year


class Years(Section):
    """Which years are read and analysed; both ends included."""

    corpus: tuple[Year, Year] = Field((1990, 2021), description="publication years of the corpus")
    citing_until: Year = Field(default=2023, description="last publication year of a citing work")
    analysis: tuple[Year, Year] = Field((2000, 2021), description="years of trajectories and of the report")
    significance: tuple[Year, Year] = Field((2017, 2021), description="years over which ties are tested together")

    @model_validator(mode="after")
    def _ordered(self) -> "Years":
        for name in ("corpus", "analysis", "significance"):
            first, last = getattr(self, name)
            if first > last:
                raise ValueError(f"{name}: {first} is after {last}; write [first, last]")
        for name in ("analysis", "significance"):
            first, last = getattr(self, name)
            if first < self.corpus[0] or last > self.corpus[1]:
                raise ValueError(f"{name}: [{first}, {last}] leaves the corpus years {list(self.corpus)}")
        if self.citing_until < self.corpus[1]:  # works of the corpus cite, too
            raise ValueError(f"citing_until: {self.citing_until} is before the corpus ends ({self.corpus[1]})")
        return self
