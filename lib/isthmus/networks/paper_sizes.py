"""How many papers of each number of countries each country has: what the null models of papers hold fixed."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F


def papers_by_size(countries: DataFrame, *, max_countries: int | None = None) -> DataFrame:
    """Count papers by year, number of countries and country: (study, release, year, n_countries, country, n_papers).

    The papers are those of `isthmus.networks.collaboration`, and those of a single country besides. Summed over
    countries a row's papers of k countries count k times.

    Parameters
    ----------
    countries : DataFrame
        Rows of `corpus_countries`; works that only cite the corpus are left out.
    max_countries : int, optional
        Leave out works of more countries than this; the same as for the edges.

    Returns
    -------
    DataFrame
        One row per year, number of countries and country.

    """
    own = countries.where(F.col("is_corpus"))
    if max_countries is not None:
        own = own.where(F.col("n_countries") <= max_countries)
    keys = ("study", "release", "year", "n_countries", "country")
    return own.groupBy(*keys).agg(F.count("*").alias("n_papers"))
