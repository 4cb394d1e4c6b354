"""Expected disruption counts of many works: sums over citing papers by year, then one task per batch of focal works."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from isthmus.indicators.disruption.expected import Ints, Marginals, Profiles, expected_of
from isthmus.indicators.disruption.expected_kernels import add_pairs

EXPECTED = "work_id bigint, expected_n_j double, expected_reached double"
_EXPECTED = pa.schema([("work_id", pa.int64()), ("expected_n_j", pa.float64()), ("expected_reached", pa.float64())])
_SUMS = "citing_year int, cited_year int, beside_year int, n double"
_ALONE = -1  # beside no other: the citations themselves
_SUM_TYPES = pa.schema(
    [("citing_year", pa.int32()), ("cited_year", pa.int32()), ("beside_year", pa.int32()), ("n", pa.float64())]
)


def collect_marginals(dated: DataFrame) -> Marginals:
    """Return the citations, and the pairs of citations of one paper, by year.

    Parameters
    ----------
    dated : DataFrame
        citing_work_id, citing_year, cited_year: citations with both years.
    """
    span = dated.agg(F.min("citing_year"), F.max("citing_year"), F.min("cited_year"), F.max("cited_year")).first()
    if span is None or span[0] is None:
        return Marginals(0, 0, np.zeros((1, 1)), np.zeros((1, 1, 1)))
    t0, t1, u0, u1 = (int(year) for year in span)
    papers = dated.groupBy("citing_work_id", "citing_year").agg(F.collect_list("cited_year").alias("cited_years"))

    def partial(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        slots = np.zeros((t1 - t0 + 1, u1 - u0 + 1))
        pairs = np.zeros((*slots.shape, slots.shape[1]))
        for batch in batches:
            add_batch(batch, t0, u0, slots, pairs)
        yield marginal_rows(t0, u0, slots, pairs)

    sums = papers.select("citing_year", "cited_years").mapInArrow(partial, _SUMS)
    # at most a row for each citing year and two cited years
    rows = sums.groupBy("citing_year", "cited_year", "beside_year").agg(F.sum("n").alias("n")).toPandas()
    found = Marginals(t0, u0, np.zeros((t1 - t0 + 1, u1 - u0 + 1)), np.zeros((t1 - t0 + 1, u1 - u0 + 1, u1 - u0 + 1)))
    t, u, w = (rows[name].to_numpy() for name in ("citing_year", "cited_year", "beside_year"))
    alone = w == _ALONE
    found.slots[t[alone] - t0, u[alone] - u0] = rows["n"].to_numpy()[alone]
    found.pairs[t[~alone] - t0, u[~alone] - u0, w[~alone] - u0] = rows["n"].to_numpy()[~alone]
    return found


def add_batch(batch: pa.RecordBatch, t0: int, u0: int, slots: np.ndarray, pairs: np.ndarray) -> None:
    """Add citing papers to the sums.

    Parameters
    ----------
    batch : pyarrow.RecordBatch
        citing_year, cited_years (list) of papers.
    t0, u0 : int
        Years of the first row and column.
    slots, pairs : array of shape (T, U), (T, U, U)
        Sums so far.
    """
    lists = batch["cited_years"]
    pointers = np.concatenate([[0], np.cumsum(_lengths(lists))])
    add_pairs(_ints(batch["citing_year"]) - t0, pointers, _ints(lists.flatten()) - u0, slots, pairs)


def marginal_rows(t0: int, u0: int, slots: np.ndarray, pairs: np.ndarray) -> pa.RecordBatch:
    """Return sums as rows: citing_year, cited_year, beside_year (-1: the citations themselves), n; without zeros.

    Parameters
    ----------
    t0, u0 : int
        Years of the first row and column.
    slots, pairs : array of shape (T, U), (T, U, U)
        The sums.
    """
    t, u = np.nonzero(slots)
    pt, pu, pw = np.nonzero(pairs)
    columns = [
        np.concatenate([t, pt]) + t0,
        np.concatenate([u, pu]) + u0,
        np.concatenate([np.full(t.size, _ALONE), pw + u0]),
        np.concatenate([slots[t, u], pairs[pt, pu, pw]]),
    ]
    arrays = [pa.array(column, field.type) for column, field in zip(columns, _SUM_TYPES, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=_SUM_TYPES)


def fan_out_expected(focal: DataFrame, dated: DataFrame, *, last: int | None = None, strict: bool = False) -> DataFrame:
    """Return the expected counts of each focal work: columns `EXPECTED`.

    Parameters
    ----------
    focal : DataFrame
        work_id, year (not null), a row per work.
    dated : DataFrame
        Rows of `citations_dated` of all citing papers that count.
    last, strict : int or None, bool
        The window, as `fan_out_counts` has it.
    """
    first = focal.agg(F.min("year")).first()
    least = 0 if first is None or first[0] is None else int(first[0])  # no window begins before the first paper
    both = dated.where((F.col("citing_year") >= least) & (F.col("cited_year") >= 0)).select(
        "citing_work_id",
        "cited_work_id",
        F.col("citing_year").cast("int").alias("citing_year"),
        F.col("cited_year").cast("int").alias("cited_year"),
    )
    margins = collect_marginals(both.select("citing_work_id", "citing_year", "cited_year"))
    window = (1 if strict else 0, last)

    def work(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            yield expected_batch(batch, margins, window)

    return _with_profiles(focal, both).mapInArrow(work, EXPECTED)


def _with_profiles(focal: DataFrame, dated: DataFrame) -> DataFrame:
    """Return focal works with their citations by year and those of their references: work_id, year, profile, refs."""
    own = focal.select(F.col("work_id").alias("citing_work_id"))
    lists = dated.join(own, "citing_work_id", "left_semi").select("citing_work_id", "cited_work_id", "cited_year")
    needed = lists.select("cited_work_id").union(own.select(F.col("citing_work_id").alias("cited_work_id"))).distinct()
    counts = dated.join(needed, "cited_work_id", "left_semi").groupBy("cited_work_id", "citing_year")
    profiles = (
        counts.agg(F.count("*").alias("n"))
        .groupBy("cited_work_id")
        .agg(F.collect_list(F.struct(F.col("citing_year").alias("year"), "n")).alias("profile"))
    )
    references = (
        lists.join(profiles, "cited_work_id")
        .groupBy(F.col("citing_work_id").alias("work_id"))
        .agg(F.collect_list(F.struct("cited_year", "profile")).alias("refs"))
    )
    cited = profiles.select(F.col("cited_work_id").alias("work_id"), "profile")
    return (
        focal.select("work_id", F.col("year").cast("int").alias("year"))
        .join(cited, "work_id", "left")
        .join(references, "work_id", "left")
    )


def expected_batch(batch: pa.RecordBatch, margins: Marginals, window: tuple[int, int | None]) -> pa.RecordBatch:
    """Return the expected counts of a batch of focal works, columns `EXPECTED`.

    Parameters
    ----------
    batch : pyarrow.RecordBatch
        work_id, year, profile (list of year, n), refs (list of cited_year, profile); null lists are empty.
    margins : Marginals
        Citations by pairs of years.
    window : tuple of int and int or None
        First and last year of the window.
    """
    focal, refs = batch.num_rows, batch["refs"].flatten()
    lengths = np.concatenate([_lengths(batch["profile"]), _lengths(refs.field("profile"))])
    ends = np.cumsum(lengths)
    cells = pa.concat_arrays([batch["profile"].flatten(), refs.field("profile").flatten()])
    profiles = Profiles(ends - lengths, ends, _ints(cells.field("year")), _ints(cells.field("n")))
    found = expected_of(
        _ints(batch["year"]),
        profiles,
        np.arange(focal),
        np.concatenate([[0], np.cumsum(_lengths(batch["refs"]))]),
        focal + np.arange(len(refs)),
        _ints(refs.field("cited_year")),
        margins,
        window=window,
    )
    columns = [batch["work_id"], pa.array(found.n_j), pa.array(found.reached)]
    return pa.RecordBatch.from_arrays(columns, schema=_EXPECTED)


def _lengths(lists: pa.ListArray) -> Ints:
    lengths: Ints = lists.value_lengths().fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64)
    return lengths


def _ints(column: pa.Array) -> Ints:
    numbers: Ints = column.to_numpy(zero_copy_only=False).astype(np.int64)
    return numbers
