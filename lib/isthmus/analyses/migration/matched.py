"""Movers matched with scientists at the destination who are alike but for the move (METHODS 3.5: Fig. 2f, Table S1)."""

from collections.abc import Callable
from itertools import permutations, product
from typing import Any

import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from isthmus.analyses.migration.tables import COMPARED_SCIENTISTS, MATCHED_MOVERS
from isthmus.analyses.migration.whose import main_population
from isthmus.analyses.rows import of_study, write_frames
from isthmus.analyses.stage import Context, Outcome
from isthmus.errors import MatchingError
from isthmus.indicators.migration.names import MOVED, WITH_ORCID
from isthmus.matching.design import design
from isthmus.matching.match_fanout import SparkMatch
from isthmus.matching.matched import Matched

#: The year is matched as it is, the others in bins by the rule of Sturges, counts by their logarithm.
EXACT = ("year",)
COARSENED = {"career_age": "sturges", "works": "log:sturges", "citations": "log:sturges"}
SAMPLE_SEED_STREAM = "equal size sample"
OUTCOME = ("later_joint", "later_works")


def write_matched_movers(context: Context) -> Outcome:
    """Write the share of later works with the origin of movers and of scientists who are alike, each way of a move."""
    study = context.the_study
    compared = of_study(context, COMPARED_SCIENTISTS).where("later_works > 0")
    populations = {main_population(study): compared, WITH_ORCID: compared.where("has_orcid")}
    found = []
    for (whose, rows), (origin, destination) in product(populations.items(), permutations(study.geography.poles, 2)):
        units = rows.where((F.col("origin") == origin) & (F.col("destination") == destination))
        columns = ("year", "career_age", "works", "citations", *OUTCOME)
        if study.migration.equal_size_sample:
            units = equally_many(units, seed=study.seed)
        asked = units.select((F.col("group") == MOVED).alias("moved"), *columns)
        found.append({"whose": whose, "destination": destination, "origin": origin} | matched_row(asked))
    # objects, so that numbers of scientists stay whole numbers where one way of a move has none
    frame = pd.DataFrame(found, dtype=object)
    write_frames(context, {MATCHED_MOVERS.name: frame}, (MATCHED_MOVERS,))
    kept = sum(row["n_treated"] for row in found if row["whose"] != WITH_ORCID)
    return Outcome(f"{kept:,} movers have somebody who is alike")


def equally_many(units: DataFrame, *, seed: int) -> DataFrame:
    """Return all movers and as many of the others, drawn by a hash of the seed and their number.

    Parameters
    ----------
    units : DataFrame
        author_id, group, and anything else; one row a scientist.
    seed : int
        Seed of the draw.
    """
    moved = units.where(F.col("group") == MOVED)
    drawn = F.xxhash64(F.lit(SAMPLE_SEED_STREAM), F.lit(seed), F.col("author_id"))
    others = units.where(F.col("group") != MOVED).orderBy(drawn, "author_id").limit(moved.count())
    return moved.unionByName(others)


def matched_row(units: Any, made: Callable[..., Matched] = SparkMatch) -> dict[str, Any]:
    """Return the comparison of movers with those who are alike; what cannot be computed is None, with the reason.

    Parameters
    ----------
    units : pandas.DataFrame or pyspark.sql.DataFrame
        moved (boolean), year, career_age, works, citations, later_joint, later_works; one row a scientist.
    made : callable
        What matches such a frame.
    """
    empty = dict.fromkeys(NUMBERS) | {"n_treated": 0, "n_control": 0}
    try:
        matched = made(units, design(list(units.columns), treatment="moved", exact=EXACT, coarsen=COARSENED))
        effect, balance = matched.effect(OUTCOME), matched.balance()
    except MatchingError as error:
        return empty | {"reason": str(error)}
    row = effect.row()
    main = effect.main
    return {
        **{name: row[name] for name in EFFECT},
        "l1_before": balance.l1_before,
        "l1_after": balance.l1_after,
        "error": main.error,
        "low": main.low,
        "high": main.high,
        "p_value": main.p,
        "student_p": effect.estimate("student").p,
        "welch_p": effect.estimate("welch").p,
        "reason": row["notes"] or None,
    }


EFFECT = (
    "all_treated", "all_control", "n_treated", "n_control", "n_strata", "mean_treated", "mean_control",
    "mean_control_weighted", "satt", "difference", "effective_controls",
)  # fmt: skip
NUMBERS = (*EFFECT, "l1_before", "l1_after", "error", "low", "high", "p_value", "student_p", "welch_p")
