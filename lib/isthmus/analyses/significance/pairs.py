"""Which ties are stronger than size explains over the years that decide."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from isthmus.analyses.networks.tables import EXCHANGE_CLUSTERS
from isthmus.analyses.rows import of_study, replace_rows
from isthmus.analyses.significance.pooled import CONVERGED, NOT_POOLED, pools, said_of_left_out
from isthmus.analyses.significance.tables import NULL_MODEL_FITS, PAIR_TESTS, SIGNIFICANT_PAIRS
from isthmus.analyses.stage import Context, Outcome
from isthmus.config import Study
from isthmus.networks.names import COLLABORATION, KNOWLEDGE_EXCHANGE
from isthmus.nullmodels.grades import FEW_PAPERS, FIRM, PROBABLE
from isthmus.nullmodels.window_fanout import POOLED_TYPES, fan_out_windows


def write_significant_pairs(context: Context) -> Outcome:
    """Write the table `significant_pairs` of the study: the published rule, and the pooled test of the window."""
    study, rows, fits = context.the_study, of_study(context, PAIR_TESTS), of_study(context, NULL_MODEL_FITS)
    testable = clustered_rows(converged_rows(rows, fits), of_study(context, EXCHANGE_CLUSTERS))
    replace_rows(context, SIGNIFICANT_PAIRS, with_pooled_test(significant_pairs(rows, study), testable, study))
    written = of_study(context, SIGNIFICANT_PAIRS).where(F.col("network") == COLLABORATION)
    by_rule, firm, probable, few = written.agg(
        F.count_if("significant"),
        F.count_if(F.col("grade") == FIRM),
        F.count_if(F.col("grade") == PROBABLE),
        F.count_if(F.col("grade") == FEW_PAPERS),
    ).collect()[0]
    if not is_exact(study):
        return Outcome(f"{by_rule:,} collaboration ties have a mean z above the threshold", notes=(NOT_POOLED,))
    left_out = said_of_left_out(fits.toPandas(), study.years.significance)
    return Outcome(
        f"collaboration ties: {firm:,} firm, {probable:,} probable, {few:,} that rest on few papers; "
        f"{by_rule:,} by the published rule",
        notes=(left_out,) if left_out else (),
    )


def converged_rows(pairs_by_year: DataFrame, fits: DataFrame) -> DataFrame:
    """Return the rows of the years whose null model converged: of another its numbers say nothing.

    Parameters
    ----------
    pairs_by_year : DataFrame
        Rows of `pair_tests`.
    fits : DataFrame
        Rows of `null_model_fits`.
    """
    network_and_year = ["network", "citation_year", "year"]
    converged = fits.where(F.col("status") == CONVERGED).select(*network_and_year)
    return pairs_by_year.join(F.broadcast(converged), network_and_year, "left_semi")


def clustered_rows(pairs_by_year: DataFrame, clusters: DataFrame) -> DataFrame:
    """Return the rows with `work_variance` beside them, null where each unit of weight is a paper of its own.

    Parameters
    ----------
    pairs_by_year : DataFrame
        Rows of `pair_tests`.
    clusters : DataFrame
        Rows of `exchange_clusters`.
    """
    tie = ["network", "citation_year", "year", "src", "dst"]
    exchanged = clusters.select(F.lit(KNOWLEDGE_EXCHANGE).alias("network"), *tie[1:], "work_variance")
    return pairs_by_year.join(exchanged, tie, "left")


def is_exact(study: Study) -> bool:
    """Return whether the null model's law of a pair is exact, so that years can be pooled."""
    return pools(study.significance.null_model, study.significance.samples)


def with_pooled_test(published: DataFrame, pairs_by_year: DataFrame, study: Study) -> DataFrame:
    """Return the rows of the published rule with the pooled test of the window beside it.

    Parameters
    ----------
    published : DataFrame
        Rows of `significant_pairs`.
    pairs_by_year : DataFrame
        Rows of `pair_tests` of years that can be tested, with `work_variance`.
    study : Study
        Window, false-discovery rate, threshold, null model.
    """
    if not is_exact(study):
        return published.select("*", *(F.lit(None).cast(dtype).alias(name) for name, dtype in POOLED_TYPES.items()))
    pooled = fan_out_windows(
        pairs_by_year,
        window=study.years.significance,
        false_discovery_rate=study.significance.false_discovery_rate,
        threshold=study.significance.threshold,
        min_finite_years=study.significance.min_finite_years,
    )
    return published.join(pooled, ["network", "citation_year", "src", "dst"], "left")


def significant_pairs(pairs_by_year: DataFrame, study: Study) -> DataFrame:
    """Return the mean z of each pair over the significance years, and whether it is above the threshold (METHODS 2.4).

    Parameters
    ----------
    pairs_by_year : DataFrame
        Rows of `pair_tests`.
    study : Study
        Window, threshold, least number of finite years. The mean is over the finite years of the window.
    """
    rule = study.significance
    counts = F.col("finite") & F.col("z").isNotNull() & ~F.isnan("z")
    window = pairs_by_year.where(F.col("year").between(*study.years.significance))
    pairs = window.groupBy("study", "release", "network", "citation_year", "src", "dst").agg(
        F.count_if(counts).cast("int").alias("finite_years"),
        _mean_in_order(F.collect_list(F.when(counts, F.struct("year", "z")))).alias("mean_z"),
        F.sum("weight").alias("weight"),
    )
    enough = (F.col("finite_years") >= rule.min_finite_years) & (F.col("mean_z") > rule.threshold)
    return pairs.select("*", F.coalesce(enough, F.lit(False)).alias("significant"))


def _mean_in_order(values: Column) -> Column:
    """Return the mean z of (year, z), added year after year: the same bits whatever the order of the rows."""
    total = F.reduce(F.sort_array(values), F.lit(0.0), lambda sum_, value: sum_ + value["z"])
    return F.when(F.size(values) > 0, total / F.size(values))
