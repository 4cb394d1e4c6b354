"""Disruption counts of many works: each shard of citing papers is one task, and the counts of the shards are summed.

Cited works are numbered in blocks of focal works. A task is a block and a shard: the citations by the papers of the
shard of the block's focal works and their references. Citing papers outside the corpus count like any other.
"""

import numpy as np
import pyarrow as pa
from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from isthmus.errors import IndicatorError
from isthmus.indicators.disruption.counts import Ints, Papers, walk_shard
from isthmus.indicators.disruption.kernels import N_I, N_J, N_K, N_STRONG, SHARED

FOCAL_PER_SHARD = 200_000
"""A task has some 40 million citations at most, about two gigabytes: a work and its references have 200 on average."""

FOCAL_PER_BLOCK = 2_000_000
"""A task holds the reference lists of so many works at most, some 60 million numbers."""

MOST_FOR_CORES = 8
"""Every shard gets all reference lists of a block, so many shards move many copies of them."""

COUNTS = ("n_i", "n_j", "n_k", "n_j_strong", "shared", "n_i_near", "n_j_near", "n_k_near")
"""Counts of a work: `shared` are the references shared with its citers, `near` those of the short window."""

_KEPT = ((N_I, "n_i"), (N_J, "n_j"), (N_K, "n_k"), (N_STRONG, "n_j_strong"), (SHARED, "shared"))
_NEAR = ((N_I, "n_i_near"), (N_J, "n_j_near"), (N_K, "n_k_near"))
_SCHEMA = "work_id bigint, " + ", ".join(f"{name} bigint" for name in COUNTS)
_ARROW = pa.schema([("work_id", pa.int64()), *((name, pa.int64()) for name in COUNTS)])


def reference_lists(focal: DataFrame, citations: DataFrame) -> DataFrame:
    """Return the references of focal works: (work_id, cited_work_id).

    Parameters
    ----------
    focal : DataFrame
        work_id, year.
    citations : DataFrame
        Rows of `citations`, distinct.
    """
    own = focal.select(F.col("work_id").alias("citing_work_id"))
    listed = citations.select("citing_work_id", "cited_work_id").join(own, "citing_work_id")
    return listed.withColumnRenamed("citing_work_id", "work_id")


def fan_out_counts(
    focal: DataFrame,
    citations: DataFrame,
    *,
    last: int | None = None,
    short: int = 5,
    strict: bool = False,
    shards: int = 1,
    blocks: int = 1,
) -> DataFrame:
    """Return the counts of each focal work: work_id, year, n_references, and `COUNTS`.

    Parameters
    ----------
    focal : DataFrame
        work_id, year (not null), a row per work.
    citations : DataFrame
        Rows of `citations`, distinct, of all citing papers that count.
    last, short : int or None, int
        Last year of the window (None: no end) and of the short one, counted from the work's.
    strict : bool
        Count later years only.
    shards, blocks : int
        Parts of the citing papers and of the focal works; the result is the same for any numbers.
    """
    window = (1 if strict else 0, last, short)
    lists = reference_lists(focal, citations).withColumn("block", _part("work_id", blocks))
    slots = _slots(focal, lists, blocks)
    references = (
        lists.join(slots, ["block", "cited_work_id"]).groupBy("work_id").agg(F.collect_list("slot").alias("references"))
    )
    papers = (
        focal.select("work_id", F.col("year").cast("int").alias("year"), _part("work_id", blocks).alias("block"))
        .join(slots.withColumnRenamed("cited_work_id", "work_id"), ["block", "work_id"])
        .join(references, "work_id", "left")
        .select(
            "block",
            "work_id",
            "year",
            "slot",
            F.coalesce("references", F.array().cast("array<int>")).alias("references"),
        )
    )
    # under names of its own: both sides of the tasks come from the same slots, which Spark cannot tell apart otherwise
    cited = slots.select(*(F.col(name).alias(name) for name in slots.columns))
    edges = (
        citations.where(F.col("citing_year") >= 0)
        .join(cited, "cited_work_id")
        .select("block", _part("citing_work_id", shards).alias("shard"), "citing_work_id", "slot", _year("citing_year"))
    )
    everywhere = papers.withColumn("shard", F.explode(F.sequence(F.lit(0), F.lit(shards - 1))))

    def work(own: pa.Table, citing: pa.Table) -> pa.Table:
        return shard_table(own, citing, window)

    parts = everywhere.groupBy("block", "shard").cogroup(edges.groupBy("block", "shard")).applyInArrow(work, _SCHEMA)
    sums = parts.groupBy("work_id").agg(*(F.sum(name).alias(name) for name in COUNTS))
    n_references = F.size("references").cast("bigint").alias("n_references")
    counted = papers.select("work_id", "year", n_references).join(sums, "work_id", "left")
    return counted.select("work_id", "year", "n_references", *(_zero(name) for name in COUNTS))


def shards_for(focal: int, cores: int) -> tuple[int, int]:
    """Return how many shards and blocks so many focal works are walked in.

    Parameters
    ----------
    focal : int
        Number of focal works.
    cores : int
        Tasks that run at once: there is work for each, up to `MOST_FOR_CORES`.
    """
    needed = -(-focal // FOCAL_PER_SHARD)
    return max(1, needed, min(cores, MOST_FOR_CORES)), max(1, -(-focal // FOCAL_PER_BLOCK))


def shard_table(own: pa.Table, citing: pa.Table, window: tuple[int, int | None, int]) -> pa.Table:
    """Return the counts of the focal works of a block over one shard of citing papers, without works that have none.

    Parameters
    ----------
    own : pyarrow.Table
        work_id, year, slot, references (slots) of the focal works.
    citing : pyarrow.Table
        citing_work_id, slot, citing_year: the citations of the block's works and references by papers of the shard.
    window : tuple of int, int or None, int
        First and last year of the window and last year of the short one.

    Raises
    ------
    IndicatorError
        A citation stands there twice.
    """
    if not own.num_rows or not citing.num_rows:
        return _ARROW.empty_table()
    ids, first, place = np.unique(citing["citing_work_id"].to_numpy(), return_index=True, return_inverse=True)
    years = citing["citing_year"].to_numpy().astype(np.int64)[first]
    order = np.argsort(years, kind="stable")
    number = np.empty(ids.size, dtype=np.int64)
    number[order] = np.arange(ids.size)
    cited = citing["slot"].to_numpy().astype(np.int64)
    papers, work_ids = _papers(own, ids, number)
    slots = int(max(cited.max(), papers.slot.max(), papers.refs.max(initial=0))) + 1
    counts, near = np.zeros((2, work_ids.size, 6), dtype=np.int64)
    repeated = walk_shard(counts, near, papers, number[place], cited, years[order], slots, window)
    if repeated is not None:
        raise IndicatorError(
            f"the table citations holds a citation by the work {ids[order[repeated[0]]]} twice; expected each once. "
            "Ingest the snapshot again"
        )
    found = (
        {"work_id": work_ids} | {name: counts[:, at] for at, name in _KEPT} | {name: near[:, at] for at, name in _NEAR}
    )
    return pa.table(found, schema=_ARROW).filter(pa.array(counts.any(axis=1)))


def _papers(own: pa.Table, citing_ids: Ints, number: Ints) -> tuple[Papers, Ints]:
    """Return the focal works as the shard sees them, and their ids."""
    work_ids = own["work_id"].to_numpy()
    at = np.minimum(np.searchsorted(citing_ids, work_ids), citing_ids.size - 1)
    place = np.where(citing_ids[at] == work_ids, number[at], -1)
    lists = own["references"].combine_chunks()
    sizes = lists.value_lengths().to_numpy(zero_copy_only=False).astype(np.int64)
    papers = Papers(
        slot=own["slot"].to_numpy().astype(np.int64),
        place=place,
        year=own["year"].to_numpy().astype(np.int64),
        refs_at=np.concatenate([[0], np.cumsum(sizes)]),
        refs=lists.flatten().to_numpy(zero_copy_only=False).astype(np.int32),
    )
    return papers, work_ids


def _slots(focal: DataFrame, lists: DataFrame, blocks: int) -> DataFrame:
    """Return the numbers of the focal works of each block and of their references: block, cited_work_id, slot."""
    needed = (
        lists.select("block", "cited_work_id")
        .union(focal.select(_part("work_id", blocks).alias("block"), F.col("work_id").alias("cited_work_id")))
        .distinct()
    )
    order = Window.partitionBy("block").orderBy("cited_work_id")
    return needed.select("block", "cited_work_id", (F.row_number().over(order) - 1).alias("slot"))


def _part(work_id: str, parts: int) -> Column:
    return F.pmod(F.xxhash64(work_id), F.lit(parts)).cast("int")


def _year(name: str) -> Column:
    return F.col(name).cast("int").alias(name)


def _zero(name: str) -> Column:
    return F.coalesce(name, F.lit(0)).cast("bigint").alias(name)
