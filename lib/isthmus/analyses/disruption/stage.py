"""The stage of disruption: counts of every work of the corpus, ranks within the year, places, trends."""

from collections.abc import Iterator
from functools import partial

import pandas as pd
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from isthmus.analyses.corpus.tables import CORPUS_WORKS
from isthmus.analyses.disruption import tables as t
from isthmus.analyses.places.tables import WORK_PLACES
from isthmus.analyses.rows import of_study, write_frames, write_rows
from isthmus.analyses.stage import Context, Outcome, Stage
from isthmus.config import Study
from isthmus.corpus.countries import country_shares
from isthmus.engine import Gate, GateResult, check_gates
from isthmus.geography import COUNTRIES
from isthmus.geography.places import Places
from isthmus.indicators.blocs.works import sides, work_countries
from isthmus.indicators.disruption import comparison
from isthmus.indicators.disruption.cities import city_ends
from isthmus.indicators.disruption.expected_fanout import fan_out_expected
from isthmus.indicators.disruption.fanout import MOST_FOR_CORES, fan_out_counts, shards_for
from isthmus.indicators.disruption.yearly_fanout import (
    fan_out_ranks,
    fan_out_summaries,
    with_indices,
)

MOST_WITHOUT_REFERENCES = 0.5
EARLIEST_CITED = 1800
"""Works that were published earlier count as works of this year where citations are permuted within cited years."""


def write_disruption(context: Context) -> Outcome:
    """Write the tables of disruption of the works of the corpus."""
    study, rules = context.the_study, context.the_study.disruption
    focal = of_study(context, CORPUS_WORKS).where("is_corpus").select("work_id", "year")
    number = focal.count()
    write_rows(context, t.DISRUPTION_COUNTS, _counts(context, focal, number))
    write_rows(context, t.WORK_DISRUPTION, _measured(context))
    works = of_study(context, t.WORK_DISRUPTION).drop("study", "release")
    placed = works.join(_work_places(context), "work_id").select("*", F.explode("placed").alias("one"))
    placed = placed.select("one.*", *works.columns)
    summaries = partial(fan_out_summaries, level=rules.level, replicates=rules.replicates, seed=study.seed)
    write_rows(context, t.DISRUPTION_YEARS, summaries(placed))
    first, last = study.years.significance
    window = placed.where(F.col("year").between(first, last)).withColumn("year", F.lit(last))
    _write_comparisons(context, summaries(window).drop("year").toPandas())  # a row per place
    return Outcome(f"{number:,} works", gates=_gates(context))


def _counts(context: Context, focal: DataFrame, number: int) -> DataFrame:
    """Return the rows of `disruption_counts` without study and release."""
    study, store, rules = context.the_study, context.store, context.the_study.disruption
    until = F.col("citing_year") <= study.years.citing_until
    shards, blocks = shards_for(number, _tasks(context))
    counted = fan_out_counts(
        focal,
        store.read("citations").where(until),
        last=rules.last,
        short=rules.short,
        strict=rules.strict,
        shards=shards,
        blocks=blocks,
    )
    dated = store.read("citations_dated").where(until)
    pooled = F.greatest(F.col("cited_year").cast("int"), F.lit(EARLIEST_CITED)).alias("cited_year")
    expected = fan_out_expected(
        focal,
        dated.select("citing_work_id", "cited_work_id", "citing_year", pooled),
        last=rules.last,
        strict=rules.strict,
    )
    return counted.join(expected, "work_id")


def _tasks(context: Context) -> int:
    """Return how many tasks the session makes of a shuffle; some services set "auto"."""
    partitions = context.spark.conf.get("spark.sql.shuffle.partitions", "auto")
    return int(partitions) if partitions is not None and partitions.isdigit() else MOST_FOR_CORES


def _measured(context: Context) -> DataFrame:
    """Return the rows of `work_disruption` without study and release."""
    rules, counts = context.the_study.disruption, of_study(context, t.DISRUPTION_COUNTS)
    measured = with_indices(counts, minimum_references=rules.minimum_references)
    return measured.join(fan_out_ranks(measured, share=rules.top_share, ties=rules.ties), "work_id")


def _work_places(context: Context) -> DataFrame:
    """Return the places of each work of the corpus: work_id, placed (array of place_kind, place)."""
    corpus = of_study(context, CORPUS_WORKS).where("is_corpus")
    places = Places(context.the_study)
    shares = country_shares(corpus, context.store.read("authorships"), merged=places.counted_as_china())
    countries = work_countries(shares)
    blocs = [name for name in _named(context.the_study) if name not in COUNTRIES]
    of_blocs = F.transform(sides(places.parts(blocs)), lambda side: _place("bloc", side["entity"])) if blocs else None
    of_countries = F.transform("places", lambda place: _place("country", place["country"]))
    found = of_countries if of_blocs is None else F.concat(of_blocs, of_countries)
    world = F.array(_place("world", F.lit("world")))
    placed = countries.select("work_id", found.alias("found"))
    everywhere = F.concat(world, F.coalesce("found", F.array().cast("array<struct<place_kind:string,place:string>>")))
    return corpus.select("work_id").join(placed, "work_id", "left").select("work_id", everywhere.alias("placed"))


def _write_comparisons(context: Context, summed: pd.DataFrame) -> None:
    study, rules = context.the_study, context.the_study.disruption
    # at most a row for each country and year
    years = of_study(context, t.DISRUPTION_YEARS).drop("study", "release").toPandas()
    named = {"world", *_named(study)}
    over = rules.short if rules.last is None else rules.last  # years until a work's window is over
    trends = comparison.disruption_trends(
        years[years["place"].isin(named)],
        span=(study.years.analysis[0], min(study.years.analysis[1], study.years.citing_until - over)),
        level=rules.level,
        replicates=rules.replicates,
        seed=study.seed,
    )
    frames = {
        t.DISRUPTION_PLACES.name: comparison.graded(summed, level=rules.level),
        t.DISRUPTION_TRENDS.name: trends,
    }
    write_frames(context, frames, (t.DISRUPTION_PLACES, t.DISRUPTION_TRENDS))


def write_cities(context: Context) -> Outcome:
    """Write how many works of each city are at either end of their year."""
    if not context.the_study.enabled("places"):
        write_frames(context, {}, (t.DISRUPTION_CITIES,))
        return Outcome("no places of works: the study has no section places")
    works, placed = of_study(context, t.WORK_DISRUPTION), of_study(context, WORK_PLACES)
    write_rows(context, t.DISRUPTION_CITIES, city_ends(works, placed, context.store.read("institutions")))
    number = of_study(context, t.DISRUPTION_CITIES).select("city").distinct().count()
    return Outcome(f"{number:,} cities")


def _gates(context: Context) -> tuple[GateResult, ...]:
    share = F.try_divide(F.sum("without_references"), F.sum("papers"))
    world = of_study(context, t.DISRUPTION_YEARS).where("place_kind = 'world'")
    gate = Gate(
        "share of works without recorded references",
        share,
        "warn",
        high=MOST_WITHOUT_REFERENCES,
        message="Most works have no recorded references and no index: what is said of the others is said of few.",
    )
    return tuple(check_gates("disruption", world, [gate]))


def problems(study: Study) -> Iterator[str]:
    """Return what is wrong with the places of a study: no such place, or one that is named twice."""
    return Places(study).named_problems("disruption.places", study.disruption.places)


def _named(study: Study) -> tuple[str, ...]:
    return study.disruption.places or Places(study).compared


def _place(kind: str, name: Column) -> Column:
    return F.struct(F.lit(kind).alias("place_kind"), name.alias("place"))


PUBLISHED = (t.DISRUPTION_YEARS, t.DISRUPTION_PLACES, t.DISRUPTION_TRENDS)

STAGES = (
    Stage(
        name="disruption",
        description="measure who builds on each work alone and who on its references, by place and year",
        task="report",
        section="disruption",
        needs=("records", "corpus"),
        writes=(t.DISRUPTION_COUNTS, t.WORK_DISRUPTION, *PUBLISHED),
        publishes=PUBLISHED,
        reads=(
            "seed",
            "disruption",
            "years.corpus",
            "years.citing_until",
            "years.analysis",
            "years.significance",
            "geography.poles",
            "geography.compare",
            "geography.blocs",
            "geography.cn_includes_hk_mo",
        ),
        problems=problems,
        run=write_disruption,
        whole_snapshot=True,
    ),
    Stage(
        name="disruption_cities",
        description="count the most disruptive and most developmental works by the city of their last author",
        task="report",
        section="disruption",
        needs=("records", "places", "disruption"),
        writes=(t.DISRUPTION_CITIES,),
        publishes=(t.DISRUPTION_CITIES,),
        reads=("places",),
        run=write_cities,
        whole_snapshot=True,
    ),
)
"""`whole_snapshot`: works that cite a reference and not the work itself (n_k) are in tables of the whole only."""
