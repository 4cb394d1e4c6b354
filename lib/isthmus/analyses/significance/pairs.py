"""Which ties are stronger than size explains over the years that decide."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from isthmus.analyses.rows import of_study, replace_rows
from isthmus.analyses.significance.tables import PAIR_TESTS, SIGNIFICANT_PAIRS
from isthmus.analyses.stage import Context, Outcome
from isthmus.config import Study


def write_significant_pairs(context: Context) -> Outcome:
    """Write the table `significant_pairs` of the study."""
    replace_rows(context, SIGNIFICANT_PAIRS, significant_pairs(of_study(context, PAIR_TESTS), context.the_study))
    found = of_study(context, SIGNIFICANT_PAIRS).where("significant AND network = 'collaboration'").count()
    return Outcome(f"{found:,} collaboration ties are stronger than size explains")


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
