"""Joint work of scientists who moved with the country they left, by years since the move (METHODS 3.5)."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from isthmus.corpus.countries import node
from isthmus.geography import Membership
from isthmus.indicators.migration.clustered_trend import SUMS, clustered_trend
from isthmus.indicators.migration.compared import KEY

BY = ("destination", "origin", "group")


def works_with_origin(
    works: DataFrame, authorships: DataFrame, origins: Iterable[str], *, merged: Sequence[Membership] = ()
) -> DataFrame:
    """Return the works of compared scientists with the years since the comparison (`since`) and whether `joint`.

    A work is joint where another author than the scientist himself has an affiliation in the origin.

    Parameters
    ----------
    works : DataFrame
        As `isthmus.indicators.migration.compared.works_of` returns them.
    authorships : DataFrame
        Rows of `authorships`.
    origins : Iterable of str
        The countries, or nodes that are blocs, that occur as origin.
    merged : Sequence of Membership, optional
        Countries that count as part of a whole.
    """
    dated = authorships.withColumn("year", F.col("publication_year")).withColumn("origin", node(merged))
    own = works.select("work_id").distinct()
    there = dated.where(F.col("origin").isin(*origins)).join(own, "work_id", "left_semi")
    seat = F.struct("author_sequence", F.col("author_id").alias("who"))
    seats = there.groupBy("work_id", "origin").agg(F.collect_set(seat).alias("seats"))
    other = F.exists("seats", _of_another)
    found = works.join(seats, ["work_id", "origin"], "left")
    return found.select(
        *KEY,
        "group",
        (F.col("work_year") - F.col("year")).alias("since"),
        F.coalesce(other, F.lit(False)).alias("joint"),
    )


def _of_another(seat: Column) -> Column:
    """Return whether a seat is that of another author; who stands twice in a list is still one."""
    return (seat["author_sequence"] != F.col("author_sequence")) & ~seat["who"].eqNullSafe(F.col("author_id"))


def by_years_since(works: DataFrame, *, most: int) -> DataFrame:
    """Return joint work by years since the move: `BY`, since, scientists, works, works_joint, share, standard_error.

    The error is that of a ratio of two sums over scientists (linearised), so that a scientist with many works is one.

    Parameters
    ----------
    works : DataFrame
        As `works_with_origin` returns them.
    most : int
        Years before and after that are followed.
    """
    near = works.where(F.abs("since") <= most)
    own = near.groupBy(*KEY, "group", "since").agg(F.count("*").alias("n"), F.count_if("joint").alias("y"))
    sums = own.groupBy(*BY, "since").agg(
        F.count("*").alias("scientists"),
        F.sum("n").alias("works"),
        F.sum("y").alias("works_joint"),
        *(
            F.sum(F.col(a) * F.col(b)).alias(name)
            for name, a, b in (("nn", "n", "n"), ("ny", "n", "y"), ("yy", "y", "y"))
        ),
    )
    share = F.col("works_joint") / F.col("works")
    squares = F.col("yy") - 2 * share * F.col("ny") + share * share * F.col("nn")
    g = F.col("scientists")
    error = F.when(g > 1, F.sqrt(F.greatest(squares, F.lit(0.0)) * g / (g - 1)) / F.col("works"))
    return sums.select(
        *BY, "since", "scientists", "works", "works_joint", share.alias("share"), error.alias("standard_error")
    )


def after_the_move(works: DataFrame) -> DataFrame:
    """Return the share of each scientist's works after the move that are joint, averaged over scientists.

    `BY`, scientists, share, sd: the scientist is the unit; those without a later work are left out.

    Parameters
    ----------
    works : DataFrame
        As `works_with_origin` returns them.
    """
    own = scientists_after(works)
    share = F.round(F.col("joint") / F.col("works") * 1e6).cast("bigint")  # whole millionths add up in any order
    sums = (
        own.select(*BY, share.alias("m"))
        .groupBy(*BY)
        .agg(
            F.count("*").alias("scientists"),
            F.sum("m").alias("total"),
            F.sum(F.col("m").cast("decimal(38,0)") * F.col("m")).cast("double").alias("square"),
        )
    )
    n, mean = F.col("scientists"), F.col("total") / F.col("scientists")
    spread = F.sqrt(F.greatest(F.col("square") - n * mean * mean, F.lit(0.0)) / (n - 1))
    return sums.select(*BY, "scientists", (mean / 1e6).alias("share"), F.when(n > 1, spread / 1e6).alias("sd"))


def scientists_after(works: DataFrame) -> DataFrame:
    """Return each scientist's works after the year of comparison: the key, group, `works`, `joint`; none without one.

    Parameters
    ----------
    works : DataFrame
        As `works_with_origin` returns them.
    """
    later = works.where(F.col("since") > 0)
    return later.groupBy(*KEY, "group").agg(F.count("*").alias("works"), F.count_if("joint").alias("joint"))


def trend_sums(works: DataFrame, *, most: int) -> pd.DataFrame:
    """Return the sums that the trend after the move needs: `BY`, scientists, the `SUMS` and their products.

    Parameters
    ----------
    works : DataFrame
        As `works_with_origin` returns them.
    most : int
        Years after the move that are followed.
    """
    x, y = F.col("since").cast("bigint"), F.col("joint").cast("bigint")
    sums: dict[str, Column] = {"n": F.lit(1), "x": x, "y": y, "xx": x * x, "xy": x * y}
    later = works.where(F.col("since").between(1, most))
    own = later.groupBy(*KEY, "group").agg(*(F.sum(value).alias(name) for name, value in sums.items()))
    products = [F.sum(F.col(a) * F.col(b)).alias(f"{a}_{b}") for a in SUMS for b in SUMS]
    totals = [F.sum(name).alias(name) for name in SUMS]
    return own.groupBy(*BY).agg(F.count("*").alias("scientists"), *totals, *products).toPandas()


def trends(sums: pd.DataFrame) -> pd.DataFrame:
    """Return the trend of joint work after the move: `BY`, slope (share per year), low, high, p_value.

    Parameters
    ----------
    sums : pandas.DataFrame
        As `trend_sums` returns them.
    """
    rows: list[dict[str, Any]] = []
    for row in sums.to_dict("records"):
        products = np.array([[row[f"{a}_{b}"] for b in SUMS] for a in SUMS], dtype=np.float64)
        found = clustered_trend([row[name] for name in SUMS], products, int(row["scientists"]))
        numbers = {"slope": found.slope, "low": found.low, "high": found.high, "p_value": found.p_value}
        rows.append({name: row[name] for name in BY} | numbers)
    return pd.DataFrame(rows, columns=[*BY, "slope", "low", "high", "p_value"])
