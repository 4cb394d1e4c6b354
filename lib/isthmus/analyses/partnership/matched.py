"""Joint papers matched with others of one institution, team size and year: sums by Spark, effects on the driver."""

from collections.abc import Mapping, Sequence
from math import isnan
from typing import Any

import pandas as pd
from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from isthmus.analyses.partnership.plan import Match, Years
from isthmus.errors import MatchingError
from isthmus.indicators.partnership.contrasts import of_shares
from isthmus.indicators.partnership.names import BIN_ALL, BIN_TEAMS, C2, EXACT_TEAMS, OUTCOMES, VENUE
from isthmus.matching.balance import standardised, strata_balance
from isthmus.matching.blocks import ARM, BELOW, NUMBER, UNITS
from isthmus.matching.effects import effect
from isthmus.matching.fanout import fan_out_sums
from isthmus.matching.relative import relative
from isthmus.matching.sums import COUNTS, TOTALS, Sums, add_sums, sums_from

PAIR = ("home", "partner", "kind")
BY = (*PAIR, "first_year", "last_year", "reading", "outcome")
STRATUM = ("stratum_year", "institution_id", "team")
TOGETHER = 0  # the year of strata that hold several years
BLOCKS = 2  # of strata in each match: there are hundreds of matches
COVARIATES = {
    "authors": "n_authors",
    "year": "year",
    "leading institution": "leading",
    "papers of the institution": "institution_papers",
}


def team_bin(cuts: Sequence[int]) -> Column:
    """Return the bin of a team: how many of the least teams of bins it reaches.

    Parameters
    ----------
    cuts : sequence of int
        Least team of each bin but the first.
    """
    reached = [(F.col("n_authors") >= cut).cast("int") for cut in cuts]
    return sum(reached[1:], reached[0]).alias("team")


def value_histogram(works: DataFrame, cuts: Sequence[int]) -> DataFrame:
    """Return how many papers of a stratum and arm have which value of which outcome.

    Papers without an institution, a number of authors or the outcome are left out.

    Parameters
    ----------
    works : DataFrame
        Rows of `partnership_works`.
    cuts : sequence of int
        Least team of each bin but the first.
    """
    outcomes = F.array(*(F.struct(F.lit(n).alias("outcome"), F.col(n).cast("double").alias("value")) for n in OUTCOMES))
    known = works.where(F.col("institution_id").isNotNull() & F.col("n_authors").isNotNull())
    keys = (*PAIR, "year", "institution_id")
    rows = known.select(
        *keys, team_bin(cuts), (F.col("n_authors") < 2).alias("alone"), "joint", F.inline(outcomes)
    ).where(F.col("value").isNotNull())
    return rows.groupBy(*keys, "team", "alone", "joint", "outcome", "value").agg(F.count("*").alias(UNITS))


def matched_histogram(histogram: DataFrame, matches: Sequence[Match]) -> DataFrame:
    """Return the rows of a histogram in each match that they belong to: `BY`, `STRATUM`, arm, value, units.

    Parameters
    ----------
    histogram : DataFrame
        As `value_histogram` returns it.
    matches : sequence of Match
        The matches.
    """
    asked = F.explode(F.filter(F.array(*map(_match, matches)), lambda match: match.isNotNull())).alias("match")
    rows = histogram.select("*", asked).select(
        *PAIR, "match.*", "outcome", "institution_id", "team", "joint", "value", UNITS
    )
    arm, number = F.col("joint").alias(ARM), F.col("value").alias(NUMBER)
    return rows.groupBy(*BY, *STRATUM, arm, number).agg(F.sum(UNITS).alias(UNITS))


def _match(match: Match) -> Column:
    """Return first year, last year, reading and the strata's year of a match, null where the row is none of its."""
    belongs = F.col("kind").isin(*match.kinds) & F.col("year").between(*match.years)
    if not match.all_outcomes:
        belongs &= F.col("outcome") == C2
    if match.reading in (EXACT_TEAMS, BIN_TEAMS):
        belongs &= ~F.col("alone")
    year = F.lit(TOGETHER) if match.reading in (BIN_ALL, BIN_TEAMS) else F.col("year")
    first, last = (F.lit(year).cast("int") for year in match.years)
    return F.when(
        belongs,
        F.struct(
            first.alias("first_year"),
            last.alias("last_year"),
            F.lit(match.reading).alias("reading"),
            year.cast("int").alias("stratum_year"),
        ),
    )


def effects(histogram: DataFrame) -> pd.DataFrame:
    """Return the columns of `partnership_effects`, one row a match and outcome.

    Parameters
    ----------
    histogram : DataFrame
        As `matched_histogram` returns it.
    """
    rows = histogram.withColumn(BELOW, F.lit(None).cast("double"))
    found = fan_out_sums(rows, BY, (*BY, *STRATUM), blocks=BLOCKS).toPandas()
    listed = []
    for key, part in found.groupby(list(BY), sort=True):
        sums = add_sums([sums_from({name: part[name].to_numpy() for name in (*COUNTS, *TOTALS)})])
        named = dict(zip(BY, key, strict=True))
        listed.append(named | effect_row(sums, yes_or_no=named["outcome"] == VENUE))
    return pd.DataFrame(listed, dtype=object)


def effect_row(sums: Sums, *, yes_or_no: bool = False) -> dict[str, Any]:
    """Return both estimates of a match; what cannot be computed is None, with the reason.

    Parameters
    ----------
    sums : Sums
        Of all strata.
    yes_or_no : bool
        Whether the outcome is 1 or 0, so that Fisher's test has a meaning.
    """
    total = {
        name: int((n * sums.strata).sum()) for name, n in zip(("all_joint", "all_others"), _arms(sums), strict=True)
    }
    row: dict[str, Any] = dict.fromkeys(NUMBERS) | total | {"n_joint": 0, "n_others": 0, "strata": 0}
    try:
        found, share = effect(sums), relative(sums)
    except MatchingError as error:
        return row | {"reason": str(error)}
    balance, main = strata_balance(sums.n_treated, sums.n_control, sums.strata), found.main
    return row | {
        "n_joint": found.n_treated,
        "n_others": found.n_control,
        "strata": found.n_strata,
        "l1_before": balance.l1_before,
        "l1_after": balance.l1_after,
        "effective_others": found.effective_controls,
        "mean_joint": found.mean_treated,
        "mean_others": found.mean_control,
        "mean_others_weighted": found.mean_control_weighted,
        "satt": found.satt,
        "error": main.error,
        "low": main.low,
        "high": main.high,
        "p_value": share.weighted.p if share.weighted.p is not None else main.p,
        "percent_weighted": share.weighted.value,
        "percent_weighted_low": share.weighted.low,
        "percent_weighted_high": share.weighted.high,
        "difference": found.difference,
        "percent": share.plain.value,
        "percent_low": share.plain.low,
        "percent_high": share.plain.high,
        "student_p": found.estimate("student").p,
        "welch_p": found.estimate("welch").p,
        "fisher_p": _fisher(found.mean_treated, found.n_treated, found.mean_control, found.n_control)
        if yes_or_no
        else None,
        "reason": "; ".join(found.notes) or None,
    }


def _arms(sums: Sums) -> tuple[Any, Any]:
    return sums.n_treated, sums.n_control


def _fisher(share_t: float, n_t: int, share_c: float, n_c: int) -> float | None:
    return of_shares(round(share_t * n_t), n_t, round(share_c * n_c), n_c).p_value


NUMBERS = (
    "all_joint", "all_others", "n_joint", "n_others", "strata", "l1_before", "l1_after", "effective_others",
    "mean_joint", "mean_others", "mean_others_weighted", "satt", "error", "low", "high", "p_value",
    "percent_weighted", "percent_weighted_low", "percent_weighted_high", "difference", "percent", "percent_low",
    "percent_high", "student_p", "welch_p", "fisher_p", "reason",
)  # fmt: skip


def balance(works: DataFrame, years: Years, cuts: Sequence[int]) -> pd.DataFrame:
    """Return the columns of `partnership_balance`: covariates before and after matching on year, institution and team.

    Parameters
    ----------
    works : DataFrame
        Rows of `partnership_works`; those with institution, team and citations are matched.
    years : (int, int)
        First and last year.
    cuts : sequence of int
        Least team of each bin but the first.
    """
    known = works.where(F.col("year").between(*years)).dropna(subset=["institution_id", "n_authors", "c2"])
    cells = known.groupBy(*PAIR, "year", "institution_id", "n_authors", "leading", "joint").agg(
        F.count("*").alias("units")
    )
    stratum = Window.partitionBy(*PAIR, "year", "institution_id", "team")
    institution = Window.partitionBy(*PAIR, "institution_id")
    arms = {side: F.sum(F.when(F.col("joint") == is_joint, F.col("units")).otherwise(0)).over(stratum)
            for side, is_joint in (("n_t", True), ("n_c", False))}  # fmt: skip
    placed = cells.select("*", team_bin(cuts)).select(
        "*",
        *(column.alias(name) for name, column in arms.items()),
        F.sum("units").over(institution).alias("institution_papers"),
    )
    rows = placed.groupBy(*PAIR).agg(*_moments()).toPandas()
    return pd.DataFrame(
        [row for record in rows.to_dict("records") for row in _balance_rows(record, years)], dtype=object
    )


def _moments() -> list[Column]:
    """Return sums of weights and of weighted covariates of both arms before, after and weighted, and of squares."""
    both = (F.col("n_t") > 0) & (F.col("n_c") > 0)
    ratio = F.when(both, F.when(F.col("joint"), F.lit(1.0)).otherwise(F.col("n_t") / F.col("n_c"))).otherwise(0.0)
    weights = {"before": F.lit(1.0), "after": both.cast("double"), "weighted": ratio}
    found = []
    for when, weight in weights.items():
        for side, is_joint in (("joint", F.col("joint")), ("others", ~F.col("joint"))):
            units = F.when(is_joint, weight * F.col("units")).otherwise(0.0)
            found.append(F.sum(units).alias(f"n_{side}_{when}"))
            found += [
                F.sum(units * F.col(of).cast("double")).alias(f"{of}_{side}_{when}") for of in COVARIATES.values()
            ]
    own = F.when(F.col("joint"), F.col("units")).otherwise(0)
    return found + [
        F.sum(own * F.pow(F.col(of).cast("double"), 2)).alias(f"{of}_squares") for of in COVARIATES.values()
    ]


def _balance_rows(sums: Mapping[Any, Any], years: Years) -> list[dict[str, Any]]:
    n = sums["n_joint_before"]
    rows = []
    for name, of in COVARIATES.items():
        moments = [
            (sums[f"n_{side}_{when}"], sums[f"{of}_{side}_{when}"])
            for when in ("before", "after", "weighted")
            for side in ("joint", "others")
        ]
        squares = sums[f"{of}_squares"] - moments[0][1] ** 2 / n if n else 0.0
        gap = standardised(moments, (max(squares, 0.0) / (n - 1)) ** 0.5 if n > 1 else 0.0)
        values = {"before": gap.before, "after": gap.after, "weighted": gap.weighted}
        known = {when: None if isnan(value) else value for when, value in values.items()}
        rows.append(
            {key: sums[key] for key in PAIR}
            | {"first_year": years[0], "last_year": years[1], "covariate": name}
            | known
        )
    return rows
