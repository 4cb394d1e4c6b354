"""What the analysis of novelty found, in sentences, and how it was done."""

from collections.abc import Iterator

from isthmus.analyses.novelty import tables as t
from isthmus.analyses.novelty.frames import MEASURE_NAMES, SHOWN, agreement_rows, entities, evidence, grade, verdict
from isthmus.indicators.novelty.names import MEASURES
from isthmus.report.results import Results, rows_of
from isthmus.report.section import Paragraph
from isthmus.report.statement import NOT_SETTLED
from isthmus.report.text import capital, in_sentence, joined


def findings(results: Results) -> tuple[str, ...]:
    """Return the findings: who has more or fewer novelty hits than its papers make likely."""
    return tuple(_hits(results))


def _hits(results: Results) -> Iterator[str]:
    table = results.optional(t.NOVELTY_HITS)
    if table is None:
        return
    first, last = results.years
    own = [row for row in rows_of(table) if row.counting == SHOWN and row.entity in entities(results)]
    for measure in MEASURES:
        rows = [row for row in own if row.measure == measure]
        for row in rows:
            if grade(row) != NOT_SETTLED:
                yield (
                    f"{capital(in_sentence(row.entity))} has {row.ratio:.2f} times as many novelty hits by "
                    f"{MEASURE_NAMES[measure]} as its papers of {first}–{last} make likely ({row.ratio_low:.2f} to "
                    f"{row.ratio_high:.2f}): {verdict(row)}, {evidence(row)}."
                )
        unsettled = [in_sentence(row.entity) for row in rows if grade(row) == NOT_SETTLED]
        if unsettled:
            yield (
                f"By {MEASURE_NAMES[measure]} it is not settled whether {joined(unsettled)} "
                f"{'has' if len(unsettled) == 1 else 'have'} more or fewer novelty hits than expected."
            )


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
        "Hits are tested against a null model that deals each year's hits at random among its papers, those of "
        "combinations among papers with as many concepts or sources (sum of hypergeometric numbers, two-sided; for "
        "combinations the largest p of all starts). Firm: false-discovery rate "
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
