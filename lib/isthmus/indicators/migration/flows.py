"""Flows of scientists between countries by year, and what each country wins and loses (METHODS 3.4)."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from isthmus.indicators.migration.names import EVERYONE, FIELD, RETURN_YEARS, WITH_ORCID


def by_population(rows: DataFrame, main: str) -> DataFrame:
    """Return each row once as one of everyone's (`scientists`), again where it is one of the field's or has an ORCID.

    Parameters
    ----------
    rows : DataFrame
        Boolean columns in_field and has_orcid; null counts as false.
    main : str
        `EVERYONE` or `FIELD`: of whom those with an ORCID are taken.
    """
    is_main = F.lit(True) if main == EVERYONE else F.col("in_field")
    kinds = (
        F.lit(EVERYONE),
        F.when(F.col("in_field"), F.lit(FIELD)),
        F.when(is_main & F.col("has_orcid"), F.lit(WITH_ORCID)),
    )
    return _once_for_each(rows, "scientists", *kinds).drop("in_field")


def with_orcid_again(rows: DataFrame, main: str) -> DataFrame:
    """Return each row of the scientists of whom a study is about, and again where it is of one with an ORCID.

    Parameters
    ----------
    rows : DataFrame
        A boolean column has_orcid; null counts as false.
    main : str
        What they are called in the column `whose`.
    """
    return _once_for_each(rows, "whose", F.lit(main), F.when(F.col("has_orcid"), F.lit(WITH_ORCID)))


def _once_for_each(rows: DataFrame, name: str, *kinds: Column) -> DataFrame:
    known = F.filter(F.array(*kinds), lambda kind: kind.isNotNull())
    return rows.select(F.explode(known).alias(name), "*").drop("has_orcid")


def flows(moves: DataFrame, *, gap: int, strict_works: int, years: tuple[int, int]) -> DataFrame:
    """Return the moves between two countries in a year, by every rule.

    scientists, year, origin, destination; `movers`: by the gap rule; `movers_strict`: of these, those with enough works
    on both sides; `movers_any_gap`: however long between the places; `returned`: of the movers by the gap rule, those
    who are back within `RETURN_YEARS`. A scientist who moves several times counts in each of these years.

    Parameters
    ----------
    moves : DataFrame
        scientists and the columns of `isthmus.corpus.careers.RETURNS`, of a gap without bound.
    gap : int
        Most years between the two places.
    strict_works : int
        Least works at the origin before, and at the destination after a strict move.
    years : tuple of two int
        First and last year of a move.
    """
    near = F.col("years_between") <= gap
    strict = near & (F.least("works_before", "works_after") >= strict_works)
    back = near & (F.col("return_year") - F.col("year") <= RETURN_YEARS)
    return (
        moves.where(F.col("year").between(*years))
        .groupBy("scientists", "year", "origin", "destination")
        .agg(
            F.count_if(near).alias("movers"),
            F.count_if(strict).alias("movers_strict"),
            F.count("*").alias("movers_any_gap"),
            F.count_if(back).alias("returned"),
        )
    )


def country_years(placed: DataFrame, flows: DataFrame, *, years: tuple[int, int]) -> DataFrame:
    """Return what each country wins and loses in a year.

    scientists, year, country; `present`: scientists with their place there; `arrivals`, `departures`: by the gap rule;
    `net`: arrivals without departures.

    Parameters
    ----------
    placed : DataFrame
        scientists, author_id, year, country_code: the place of each scientist, null where it is not known.
    flows : DataFrame
        As `flows` returns them.
    years : tuple of two int
        First and last year.
    """
    key = ("scientists", "year", "country")
    there = placed.where(F.col("country_code").isNotNull() & F.col("year").between(*years))
    present = there.groupBy("scientists", "year", F.col("country_code").alias("country")).agg(
        F.count("*").alias("present")
    )
    ends = F.explode(
        F.array(
            F.struct(F.col("destination").alias("country"), F.col("movers").alias("arrived"), F.lit(0).alias("left")),
            F.struct(F.col("origin").alias("country"), F.lit(0).alias("arrived"), F.col("movers").alias("left")),
        )
    ).alias("end")
    moved = (
        flows.select("scientists", "year", ends)
        .select("scientists", "year", "end.*")
        .groupBy(*key)
        .agg(F.sum("arrived").alias("arrivals"), F.sum("left").alias("departures"))
    )
    # nobody may be present in a year in which a former scientist of the country appears elsewhere
    both = present.join(moved, list(key), "full").na.fill(0)
    return both.select(
        *key, "present", "arrivals", "departures", (F.col("arrivals") - F.col("departures")).alias("net")
    )


def edges(flows: DataFrame) -> DataFrame:
    """Return the directed network of each year: scientists, year, src, dst, weight; flows without a mover left out.

    Parameters
    ----------
    flows : DataFrame
        As `flows` returns them.
    """
    return flows.where(F.col("movers") > 0).select(
        "scientists",
        "year",
        F.col("origin").alias("src"),
        F.col("destination").alias("dst"),
        F.col("movers").alias("weight"),
    )
