"""The tables of significance: what each null model expected, and which ties are stronger than it explains."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from isthmus.analyses.rows import stamped
from isthmus.config import Study
from isthmus.networks.names import COLLABORATION, KNOWLEDGE_EXCHANGE
from isthmus.nullmodels.fanout import fan_out, fits_of, pairs_of


def judge(edges: DataFrame, study: Study, release: str) -> DataFrame:
    """Return the rows of the table `judged`: every network and year of the study held against the null model.

    Parameters
    ----------
    edges : DataFrame
        Rows of `edges` of this study; the directed citation network has no null model of its own.
    study : Study
        Null model, samples, rule of finite pairs, seed.
    release : str
        The snapshot's release.
    """
    undirected = edges.where(F.col("network").isin(COLLABORATION, KNOWLEDGE_EXCHANGE))
    mixed = fan_out(
        undirected.select("network", "citation_year", "year", "src", "dst", "weight"),
        model=study.significance.null_model,
        samples=study.significance.samples,
        seed=study.seed,
        finite=study.significance.finite,
        observed_zero=True,
    )
    return stamped(mixed, study, release)


def take_apart(judged: DataFrame, study: Study, release: str) -> tuple[DataFrame, DataFrame]:
    """Return the rows of the tables `ties` and `fits` from those of `judged`."""
    return stamped(pairs_of(judged), study, release), stamped(fits_of(judged), study, release)


def significant_ties(ties: DataFrame, study: Study) -> DataFrame:
    """Mean z of each pair over the significance years, and whether it is above the threshold (METHODS 2.4).

    Parameters
    ----------
    ties : DataFrame
        Rows of `ties`.
    study : Study
        Window, threshold, least number of finite years. The mean is over the finite years of the window.
    """
    rule = study.significance
    counts = F.col("finite") & F.col("z").isNotNull() & ~F.isnan("z")
    window = ties.where(F.col("year").between(*study.years.significance))
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
