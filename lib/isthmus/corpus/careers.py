"""Careers: who moves where and when, who returns, and whom movers are compared with (METHODS 3.4, 3.5).

From rows of `author_years`: the place of an author in a year is that of most of his works. A move to B in year t is a
year with the known place B whose last earlier year with a known place, at most `gap` years before, has another place.
"""

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from isthmus.errors import IndicatorError, did_you_mean

#: Years without a known place after which it is no longer said where an author came from.
GAP = 5
PLACES = ("country_code", "geonames_city_id")
MOVES = (
    "author_id", "year", "origin", "destination", "years_between", "career_age", "works", "works_before", "works_after",
)  # fmt: skip
RETURNS = (*MOVES, "return_year")
CONTROL_SEED_STREAM = "year of comparison"


def moves(author_years: DataFrame, *, place: str = "country_code", gap: int = GAP) -> DataFrame:
    """Return every move: `MOVES`.

    `career_age` is the time since the first publication, `works` those of the year of the move. `works_before` counts
    the works in years at the origin up to the move, `works_after` those in years at the destination from the move on: a
    strict reading keeps moves with two or more of both.

    Parameters
    ----------
    author_years : DataFrame
        Columns author_id, year, works, and the place.
    place : str
        "country_code" or "geonames_city_id".
    gap : int
        Largest number of years between the two places.

    Raises
    ------
    IndicatorError
        Unknown place, or a gap below 1.
    """
    steps = _steps(author_years, place, gap)
    moved = steps.where((F.col("origin") != F.col("place")) & (F.col("years_between") <= gap))
    return moved.withColumnRenamed("place", "destination").select(*MOVES)


def with_returns(moved: DataFrame) -> DataFrame:
    """Return moves with the year in which the scientist is first back at the origin: `RETURNS`; null where never.

    Parameters
    ----------
    moved : DataFrame
        As `moves` returns them; of a gap without bound, so that no return is missed.
    """
    later = Window.partitionBy("author_id").orderBy("year").rowsBetween(1, Window.unboundedFollowing)
    follows = moved.select("*", F.collect_list(F.struct("year", "destination")).over(later).alias("later"))
    back = F.filter("later", lambda step: step["destination"] == F.col("origin"))
    return follows.select(*MOVES, F.try_element_at(back, F.lit(1))["year"].alias("return_year"))


def movers_and_stayers(
    author_years: DataFrame,
    *,
    origin: str | int,
    destination: str | int,
    place: str = "country_code",
    gap: int = GAP,
    seed: int = 0,
) -> DataFrame:
    """Return the two arms of a comparison: author_id, moved, year, career_age, works; one row a scientist.

    Movers are those who moved from the origin to the destination, in the year of their first such move. Stayers have a
    year at the destination and no such move; the year in which they are compared is drawn from their years there, by a
    hash of the seed and their number, so that it does not depend on how the rows lie. Match exactly on the year.

    Parameters
    ----------
    author_years : DataFrame
        Columns author_id, year, works, and the place.
    origin, destination : str or int
        Codes of the two places.
    place : str
        "country_code" or "geonames_city_id".
    gap : int
        See `moves`.
    seed : int
        Seed of the stayers' years.

    Raises
    ------
    IndicatorError
        Unknown place, a gap below 1, or one place twice.
    """
    if origin == destination:
        raise IndicatorError(f"origin and destination are both {origin!r}; a move needs two places")
    steps = _steps(author_years, place, gap).where(F.col("place") == F.lit(destination))
    came = (F.col("origin") == F.lit(origin)) & (F.col("years_between") <= gap)
    year = F.struct("year", "career_age", "works")
    drawn = F.element_at("years", (F.pmod(_hashed(seed), F.size("years")) + 1).cast("int"))
    arms = steps.groupBy("author_id").agg(
        F.min(F.when(came, year)).alias("first_move"), F.array_sort(F.collect_list(year)).alias("years")
    )
    compared = arms.select(
        "author_id", F.col("first_move").isNotNull().alias("moved"), F.coalesce("first_move", drawn).alias("at")
    )
    return compared.select("author_id", "moved", "at.year", "at.career_age", "at.works")


def _hashed(seed: int) -> Column:
    return F.xxhash64(F.lit(CONTROL_SEED_STREAM), F.lit(seed), F.col("author_id"))


def _steps(author_years: DataFrame, place: str, gap: int) -> DataFrame:
    """Return years with a known place beside the last such year before; all windows are of authors: rows move once."""
    if place not in PLACES:
        raise IndicatorError(f"there is no place {place!r} in author_years; {did_you_mean(place, PLACES)}")
    if gap < 1:
        raise IndicatorError(f"the gap between two places is {gap} years; expected 1 or more")
    career = Window.partitionBy("author_id")
    in_order = career.orderBy("year")
    at_place = Window.partitionBy("author_id", "place").orderBy("year")
    known = author_years.select(
        "author_id", "year", "works", F.col(place).alias("place"), F.min("year").over(career).alias("first_year")
    ).where(F.col("place").isNotNull())
    up_to = known.select(
        "*",
        F.sum("works").over(at_place).alias("works_until"),
        F.sum("works").over(at_place.rowsBetween(0, Window.unboundedFollowing)).alias("works_after"),
    )
    return up_to.select(
        "author_id",
        "year",
        "works",
        "place",
        F.lag("place").over(in_order).alias("origin"),
        (F.col("year") - F.lag("year").over(in_order)).alias("years_between"),
        (F.col("year") - F.col("first_year")).alias("career_age"),
        F.lag("works_until").over(in_order).alias("works_before"),
        "works_after",
    )
