"""The countries of each work of a study, counted in full and by author fractions (METHODS 1.2)."""

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from isthmus.corpus.exact import units
from isthmus.corpus.select import STUDY_COLUMNS
from isthmus.engine import TableSpec, column

CORPUS_COUNTRIES = TableSpec(
    name="corpus_countries",
    fields=(
        *STUDY_COLUMNS,
        column("work_id", "bigint", "number of the OpenAlex work", False),
        column("year", "int", "publication year", False),
        column("is_corpus", "boolean", "true: the study's own work; false: a work that only cites one", False),
        column("country", "string", "ISO 3166-1 alpha-2 code of an affiliation", False),
        column("fraction", "double", "share of the work by authors with a country; sums to 1 over a work", False),
        column("n_countries", "int", "distinct countries of the work", False),
    ),
    key=("study", "work_id", "country"),
    comment="One row per work of a study and country of its authors.",
    partition_by=("study",),
    checks={"fraction_positive": "fraction > 0 AND fraction < 1.000001"},
)

SPECIAL_REGIONS = ("HK", "MO")  # switch cn_includes_hk_mo


def country_shares(works: DataFrame, authorships: DataFrame, *, cn_includes_hk_mo: bool = False) -> DataFrame:
    """The countries of each work: (study, release, work_id, year, is_corpus, country, fraction, n_countries).

    A work counts once for each of its countries (full counting). Its fraction divides the work equally among the
    authors that have a country, and each author equally among his countries; two institutions of one author in one
    country are one country. A work without any country has no row.

    Parameters
    ----------
    works : rows of `corpus_works`.
    authorships : rows of `authorships`.
    cn_includes_hk_mo : count Hong Kong and Macao as China.

    """
    place = authorships.where(F.col("country_code").isNotNull()).select(
        "work_id", "author_sequence", _country(cn_includes_hk_mo).alias("country")
    )
    of_works = place.join(works.select("work_id"), "work_id", "left_semi").distinct()
    author = Window.partitionBy("work_id", "author_sequence")
    split = of_works.select("work_id", "author_sequence", "country", (1 / F.count("*").over(author)).alias("share"))
    summed = split.groupBy("work_id", "country").agg(F.sum(units(F.col("share"))).alias("units"))
    work = Window.partitionBy("work_id")
    shares = summed.select(
        "work_id",
        "country",
        (F.col("units") / F.sum("units").over(work)).alias("fraction"),
        F.count("*").over(work).cast("int").alias("n_countries"),
    )
    kept = works.select("study", "release", "work_id", "year", "is_corpus")
    return kept.join(shares, "work_id").select(*CORPUS_COUNTRIES.columns)


def _country(cn_includes_hk_mo: bool) -> Column:
    code = F.col("country_code")
    return F.when(code.isin(list(SPECIAL_REGIONS)), F.lit("CN")).otherwise(code) if cn_includes_hk_mo else code
