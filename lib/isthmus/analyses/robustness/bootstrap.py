"""The bootstrap over works: intervals of every propensity, and how often every label is kept (METHODS 9.4)."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from isthmus.analyses.corpus.tables import CORPUS_COUNTRIES
from isthmus.analyses.networks.tables import COUNTRY_EDGES
from isthmus.analyses.robustness.tables import BOOTSTRAP_LABELS, BOOTSTRAP_PROPENSITIES, BOOTSTRAP_WEIGHTS
from isthmus.analyses.rows import in_both_networks, of_study, replace_rows, write_rows
from isthmus.analyses.significance.tables import PAIR_TESTS
from isthmus.analyses.stage import Context, Outcome
from isthmus.analyses.trajectories.tables import CENTROIDS, PAIR_LABELS
from isthmus.engine.concurrent import concurrently
from isthmus.engine.ddl import spark_schema
from isthmus.networks.contributions import contributions
from isthmus.trajectories.bootstrap_fanout import (
    PAIRS_PER_TASK,
    ROWS_PER_TASK,
    propensity_intervals,
    replicate_labels,
    resampled_weights,
)
from isthmus.trajectories.resampling import centroids_of


def write_bootstrap(context: Context) -> Outcome:
    """Write the tables `bootstrap_weights`, `bootstrap_propensities` and `bootstrap_labels` of the study."""
    study = context.the_study
    added = contributions(context.store.read("citations"), of_study(context, CORPUS_COUNTRIES), study)
    parts = _parts(of_study(context, COUNTRY_EDGES))
    weights = resampled_weights(added, replicates=study.bootstrap.replicates, seed=study.seed, parts=parts)
    write_rows(context, BOOTSTRAP_WEIGHTS, weights)
    concurrently(lambda: _write_propensities(context), lambda: _write_labels(context))
    kept = of_study(context, BOOTSTRAP_LABELS).agg(F.mean("kept")).collect()[0][0]
    said = "no label could be resampled" if kept is None else f"labels keep in {kept:.0%} of the resamples on average"
    return Outcome(f"{study.bootstrap.replicates:,} resamples of the works: {said}")


def _write_propensities(context: Context) -> None:
    study = context.the_study
    found = propensity_intervals(
        _resampled(context),
        _tests(context).select("network", "year", "src", "dst", "weight", "expected"),
        years=study.years.analysis,
        window=study.years.significance,
        replicates=study.bootstrap.replicates,
        level=study.bootstrap.level,
    )
    write_rows(context, BOOTSTRAP_PROPENSITIES, found)


def _write_labels(context: Context) -> None:
    study = context.the_study
    labels = of_study(context, PAIR_LABELS).where("status = 'clustered'").select("src", "dst", "cluster", "label")
    pairs = labels.count()
    if not pairs:
        replace_rows(context, BOOTSTRAP_LABELS, context.spark.createDataFrame([], spark_schema(BOOTSTRAP_LABELS)))
        return
    found = replicate_labels(
        _resampled(context),
        _tests(context).select("network", "year", "src", "dst", "weight", "expected", "sd"),
        labels,
        centroids=centroids_of(of_study(context, CENTROIDS).toPandas()),
        years=study.years.analysis,
        window=study.trajectories.window,
        order=study.trajectories.order,
        replicates=study.bootstrap.replicates,
        parts=1 + pairs // PAIRS_PER_TASK,
    )
    write_rows(context, BOOTSTRAP_LABELS, found)


def _resampled(context: Context) -> DataFrame:
    return of_study(context, BOOTSTRAP_WEIGHTS).select("network", "year", "src", "dst", "weights", "surplus")


def _tests(context: Context) -> DataFrame:
    return of_study(context, PAIR_TESTS).where(in_both_networks(context.the_study.networks.citation_year))


def _parts(edges: DataFrame) -> int:
    """Tasks for the largest network and year: its summed weights are the rows that are resampled."""
    heaviest = (
        edges.where("network <> 'citation'").groupBy("network", "citation_year", "year").agg(F.sum("weight").alias("w"))
    )
    most = heaviest.agg(F.max("w")).collect()[0][0] or 0
    return 1 + int(most) // ROWS_PER_TASK
