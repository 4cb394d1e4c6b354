"""The stages of novelty: what works cite and combine, how new that is, and whose works are new."""

from collections.abc import Iterator

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from isthmus.analyses.corpus.tables import CORPUS_WORKS
from isthmus.analyses.novelty import tables as t
from isthmus.analyses.places.tables import WORK_PLACES
from isthmus.analyses.rows import of_study, write_frames, write_rows
from isthmus.analyses.stage import Context, Outcome, Stage
from isthmus.config import Study
from isthmus.engine import Gate, GateResult, check_gates
from isthmus.engine.concurrent import concurrently
from isthmus.geography.places import Places
from isthmus.indicators.novelty.entities import (
    hit_counts,
    hit_tests,
    novelty_cities,
    novelty_coverage,
    novelty_years,
)
from isthmus.indicators.novelty.fanout import (
    Model,
    fan_out_agreement,
    fan_out_chains,
    fan_out_checks,
    fan_out_pairs,
    fan_out_ranks,
    fan_out_surprise,
)
from isthmus.indicators.novelty.names import CONTENT, CONTEXT, LEAST_TOLD_APART, WORLD
from isthmus.indicators.novelty.works import cited_sources, combinations, work_entities

LEAST_SCORED = 0.3
COMBINED = {CONTENT: "concepts", CONTEXT: "cited sources"}
GEOGRAPHY = ("geography.poles", "geography.blocs", "geography.cn_includes_hk_mo", "years.corpus", "years.citing_until")


def write_pairs(context: Context) -> Outcome:
    """Write what works cite and how unusual the pairs of sources are."""
    study, store = context.the_study, context.store
    first, last = study.years.corpus
    papers = of_study(context, CORPUS_WORKS).where("is_corpus").select("work_id", "year", "is_corpus")
    if study.novelty.background == "all":
        papers = _with_background(papers, store.read("works"), first, last)
    citations = store.read("citations_dated").where(F.col("citing_year").between(first, last))
    write_rows(context, t.CITED_SOURCES, cited_sources(papers, citations))
    found = fan_out_pairs(
        of_study(context, t.CITED_SOURCES),
        maximum_references=study.novelty.maximum_references,
        replicates=study.novelty.replicates,
        seed=study.seed,
    )
    write_rows(context, t.PAIR_NOVELTY, found)
    write_rows(context, t.NOVELTY_AGREEMENT, fan_out_agreement(of_study(context, t.PAIR_NOVELTY)))
    scored = of_study(context, t.PAIR_NOVELTY).where("z10 IS NOT NULL").count()
    return Outcome(f"{scored:,} works whose pairs of sources have a score", notes=_cost(study))


def _with_background(papers: DataFrame, works: DataFrame, first: int, last: int) -> DataFrame:
    """Return the study's works and all other works of its years."""
    others = works.where(F.col("publication_year").between(first, last)).join(papers, "work_id", "left_anti")
    return papers.unionByName(
        others.select("work_id", F.col("publication_year").alias("year"), F.lit(False).alias("is_corpus"))
    )


def _cost(study: Study) -> tuple[str, ...]:
    if study.novelty.background == "corpus":
        return ()
    return (
        "Pairs of sources were compared with all works of the snapshot: 0.05 to 0.2 microseconds a pair of references "
        "on one core as far as was measured (100,000 works a year). Twenty years of all science have some 20 billion "
        "pairs, and each year is one task.",
    )


def write_combinations(context: Context) -> Outcome:
    """Write the rates of concepts and cited sources as combinations, and how well the model knows real ones."""
    study = context.the_study
    sets = combinations(
        of_study(context, t.CITED_SOURCES), context.store.read("works"), least_score=study.novelty.least_score
    )
    model = Model(study.novelty.groups, study.novelty.starts, study.seed)
    write_rows(context, t.COMBINATION_RATES, fan_out_chains(sets, model))
    write_rows(context, t.NOVELTY_CHECKS, fan_out_checks(of_study(context, t.COMBINATION_RATES)))
    gates = check_gates("novelty_checks", of_study(context, t.NOVELTY_CHECKS), [_told_apart(m) for m in COMBINED])
    return Outcome(f"{study.novelty.starts} starts of {study.novelty.groups} groups", gates=tuple(gates))


def _told_apart(measure: str) -> Gate:
    """Return the gate of a measure: each has its own, since one may know its combinations and the other not."""
    sets = F.when(F.col("measure") == measure, F.col("sets"))
    return Gate(
        f"chance that a shuffled combination of {COMBINED[measure]} is newer than a real one",
        F.try_divide(F.sum(F.col("lift") * sets), F.sum(sets)),
        "warn",
        low=LEAST_TOLD_APART,
        message=f"The model hardly tells real combinations of {COMBINED[measure]} from shuffled ones: do not read "
        "their surprise.",
    )


def write_novelty(context: Context) -> Outcome:
    """Write how new each work is, and whose works are new."""
    study = context.the_study
    write_rows(context, t.WORK_NOVELTY, _work_novelty(context))
    works = of_study(context, t.WORK_NOVELTY)
    places, entities = Places(study), study.novelty.entities
    placed = work_entities(
        of_study(context, CORPUS_WORKS).where("is_corpus"),
        context.store.read("authorships"),
        places.parts(entities),
        merged=places.counted_as_china(),
    )
    concurrently(
        lambda: write_rows(context, t.NOVELTY_YEARS, novelty_years(works, placed, starts=study.novelty.starts)),
        lambda: write_rows(context, t.NOVELTY_COVERAGE, novelty_coverage(works)),
    )
    first, last = study.years.analysis
    analysed = placed.where(F.col("year").between(first, last) & F.col("entity").isin(WORLD, *entities))
    # at most a row for each entity, counting, measure, year and size
    counts = hit_counts(works, analysed, starts=study.novelty.starts).toPandas()
    write_frames(context, {t.NOVELTY_HITS.name: hit_tests(counts, entities)}, (t.NOVELTY_HITS,))
    return Outcome(f"{', '.join(entities)}, {first} to {last}", gates=_gates(context))


def write_cities(context: Context) -> Outcome:
    """Write how new the works of each city are."""
    if not context.the_study.enabled("places"):
        write_frames(context, {}, (t.NOVELTY_CITIES,))
        return Outcome("no places of works: the study has no section places")
    works, placed = of_study(context, t.WORK_NOVELTY), of_study(context, WORK_PLACES)
    starts = context.the_study.novelty.starts
    rows = novelty_cities(works, placed, context.store.read("institutions"), starts=starts)
    write_rows(context, t.NOVELTY_CITIES, rows)
    number = of_study(context, t.NOVELTY_CITIES).select("city").distinct().count()
    return Outcome(f"{number:,} cities")


def _gates(context: Context) -> tuple[GateResult, ...]:
    gate = Gate(
        "share of the corpus whose pairs of sources have a score",
        F.try_divide(F.sum("with_pairs"), F.sum("works")),
        "warn",
        low=LEAST_SCORED,
        message="Most works cite too few works of known source: read their novelty beside this share.",
    )
    return tuple(check_gates("novelty_coverage", of_study(context, t.NOVELTY_COVERAGE), [gate]))


def _work_novelty(context: Context) -> DataFrame:
    pairs = of_study(context, t.PAIR_NOVELTY).drop("study", "release")
    ranks = fan_out_ranks(pairs).select("work_id", F.col("rank").alias("pairs_rank"), F.col("hit").alias("pairs_hit"))
    surprise = fan_out_surprise(of_study(context, t.COMBINATION_RATES))
    rows = pairs.join(ranks, "work_id")
    for measure in (CONTENT, CONTEXT):
        own = surprise.where(F.col("measure") == measure).select("work_id", *_columns_of(measure))
        rows = rows.join(own, "work_id", "left")
    return rows.withColumn("background", F.lit(context.the_study.novelty.background))


def _columns_of(measure: str) -> Iterator[Column]:
    """Yield the columns of `work_novelty` on the surprise of a measure."""
    for name in ("size", "surprise", "rank", "lift", "hit_by_start"):
        yield F.col(name).alias(f"{measure}_{name}")
    yield F.col("n_rare").alias(f"{measure}_rare")
    yield F.get("hit_by_start", F.col("best")).alias(f"{measure}_hit")


def problems(study: Study) -> Iterator[str]:
    """Return what is wrong with the entities of a study: no such place."""
    return Places(study).named_problems("novelty.entities", study.novelty.entities)


STAGES = (
    Stage(
        name="source_pairs",
        description="score the pairs of sources that works cite together against an exact null model",
        task="report",
        section="novelty",
        needs=("records", "corpus"),
        writes=(t.CITED_SOURCES, t.PAIR_NOVELTY, t.NOVELTY_AGREEMENT),
        publishes=(t.NOVELTY_AGREEMENT,),
        reads=("seed", "novelty.background", "novelty.maximum_references", "novelty.replicates", "years.corpus"),
        problems=problems,
        run=write_pairs,
        whole_snapshot=True,
    ),
    Stage(
        name="combinations",
        description="fit a model of what concepts and sources are combined, and rate every work's combination",
        task="report",
        section="novelty",
        needs=("records", "corpus", "source_pairs"),
        writes=(t.COMBINATION_RATES, t.NOVELTY_CHECKS),
        publishes=(t.NOVELTY_CHECKS,),
        reads=("seed", "novelty.least_score", "novelty.groups", "novelty.starts", "years.corpus"),
        run=write_combinations,
        whole_snapshot=True,
    ),
    Stage(
        name="novelty",
        description="tell how new the works of countries and blocs are, and test their hits",
        task="report",
        section="novelty",
        needs=("records", "corpus", "source_pairs", "combinations"),
        writes=(t.WORK_NOVELTY, t.NOVELTY_YEARS, t.NOVELTY_HITS, t.NOVELTY_COVERAGE),
        publishes=(t.NOVELTY_YEARS, t.NOVELTY_HITS, t.NOVELTY_COVERAGE),
        reads=("novelty.entities", "novelty.background", "novelty.starts", "years.analysis", *GEOGRAPHY),
        run=write_novelty,
        whole_snapshot=True,
    ),
    Stage(
        name="novelty_cities",
        description="tell how new the works of cities are, by the city of their last author",
        task="report",
        section="novelty",
        needs=("records", "places", "novelty"),
        writes=(t.NOVELTY_CITIES,),
        publishes=(t.NOVELTY_CITIES,),
        reads=("places", "novelty.starts"),
        run=write_cities,
        whole_snapshot=True,
    ),
)
