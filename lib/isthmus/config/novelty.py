"""How new the combinations of a study's works are measured to be."""

from typing import Literal

from pydantic import Field, field_validator

from isthmus.config.section import Bloc, Section

PAPER_SAMPLES = 10  # exchanges of citations in Uzzi et al. 2013


class Novelty(Section):
    """Novelty of a study's works: pairs of cited sources, concepts and sources as combinations; off unless named."""

    background: Literal["corpus", "all"] = Field(
        default="corpus",
        description="works whose pairs of sources are the yardstick: the study's own, or all of the snapshot (for AI "
        "about ten times the pairs, and a whole year has to fit into one task)",
    )
    entities: tuple[Bloc, ...] = Field(
        default=("US", "CN", "EU-27"),
        min_length=1,
        max_length=50,
        description="countries or blocs whose hits are tested; every country is counted",
    )
    maximum_references: int = Field(
        default=500, ge=2, le=100_000, description="works with more references to sources are left out and counted"
    )
    replicates: int = Field(
        default=0, ge=0, le=1000, description="sampled exchanges of citations beside the exact null model; 0 for none"
    )
    least_score: float = Field(
        default=0.3,
        ge=0,
        lt=1,
        description="a concept belongs to a work's combination with a score above this; 0: the keywords of OpenAlex",
    )
    groups: int = Field(default=20, ge=1, le=1000, description="groups of the model of combinations")
    starts: int = Field(default=5, ge=1, le=100, description="starts of that model; the likeliest counts")

    @field_validator("replicates")
    @classmethod
    def _enough_to_vary(cls, number: int) -> int:
        if number == 1:
            raise ValueError("one sample has no standard deviation; expected 0, or 2 and more")
        return number
