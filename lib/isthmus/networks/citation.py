"""Who builds on whom: citations between countries, and their exchange in both directions (METHODS 1.3, 2.1)."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from isthmus.config.networks import CitationYear, JointPapers
from isthmus.corpus.exact import exact_sum
from isthmus.networks.names import CITATION, KNOWLEDGE_EXCHANGE
from isthmus.tables.citationorder import cites_back


def citation_flows(citations: DataFrame, countries: DataFrame, *, max_countries: int | None = None) -> DataFrame:
    """Citations by year and country of both sides; domestic ones included, the basis of every citation year.

    A citation of a work that appears in a later year than the citing one is left out, as are citations of works
    without a country.

    Parameters
    ----------
    citations : DataFrame
        Rows of `citations`, distinct.
    countries : DataFrame
        Rows of `corpus_countries`; cited works are the corpus, citing works all of them.
    max_countries : int | None, optional
        Leave out corpus works of more countries than this, on both sides.
    """
    return flows_of_placed(placed_citations(citations, countries, max_countries=max_countries))


def flows_of_placed(links: DataFrame) -> DataFrame:
    """Return the same as `citation_flows` from the result of `placed_citations`.

    Parameters
    ----------
    links : DataFrame
        The result of `placed_citations`.
    """
    keys = ("study", "release", "citing_year", "cited_year")
    one_side = links.select(*keys, "from", "to", F.explode("from").alias("a"))
    both = one_side.select(*keys, "from", "to", "a", F.explode("to").alias("b"))
    share = F.col("a.fraction") * F.col("b.fraction")
    separate = ~signed_by_both(F.col("a.country"), F.col("b.country"))
    return both.groupBy(*keys, F.col("a.country").alias("src"), F.col("b.country").alias("dst")).agg(
        F.count("*").alias("weight"),
        exact_sum(share).alias("fractional"),
        F.count_if(separate).alias("separate"),
        exact_sum(F.when(separate, share).otherwise(0.0)).alias("separate_fractional"),
    )


def signed_by_both(citing: Column, cited: Column) -> Column:
    """Return whether two different countries both sign the citing paper, or both the cited one (METHODS 9.5).

    Parameters
    ----------
    citing, cited : Column
        A country of the citing work and one of the cited work, on rows that have the arrays `from` and `to` of
        `placed_citations`.
    """
    there = F.array_contains("from.country", cited) | F.array_contains("to.country", citing)
    return there & (citing != cited)


def placed_citations(citations: DataFrame, countries: DataFrame, *, max_countries: int | None = None) -> DataFrame:
    """Return the citations of the corpus with the places of both sides.

    The columns are study, release, citing_work_id, citing_year, cited_work_id, cited_year, and `from` and `to`, arrays
    of (country, fraction).

    A citation of a work that appears in a later year than the citing one is left out.

    Parameters
    ----------
    citations, countries, max_countries : DataFrame, int | None
        As in `citation_flows`.
    """
    if max_countries is not None:
        countries = countries.where(~F.col("is_corpus") | (F.col("n_countries") <= max_countries))
    places = countries.groupBy("study", "release", "work_id", "year", "is_corpus").agg(
        F.collect_list(F.struct("country", "fraction")).alias("places")
    )
    citing = places.select(
        "study",
        F.col("work_id").alias("citing_work_id"),
        F.col("year").alias("citing_year"),
        F.col("places").alias("from"),
    )
    cited = places.where("is_corpus").select(
        "study",
        "release",
        F.col("work_id").alias("cited_work_id"),
        F.col("year").alias("cited_year"),
        F.col("places").alias("to"),
    )
    return (
        citations.select("citing_work_id", "cited_work_id")
        .join(cited, "cited_work_id")
        .join(citing, ["study", "citing_work_id"])
        .where(cites_back(F.col("citing_year"), F.col("cited_year")))
    )


def citation_edges(flows: DataFrame, *, citation_year: CitationYear, window: int, years: tuple[int, int]) -> DataFrame:
    """Directed edges between different countries under one citation year.

    Parameters
    ----------
    flows : DataFrame
        Rows of `citation_flows`.
    citation_year : CitationYear
        `cited` counts in the cited work's year whatever the citing year; `cited_window` the same for
        citations within `window` years; `citing_year` counts in the citing work's year.
    window : int
        Years after publication that `cited_window` counts.
    years : tuple[int, int]
        First and last year of the networks.
    """
    year = F.col("citing_year") if citation_year == "citing" else F.col("cited_year")
    chosen = flows.where((F.col("src") != F.col("dst")) & year.between(*years))
    if citation_year == "cited_window":
        chosen = chosen.where(F.col("citing_year") - F.col("cited_year") <= window)
    counted = chosen.groupBy("study", "release", year.alias("year"), "src", "dst").agg(*_sums())
    return counted.select("*", F.lit(CITATION).alias("network"), F.lit(citation_year).alias("citation_year"))


def knowledge_exchange(directed: DataFrame, *, joint_papers: JointPapers = "whole") -> DataFrame:
    """Undirected edges: citations from one country to the other and vice versa, src < dst.

    Parameters
    ----------
    directed : DataFrame
        The result of `citation_edges`.
    joint_papers : JointPapers
        Whether citations from or to papers that both countries sign count; `joint` says how many they are either way.
    """
    ordered = directed.select(
        "study",
        "release",
        "citation_year",
        "year",
        F.least("src", "dst").alias("src"),
        F.greatest("src", "dst").alias("dst"),
        "weight",
        "fractional",
        "separate",
        "separate_fractional",
    )
    keys = ("study", "release", "citation_year", "year", "src", "dst")
    counted = ordered.groupBy(*keys).agg(*_sums()).select("*", F.lit(KNOWLEDGE_EXCHANGE).alias("network"))
    if joint_papers == "whole":
        return counted
    kept = {"weight": F.col("separate"), "fractional": F.col("separate_fractional")}
    return counted.withColumns(kept).where("weight > 0")


def _sums() -> list[Column]:
    """Return the sums of flows: counts, fractions, and `joint`, the citations of joint papers among them."""
    counts = [F.sum(name).alias(name) for name in ("weight", "separate")]
    fractions = [exact_sum(F.col(name)).alias(name) for name in ("fractional", "separate_fractional")]
    return [*counts, *fractions, (F.sum("weight") - F.sum("separate")).alias("joint")]
