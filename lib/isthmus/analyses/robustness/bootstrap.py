"""The bootstrap over works: intervals of every z trajectory and support of every label."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from isthmus.analyses.corpus.tables import CORPUS_COUNTRIES
from isthmus.analyses.networks.tables import COUNTRY_EDGES
from isthmus.analyses.robustness.tables import BOOTSTRAP_Z, INTERVALS, LABEL_SUPPORT
from isthmus.analyses.rows import in_both_networks, of_study, replace_rows, stamped
from isthmus.analyses.significance.tables import PAIR_TESTS
from isthmus.analyses.stage import Context, Outcome
from isthmus.analyses.trajectories.tables import CENTROIDS, PAIR_LABELS
from isthmus.engine.concurrent import concurrently
from isthmus.engine.ddl import spark_schema
from isthmus.networks.contributions import contributions
from isthmus.tablespec import TableSpec
from isthmus.trajectories.bootstrap_fanout import (
    ROWS_PER_TASK,
    intervals,
    label_support,
    resampled_weights,
    resampled_z,
)
from isthmus.trajectories.resampling import centroids_of

TIE = ("network", "year", "src", "dst")


def write_bootstrap(context: Context) -> Outcome:
    """Write the tables `bootstrap_z`, `intervals` and `label_support` of the study."""
    study, store = context.the_study, context.store
    labels = (
        of_study(context, PAIR_LABELS).where("status = 'clustered'").select("src", "dst", "cluster", "label").toPandas()
    )
    pairs = frozenset(zip(labels["src"], labels["dst"], strict=True))
    if not pairs:
        for spec in (BOOTSTRAP_Z, INTERVALS, LABEL_SUPPORT):
            replace_rows(context, spec, context.spark.createDataFrame([], spark_schema(spec)))
        return Outcome("there are no trajectories to resample")
    added = contributions(store.read("citations"), of_study(context, CORPUS_COUNTRIES), study)
    weights = resampled_weights(
        added, replicates=study.bootstrap.replicates, seed=study.seed, parts=_parts(of_study(context, COUNTRY_EDGES))
    )
    finite = "present" if study.significance.finite in ("linked", "sampled") else study.significance.finite
    z = resampled_z(weights, model=study.significance.null_model, finite=finite, pairs=pairs)
    _write(context, BOOTSTRAP_Z, z)
    resampled = of_study(context, BOOTSTRAP_Z)
    observed = of_study(context, PAIR_TESTS).where(in_both_networks(study.networks.citation_year))
    found = intervals(resampled, level=study.bootstrap.level).join(observed.select(*TIE, "z"), list(TIE), "left")
    support = label_support(
        resampled,
        centroids=centroids_of(of_study(context, CENTROIDS).toPandas()),
        labels=labels,
        years=study.years.analysis,
        window=study.trajectories.window,
        order=study.trajectories.order,
        replicates=study.bootstrap.replicates,
    )
    concurrently(
        lambda: _write(context, INTERVALS, found),
        lambda: _write(context, LABEL_SUPPORT, support),
    )
    mean = of_study(context, LABEL_SUPPORT).agg(F.mean("support")).collect()[0][0]
    summary = (
        "no label could be resampled" if mean is None else f"labels keep in {mean:.0%} of the resamples on average"
    )
    return Outcome(f"{study.bootstrap.replicates:,} resamples of the works: {summary}")


def _parts(edges: DataFrame) -> int:
    """Tasks for the largest network and year: its summed weights are at least the rows that are resampled."""
    heaviest = (
        edges.where("network <> 'citation'").groupBy("network", "citation_year", "year").agg(F.sum("weight").alias("w"))
    )
    most = heaviest.agg(F.max("w")).collect()[0][0] or 0
    return 1 + int(most) // ROWS_PER_TASK


def _write(context: Context, spec: TableSpec, rows: DataFrame) -> int:
    return replace_rows(context, spec, stamped(rows, context.the_study, context.release).select(*spec.columns))
