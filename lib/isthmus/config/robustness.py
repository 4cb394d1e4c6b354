"""How a study finds out how far its findings can be trusted."""

from pydantic import Field, model_validator

from isthmus.config.corpus import CorpusRule
from isthmus.config.networks import CitationYear, JointPapers
from isthmus.config.section import Section
from isthmus.config.significance import FiniteRule, LinkModel
from isthmus.config.trajectories import ClusterCount


class Stability(Section):
    """How much the clusters depend on chance and on choices (METHODS 2.5, 6); null turns it off."""

    restarts: int = Field(default=50, ge=2, le=10_000, description="single starts that are compared")
    silhouette_pairs: int = Field(default=2000, ge=10, le=20_000, description="pairs of the silhouette over k")
    silhouette_clusters: tuple[ClusterCount, ...] = Field(
        default=(2, 3, 4, 5, 6, 7, 8), description="values of k compared"
    )


class Bootstrap(Section):
    """How much propensities and labels depend on single works (METHODS 9.4); null turns it off."""

    replicates: int = Field(default=100, ge=1, le=10_000, description="Poisson resamples of the works")
    level: float = Field(default=0.95, gt=0, lt=1, description="coverage of the intervals")


class Sensitivity(Section):
    """Choices that are varied, every combination of them; null turns it off."""

    corpus_rules: tuple[CorpusRule, ...] = Field(default=(), description="corpus rules beside the study's own")
    citation_years: tuple[CitationYear, ...] = Field(default=(), description="citation years beside the study's")
    joint_papers: tuple[JointPapers, ...] = Field(
        default=(), description="what becomes of citations of joint papers, beside the study's own"
    )
    finite: tuple[FiniteRule, ...] = Field(default=(), description="rules of finite pairs beside the study's own")
    null_models: tuple[LinkModel, ...] = Field(default=(), description="null models beside the study's own")

    @model_validator(mode="after")
    def _something_is_varied(self) -> "Sensitivity":
        if not any(getattr(self, name) for name in type(self).model_fields):
            raise ValueError("nothing is varied: name a choice in one of the lists, or write `sensitivity: null`")
        return self
