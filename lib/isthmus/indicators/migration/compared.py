"""Scientists who moved from one country to another, and those at the destination who did not (METHODS 3.4, 3.5)."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from isthmus.corpus.careers import movers_and_stayers
from isthmus.indicators.migration.names import ELSEWHERE, MEASURES, MOVED, NEVER

KEY = ("destination", "origin", "author_id")


def compared_scientists(
    placed: DataFrame, moves: DataFrame, *, origin: str, destination: str, gap: int, seed: int, years: tuple[int, int]
) -> DataFrame:
    """Return who is compared at a destination: destination, origin, author_id, group, year, career_age, works.

    Movers stand with the year of their first move from the origin, others with a year drawn from theirs at the
    destination. The group of the others says whether they ever moved between any two countries.

    Parameters
    ----------
    placed : DataFrame
        author_id, year, works, country_code: years of scientists up to the last one.
    moves : DataFrame
        Moves of these scientists by the gap rule: author_id.
    origin, destination : str
        Two countries, or nodes that are blocs.
    gap, seed : int
        As `isthmus.corpus.careers.movers_and_stayers` takes them.
    years : tuple of two int
        First and last year of a move and of a comparison.
    """
    arms = movers_and_stayers(placed, origin=origin, destination=destination, gap=gap, seed=seed)
    movers = moves.select("author_id", F.lit(True).alias("moves")).distinct()
    group = F.when(F.col("moved"), MOVED).when(F.col("moves"), ELSEWHERE).otherwise(NEVER)
    rows = arms.where(F.col("year").between(*years)).join(movers, "author_id", "left")
    return rows.select(
        F.lit(destination).alias("destination"),
        F.lit(origin).alias("origin"),
        "author_id",
        group.alias("group"),
        "year",
        "career_age",
        "works",
    )


def works_of(compared: DataFrame, authorships: DataFrame) -> DataFrame:
    """Return the works of compared scientists: their key, year of comparison, work_id, work_year, author_sequence.

    A scientist who stands twice in a list of authors has the work once, at the first place.

    Parameters
    ----------
    compared : DataFrame
        destination, origin, author_id, group, year.
    authorships : DataFrame
        Rows of `authorships`.
    """
    signed = authorships.where(F.col("author_id").isNotNull() & F.col("publication_year").isNotNull())
    own = signed.join(compared.select("author_id").distinct(), "author_id", "left_semi")
    once = own.groupBy("author_id", "work_id").agg(
        F.min("publication_year").alias("work_year"), F.min("author_sequence").alias("author_sequence")
    )
    return compared.select(*KEY, "group", "year").join(once, "author_id")


def citations_until_the_year(works: DataFrame, citations: DataFrame) -> DataFrame:
    """Return the citations of each scientist's works up to the year of comparison: the key, `citations`.

    Scientists without a citation have no row. A citation by a work of an earlier year than the cited one is left out.

    Parameters
    ----------
    works : DataFrame
        As `works_of` returns them.
    citations : DataFrame
        Rows of `citations_dated`.
    """
    own = works.where(F.col("work_year") <= F.col("year")).select(*KEY, "year", "work_id", "work_year")
    cited = citations.select(F.col("cited_work_id").alias("work_id"), "citing_year")
    counted = F.col("citing_year").between(F.col("work_year"), F.col("year"))
    return own.join(cited, "work_id").where(counted).groupBy(*KEY).agg(F.count("*").alias("citations"))


def value_counts(compared: DataFrame) -> DataFrame:
    """Return how many of a group have which value: destination, origin, measure, group, year, value, scientists.

    Parameters
    ----------
    compared : DataFrame
        destination, origin, group, year and `MEASURES`.
    """
    values = [F.struct(F.lit(name).alias("measure"), F.col(name).cast("bigint").alias("value")) for name in MEASURES]
    each = F.explode(F.array(*values)).alias("of")
    rows = compared.select("destination", "origin", "group", "year", each)
    return rows.groupBy("destination", "origin", "of.measure", "group", "year", "of.value").agg(
        F.count("*").alias("scientists")
    )
