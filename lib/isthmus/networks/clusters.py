"""How far the citations of a tie come in clusters: many from one paper, or to one paper."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from isthmus.config import Study
from isthmus.config.networks import CitationYear
from isthmus.networks.citation import placed_citations, signed_by_both

_TIE = ("src", "dst")
_CITING, _CITED = "citing", "cited"


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
    citing = _squares(_exchanged(links, study), _CITING, study)
    # moved to the works that they cite while a citation is one row, not one for each pair of countries
    cited = _squares(_exchanged(links.repartition("study", "cited_work_id"), study), _CITED, study)
    every = citing.unionByName(cited).where(F.col("year").between(*study.years.corpus))
    return every.groupBy("citation_year", "year", *_TIE).agg(F.sum("square").alias("work_variance"))


def _exchanged(links: DataFrame, study: Study) -> DataFrame:
    """Return a row for each pair of countries of each citation; `single`: in how many rows the pair of it stands."""
    keys = ("study", "citing_work_id", "citing_year", "cited_work_id", "cited_year")
    one_side = links.select(*keys, "from", "to", F.explode("from.country").alias("a"))
    both = one_side.select("*", F.explode("to.country").alias("b")).where("a <> b")
    if study.networks.joint_papers == "left_out":
        both = both.where(~signed_by_both(F.col("a"), F.col("b")))
    back = F.array_contains("from.country", F.col("b")) & F.array_contains("to.country", F.col("a"))
    tie = (F.least("a", "b").alias("src"), F.greatest("a", "b").alias("dst"))
    return both.select(*keys, *tie, F.when(back, 2).otherwise(1).alias("single"))


def _squares(rows: DataFrame, side: str, study: Study) -> DataFrame:
    """Return citation_year, year, src, dst and the square of what each work of one side adds to the tie.

    The squares of single citations are taken off at the citing side: a citation that stands in two rows of a tie, for
    both countries sign both works, is one of weight 2, whose square is 2 for each of the rows.
    """
    work = ("study", f"{side}_work_id", *_TIE)
    yearly = rows.groupBy(*work, "citing_year", "cited_year").agg(
        F.count("*").alias("n"), F.sum("single" if side == _CITING else F.lit(0)).alias("single")
    )
    of_work = yearly.groupBy(*work).agg(
        F.collect_list(F.struct("citing_year", "cited_year", "n", "single")).alias("years")
    )
    names = study.networks.citation_years
    squares = F.concat(*(_of_rule(name, side, study) for name in names))
    found = of_work.select(*_TIE, F.explode(squares).alias("found"))
    # of a work outside the window nothing is kept, and a lone citation is taken off: neither adds anything
    return found.select("found.citation_year", "found.year", *_TIE, "found.square").where("square > 0")


def _of_rule(name: CitationYear, side: str, study: Study) -> Column:
    """Return what one work adds under one citation year: an array of (citation_year, year, square).

    Under a rule that counts in the work's own year all its citations are one sum; else those of each year are.
    """
    kept = F.col("years")
    if name == "cited_window":
        kept = F.filter(kept, lambda at: at["citing_year"] - at["cited_year"] <= study.networks.citation_window)
    column = "citing_year" if name == "citing" else "cited_year"
    if column != f"{side}_year":
        return F.transform(kept, lambda at: _square(name, at[column], at["n"], at["single"]))
    own = F.col("years")[0][column]  # of a work all are the same
    return F.array(_square(name, own, _total(kept, "n"), _total(kept, "single")))


def _total(years: Column, field: str) -> Column:
    return F.aggregate(years, F.lit(0).cast("bigint"), lambda total, at: total + at[field])


def _square(name: str, year: Column, n: Column, single: Column) -> Column:
    return F.struct(F.lit(name).alias("citation_year"), year.alias("year"), (n * n - single).alias("square"))
