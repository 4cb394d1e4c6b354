"""What countries and blocs publish, with whom, and who cites it from outside: the series of Fig. 1A (METHODS 2.7)."""

from collections.abc import Sequence
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from isthmus.config import Study
from isthmus.corpus.exact import UNITS, units
from isthmus.indicators.belonging import Entities, belongs
from isthmus.tables.citationorder import cites_back

SERIES = ("papers", "papers_fractional", "papers_international", "citations_received", "citations_received_foreign")


def yearly_output(
    countries: DataFrame, citations: DataFrame, entities: Entities, *, study: Study, release: str
) -> DataFrame:
    """Return the rows of the table `output`.

    Every compared entity and year of the corpus, those with nothing in them too.

    A work belongs to an entity with at least one country inside, and is international with at least one outside as
    well. A citation is foreign when the citing work has at least one country outside the cited entity, and counts once
    however many countries either work has. As in `citation_flows`, a citation by a work of an earlier year or without
    a country is none, and a cap on countries leaves out corpus works on both sides of a citation.

    Parameters
    ----------
    countries : DataFrame
        Rows of `corpus_countries` of this study; only corpus works are papers and are cited.
    citations : DataFrame
        Rows of `citations`, distinct.
    entities : Entities
        Each compared country or bloc and the nodes that it consists of, with years where these change.
    study : Study
        Citation year and window, cap, corpus years.
    release : str
        The snapshot's release.
    """
    works = _sides(countries, entities)
    papers = works.where("is_corpus").groupBy("year").agg(*_paper_counts(len(entities)))
    cited = _cited(works, citations, len(entities), study)
    first, last = study.years.corpus
    years = countries.sparkSession.range(first, last + 1).select(F.col("id").cast("int").alias("year"))
    wide = years.join(F.broadcast(papers), "year", "left").join(F.broadcast(cited), "year", "left").na.fill(0)
    series = wide.select("year", F.explode(_by_entity(list(entities))).alias("of")).select("year", "of.*")
    return series.select(
        F.lit(study.study).alias("study"),
        F.lit(release).alias("release"),
        "entity",
        "year",
        *SERIES,
        F.try_divide("papers_international", "papers").alias("international_share"),
        (1 - F.try_divide("citations_received_foreign", "citations_received")).alias("domestic_share"),
    )


def _sides(countries: DataFrame, entities: Entities) -> DataFrame:
    """One row per work: whether it lies inside and outside each entity, and the entity's share of it in whole units."""
    sides: list[Column] = []
    for number, parts in enumerate(entities.values()):
        inside = belongs(F.col("country"), F.col("year"), parts)
        sides += [
            F.bool_or(inside).alias(f"inside_{number}"),
            F.bool_or(~inside).alias(f"outside_{number}"),
            F.sum(F.when(inside, units(F.col("fraction"))).otherwise(0)).alias(f"units_{number}"),
        ]
    return countries.groupBy("work_id", "year", "is_corpus", "n_countries").agg(*sides)


def _paper_counts(entities: int) -> list[Column]:
    counts: list[Column] = []
    for n in range(entities):
        counts += [
            F.count_if(f"inside_{n}").alias(f"papers_{n}"),
            (F.sum(f"units_{n}") / F.lit(float(UNITS))).alias(f"papers_fractional_{n}"),
            F.count_if(F.col(f"inside_{n}") & F.col(f"outside_{n}")).alias(f"papers_international_{n}"),
        ]
    return counts


def _cited(works: DataFrame, citations: DataFrame, entities: int, study: Study) -> DataFrame:
    """Citations received per citation year of the study, in all and from outside: a pair of columns per entity."""
    cap, rules = study.corpus.max_countries, study.networks
    if cap is not None:
        works = works.where(~F.col("is_corpus") | (F.col("n_countries") <= cap))
    of_interest = reduce(Column.__or__, [F.col(f"inside_{n}") for n in range(entities)])
    cited = works.where(F.col("is_corpus") & of_interest).select(
        F.col("work_id").alias("cited_work_id"),
        F.col("year").alias("cited_year"),
        *(f"inside_{n}" for n in range(entities)),
    )
    citing = works.select(
        F.col("work_id").alias("citing_work_id"),
        F.col("year").alias("citing_year"),
        *(f"outside_{n}" for n in range(entities)),
    )
    links = citations.select("citing_work_id", "cited_work_id").join(cited, "cited_work_id")
    placed = links.join(citing, "citing_work_id").where(cites_back(F.col("citing_year"), F.col("cited_year")))
    if rules.citation_year == "cited_window":
        placed = placed.where(F.col("citing_year") - F.col("cited_year") <= rules.citation_window)
    year = F.col("citing_year") if rules.citation_year == "citing" else F.col("cited_year")
    counts: list[Column] = []
    for n in range(entities):
        counts += [
            F.count_if(f"inside_{n}").alias(f"citations_received_{n}"),
            F.count_if(F.col(f"inside_{n}") & F.col(f"outside_{n}")).alias(f"citations_received_foreign_{n}"),
        ]
    return placed.groupBy(year.alias("year")).agg(*counts)


def _by_entity(names: Sequence[str]) -> Column:
    """Return the columns of each entity as one row of it."""
    return F.array(
        *(
            F.struct(F.lit(name).alias("entity"), *(F.col(f"{series}_{n}").alias(series) for series in SERIES))
            for n, name in enumerate(names)
        )
    )
