"""Hits of all years at once, spread over the cluster by year."""

from typing import Any

import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from isthmus.indicators.hit_counts import hits_of_counts

UNPLACED = ""  # papers without a country, which count among the year's papers
TYPES = (
    "year int, country string, works bigint, hits double, hits_fractional double, cut double, realised double, "
    "realised_fractional double"
)


def score_counts(places: DataFrame, citations: DataFrame) -> DataFrame:
    """Return how many papers have which score: (year, country, value, papers); country empty where it is not known.

    Parameters
    ----------
    places : DataFrame
        Rows of `work_places`: work_id, last_country.
    citations : DataFrame
        Rows of `work_citations`: work_id, year, c2; papers whose window is not over are left out.
    """
    scored = citations.where(F.col("c2").isNotNull()).select("work_id", "year", F.col("c2").alias("value"))
    country = F.coalesce("last_country", F.lit(UNPLACED)).alias("country")
    placed = scored.join(places.select("work_id", country), "work_id")
    return placed.groupBy("year", "country", "value").agg(F.count("*").alias("papers"))


def fan_out_hits(counts: DataFrame, *, share: float) -> DataFrame:
    """Return the hits of each country and year: the columns of `TYPES`, one row a year without a country, too.

    `works` are the country's scored papers; cut and realised shares are those of the year. Hits are null in a year
    whose cut is 0.

    Parameters
    ----------
    counts : DataFrame
        As `score_counts` returns them.
    share : float
        Share of the year's papers that are hits.
    """
    names = [field.split()[0] for field in TYPES.split(", ")]

    def work(key: tuple[Any, ...], rows: pd.DataFrame) -> pd.DataFrame:
        ordered = rows.sort_values(["country", "value"], ignore_index=True)
        found = hits_of_counts(ordered["value"], ordered["papers"], share=share)
        papers = ordered["papers"].to_numpy()
        weighted = pd.DataFrame(
            {
                "country": ordered["country"],
                "works": papers,
                "hits": found.weight * papers,
                "hits_fractional": found.fractional * papers,
            }
        )
        sums = weighted.groupby("country", as_index=False).agg(
            works=("works", "sum"),
            hits=("hits", lambda own: own.sum(skipna=False)),
            hits_fractional=("hits_fractional", lambda own: own.sum(skipna=False)),
        )
        year = {"cut": found.cut, "realised": found.realised, "realised_fractional": found.realised_fractional}
        table = sums.assign(year=key[0], **year)[names].astype(object)
        return table.where(table.notna(), None)

    return counts.groupBy("year").applyInPandas(work, schema=TYPES)
