"""The stages of robustness: how far the findings depend on chance and on choices."""

from isthmus.analyses.robustness.bootstrap import write_bootstrap
from isthmus.analyses.robustness.sensitivity import write_sensitivity
from isthmus.analyses.robustness.stability import write_stability
from isthmus.analyses.robustness.tables import (
    BOOTSTRAP_LABELS,
    BOOTSTRAP_PROPENSITIES,
    BOOTSTRAP_WEIGHTS,
    CLUSTERING_AGREEMENT,
    SENSITIVITY,
    SILHOUETTE,
)
from isthmus.analyses.stage import Stage

STAGES = (
    Stage(
        name="stability",
        description="compare the clusters with those of other seeds, null models, citation years and rules",
        task="trajectories",
        section="stability",
        needs=("networks", "null_models", "other_null_models"),
        writes=(CLUSTERING_AGREEMENT, SILHOUETTE),
        publishes=(CLUSTERING_AGREEMENT, SILHOUETTE),
        reads=(
            "seed",
            "stability",
            "trajectories",
            "significance.finite",
            "other_null_models",
            "networks.citation_year",
            "networks.citation_years",
            "years.analysis",
        ),
        run=write_stability,
    ),
    Stage(
        name="bootstrap",
        description="resample the works: intervals of every propensity, how often every label is kept",
        task="trajectories",
        section="bootstrap",
        needs=("records", "corpus", "networks", "null_models", "trajectories"),
        writes=(BOOTSTRAP_WEIGHTS, BOOTSTRAP_PROPENSITIES, BOOTSTRAP_LABELS),
        publishes=(BOOTSTRAP_PROPENSITIES, BOOTSTRAP_LABELS),
        reads=(
            "seed",
            "bootstrap",
            "trajectories.window",
            "trajectories.order",
            "networks.citation_year",
            "networks.citation_window",
            "networks.joint_papers",
            "years.analysis",
            "years.significance",
            "corpus.max_countries",
        ),
        run=write_bootstrap,
    ),
    Stage(
        name="sensitivity",
        description="find the findings again under every combination of the choices that are varied",
        task="trajectories",
        section="sensitivity",
        needs=("records", "corpus", "networks", "null_models"),
        writes=(SENSITIVITY,),
        publishes=(SENSITIVITY,),
        reads=(
            "seed",
            "corpus",
            "years",
            "geography.poles",
            "geography.blocs",
            "geography.cn_includes_hk_mo",
            "networks",
            *(f"significance.{name}" for name in ("null_model", "samples", "finite", "threshold", "min_finite_years")),
            "trajectories",
            "sensitivity",
        ),
        run=write_sensitivity,
    ),
)
