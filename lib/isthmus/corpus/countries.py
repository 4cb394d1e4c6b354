"""The countries of each work of a study, counted in full and by author fractions (METHODS 1.2)."""

from collections.abc import Sequence

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from isthmus.corpus.exact import units
from isthmus.geography import Membership


def country_shares(works: DataFrame, authorships: DataFrame, *, merged: Sequence[Membership] = ()) -> DataFrame:
    """Return the countries of each work: (study, release, work_id, year, is_corpus, country, fraction, n_countries).

    A work counts once for each of its countries (full counting). Its fraction divides the work equally among the
    authors that have a country, and each author equally among his countries; two institutions of one author in one
    country are one country. A work without any country has no row. Countries that are merged are one country in all
    of this, under the name of the whole.

    Parameters
    ----------
    works : DataFrame
        Rows of `corpus_works`.
    authorships : DataFrame
        Rows of `authorships`.
    merged : Sequence[Membership], optional
        Countries that count as part of a whole: Hong Kong of China, members of a pole that is a bloc; with years, by
        the work's year. No country is part of two wholes in one year.
    """
    dated = any(part.first is not None for part in merged)
    wanted = works.select("work_id", "year").distinct() if dated else works.select("work_id")
    placed = authorships.where(F.col("country_code").isNotNull())
    of_works = placed.join(wanted, "work_id", "inner" if dated else "left_semi").select(
        "work_id", "author_sequence", node(merged).alias("country")
    )
    place = of_works.distinct()
    author = Window.partitionBy("work_id", "author_sequence")
    split = place.select("work_id", "author_sequence", "country", (1 / F.count("*").over(author)).alias("share"))
    summed = split.groupBy("work_id", "country").agg(F.sum(units(F.col("share"))).alias("units"))
    work = Window.partitionBy("work_id")
    shares = summed.select(
        "work_id",
        "country",
        (F.col("units") / F.sum("units").over(work)).alias("fraction"),
        F.count("*").over(work).cast("int").alias("n_countries"),
    )
    kept = works.select("study", "release", "work_id", "year", "is_corpus")
    return kept.join(shares, "work_id").select(
        "study", "release", "work_id", "year", "is_corpus", "country", "fraction", "n_countries"
    )


def node(merged: Sequence[Membership]) -> Column:
    """Return the country of a row (`country_code`), or the whole that it is part of in the row's `year`.

    Parameters
    ----------
    merged : Sequence[Membership]
        Countries that count as part of a whole; `year` is read only where one has years.
    """
    together: dict[tuple[str, int | None, int | None], list[str]] = {}
    for part in merged:
        together.setdefault((part.whole, part.first, part.last), []).append(part.code)
    code = F.col("country_code")
    node = code
    for (whole, first, last), codes in together.items():
        belongs = code.isin(codes)
        if first is not None and last is not None:
            belongs &= F.col("year").between(first, last)
        node = F.when(belongs, F.lit(whole)).otherwise(node)
    return node
