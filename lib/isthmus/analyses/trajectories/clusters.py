"""Trajectories of a study: panel on the driver, starts of the clustering over the cluster, tables."""

import pandas as pd
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from isthmus.analyses.networks.tables import COUNTRY_YEARS
from isthmus.analyses.rows import in_both_networks, of_study, write_frames
from isthmus.analyses.significance.tables import PAIR_TESTS
from isthmus.analyses.stage import Context, Outcome
from isthmus.analyses.trajectories.tables import TABLES
from isthmus.config import Study
from isthmus.engine import GateResult
from isthmus.errors import TrajectoryError
from isthmus.trajectories.frames import trajectory_frames
from isthmus.trajectories.panel import Panel, build_panel
from isthmus.trajectories.restarts import Restart

PANEL_COLUMNS = ("network", "year", "src", "dst", "weight", "z", "link_probability", "finite")


def write_trajectories(context: Context) -> Outcome:
    """Write the tables of trajectories; without enough pairs or years they stay empty and the outcome says why."""
    study = context.the_study
    ties = panel_ties(of_study(context, PAIR_TESTS), study, citation_year=study.networks.citation_year)
    try:
        panel = study_panel(ties, study)
        restarts = cluster(context.spark, panel, study)
        frames = trajectory_frames(
            panel,
            restarts,
            papers=papers_of(context),
            poles=study.geography.poles,
            top=study.groups.countries,
            include_poles=study.groups.include_poles,
            speed_thresholds=study.groups.speed_thresholds,
            smoothed_speed=study.groups.smoothed_speed,
        )
    except TrajectoryError as error:
        write_frames(context, {}, TABLES)
        reason = f"There are no trajectories: {error}"
        return Outcome(reason, gates=(_gate("pairs with a trajectory", 0.0, reason),), notes=(reason,))
    write_frames(context, frames, TABLES)
    failed = sum(start.clustering is None for start in restarts)
    gates = (
        _gate("pairs with a trajectory", float(len(panel)), "No pair has a z in both networks in every year."),
        GateResult(
            table="clusterings",
            gate="starts of the clustering that failed",
            severity="warn",
            observed=float(failed),
            bound="<= 0",
            passed=failed == 0,
            message="Their rows in `clusterings` say why.",
        ),
    )
    return Outcome(f"{len(panel):,} pairs followed over the years", gates=gates)


def panel_ties(ties: DataFrame, study: Study, *, citation_year: str) -> pd.DataFrame:
    """Return the ties of both networks over the years of the analysis, as `build_panel` takes them."""
    wanted = ties.where(in_both_networks(citation_year) & F.col("year").between(*study.years.analysis))
    return wanted.select(*(c for c in PANEL_COLUMNS if c in ties.columns)).toPandas()


def study_panel(ties: pd.DataFrame, study: Study) -> Panel:
    """Return the panel of a study: the pairs whose z count, by the column `finite`, in both networks and every year.

    Raises
    ------
    TrajectoryError
        As `isthmus.trajectories.build_panel`, or fewer pairs than clusters.
    """
    rule = study.trajectories
    panel = build_panel(ties, years=study.years.analysis, finite="sampled", window=rule.window, order=rule.order)
    if len(panel) < rule.clusters:
        raise TrajectoryError(
            f"pairs with a z in both networks in every year from {study.years.analysis[0]} to "
            f"{study.years.analysis[1]}: {len(panel)}; {rule.clusters} clusters need at least as many. Take fewer "
            "years (years.analysis) or a wider corpus."
        )
    return panel


def cluster(spark: SparkSession, panel: Panel, study: Study, *, restarts: int | None = None) -> list[Restart]:
    """Return the starts of the clustering of a panel, made over the cluster."""
    from isthmus.trajectories.fanout import cluster_restarts, restarts_of

    rule = study.trajectories
    rows = cluster_restarts(
        spark,
        panel.scaled,
        k=rule.clusters,
        restarts=restarts or rule.restarts,
        seed=study.seed,
        engine=rule.engine,
        max_iterations=rule.max_iterations,
        tolerance=rule.tolerance,
    )
    return restarts_of(rows, panel.scaled.shape)


def papers_of(context: Context) -> dict[str, float]:
    """Papers of each country over the years of the analysis, in full counts."""
    nodes = of_study(context, COUNTRY_YEARS).where(F.col("year").between(*context.the_study.years.analysis))
    return {
        row["country"]: float(row["papers"])
        for row in nodes.groupBy("country").agg(F.sum("papers").alias("papers")).collect()
    }


def _gate(name: str, observed: float, message: str) -> GateResult:
    return GateResult(
        table="trajectories",
        gate=name,
        severity="warn",
        observed=observed,
        bound=">= 1",
        passed=observed >= 1,
        message="" if observed >= 1 else message,
    )
