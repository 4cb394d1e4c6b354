"""Intervals of the numbers of large organisations: each level is one task."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from scipy import sparse

from isthmus.indicators.blocs.above import intervals_above, resampled_papers
from isthmus.nullmodels.generators import generator

INTERVALS = "level string, threshold string, place_kind string, place string, low int, high int"


def organisation_sets(of_works: DataFrame, candidates: DataFrame) -> DataFrame:
    """Return the works by the set of candidates that they belong to: (level, organisations, works).

    Parameters
    ----------
    of_works : DataFrame
        Rows of `organisation_works` of one year.
    candidates : DataFrame
        level, institution_id of the organisations that may exceed a threshold.
    """
    kept = of_works.join(F.broadcast(candidates.select("level", "institution_id")), ["level", "institution_id"])
    held = kept.groupBy("level", "work_id").agg(F.array_sort(F.collect_list("institution_id")).alias("organisations"))
    return held.groupBy("level", "organisations").agg(F.count("*").alias("works"))


def fan_out_intervals(
    sets: DataFrame, candidates: DataFrame, *, limits: Mapping[str, float], replicates: int, level: float, seed: int
) -> DataFrame:
    """Return the intervals of how many organisations of each place exceed each threshold: columns `INTERVALS`.

    Parameters
    ----------
    sets : DataFrame
        As `organisation_sets` returns it.
    candidates : DataFrame
        level, institution_id, papers, places (as `with_places` gives them).
    limits : Mapping[str, float]
        Threshold -> papers that have to be exceeded.
    replicates : int
        Resamples.
    level : float
        Coverage of the intervals.
    seed : int
        The study's seed.
    """

    def work(works: pd.DataFrame, organisations: pd.DataFrame) -> pd.DataFrame:
        rows = intervals_frame(works, organisations, limits=limits, replicates=replicates, level=level, seed=seed)
        return rows.astype({"low": np.int32, "high": np.int32})

    return sets.groupBy("level").cogroup(candidates.groupBy("level")).applyInPandas(work, schema=INTERVALS)


def with_intervals(counts: DataFrame, intervals: DataFrame, *, year: int) -> DataFrame:
    """Return the rows of `organisation_counts` with the intervals of a year: low, high; null in other years.

    A place without a candidate exceeds no threshold in any resample: 0 to 0.

    Parameters
    ----------
    counts : DataFrame
        As `organisation_counts` returns it.
    intervals : DataFrame
        As `fan_out_intervals` returns it.
    year : int
        The year that was resampled.
    """
    joined = counts.join(intervals, ["level", "threshold", "place_kind", "place"], "left")
    ends = (F.when(F.col("year") == year, F.coalesce(end, F.lit(0))).alias(end) for end in ("low", "high"))
    return joined.select(*counts.columns, *ends)


def intervals_frame(
    works: pd.DataFrame,
    organisations: pd.DataFrame,
    *,
    limits: Mapping[str, float],
    replicates: int,
    level: float,
    seed: int,
) -> pd.DataFrame:
    """Return the intervals of one level, as `fan_out_intervals`.

    Parameters
    ----------
    works, organisations : pandas.DataFrame
        The sets and the candidates of the level.
    limits, replicates, level, seed : Mapping, int, float, int
        As there.
    """
    columns = [part.split()[0] for part in INTERVALS.split(", ")]
    if organisations.empty:
        return pd.DataFrame(columns=columns)
    ordered = organisations.sort_values("institution_id", ignore_index=True)
    # one order of the sets, however Spark divided the rows: the draws go by it
    sets = works.assign(organisations=works["organisations"].map(tuple)).sort_values("organisations", ignore_index=True)
    held = _incidence(sets, ordered["institution_id"].to_numpy())
    name = str(ordered["level"].iloc[0])
    drawn = resampled_papers(sets["works"].to_numpy(), held, generator(seed, ("organisations", name)), replicates)
    places = _members(ordered)
    papers = ordered["papers"].to_numpy()
    rows = [
        (name, threshold, *place.split("\n"), *ends)
        for threshold, more_than in limits.items()
        for place, ends in intervals_above(papers, drawn, places, more_than=more_than, level=level).items()
    ]
    return pd.DataFrame(rows, columns=columns)


def _incidence(sets: pd.DataFrame, ids: np.ndarray) -> sparse.csr_array:
    sizes = sets["organisations"].map(len).to_numpy(dtype=np.int64)
    held = np.array([number for one in sets["organisations"] for number in one], dtype=np.int64)
    cells = (np.searchsorted(ids, held), np.repeat(np.arange(len(sets)), sizes))
    return sparse.csr_array((np.ones(len(held), dtype=np.int64), cells), shape=(len(ids), len(sets)))


def _members(organisations: pd.DataFrame) -> dict[str, np.ndarray]:
    """Return kind and name of each place -> positions of its organisations."""
    found: dict[str, list[int]] = {}
    for position, places in enumerate(organisations["places"]):
        for place in places:
            found.setdefault(f"{place['place_kind']}\n{place['place']}", []).append(position)
    return {place: np.array(positions, dtype=np.int64) for place, positions in sorted(found.items())}
