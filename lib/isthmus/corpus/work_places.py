"""Where each work of a corpus comes from: the place of its last author, and those of all others (METHODS 1.2)."""

from collections.abc import Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from isthmus.corpus.countries import node
from isthmus.geography import Membership

#: The two levels at which a work has one place, and its column.
LEVELS = {"country": "last_country", "city": "last_city"}


def work_places(
    corpus: DataFrame,
    authorships: DataFrame,
    institutions: DataFrame,
    cut_off: DataFrame,
    *,
    merged: Sequence[Membership] = (),
) -> DataFrame:
    """Return the places of each work: the columns of the table `work_places` but study and release.

    A work's own place is that of its last author, a single author being the last; of several affiliations the first
    listed one that is known counts, and all are kept beside it. Where the list of authors is cut off nobody knows the
    last one, and the work has no place of its own.

    Parameters
    ----------
    corpus : DataFrame
        The corpus alone: work_id, year, n_authors.
    authorships, institutions : DataFrame
        Rows of the tables of those names.
    cut_off : DataFrame
        work_id of works whose list of authors is cut off.
    merged : Sequence[Membership], optional
        Countries that count as part of a whole, always: Hong Kong of China.
    """
    seats = _seats(corpus, authorships, institutions, merged)
    known = corpus.select("work_id", "year", "n_authors").join(
        cut_off.select("work_id", F.lit(True).alias("is_cut")), "work_id", "left"
    )
    last = F.element_at("seats.author_sequence", -1)
    is_cut = F.coalesce("is_cut", F.lit(False))
    parts = known.join(seats, "work_id", "left").select(
        "work_id",
        "year",
        "n_authors",
        F.filter("seats", lambda seat: ~is_cut & (seat["author_sequence"] == last)).alias("own"),
        F.filter("seats", lambda seat: is_cut | (seat["author_sequence"] < last)).alias("others"),
    )
    return parts.select(
        "work_id",
        "year",
        "n_authors",
        F.get("own.author_id", F.lit(0)).alias("last_author_id"),
        F.get(_known("own.institution_id"), F.lit(0)).alias("last_institution_id"),
        F.get(_known("own.country"), F.lit(0)).alias("last_country"),
        F.get(_known("own.city"), F.lit(0)).alias("last_city"),
        _known("own.country").alias("last_countries"),
        _known("own.city").alias("last_cities"),
        F.array_sort(_known("others.country")).alias("other_countries"),
        F.array_sort(_known("others.city")).alias("other_cities"),
    )


def place_coverage(places: DataFrame, citations: DataFrame) -> DataFrame:
    """Count by year how many works, and how many citations of works, have a last author, a country, a city.

    Parameters
    ----------
    places, citations : DataFrame
        Rows of `work_places` and of `work_citations`.
    """
    rows = places.join(citations.select("work_id", "c2"), "work_id", "left")
    country, city = F.col("last_country").isNotNull(), F.col("last_city").isNotNull()
    return rows.groupBy("year").agg(
        F.count("*").alias("works"),
        F.count_if(F.col("last_author_id").isNotNull()).alias("works_with_last_author"),
        F.count_if(country).alias("works_with_country"),
        F.count_if(city).alias("works_with_city"),
        F.sum("c2").alias("c2"),
        F.sum(F.when(country, F.col("c2")).when(F.col("c2").isNotNull(), 0)).alias("c2_with_country"),
        F.sum(F.when(city, F.col("c2")).when(F.col("c2").isNotNull(), 0)).alias("c2_with_city"),
    )


def _seats(
    corpus: DataFrame, authorships: DataFrame, institutions: DataFrame, merged: Sequence[Membership]
) -> DataFrame:
    """Return each work's affiliations in the order of authors, then as each author lists them."""
    cities = institutions.where(F.col("geonames_city_id").isNotNull()).select("institution_id", "geonames_city_id")
    of_corpus = authorships.join(corpus.select("work_id"), "work_id", "left_semi")
    seat = F.struct(
        "author_sequence",
        "place_sequence",
        "author_id",
        "institution_id",
        node(merged).alias("country"),
        F.col("geonames_city_id").alias("city"),
    )
    placed = of_corpus.join(F.broadcast(cities), "institution_id", "left").select("work_id", seat.alias("seat"))
    return placed.groupBy("work_id").agg(F.array_sort(F.collect_list("seat")).alias("seats"))


def _known(values: str) -> Column:
    """Return the distinct values that are known, in order; none for a work without authors."""
    found = F.array_distinct(F.filter(values, lambda value: value.isNotNull()))
    return F.coalesce(found, F.array())
