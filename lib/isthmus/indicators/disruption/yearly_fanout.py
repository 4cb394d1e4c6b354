"""Indices, ranks and summaries of disruption from counted works: expressions, and one task per year or per group."""

from typing import Any, cast

import numpy as np
import pandas as pd
import pyarrow as pa
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from isthmus.indicators.disruption.counts import class_of, rank_within
from isthmus.indicators.disruption.summary import MEANS, summarise
from isthmus.indicators.impact import Ties, top_share
from isthmus.nullmodels.generators import generator

INDICES = ("cd", "cd5", "cdnok", "di5", "dependence", "cd_all")
RANKS = "work_id bigint, rank double, class_rank double, most_disruptive double, most_developmental double"
ESTIMATES = (*MEANS, "median_cd", "share_positive", "observed_over_expected")
NUMBERS = ("papers", "without_references", "measured")
TOPS = ("most_disruptive", "most_developmental")
SUMMARISED = ("n_references", "n_j", *MEANS[:-1], "expected_n_j", "expected_cd", *TOPS)
SUMMARY = ", ".join(
    [
        "place_kind string, place string, year int",
        *(f"{name} bigint" for name in NUMBERS),
        *(f"{name}{end} double" for name in ESTIMATES for end in ("", "_low", "_high")),
        *(f"{name} double" for name in TOPS),
    ]
)


def with_indices(counted: DataFrame, *, minimum_references: int) -> DataFrame:
    """Return counted works with their indices, null where there is none, and with the expected counts and their CD.

    The works that cite a work are given, and so is their number: E(n_i) = n_i + n_j - E(n_j).

    Parameters
    ----------
    counted : DataFrame
        The columns of `fan_out_counts` and of `fan_out_expected`.
    minimum_references : int
        Works with fewer have no index but `cd_all`.
    """
    enough = F.col("n_references") >= minimum_references
    n_i, n_j, n_k = (F.col(name) for name in ("n_i", "n_j", "n_k"))
    strong = F.col("n_j_strong")
    cd_all = _ratio(n_i - n_j, n_i + n_j + n_k)
    near = [F.col(f"{name}_near") for name in ("n_i", "n_j", "n_k")]
    indices = {
        "cd": cd_all,
        "cd5": _ratio(near[0] - near[1], near[0] + near[1] + near[2]),
        "cdnok": _ratio(n_i - n_j, n_i + n_j),
        "di5": _ratio(n_i - strong, n_i + strong + n_k),
        "dependence": _ratio(F.col("shared"), n_i + n_j),
    }
    expected_j = F.col("expected_n_j")
    expected_k = F.greatest(F.col("expected_reached") - expected_j, F.lit(0.0))
    expected = {
        "expected_n_j": expected_j,
        "expected_n_k": expected_k,
        "expected_cd": _ratio(n_i + n_j - 2 * expected_j, n_i + n_j + expected_k),
    }
    return counted.select(
        "work_id",
        "year",
        "n_references",
        "n_i",
        "n_j",
        "n_k",
        "n_j_strong",
        *(F.when(enough, index).alias(name) for name, index in indices.items()),
        cd_all.alias("cd_all"),
        *(F.when(enough, value).alias(name) for name, value in expected.items()),
    )


def fan_out_ranks(measured: DataFrame, *, share: float, ties: Ties) -> DataFrame:
    """Return the ranks of each work within its year, and whether it is at an end of them: columns `RANKS`.

    Parameters
    ----------
    measured : DataFrame
        work_id, year, n_references, cd.
    share : float
        Share of the year's works with an index that are most disruptive, and as many most developmental.
    ties : {"all", "fractional"}
        How works at the cut count, as `isthmus.indicators.impact.top_share` says.
    """

    def work(rows: pa.Table) -> pa.Table:
        return ranks_table(rows, share=share, ties=ties)

    return measured.select("work_id", "year", "n_references", "cd").groupBy("year").applyInArrow(work, RANKS)


def ranks_table(rows: pa.Table, *, share: float, ties: Ties) -> pa.Table:
    """Return the ranks of the works of one year, as `fan_out_ranks`.

    Parameters
    ----------
    rows : pyarrow.Table
        work_id, year, n_references, cd of one year.
    share, ties : float, str
        As there.
    """
    cd = rows["cd"].to_numpy().astype(np.float64)  # null is NaN
    year = rows["year"].to_numpy().astype(np.int64)
    tops = (top_share(sign * cd, year, share=share, ties=ties, lowest=None).weight for sign in (1, -1))
    columns = {
        "rank": rank_within(cd, year),
        "class_rank": rank_within(cd, class_of(rows["n_references"].to_numpy())),
        **dict(zip(TOPS, tops, strict=True)),
    }
    # NaN is what numpy has for null
    found = {name: pa.array(values, pa.float64(), from_pandas=True) for name, values in columns.items()}
    return pa.table({"work_id": rows["work_id"].cast(pa.int64())} | found)


def fan_out_summaries(placed: DataFrame, *, level: float, replicates: int, seed: int) -> DataFrame:
    """Return what the works of each place and year come to: columns `SUMMARY`.

    Parameters
    ----------
    placed : DataFrame
        place_kind, place and the columns of `work_disruption`; a work has a row for each of its places.
    level : float
        Coverage of the intervals.
    replicates : int
        Resamples.
    seed : int
        The study's seed.
    """

    def work(key: tuple[Any, ...], rows: pa.Table) -> pa.Table:
        kind, place, year = (part.as_py() for part in key)
        return summary_table(kind, place, year, rows, level=level, replicates=replicates, seed=seed)

    keys = ("place_kind", "place", "year")
    grouped = placed.select(*keys, "work_id", *SUMMARISED).groupBy(*keys)
    return grouped.applyInArrow(cast(Any, work), SUMMARY)


def summary_table(
    kind: str, place: str, year: int, rows: pa.Table, *, level: float, replicates: int, seed: int
) -> pa.Table:
    """Return the summary of the works of one place and year: a row, columns `SUMMARY`.

    Parameters
    ----------
    kind, place, year : str, str, int
        The place and the year.
    rows : pyarrow.Table
        Its works, in any order.
    level, replicates, seed : float, int, int
        As `fan_out_summaries` has them.
    """
    # one order of the works, however Spark divided them: the draws go by it
    ordered = rows.sort_by("work_id")
    columns = {name: ordered[name].to_numpy().astype(np.float64) for name in SUMMARISED}
    draws = generator(seed, ("disruption", kind, place, year))
    found = summarise(columns, draws, level=level, replicates=replicates).row()
    found |= {name: float(np.nansum(columns[name])) for name in TOPS}
    row = {"place_kind": kind, "place": place, "year": year} | found
    frame = pd.DataFrame([row])[[part.split()[0] for part in SUMMARY.split(", ")]]
    return pa.Table.from_pandas(frame.astype({"year": np.int32}), preserve_index=False)


def _ratio(above: Column, below: Column) -> Column:
    return F.try_divide(above.cast("double"), below)
