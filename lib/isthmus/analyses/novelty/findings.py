"""What the analysis of novelty found, in sentences, and how it was done."""

from collections.abc import Iterator
from typing import Any

from isthmus.analyses.novelty.frames import (
    MEASURE_NAMES,
    agreement_rows,
    evidence,
    grade,
    is_read,
    tested,
    told_apart,
    verdict,
)
from isthmus.indicators.novelty.names import MEASURES
from isthmus.report.results import Results
from isthmus.report.section import Paragraph
from isthmus.report.statement import NOT_SETTLED
from isthmus.report.text import capital, in_sentence, joined


def findings(results: Results) -> tuple[str, ...]:
    """Return the findings: who has more or fewer novelty hits than its papers make likely."""
    return tuple(_hits(results))


def _hits(results: Results) -> Iterator[str]:
    first, last = results.years
    for measure in MEASURES:
        rows = [row for row in tested(results) if row.measure == measure]
        if rows and not is_read(results, measure):
            chance = told_apart(results, measure)
            yield (
                f"Novelty hits by {MEASURE_NAMES[measure]} are not read: the model hardly tells real combinations from "
                f"shuffled ones (chance that a shuffled one is newer: {chance:.2f}; 0.50 is a coin)."
            )
            continue
        for row in rows:
            if grade(row) != NOT_SETTLED:
                yield (
                    f"{capital(in_sentence(row.entity))} has {row.ratio:.2f} times as many novelty hits by "
                    f"{MEASURE_NAMES[measure]} as its papers of {first}–{last} make likely ({row.ratio_low:.2f} to "
                    f"{row.ratio_high:.2f}): {verdict(row)}, {evidence(row)}."
                )
        unsettled = [f"{in_sentence(row.entity)} ({_times(row)})" for row in rows if grade(row) == NOT_SETTLED]
        if unsettled:
            yield (
                f"By {MEASURE_NAMES[measure]} it is not settled whether {joined(unsettled)} "
                f"{'has' if len(unsettled) == 1 else 'have'} more or fewer novelty hits than expected."
            )


def _times(row: Any) -> str:
    if row.ratio != row.ratio:
        return "no hit is expected"
    return f"{row.ratio:.2f} times as many, {row.ratio_low:.2f} to {row.ratio_high:.2f}"


def method(results: Results) -> tuple[Paragraph, ...]:
    """Return how novelty was measured and tested."""
    background = "all works" if results.switch("novelty.background") == "all" else "the works of the corpus"
    pairs = (
        "How often two sources are cited together in a year is compared with all exchanges of the cited works among "
        f"{background} of the year, within the cited works' years (exact mean, closed variance). A paper's novelty is "
        "the negative tenth percentile of the scores of its pairs, ranked within the year; its hits are the highest "
        "percent."
    )
    combined = (
        f"A mixture of products with {results.switch('novelty.groups', 20)} groups, fitted on earlier years only, "
        "gives each combination a rate; surprise is its negative logarithm, ranked among papers of the same year and "
        f"size. Bands and tests cover {results.switch('novelty.starts', 5)} starts of the fit."
    )
    tested = (
        "Hits are tested against a null model that deals each year's hits at random among papers with lists "
        "alike: a like number of references, or as many concepts or sources in a combination (sum of hypergeometric "
        "numbers, two-sided; for combinations the largest p of all starts). Firm: false-discovery rate "
        "below 0.05 over all entities and measures. Probable: p below 0.05 alone. Papers count for the countries of "
        "their last author."
    )
    found = [
        Paragraph("Pairs of cited sources", pairs),
        Paragraph("Surprise of combinations", combined),
        Paragraph("Novelty hits", tested),
    ]
    if agreement_rows(results):
        sampled = (
            f"Beside the exact null model stand {results.switch('novelty.replicates')} sampled exchanges, as "
            "published. Their hits are in part sampling noise."
        )
        found.append(Paragraph("Sampled exchanges", sampled))
    return tuple(found)
