"""Novelty of a study's works spread over the cluster: by year and range of sources, by measure and start."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import IntegerType, StructType

from isthmus.indicators.disruption.counts import rank_within
from isthmus.indicators.novelty.agreement import agreements, top
from isthmus.indicators.novelty.chains import Chain, fit_chain
from isthmus.indicators.novelty.combinations import combination_novelty
from isthmus.indicators.novelty.exact import exact_null, moments_of
from isthmus.indicators.novelty.references import combinations_of, references_of
from isthmus.indicators.novelty.scores import exact_scores, row_blocks, summary
from isthmus.indicators.novelty.sets import NodeSets, node_sets
from isthmus.indicators.novelty.shuffles import shuffled
from isthmus.indicators.novelty.surprise import surprise_of

PAIRS_IN_A_TASK = 400_000_000
"""Pairs of references of a year's own works that one task scores: 1.6 GB. A larger year is split by its sources."""

NOVELTY = (
    "work_id bigint, year int, n_references int, too_many_references boolean, n_pairs bigint, z10 double, "
    "zmed double, z10_sampled double, zmed_sampled double"
)
RANKS = "work_id bigint, year int, rank double, hit boolean"
AGREEMENT = "year int, papers int, spearman double, hits int, hits_in_common double"
RATES = (
    "measure string, start int, work_id bigint, year int, size int, log_rate double, log_popularity double, "
    "n_rare int, shuffled_log_rate double, shuffled_log_popularity double, log_likelihood double"
)
SURPRISE = (
    "measure string, work_id bigint, year int, size int, surprise double, rank double, lift double, n_rare int, "
    "hit_by_start array<boolean>, best int"
)
CHECKS = "measure string, year int, sets int, rare_share double, surprise double, lift double, popularity double"
_SCORES = "work_id bigint, year int, n_references int, scores array<float>"
_SLOT = "__slot"


@dataclass(frozen=True)
class Model:
    """How the model of combinations is fitted.

    Attributes
    ----------
    groups, starts : int
        Groups of the mixture, and chains of years.
    seed : int
        The study's seed.
    """

    groups: int
    starts: int
    seed: int


def fan_out_pairs(
    references: DataFrame,
    *,
    maximum_references: int,
    replicates: int = 0,
    seed: int = 0,
    pairs_in_a_task: int = PAIRS_IN_A_TASK,
) -> DataFrame:
    """Return the combination novelty of every work of the corpus, one task a year; a large year is split by sources.

    Parameters
    ----------
    references : DataFrame
        Rows of `cited_sources` as written: its years are counted when this is called.
    maximum_references : int
        Works with more are left out.
    replicates : int
        Sampled exchanges beside the exact null model. A year is then never split.
    seed : int
        Seed of the samples.
    pairs_in_a_task : int
        Pairs of references of the corpus that one task scores.
    """
    number = F.size("sources").cast("bigint")
    pairs = F.when(F.col("is_corpus") & (number <= maximum_references), number * (number - 1) / 2)
    sizes = references.groupBy("year").agg(F.coalesce(F.sum(pairs), F.lit(0)).alias("pairs")).orderBy(F.desc("pairs"))
    blocks = {row.year: max(1, -(-int(row.pairs) // pairs_in_a_task)) for row in sizes.collect()}
    whole = [year for year, count in blocks.items() if count == 1 or replicates]
    split = {year: count for year, count in blocks.items() if year not in whole}

    def score_year(table: pa.Table) -> pa.Table:
        return _score_year(table, maximum_references, replicates, seed)

    tasks = [(year, 0) for year in whole]
    found = _spread(references, tasks, "year").groupBy(_SLOT).applyInArrow(score_year, NOVELTY)
    return found.unionByName(_split_years(references, split, maximum_references)) if split else found


def _split_years(references: DataFrame, blocks: dict[int, int], maximum_references: int) -> DataFrame:
    """Return the same for years whose sources are split among tasks; the scores of a work meet again by its id."""

    def score_block(table: pa.Table) -> pa.Table:
        year, block = (table[name][0].as_py() for name in ("year", "__block"))
        return _score_block(table, maximum_references, block, blocks[year])

    tasks = [(year, block) for year, count in blocks.items() for block in range(count)]
    spread = _spread(references, tasks, "year")
    parts = spread.groupBy(_SLOT).applyInArrow(score_block, _SCORES)
    joined = parts.groupBy("work_id", "year", "n_references").agg(F.flatten(F.collect_list("scores")).alias("scores"))

    def summarise(batches: Any) -> Any:
        for batch in batches:
            yield from _summarised(batch, maximum_references).to_batches()

    return joined.mapInArrow(summarise, NOVELTY)


def _score_year(table: pa.Table, maximum_references: int, replicates: int, seed: int) -> pa.Table:
    table = table.sort_by("work_id")
    paper, source, cited = _references(table)
    year = table["year"].to_numpy()
    own = np.flatnonzero(table["is_corpus"].to_numpy(zero_copy_only=False))
    found = combination_novelty(
        paper, source, cited, year, focal=own, maximum_references=maximum_references, replicates=replicates, seed=seed
    )
    columns = {name: found.columns()[name] for name in _names(NOVELTY)[2:]}
    return _arrow({"work_id": table["work_id"].to_numpy()[own], "year": year[own], **columns}, NOVELTY)


def _score_block(table: pa.Table, maximum_references: int, block: int, blocks: int) -> pa.Table:
    table = table.sort_by("work_id")
    paper, source, cited = _references(table)
    number = np.bincount(paper, minlength=table.num_rows)
    kept = number[paper] <= maximum_references
    references = references_of(paper[kept], table.num_rows, source[kept], cited[kept])
    combinations, null = combinations_of(references), exact_null(moments_of(references))
    own = table["is_corpus"].to_numpy(zero_copy_only=False)
    ranges = row_blocks(combinations, blocks)
    rows = ranges[block] if block < len(ranges) else (0, 0)
    starts, scores = exact_scores(combinations, null, own, rows=rows)
    of_own = table.filter(pa.array(own)).select(["work_id", "year"])
    lists = pa.LargeListArray.from_arrays(pa.array(starts), pa.array(scores)).cast(pa.list_(pa.float32()))
    counted = pa.array(number[own].astype(np.int32))
    return of_own.append_column("n_references", counted).append_column("scores", lists)


def _summarised(batch: pa.RecordBatch, maximum_references: int) -> pa.Table:
    starts = np.concatenate([[0], np.cumsum(batch["scores"].value_lengths().to_numpy())])
    z10, zmed, number = summary(starts, batch["scores"].flatten().to_numpy(zero_copy_only=False).copy())
    listed = batch["n_references"].to_numpy()
    nothing = np.full(listed.size, np.nan)
    columns = {
        "work_id": batch["work_id"].to_numpy(),
        "year": batch["year"].to_numpy(),
        "n_references": listed,
        "too_many_references": listed > maximum_references,
        "n_pairs": number,
        "z10": z10,
        "zmed": zmed,
        "z10_sampled": nothing,
        "zmed_sampled": nothing,
    }
    return _arrow(columns, NOVELTY)


def fan_out_ranks(novelty: DataFrame) -> DataFrame:
    """Return the rank of each work's -z10 in its year, and whether it is a hit: at or above the cut of one percent.

    Parameters
    ----------
    novelty : DataFrame
        Rows of `fan_out_pairs`.
    """

    def rank(rows: pd.DataFrame) -> pd.DataFrame:
        values = -rows["z10"].to_numpy(dtype=float)
        hit = pd.array([None] * len(rows), dtype="boolean")
        known = ~np.isnan(values)
        hit[known] = top(values[known])
        year = rows["year"].to_numpy(dtype=np.int64)
        return rows[["work_id", "year"]].assign(rank=rank_within(values, year), hit=hit)

    return novelty.select("work_id", "year", "z10").groupBy("year").applyInPandas(rank, RANKS)


def fan_out_agreement(novelty: DataFrame) -> DataFrame:
    """Return how far sampled scores agree with exact ones, by year; no row without samples.

    Parameters
    ----------
    novelty : DataFrame
        Rows of `fan_out_pairs`.
    """

    def agree(rows: pd.DataFrame) -> pd.DataFrame:
        values = (-rows[name].to_numpy(dtype=float) for name in ("z10", "z10_sampled"))
        found = agreements(rows["year"].to_numpy(dtype=np.int64), *values)
        return pd.DataFrame([vars(row) for row in found], columns=_names(AGREEMENT))

    sampled = novelty.where(F.col("z10_sampled").isNotNull() & ~F.isnan("z10_sampled"))
    return sampled.select("year", "z10", "z10_sampled").groupBy("year").applyInPandas(agree, AGREEMENT)


def fan_out_chains(sets: DataFrame, model: Model) -> DataFrame:
    """Return the rates of all combinations under the chain of every start, one task for each measure and start.

    Parameters
    ----------
    sets : DataFrame
        (measure, work_id, year, nodes); all years of a measure go to one task.
    model : Model
        Groups, starts and seed.
    """

    def fit(table: pa.Table) -> pa.Table:
        return _fit(table, model)

    measures = [row.measure for row in sets.select("measure").distinct().orderBy("measure").collect()]
    tasks = [(measure, start) for measure in measures for start in range(model.starts)]
    return _spread(sets, tasks, "measure").groupBy(_SLOT).applyInArrow(fit, RATES)


def _fit(table: pa.Table, model: Model) -> pa.Table:
    measure, start = (table[name][0].as_py() for name in ("measure", "__block"))
    table = table.sort_by("work_id")
    lists = table["nodes"].combine_chunks()
    paper = np.repeat(np.arange(table.num_rows), lists.value_lengths().to_numpy())
    year = table["year"].to_numpy()
    sets = node_sets(paper, lists.flatten().to_numpy(), year)
    chain = fit_chain(sets, start, shuffled=shuffled(sets, model.seed), groups=model.groups, seed=model.seed)
    number = table.num_rows
    columns: dict[str, Any] = {
        "measure": np.repeat(measure, number),
        "start": np.full(number, start),
        "work_id": table["work_id"].to_numpy(),
        "year": year,
        "size": sets.size,
        "log_rate": chain.log_rate,
        "log_popularity": chain.log_popularity,
        "n_rare": chain.rare,
        "shuffled_log_rate": chain.shuffled_log_rate,
        "shuffled_log_popularity": chain.shuffled_log_popularity,
        "log_likelihood": np.full(number, chain.log_likelihood.sum()),
    }
    return _arrow(columns, RATES)


def fan_out_surprise(rates: DataFrame) -> DataFrame:
    """Return the surprise of each work by measure, and whether it is a hit by each start.

    Parameters
    ----------
    rates : DataFrame
        Rows of `fan_out_chains`, written.
    """

    def surprise(rows: pd.DataFrame) -> pd.DataFrame:
        sets, chains, works = _of_year(rows)
        found = surprise_of(sets, chains)
        known = ~np.isnan(found.surprise)
        hits = np.zeros(found.rank_by_start.shape, dtype=bool)
        for start in range(len(chains)):
            hits[start, known] = top(found.rank_by_start[start, known])
        columns = {name: found.columns()[name] for name in ("year", "size", "surprise", "rank", "lift", "n_rare")}
        by_start = [row.tolist() if there else None for row, there in zip(hits.T, known, strict=True)]
        head = {"measure": rows["measure"].iloc[0], "work_id": works}
        return pd.DataFrame({**head, **columns, "hit_by_start": by_start, "best": found.best})[_names(SURPRISE)]

    return rates.groupBy("measure", "year").applyInPandas(surprise, SURPRISE)


def fan_out_checks(rates: DataFrame) -> DataFrame:
    """Return how well the likeliest start tells real combinations from shuffled ones, by measure and year.

    Parameters
    ----------
    rates : DataFrame
        Rows of `fan_out_chains`, written.
    """

    def check(rows: pd.DataFrame) -> pd.DataFrame:
        sets, chains, _ = _of_year(rows)
        found = surprise_of(sets, chains).checks
        return pd.DataFrame(
            [{"measure": rows["measure"].iloc[0], **vars(row)} for row in found], columns=_names(CHECKS)
        )

    return rates.groupBy("measure", "year").applyInPandas(check, CHECKS)


def _of_year(rows: pd.DataFrame) -> tuple[NodeSets, list[Chain], NDArray[np.int64]]:
    """Return the sets of a year (without their nodes), the chain of each start, and the works."""
    ordered = rows.sort_values(["start", "work_id"])
    starts = [part for _, part in ordered.groupby("start", sort=True)]
    first = starts[0]
    year, size = (first[name].to_numpy(dtype=np.int64) for name in ("year", "size"))
    nothing = np.zeros(len(first) + 1, dtype=np.int64)
    sets = NodeSets(nothing, np.empty(0, dtype=np.int32), np.empty(0, dtype=np.int64), year, size)
    return sets, [_chain(part) for part in starts], first["work_id"].to_numpy(dtype=np.int64)


def _chain(rows: pd.DataFrame) -> Chain:
    rate, popularity, other, other_popularity = (
        rows[name].to_numpy(dtype=float)
        for name in ("log_rate", "log_popularity", "shuffled_log_rate", "shuffled_log_popularity")
    )
    likelihood = rows["log_likelihood"].to_numpy(dtype=float)[:1]
    rare = rows["n_rare"].to_numpy(dtype=np.int64)
    return Chain(rate, popularity, rare, np.empty(0, np.int64), likelihood, np.empty(0), other, other_popularity)


def _references(table: pa.Table) -> tuple[NDArray[np.int64], ...]:
    """Return the paper's row, the source and the cited year of each reference."""
    sources, years = (table[name].combine_chunks() for name in ("sources", "cited_years"))
    paper = np.repeat(np.arange(table.num_rows), sources.value_lengths().to_numpy())
    return paper, sources.flatten().to_numpy(), years.flatten().to_numpy().astype(np.int64)


def _spread(rows: DataFrame, tasks: Sequence[tuple[Any, int]], key: str) -> DataFrame:
    """Return the rows once for each task (key, number) of their key, each task in a partition of its own."""
    schema = StructType([rows.schema[key]]).add("__block", IntegerType()).add(_SLOT, IntegerType())
    numbered = [(*task, slot) for slot, task in enumerate(tasks)]
    slots = rows.sparkSession.createDataFrame(numbered, schema)
    return rows.join(F.broadcast(slots), key).repartitionById(max(len(numbered), 1), _SLOT)


def _arrow(columns: dict[str, Any], schema: str) -> pa.Table:
    """Return columns as Arrow has them for a schema in Spark's words: NaN becomes null."""
    kinds = {
        "int": pa.int32(),
        "bigint": pa.int64(),
        "double": pa.float64(),
        "boolean": pa.bool_(),
        "string": pa.string(),
    }
    fields = [part.split() for part in schema.split(", ")]
    return pa.table({name: pa.array(columns[name], from_pandas=True).cast(kinds[kind]) for name, kind in fields})


def _names(schema: str) -> list[str]:
    return [part.split()[0] for part in schema.split(", ")]
