"""Which ties count as stronger than size explains."""

from typing import Literal

from pydantic import Field

from isthmus.config.section import Section

#: Null models of the links of a network.
LinkModel = Literal[
    "ecm",
    "ecm-variance-corrected",
    "ecm-variance-corrected-ipf",
    "ecm-variance-corrected-poisson",
    "ecm-variance-corrected-mad",
    "rewiring",
]
#: Null models of the papers behind a collaboration network; knowledge exchange has none of them.
PaperModel = Literal["papers", "bicm"]
NullModel = Literal[LinkModel, PaperModel]
FiniteRule = Literal["expected_in_500_samples", "present", "linked", "sampled"]


class Significance(Section):
    """Which null model a tie is tested against, and when it counts (METHODS 2.2-2.4)."""

    null_model: NullModel = Field(default="ecm", description="what size alone explains")
    samples: int = Field(default=0, ge=0, le=100_000, description="realisations; 0 uses exact moments and tails")
    finite: FiniteRule = Field(default="expected_in_500_samples", description="which pairs have a z at all")
    threshold: float = Field(
        default=2.0, allow_inf_nan=False, description="the published rule calls a tie when its mean z is above this"
    )
    min_finite_years: int = Field(
        default=3, ge=1, le=600, description="least years with a z within the significance years"
    )
    false_discovery_rate: float = Field(
        default=0.05, gt=0, lt=1, description="a tie is firm when its Benjamini-Hochberg q is below this"
    )


class OtherNullModels(Section):
    """Other null models that the same ties are tested against; null turns them off."""

    models: tuple[NullModel, ...] = Field(
        default=("ecm-variance-corrected",), min_length=1, description="null models beside the study's own"
    )
