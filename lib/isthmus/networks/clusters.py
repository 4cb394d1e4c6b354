"""How far the citations of a tie come in clusters: many from one paper, or to one paper."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from isthmus.config import Study
from isthmus.config.networks import CitationYear
from isthmus.networks.citation import placed_citations, signed_by_both

_TIE = ("src", "dst")
_COUNTS = (("n", "single"), ("near", "near_single"))


def exchange_clusters(citations: DataFrame, countries: DataFrame, study: Study) -> DataFrame:
    """Return the variance of each weight of the knowledge exchange if works, not citations, are what might not be.

    Each work counts with what it adds to the tie, squared: as citing work and as cited work, less each single citation,
    which is in both (the two-way variance of Cameron, Gelbach & Miller 2011, Journal of Business & Economic Statistics
    29, 238). It is the weight itself where every citation joins two works that add nothing else to the tie.

    Parameters
    ----------
    citations : DataFrame
        Rows of `citations`.
    countries : DataFrame
        Rows of `corpus_countries` of this study.
    study : Study
        Citation years, citation window, cap, years, citations of joint papers.

    Returns
    -------
    DataFrame
        citation_year, year, src, dst, work_variance; a row per tie of `country_edges`.
    """
    return clusters_of_placed(placed_citations(citations, countries, max_countries=study.corpus.max_countries), study)


def clusters_of_placed(links: DataFrame, study: Study) -> DataFrame:
    """Return the same as `exchange_clusters` from the result of `placed_citations`.

    Parameters
    ----------
    links : DataFrame
        The result of `placed_citations`; each citation once.
    study : Study
        As in `exchange_clusters`.
    """
    found = _by_work(_exchanged(links, study), study).select(*_TIE, F.explode(_squares(study)).alias("found"))
    squares = found.select("found.citation_year", "found.year", *_TIE, "found.square")
    # what is 0 adds nothing: a lone citation of a citing work, or none within the window
    wanted = squares.where((F.col("square") > 0) & F.col("year").between(*study.years.corpus))
    return wanted.groupBy("citation_year", "year", *_TIE).agg(F.sum("square").alias("work_variance"))


def _exchanged(links: DataFrame, study: Study) -> DataFrame:
    """Return a row for each pair of countries of each citation; `single`: in how many rows the pair of it stands."""
    keys = ("citing_work_id", "citing_year", "cited_work_id", "cited_year")
    one_side = links.select(*keys, "from", "to", F.explode("from.country").alias("a"))
    both = one_side.select("*", F.explode("to.country").alias("b")).where("a <> b")
    if study.networks.joint_papers == "left_out":
        both = both.where(~signed_by_both(F.col("a"), F.col("b")))
    back = F.array_contains("from.country", F.col("b")) & F.array_contains("to.country", F.col("a"))
    tie = (F.least("a", "b").alias("src"), F.greatest("a", "b").alias("dst"))
    near = F.col("citing_year") - F.col("cited_year") <= study.networks.citation_window
    return both.select(*keys, *tie, F.when(back, 2).otherwise(1).alias("single"), near.alias("near"))


def _by_work(rows: DataFrame, study: Study) -> DataFrame:
    """Return what each work adds to each tie, as citing and as cited one, in one pass for all citation years.

    A citation counts in the year of the cited work, or in that of the citing one. Of a work on that side all citations
    are one sum; of a work on the other side those of each year are. A citation that stands in two rows of a tie, for
    both countries sign both works, is one of weight 2, whose square is 2 for each of the rows: `single` sums them, and
    is taken off at the citing side alone.
    """
    tie = [F.col(name) for name in _TIE]
    citing, cited = F.col("citing_work_id"), F.col("cited_work_id")
    of_citing, of_cited = F.col("citing_year"), F.col("cited_year")
    sets: list[list[Column]] = []
    if set(study.networks.citation_years) & {"cited", "cited_window"}:
        sets += [[*tie, citing, of_citing, of_cited], [*tie, cited, of_cited]]
    if "citing" in study.networks.citation_years:
        sets += [[*tie, citing, of_citing], [*tie, cited, of_citing, of_cited]]
    at_citing = F.grouping("citing_work_id") == 0
    both_years = F.grouping("citing_year") + F.grouping("cited_year") == 0  # told apart on the other side alone
    single = F.when(at_citing, F.sum("single")).otherwise(0)
    near_single = F.when(at_citing, F.sum(F.when(F.col("near"), F.col("single")).otherwise(0))).otherwise(0)
    return rows.groupingSets(sets, *tie, citing, cited, of_citing, of_cited).agg(
        F.count("*").alias("n"),
        F.count_if("near").alias("near"),
        single.alias("single"),
        near_single.alias("near_single"),
        (at_citing == both_years).alias("in_cited_year"),
    )


def _squares(study: Study) -> Column:
    """Return the squares of a row of `_by_work`: an array of (citation_year, year, square)."""
    square, near = (F.col(name) * F.col(name) - F.col(single) for name, single in _COUNTS)
    by_rule: dict[CitationYear, tuple[str, Column]] = {
        "cited": ("cited_year", square),
        "cited_window": ("cited_year", near),
        "citing": ("citing_year", square),
    }
    rules = [(name, *by_rule[name]) for name in study.networks.citation_years]
    squares = F.array(
        *(
            F.struct(F.lit(name).alias("citation_year"), F.col(year).alias("year"), number.alias("square"))
            for name, year, number in rules
        )
    )
    return F.filter(squares, lambda one: (one["citation_year"] != "citing") == F.col("in_cited_year"))
