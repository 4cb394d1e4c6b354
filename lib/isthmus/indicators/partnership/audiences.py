"""Who cites the papers of a pair within two years: home, partner, others; and whether an author cites his own work."""

from collections.abc import Sequence

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from isthmus.indicators.belonging import belongs
from isthmus.indicators.partnership.works import Pair

WINDOW = 2  # years


def citations_within(citations: DataFrame, *, from_corpus: bool) -> DataFrame:
    """Return the citations within two years: citing_work_id, cited_work_id.

    Parameters
    ----------
    citations : DataFrame
        Rows of `corpus_citations`.
    from_corpus : bool
        Whether citing works of the corpus alone count.
    """
    within = citations.where(F.col("lag") <= WINDOW)
    counted = within.where("from_corpus") if from_corpus else within
    return counted.select("citing_work_id", "cited_work_id")


def audiences(works: DataFrame, citations: DataFrame, citing: DataFrame, pairs: Sequence[Pair]) -> DataFrame:
    """Count the citations from home, partner and elsewhere: work_id, home, partner, c2_home, c2_partner, c2_elsewhere.

    A citing work is where its last author is. One whose place is not known is in none of the three, so that they add up
    to c2 or less. Works without a citation have no row.

    Parameters
    ----------
    works : DataFrame
        As `pair_works` returns it.
    citations : DataFrame
        As `citations_within` returns it.
    citing : DataFrame
        Places of the citing works: work_id, year, last_country.
    pairs : sequence of Pair
        Those whose audiences are wanted.
    """
    where = citing.select(F.col("work_id").alias("citing_work_id"), F.col("year").alias("citing_year"), "last_country")
    placed = citations.join(where, "citing_work_id").where(F.col("last_country").isNotNull())
    found = None
    for pair in pairs:
        chosen = (F.col("home") == pair.home) & (F.col("partner") == pair.partner) & (F.col("kind") == pair.kind)
        own = works.where(chosen).select(F.col("work_id").alias("cited_work_id"))
        home, partner = (
            belongs(F.col("last_country"), F.col("citing_year"), parts)
            for parts in (pair.home_parts, pair.partner_parts)
        )
        counted = (
            placed.join(own, "cited_work_id", "left_semi")
            .groupBy(F.col("cited_work_id").alias("work_id"))
            .agg(
                F.count_if(home).alias("c2_home"),
                F.count_if(partner).alias("c2_partner"),
                F.count_if(~home & ~partner).alias("c2_elsewhere"),
            )
            .select("work_id", F.lit(pair.home).alias("home"), F.lit(pair.partner).alias("partner"), "c2_home",
                    "c2_partner", "c2_elsewhere")
        )  # fmt: skip
        found = counted if found is None else found.unionByName(counted)
    if found is None:
        raise ValueError("no pair is named")
    return found


def self_citations(citations: DataFrame, authorships: DataFrame) -> DataFrame:
    """Count the citations by a work that has an author in common: work_id, c2_self; works without any have no row.

    Parameters
    ----------
    citations : DataFrame
        As `citations_within` returns it, of the works that are wanted.
    authorships : DataFrame
        Rows of the table of that name; authors without a number are nobody's own.
    """
    signed = authorships.where(F.col("author_id").isNotNull()).select("work_id", "author_id").distinct()
    cited = citations.join(signed.withColumnRenamed("work_id", "cited_work_id"), "cited_work_id")
    own = cited.join(
        signed.withColumnRenamed("work_id", "citing_work_id"), ["citing_work_id", "author_id"], "left_semi"
    )
    return (
        own.select("citing_work_id", "cited_work_id")
        .distinct()
        .groupBy(F.col("cited_work_id").alias("work_id"))
        .agg(F.count("*").alias("c2_self"))
    )
