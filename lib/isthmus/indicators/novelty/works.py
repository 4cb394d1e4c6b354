"""What novelty is measured on: the sources that works cite, their concepts, and the places that they count for."""

from collections.abc import Sequence

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from isthmus.corpus.countries import node
from isthmus.geography import Membership
from isthmus.indicators.belonging import Entities, belongs
from isthmus.indicators.novelty.names import CONTENT, CONTEXT, FULL, LAST_AUTHOR, WORLD


def cited_sources(papers: DataFrame, citations: DataFrame) -> DataFrame:
    """Return the references to a known source and year of each work: (work_id, year, is_corpus, sources, cited_years).

    Parameters
    ----------
    papers : DataFrame
        (work_id, year, is_corpus); a work without such a reference keeps a row with empty lists.
    citations : DataFrame
        Rows of `citations_dated`.
    """
    known = citations.where(F.col("cited_source").isNotNull() & F.col("cited_year").isNotNull())
    reference = F.struct(F.col("cited_source").alias("source"), F.col("cited_year").cast("int").alias("year"))
    listed = known.groupBy(F.col("citing_work_id").alias("work_id")).agg(
        F.sort_array(F.collect_list(reference)).alias("listed")  # as a set of rows has no order
    )
    listed = papers.join(listed, "work_id", "left")
    return listed.select(
        "work_id",
        "year",
        "is_corpus",
        F.coalesce(F.col("listed.source"), F.array().cast("array<bigint>")).alias("sources"),
        F.coalesce(F.col("listed.year"), F.array().cast("array<int>")).alias("cited_years"),
    )


def combinations(references: DataFrame, works: DataFrame, *, least_score: float) -> DataFrame:
    """Return the concepts and the cited sources of each work of the corpus: (measure, work_id, year, nodes).

    Parameters
    ----------
    references : DataFrame
        Rows of `cited_sources`.
    works : DataFrame
        Rows of `works`.
    least_score : float
        A concept belongs to the combination with a score above this.
    """
    own = references.where("is_corpus")
    scored = F.filter("concepts", lambda concept: concept["score"] > least_score)
    ids = F.array_sort(F.array_compact(F.array_distinct(F.transform(scored, lambda concept: concept["concept_id"]))))
    concepts = own.select("work_id", "year").join(works.select("work_id", ids.alias("nodes")), "work_id")
    content = concepts.select(F.lit(CONTENT).alias("measure"), "work_id", "year", "nodes")
    distinct = F.array_sort(F.array_distinct("sources")).alias("nodes")
    context = own.select(F.lit(CONTEXT).alias("measure"), "work_id", "year", distinct)
    return content.unionByName(context).where(F.size("nodes") > 0)


def work_entities(
    corpus: DataFrame, authorships: DataFrame, entities: Entities, *, merged: Sequence[Membership] = ()
) -> DataFrame:
    """Return the countries and blocs that each work counts for: (counting, entity, work_id, year).

    The world is the works that count for any country. A last author with several countries counts for each of them;
    where the list of authors was cut, nobody knows who is last.

    Parameters
    ----------
    corpus : DataFrame
        (work_id, year, n_authors) of the works.
    authorships : DataFrame
        Rows of `authorships`.
    entities : Entities
        Countries and blocs beside all countries.
    merged : Sequence[Membership], optional
        Countries that count as part of a whole.
    """
    placed = authorships.where(F.col("country_code").isNotNull()).select(
        "work_id", "author_sequence", F.col("country_code")
    )
    of_works = corpus.select("work_id", "year", "n_authors").join(placed, "work_id")
    is_last = F.col("author_sequence") == F.col("n_authors") - 1
    countings = F.when(is_last, F.array(F.lit(FULL), F.lit(LAST_AUTHOR))).otherwise(F.array(F.lit(FULL)))
    countries = of_works.select(
        F.explode(countings).alias("counting"), node(merged).alias("country"), "work_id", "year"
    ).distinct()
    country, year = F.col("country"), F.col("year")
    named = [F.when(belongs(country, year, parts), F.lit(name)) for name, parts in entities.items()]
    every = F.array_compact(F.array_distinct(F.array(country, F.lit(WORLD), *named)))
    return countries.select("counting", F.explode(every).alias("entity"), "work_id", "year").distinct()
