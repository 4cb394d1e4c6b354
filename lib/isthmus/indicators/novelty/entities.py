"""How new the works of countries and blocs are: means, hits, shares of the world's hits."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from isthmus.indicators.city_names import named
from isthmus.indicators.disruption.counts import REFERENCE_CLASSES
from isthmus.indicators.novelty.hits import HitTest, hit_test
from isthmus.indicators.novelty.names import CONTENT, CONTEXT, LAST_AUTHOR, PAIRS, WORLD
from isthmus.nullmodels.significance import benjamini_hochberg

KEYS = ("counting", "measure", "year")
ALIKE = ["year", "size"]
"""Works that hits are dealt among: those of a year and size.

Surprise is ranked within year and size, and a few works of one size hold no hit; z10 of few pairs strays more than that
of many, so that short lists hold most hits of pairs.
"""
TESTS = ["entity", "counting", "measure", "papers", "hits", "expected", "ratio", "ratio_low", "ratio_high",
         "p_upper", "p_lower", "p_two_sided", "q"]  # fmt: skip


def novelty_years(works: DataFrame, placed: DataFrame, *, starts: int) -> DataFrame:
    """Return works, ranks, hits and shares of the world's hits by entity, counting, measure and year.

    Parameters
    ----------
    works : DataFrame
        Rows of `work_novelty`.
    placed : DataFrame
        Rows of `work_entities`.
    starts : int
        Starts of the model of combinations.
    """
    summed = (
        _measured_of(works, placed)
        .groupBy("entity", *KEYS)
        .agg(
            F.count("*").alias("works"),
            F.count("rank").alias("scored"),
            F.mean("rank").alias("mean_rank"),
            F.coalesce(F.sum("rank"), F.lit(0.0)).alias("sum_rank"),
            F.mean("value").alias("mean_value"),
            *_hits(starts),
        )
    )
    world = summed.where(F.col("entity") == WORLD).select(
        *KEYS, F.col("hits").alias("world_hits"), F.col("hits_by_start").alias("world_by_start")
    )
    ratios = F.zip_with("hits_by_start", "world_by_start", F.try_divide)
    of_model = F.when(F.col("measure") != PAIRS, ratios)
    return summed.join(world, list(KEYS)).select(
        "entity",
        *KEYS,
        "works",
        "scored",
        "mean_rank",
        "sum_rank",
        "mean_value",
        "hits",
        F.try_divide("hits", "world_hits").alias("share_of_hits"),
        F.array_min(of_model).alias("share_low"),
        F.array_max(of_model).alias("share_high"),
        F.when(F.col("measure") != PAIRS, F.col("hits_by_start")).alias("hits_by_start"),
    )


def novelty_cities(works: DataFrame, placed: DataFrame, institutions: DataFrame, *, starts: int) -> DataFrame:
    """Return works, ranks, hits and shares of all hits by the city of the last author, measure and year.

    Parameters
    ----------
    works : DataFrame
        Rows of `work_novelty`.
    placed : DataFrame
        Rows of `work_places`; works without a city are left out, of the shares, too.
    institutions : DataFrame
        Rows of `institutions`, which name the cities.
    starts : int
        Starts of the model of combinations.
    """
    city, everywhere = F.col("last_city").cast("string"), F.lit(WORLD)
    each = placed.where(F.col("last_city").isNotNull()).select(
        F.lit(LAST_AUTHOR).alias("counting"), F.explode(F.array(city, everywhere)).alias("entity"), "work_id"
    )
    years = novelty_years(works, each, starts=starts).where(F.col("entity") != WORLD)
    return named(years.withColumn("city", F.col("entity").cast("bigint")), institutions).select(
        "city", "called.name", "called.country", *(name for name in years.columns if name not in ("entity", "counting"))
    )


def hit_counts(works: DataFrame, placed: DataFrame, *, starts: int) -> DataFrame:
    """Return works with a score and hits by entity, counting, measure, year and size: what `hit_tests` reads.

    The size of a combination is its number of nodes, that of pairs the class of the work's number of references.

    Parameters
    ----------
    works : DataFrame
        Rows of `work_novelty`.
    placed : DataFrame
        Rows of `work_entities`.
    starts : int
        Starts of the model of combinations.
    """
    scored = _measured_of(works, placed).where(F.col("rank").isNotNull())
    counted = scored.groupBy("entity", *KEYS, "size").agg(F.count("*").alias("scored"), *_hits(starts))
    of_model = F.when(F.col("measure") != PAIRS, F.col("hits_by_start"))
    return counted.withColumn("hits_by_start", of_model)


def _hits(starts: int) -> tuple[Column, Column]:
    """Return the hits of a group: by the likeliest start, and by each."""
    by_start = [F.coalesce(F.sum(F.get("hit_by_start", F.lit(start)).cast("int")), F.lit(0)) for start in range(starts)]
    hits = F.coalesce(F.sum(F.col("hit").cast("int")), F.lit(0))
    return hits.alias("hits"), F.array(*by_start).alias("hits_by_start")


def _measured_of(works: DataFrame, placed: DataFrame) -> DataFrame:
    """Return every work's three measures for each entity that it counts for."""
    measured = _measured(works, PAIRS, -F.col("z10"), F.lit(None).cast("array<boolean>"), _class_of("n_references"))
    for measure in (CONTENT, CONTEXT):
        value, by_start, size = (F.col(f"{measure}_{name}") for name in ("lift", "hit_by_start", "size"))
        measured = measured.unionByName(_measured(works, measure, value, by_start, size))
    return placed.select("counting", "entity", "work_id").join(measured, "work_id")


def _class_of(number: str) -> Column:
    """Return the class of a number of references, as `isthmus.indicators.disruption.counts.class_of`."""
    bounds = F.array(*(F.lit(least) for least in REFERENCE_CLASSES))
    return F.size(F.filter(bounds, lambda least: least <= F.col(number)))


def _measured(works: DataFrame, measure: str, value: Column, by_start: Column, size: Column) -> DataFrame:
    rank = F.col(f"{measure}_rank")
    return works.select(
        "work_id",
        F.lit(measure).alias("measure"),
        "year",
        rank.alias("rank"),
        F.when(rank.isNotNull(), value).alias("value"),
        F.col(f"{measure}_hit").alias("hit"),
        by_start.alias("hit_by_start"),
        size.cast("int").alias("size"),
    )


def novelty_coverage(works: DataFrame) -> DataFrame:
    """Return how many works have a novelty, by year.

    Parameters
    ----------
    works : DataFrame
        Rows of `work_novelty`.
    """
    return works.groupBy("year").agg(
        F.count("*").alias("works"),
        F.count("pairs_rank").alias("with_pairs"),
        F.count_if("too_many_references").alias("too_many_references"),
        F.count("content_rank").alias("with_content"),
        F.count("context_rank").alias("with_context"),
    )


def hit_tests(counts: pd.DataFrame, entities: Sequence[str]) -> pd.DataFrame:
    """Return whether each entity has more or fewer hits than its works make likely, over all years given.

    Hits are dealt among the works of a year and size, or long lists would look conventional (`ALIKE`). Hits and
    expectation are those of the likeliest start of the model. Each p is the largest of all starts, so that nothing is
    significant by the luck of a start.

    Parameters
    ----------
    counts : DataFrame
        Rows of `hit_counts` with those of the world.
    entities : sequence of str
        Countries and blocs. One without a scored work has no row.
    """
    rows = []
    for (counting, measure), part in counts.groupby(["counting", "measure"], sort=True):
        world = part[part["entity"] == WORLD].set_index(ALIKE)
        for entity in entities:
            own = part[(part["entity"] == entity) & (part["scored"] > 0)].set_index(ALIKE).sort_index()
            if own.empty:
                continue
            every = world.loc[own.index]
            found = hit_test(own["scored"], own["hits"], every["scored"], every["hits"])
            upper, lower, both = _weakest(found, own, every)
            numbers = (found.papers, found.hits, found.expected, found.ratio, found.low, found.high)
            rows.append((entity, counting, measure, *numbers, upper, lower, both))
    tests = pd.DataFrame(rows, columns=TESTS[:-1])
    tests["q"] = np.nan
    for counting in tests["counting"].unique():
        family = tests["counting"] == counting
        tests.loc[family, "q"] = benjamini_hochberg(tests.loc[family, "p_two_sided"].to_numpy())
    return tests


def _weakest(found: HitTest, own: pd.DataFrame, every: pd.DataFrame) -> tuple[float, float, float]:
    """Return the largest p of both tails and of the two-sided test over the starts of the model."""
    tests = [found]
    if own["hits_by_start"].notna().all():
        ours, all_of = (np.stack(list(frame["hits_by_start"])).T for frame in (own, every))
        pairs = zip(ours, all_of, strict=True)
        tests += [hit_test(own["scored"], hits, every["scored"], marked) for hits, marked in pairs]
    upper, lower = (max(getattr(test, name) for test in tests) for name in ("p_upper", "p_lower"))
    return upper, lower, max(test.p_two_sided for test in tests)
