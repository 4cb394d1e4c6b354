"""Stability: do the clusters depend on seeds, null models, citation years, or the rule of finite pairs."""

import pandas as pd
from pyspark.sql import functions as F

from isthmus.analyses.networks.tables import COUNTRY_EDGES
from isthmus.analyses.robustness.tables import CLUSTERING_AGREEMENT, SILHOUETTE
from isthmus.analyses.rows import of_study, write_frames
from isthmus.analyses.significance.finite import counting, linked_pairs
from isthmus.analyses.significance.tables import PAIR_TESTS, PAIR_TESTS_OTHER_MODELS
from isthmus.analyses.stage import Context, Outcome
from isthmus.analyses.trajectories.clusters import cluster, panel_ties, study_panel
from isthmus.errors import TrajectoryError
from isthmus.trajectories.frames import (
    chosen_clustering,
    label_agreement,
    labels_frame,
    seed_agreement,
    silhouette_frame,
)

FINITE_RULES = ("expected_in_500_samples", "present", "linked")


def write_stability(context: Context) -> Outcome:
    """Write the tables `clustering_agreement` and `silhouette` of the study."""
    study = context.the_study
    ties = panel_ties(of_study(context, PAIR_TESTS), study, citation_year=study.networks.citation_year)
    try:
        panel = study_panel(ties, study)
    except TrajectoryError as error:
        write_frames(context, {}, (CLUSTERING_AGREEMENT, SILHOUETTE))
        return Outcome(f"there is nothing to compare: {error}")
    starts = cluster(context.spark, panel, study, restarts=max(study.stability.restarts, study.trajectories.restarts))
    # the labels that are published come from the first starts alone
    chosen = chosen_clustering(starts[: study.trajectories.restarts])
    labels = labels_frame(panel, chosen)
    rows = [seed_agreement(starts[: study.stability.restarts], chosen)]
    for comparison, variant, other in _variants(context, ties):
        rows.append(_agreement(context, labels, other, comparison, variant))
    silhouette = silhouette_frame(
        panel,
        clusters=study.stability.silhouette_clusters,
        pairs=study.stability.silhouette_pairs,
        seed=study.seed,
        max_iterations=study.trajectories.max_iterations,
        tolerance=study.trajectories.tolerance,
    )
    write_frames(
        context,
        {"clustering_agreement": pd.concat(rows, ignore_index=True), "silhouette": silhouette},
        (CLUSTERING_AGREEMENT, SILHOUETTE),
    )
    seeds = rows[0]["adjusted_rand"].median()
    return Outcome(f"median agreement of single starts with the labels (adjusted Rand index): {seeds:.2f}")


def _variants(context: Context, ties: pd.DataFrame) -> list[tuple[str, str, pd.DataFrame]]:
    """(comparison, variant, ties with `finite`) of each other choice."""
    study = context.the_study
    linked = linked_pairs(of_study(context, COUNTRY_EDGES))
    own_linked = linked.where(F.col("citation_year") == study.networks.citation_year).toPandas()
    found = [
        ("finite", rule, ties.assign(finite=counting(ties, rule, own_linked)))
        for rule in FINITE_RULES
        if rule != study.significance.finite
    ]
    for citation_year in study.networks.citation_years:
        if citation_year != study.networks.citation_year:
            found.append(
                (
                    "citation_year",
                    citation_year,
                    panel_ties(of_study(context, PAIR_TESTS), study, citation_year=citation_year),
                )
            )
    if study.enabled("other_null_models"):
        held = of_study(context, PAIR_TESTS_OTHER_MODELS)
        for model in study.other_null_models.models:
            other = panel_ties(
                held.where(F.col("null_model") == model), study, citation_year=study.networks.citation_year
            )
            found.append(("null_model", model, other))
    return found


def _agreement(
    context: Context, labels: pd.DataFrame, ties: pd.DataFrame, comparison: str, variant: str
) -> pd.DataFrame:
    study = context.the_study
    try:
        panel = study_panel(ties, study)
        other = labels_frame(panel, chosen_clustering(cluster(context.spark, panel, study)))
    except TrajectoryError:  # too few pairs under this choice: a row without any pair says so
        other = labels.iloc[:0]
    return label_agreement(labels, other, comparison=comparison, variant=variant)
