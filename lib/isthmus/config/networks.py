"""How a study counts its yearly networks."""

from typing import Literal

from pydantic import Field, model_validator

from isthmus.config.section import Section

CitationYear = Literal["cited", "cited_window", "citing"]
#: What becomes of a citation between two countries that both sign the citing or the cited paper.
JointPapers = Literal["whole", "left_out"]


class Networks(Section):
    """How yearly networks are counted (METHODS 2.1)."""

    citation_year: CitationYear = Field(default="cited", description="the year a citation belongs to, in the report")
    citation_years: tuple[CitationYear, ...] = Field(
        ("cited", "cited_window", "citing"), description="all that are computed"
    )
    citation_window: int = Field(default=2, ge=0, le=100, description="years after publication counted by cited_window")
    joint_papers: JointPapers = Field(
        default="whole",
        description="knowledge exchange of papers that both countries sign: whole, or left_out (a citation does not "
        "count for a pair both of whose countries sign the citing or the cited paper)",
    )
    citing_types: tuple[str, ...] | None = Field(default=None, description="types of citing works; null accepts all")

    @model_validator(mode="after")
    def _citation_year_is_computed(self) -> "Networks":
        if self.citation_year not in self.citation_years:
            raise ValueError(
                f"citation_year {self.citation_year!r} is not among citation_years {list(self.citation_years)}"
            )
        return self
