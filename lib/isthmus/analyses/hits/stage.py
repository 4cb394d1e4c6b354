"""The stage of the papers that are cited most in their year."""

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from isthmus.analyses.hits import tables as t
from isthmus.analyses.places.tables import WORK_CITATIONS, WORK_PLACES
from isthmus.analyses.rows import of_study, write_rows
from isthmus.analyses.stage import Context, Outcome, Stage
from isthmus.engine import Gate, check_gates
from isthmus.indicators.hit_fanout import UNPLACED, fan_out_hits, score_counts


def write_hits(context: Context) -> Outcome:
    """Write the hits of countries by year with both rules of ties, and the cut and realised share of each year."""
    study = context.the_study
    cited = of_study(context, WORK_CITATIONS).where(F.col("year").between(*study.years.analysis))
    counts = score_counts(of_study(context, WORK_PLACES), cited)
    write_rows(context, t.HIT_ROWS, fan_out_hits(counts, share=study.hits.share))
    rows = of_study(context, t.HIT_ROWS).drop("study", "release")
    write_rows(context, t.HIT_YEARS, hit_years(rows))
    write_rows(context, t.COUNTRY_HITS, country_hits(rows))
    gate = Gate(
        "years whose cut is no citation at all",
        F.count_if(F.col("hits").isNull()),
        "warn",
        high=0,
        message="In these years any paper would be a hit, so there are none: too few papers, or too few citations.",
    )
    gates = check_gates("hit_years", of_study(context, t.HIT_YEARS), [gate])
    number = of_study(context, t.HIT_YEARS).agg(F.sum("hits")).collect()[0][0] or 0
    return Outcome(f"hits: {number:,.0f}", gates=tuple(gates))


def hit_years(rows: DataFrame) -> DataFrame:
    """Return the columns of `hit_years` from those of `hit_rows`."""
    placed = F.col("country") != UNPLACED
    return rows.groupBy("year").agg(
        F.sum("works").alias("works"),
        F.sum(F.when(placed, F.col("works")).otherwise(0)).alias("works_with_country"),
        F.first("cut").alias("cut"),
        F.sum("hits").alias("hits"),
        F.sum(F.when(placed, F.col("hits"))).alias("hits_with_country"),
        F.sum(F.when(placed, _exact("hits_fractional"))).cast("double").alias("hits_with_country_fractional"),
        F.first("realised").alias("realised"),
        F.first("realised_fractional").alias("realised_fractional"),
    )


def country_hits(rows: DataFrame) -> DataFrame:
    """Return the columns of `country_hits` from those of `hit_rows`."""
    year = Window.partitionBy("year")
    placed = rows.where(F.col("country") != UNPLACED)
    shares = {"share": "hits", "share_fractional": "hits_fractional"}
    return placed.select(
        "year",
        "country",
        "works",
        "hits",
        "hits_fractional",
        *(F.try_divide(F.col(of), F.sum(_exact(of)).over(year).cast("double")).alias(n) for n, of in shares.items()),
    )


def _exact(name: str) -> Column:
    """Return hits as decimals, whose sum does not depend on the order of the rows."""
    return F.col(name).cast("decimal(28,9)")


STAGES = (
    Stage(
        name="hits",
        description="find the papers that are cited most in their year, by country",
        task="report",
        section="hits",
        needs=("places",),
        writes=(t.HIT_ROWS, t.HIT_YEARS, t.COUNTRY_HITS),
        publishes=(t.HIT_YEARS, t.COUNTRY_HITS),
        reads=("hits", "years.analysis"),
        run=write_hits,
    ),
)
