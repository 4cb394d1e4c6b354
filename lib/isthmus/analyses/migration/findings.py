"""What was found on scientists who move, in sentences, and how it was done."""

from collections.abc import Iterator

import pandas as pd

from isthmus.analyses.migration import frames
from isthmus.indicators.migration.names import ALL_OTHERS, MOVED, RETURN_YEARS
from isthmus.report.results import Results
from isthmus.report.section import Paragraph
from isthmus.report.text import count, equals, in_sentence, joined, percent

SHORT = {"career_age": "career age", "works": "works of the year", "citations": "citations"}


def findings(results: Results) -> tuple[str, ...]:
    """Return the findings: flows between the poles, who moves, who returns, joint work with the origin."""
    return (*_flows(results), *_profiles(results), *_returns(results), *_ties(results), *_matched(results))


def _flows(results: Results) -> Iterator[str]:
    said = frames.statements(results)
    first, last = results.window
    for origin, destination in frames.directions(results):
        if (origin, destination) in said:
            where = f"{in_sentence(origin)} to {in_sentence(destination)}"
            yield f"Moves of scientists from {where}, {first}–{last}: {said[origin, destination].sentence}."


def _profiles(results: Results) -> Iterator[str]:
    """Say for each direction in what movers are above or below the others of the same year, if settled."""
    rows = [row for row in frames.comparison_rows(results) if row["against"] == ALL_OTHERS]
    for origin, destination in frames.directions(results):
        own = [row for row in rows if (row["origin"], row["destination"]) == (origin, destination)]
        if not own:
            continue
        parts = []
        for verdict in ("higher", "lower", "not settled"):
            named = [
                f"{SHORT[row['measure']]}{'' if verdict == 'not settled' else ' (' + _chance(row) + ')'}"
                for row in own
                if row["verdict"] == verdict
            ]
            parts += [f"{verdict}: {joined(named)}"] if named else []
        who = f"Movers from {in_sentence(origin)} to {in_sentence(destination)}"
        yield f"{who} beside others there in the same year: {'; '.join(parts)}."


def _chance(row: dict[str, object]) -> str:
    return f"above in {percent(float(str(row['superiority'])), 1)} of pairs, p {equals(str(row['p']))}"


def _returns(results: Results) -> Iterator[str]:
    for row in frames.return_rows(results):
        where = f"from {in_sentence(row['origin'])} to {in_sentence(row['destination'])}"
        yield (
            f"Of {count(row['movers'])} moves {where} until {row['until']}, {percent(row['share'], 1)} were undone "
            f"within {RETURN_YEARS} years."
        )


def _ties(results: Results) -> Iterator[str]:
    rows = frames.tie_rows(results)
    for row in rows:
        if row["group"] != MOVED:
            continue
        others = [
            f"{other['who']} {percent(other['share'], 1)}"
            for other in rows
            if other["destination"] == row["destination"]
            and other["origin"] == row["origin"]
            and other["group"] != MOVED
        ]
        beside = f" (others: {joined(others)})" if others else ""
        trend = "" if row["way"] == "not settled" else f"; that {row['way']} with the years, p {equals(str(row['p']))}"
        yield (
            f"Scientists in {in_sentence(row['destination'])} who moved from {in_sentence(row['origin'])} wrote "
            f"{percent(row['share'], 1)} of their later works with somebody there{beside}{trend}."
        )


def _matched(results: Results) -> Iterator[str]:
    for row in frames.matched_rows(results):
        if not row["found"] or pd.isna(row["low"]):
            continue
        settled = row["low"] > 0 or row["high"] < 0
        evidence = f", p {equals(row['p'])}" if settled else ": not settled"
        adds = f"{100 * row['satt']:+.1f} points ({100 * row['low']:+.1f} to {100 * row['high']:+.1f})"
        yield (
            f"Beside scientists in {in_sentence(row['destination'])} who are alike in year, career age, works and "
            f"citations, the share of later works with somebody in {in_sentence(row['origin'])} of those who moved "
            f"from there differs by {adds}{evidence}."
        )


def method(results: Results) -> tuple[Paragraph, ...]:
    """Return how moves were counted, tested and compared."""
    gap, least = results.switch("migration.gap"), results.switch("migration.strict_works")
    moves = (
        "A scientist’s place of a year is the country of most of the year’s works of any field. A move is a change "
        f"between two consecutive known places at most {gap} years apart, and counts in the first year at the new one; "
        f"a strict move has {least} works or more on both sides. A scientist may move several times."
    )
    tests = (
        "Each year’s flows are tested against the directed Enhanced Configuration Model, which keeps how many "
        "scientists leave for and arrive from how many countries; the significance years are tested as a whole."
    )
    compared = (
        "Movers stand with the year of their first move; others at the destination with one of their years there, "
        "drawn by chance. Ranks are compared within calendar years (van Elteren), for everyone’s works grow over time. "
        "Joint work needs another author in the country of origin; errors take the scientist as the unit."
    )
    return (Paragraph("Moves", moves), Paragraph("Flows and size", tests), Paragraph("Movers and others", compared))
