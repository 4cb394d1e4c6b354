"""The ties of the leading cities against the directed null model, with their grades, spread over the networks."""

from collections.abc import Iterator

import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from isthmus.nullmodels.directed_fanout import directed_pairs_of, fan_out_directed
from isthmus.nullmodels.grades import grade_pairs

#: Networks whose ties of a city with itself count, and are tested; to stay is no move.
WITH_LOOPS = ("impact", "collaboration")
#: Pairs without a tie are kept where at least this weight was expected.
LEAST_EXPECTED = 3.0
KEYS = ("network",)
TESTED = (
    "network string, src bigint, dst bigint, weight bigint, years_seen int, expected double, z double, p_upper double, "
    "p_lower double, p_two_sided double, q_upper double, q_lower double, grade string, direction string"
)


def ties_against_size(ties: DataFrame, cities: DataFrame) -> DataFrame:
    """Return pairs and fits of the networks among some cities, as `fan_out_directed` mixes them.

    Parameters
    ----------
    ties : DataFrame
        network, src, dst, weight.
    cities : DataFrame
        city: which cities the networks hold.
    """
    inside = ties
    for end in ("src", "dst"):
        inside = inside.join(cities.select(F.col("city").alias(end)), end, "left_semi")
    edges = inside.select("network", *(F.col(end).cast("string").alias(end) for end in ("src", "dst")), "weight")
    looped = F.col("network").isin(*WITH_LOOPS)
    apart = edges.where(~looped & (F.col("src") != F.col("dst")))
    parts = [
        fan_out_directed(chosen, loops=loops, least_expected=LEAST_EXPECTED, keys=KEYS)
        for chosen, loops in ((edges.where(looped), True), (apart, False))
    ]
    return parts[0].unionByName(parts[1])


def graded(mixed: DataFrame, ties: DataFrame, *, rate: float, threshold: float) -> DataFrame:
    """Return the tested pairs with their grades: columns `TESTED`.

    Parameters
    ----------
    mixed : DataFrame
        As `ties_against_size` returns it.
    ties : DataFrame
        network, src, dst, years_seen.
    rate : float
        A firm tie has a q below this.
    threshold : float
        Of a tie of few papers alone: its z is above this.
    """
    pairs = directed_pairs_of(mixed, keys=KEYS).select(
        "network",
        *(F.col(end).cast("bigint").alias(end) for end in ("src", "dst")),
        *("weight", "expected", "z", "p_upper", "p_lower", "p_two_sided", F.col("q_value").alias("q_upper"), "q_lower"),
    )
    seen = ties.select("network", "src", "dst", "years_seen")
    rows = pairs.join(seen, ["network", "src", "dst"], "left").na.fill({"years_seen": 0})
    names = [field.split()[0] for field in TESTED.split(", ")]

    def grade(frames: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        for frame in frames:
            found = grade_pairs(
                p_upper=frame["p_upper"],
                p_lower=frame["p_lower"],
                q_upper=frame["q_upper"],
                q_lower=frame["q_lower"],
                expected=frame["expected"],
                years_seen=frame["years_seen"],
                mean_z=frame["z"],
                false_discovery_rate=rate,
                threshold=threshold,
            )
            yield frame.assign(grade=found.grade, direction=found.direction)[names]

    return rows.select(*(name for name in names if name in rows.columns)).mapInPandas(grade, schema=TESTED)
