"""Who works with whom: works of two countries per year (METHODS 2.1)."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from isthmus.corpus.exact import exact_sum
from isthmus.networks.names import COLLABORATION, PUBLICATION_YEAR


def collaboration(countries: DataFrame, *, max_countries: int | None = None) -> DataFrame:
    """Undirected edges: the columns of `country_edges`, src < dst.

    Full counting: a work of K countries adds 1 to each of its K(K-1)/2 pairs. Fractional counting: it adds 1 in all,
    divided equally among its pairs.

    Parameters
    ----------
    countries : DataFrame
        Rows of `corpus_countries`; works that only cite the corpus are left out.
    max_countries : int | None, optional
        Leave out works of more countries than this.
    """
    pairs = country_pairs(countries, max_countries=max_countries)
    pair_share = 2 / (F.col("n_countries") * (F.col("n_countries") - 1))
    counted = pairs.groupBy("study", "release", "year", "src", "dst").agg(
        F.count("*").alias("weight"), exact_sum(pair_share).alias("fractional")
    )
    return counted.select(
        "*",
        F.lit(COLLABORATION).alias("network"),
        F.lit(PUBLICATION_YEAR).alias("citation_year"),
        F.lit(None).cast("bigint").alias("joint"),
    )


def country_pairs(countries: DataFrame, *, max_countries: int | None = None) -> DataFrame:
    """Return the pairs of countries of each work of the corpus: study, release, work_id, year, n_countries, src < dst.

    Parameters
    ----------
    countries, max_countries : DataFrame, int | None
        As in `collaboration`.
    """
    several = countries.where(F.col("is_corpus") & (F.col("n_countries") > 1))
    if max_countries is not None:
        several = several.where(F.col("n_countries") <= max_countries)
    left = several.select("study", "release", "work_id", "year", "n_countries", F.col("country").alias("src"))
    right = several.select("study", "work_id", F.col("country").alias("dst"))
    return left.join(right, ["study", "work_id"]).where(F.col("src") < F.col("dst"))
