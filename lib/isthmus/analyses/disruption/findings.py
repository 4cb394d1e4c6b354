"""What the disruption of a study's works comes to, in sentences, and how it was measured."""

from collections.abc import Iterator

import pandas as pd

from isthmus.analyses.disruption import tables as t
from isthmus.analyses.disruption.frames import READINGS, WORLD, places, trend_years, without_references
from isthmus.report.results import Results, rows_of
from isthmus.report.section import Paragraph
from isthmus.report.statement import NOT_SETTLED
from isthmus.report.text import equals, in_sentence, joined, p_value, percent

WAYS = {"rises": "more", "falls": "less"}


def findings(results: Results) -> tuple[str, ...]:
    """Return the findings: whether the world's works disrupt less, and which places differ from the world."""
    return (*_world(results), *_places(results))


def _world(results: Results) -> Iterator[str]:
    table = results.optional(t.DISRUPTION_TRENDS)
    if table is None:
        return
    own = table[table["place"] == WORLD].set_index("measure")
    ways = {name: own["direction"].get(name) for name in READINGS}
    if not set(READINGS) <= set(own.index):
        return
    first, last = trend_years(results)
    when = f"{first}–{last}"
    agreed = {way if isinstance(way, str) else None for way in ways.values()}
    settled = next(iter(agreed)) if len(agreed) == 1 else None
    cd, p = own.loc["cd"], own["p_value"]
    if settled is not None:
        yield (
            f"Works of {when} disrupt {WAYS[settled]} the later they are by all five readings (mean CD {cd.slope:+.3f} "
            f"per decade, {cd.slope_low:+.3f} to {cd.slope_high:+.3f}; largest p of the five "
            f"{equals(p_value(p[list(READINGS)].max()))}): also with works without references, and beside what "
            "permuted citations give."
        )
        return
    said = [f"{label} {_way(ways[name])}{_evidence(p[name])}" for name, label in READINGS.items()]
    yield f"Whether works disrupt more or less over {when} is {NOT_SETTLED}: {joined(said)}."


def _way(direction: object) -> str:
    return direction if isinstance(direction, str) else "does neither rise nor fall for certain"


def _evidence(p: float) -> str:
    return "" if pd.isna(p) else f" (p {equals(p_value(p))})"


def _places(results: Results) -> Iterator[str]:
    table = results.optional(t.DISRUPTION_PLACES)
    if table is None:
        return
    first, last = results.window
    found = {row.place: row for row in rows_of(table)}
    unsettled = []
    for name in places(results):
        row = found.get(name)
        if row is None or pd.isna(row.p_value):
            continue
        if not isinstance(row.grade, str):
            ends = f"{row.class_rank_low:.3f} to {row.class_rank_high:.3f}"
            unsettled.append(f"{in_sentence(name)} (mean rank {row.class_rank:.3f}, {ends})")
            continue
        letter, value = ("q", row.q_value) if row.grade == "firm" else ("p", row.p_value)
        evidence = f"{letter} {equals(p_value(value))}"
        yield (
            f"Works of {in_sentence(name)} of {first}–{last} are {row.direction} than the world's of the same year and "
            f"a like number of references: mean rank {row.class_rank:.3f} ({row.class_rank_low:.3f} to "
            f"{row.class_rank_high:.3f}), {row.grade}, {evidence}."
        )
    if unsettled:
        yield (
            f"Whether works of {first}–{last} of {joined(unsettled)} are more disruptive than the world's is "
            f"{NOT_SETTLED}."
        )


def method(results: Results) -> tuple[Paragraph, ...]:
    """Return how disruption was measured, with what the readings cannot tell."""
    least = int(results.switch("disruption.minimum_references", 1))
    last, strict = results.switch("disruption.last"), results.switch("disruption.strict", False)
    window = "of later years" if strict else "of the same year or later"
    window += f", until {last} years after it," if last is not None else ""
    share = without_references(results)
    level, draws = results.switch("disruption.level", 0.95), results.switch("disruption.replicates", 0)
    return (
        Paragraph(
            "Disruption",
            f"Of the works {window} that cite a work or one of its references, of any field, n_i cite the work alone, "
            "n_j it and its references, n_k its references alone. CD = (n_i − n_j) / (n_i + n_j + n_k); DI5 counts in "
            f"n_j only works that share five references. Works with fewer than {least} recorded references have no "
            f"index: without any, CD is 1 as soon as a work is cited. {percent(share, 1.0)} of the works of the "
            "analysis have none.",
        ),
        Paragraph(
            "Expected disruption",
            "Cited works are permuted within citing year and cited year: every work keeps its number of references and "
            "their years, and its citations by year. What is left of CD then is what the lengths of lists and the "
            "numbers of citations make of it.",
        ),
        Paragraph(
            "Places compared",
            "A work counts for each of its countries. Its rank is that of its CD among the world's works of the same "
            "year and a like number of references (1 to 7 each by itself, then classes whose ends are a fifth apart at "
            "most: from 8, 10, 11, 13, 16, 19 and so on). A place of 30 works or more is tested against a mean rank of "
            "one half; q after Benjamini–Hochberg over the countries, or over the blocs. Works of the same authors are "
            "taken as independent, which makes intervals too short.",
        ),
        Paragraph(
            "Resampled works of a year",
            f"Intervals ({float(level):.0%}) of means come from {draws:,} resamples in which every work counts "
            "Poisson(1) times; that of the median lies between order statistics, that of a share is Wilson's. A trend "
            "is the median slope between years (Theil–Sen) with its interval over draws of the yearly means from their "
            "errors; it rises or falls where this interval is without 0 and p of the rank correlation below 0.05.",
        ),
    )
