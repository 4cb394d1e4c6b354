"""The section on output, scientists and impact of countries."""

from functools import partial

from isthmus.analyses.scientists import charts, frames
from isthmus.analyses.scientists import tables as t
from isthmus.report.results import Results, rows_of
from isthmus.report.section import Figure, Paragraph, Section
from isthmus.report.text import count, in_sentence, joined, percent

DEFINITIONS = {"majority": "most of their works in the corpus", "at_least_half": "at least half of their works in it"}
#: What bars show, what lines show, the heading, and a caption for each of both.
PARTS = (
    (
        "works", "works", "Papers",
        "A paper counts once, for the country of its last author. Like Figure 1a of AlShebli et al. 2024.",
        "Papers of the poles, by last author.",
    ),
    (
        "scientists", "scientists", "Scientists",
        "Each scientist of the field once, at the last known country. Like Figure 1b of AlShebli et al. 2024.",
        "Scientists of the field with a work in the year, where most of their works of the year come from.",
    ),
    (
        "c2", "mean_c2", "Impact",
        "Citations in the year of publication and the two after it. Like Figure 1c of AlShebli et al. 2024.",
        "The same per paper; years whose citations are not all known are left out.",
    ),
)  # fmt: skip


def section(results: Results) -> Section | None:
    """Return the section on output, scientists and impact; None where the study does not count them."""
    if not results.has(t.COUNTRY_OUTPUT) or not results.has(t.SCIENTIST_TOTALS):
        return None
    figures = tuple(_figures(results))
    return Section(
        id="scientists",
        title="Who publishes, who works where, who is cited",
        template="isthmus.analyses.scientists/section.html.j2",
        values={
            "span": results.years,
            "parts_shown": [(heading, name) for name, _, heading, *_ in PARTS],
            "countries": frames.country_rows(results),
            "placed": frames.coverage(results),
            "rule": DEFINITIONS[frames.rule(results)],
            "other_rule": DEFINITIONS[frames.OTHER_RULE[frames.rule(results)]],
        },
        figures=figures,
        findings=_findings(results),
        method=(Paragraph("Papers and scientists of countries", _method(results)),),
        contents=(("scientists", "Output and impact"),),
    )


def _figures(results: Results) -> list[Figure]:
    found = []
    for bars, line, heading, caption, yearly in PARTS:
        if not frames.largest(results, bars).empty:
            draw = partial(charts.largest_chart, results, bars)
            found.append(Figure(f"country_{bars}", f"{heading} of countries", caption, draw))
        column = frames.rule(results) if line == "scientists" else line
        if not frames.series(results, column).empty:
            draw = partial(charts.series_chart, results, line)
            found.append(Figure(f"pole_{line}", f"{heading} of the poles by year", yearly, draw))
    return found


def _findings(results: Results) -> tuple[str, ...]:
    sums = frames.sums(results)
    first, last = results.years
    sentences = []
    for metric, noun in (("works", "papers"), ("c2", "citations within two years"), ("scientists", "scientists")):
        top = sums[sums[metric] > 0].nlargest(2, metric)
        named = [
            f"{in_sentence(row.country)} {count(getattr(row, metric))} ({percent(getattr(row, f'share_{metric}'), 1)})"
            for row in rows_of(top)
        ]
        if named:
            sentences.append(f"Most {noun} of {first}–{last}, of all with a country: {joined(named)}.")
    return tuple(sentences)


def _method(results: Results) -> str:
    least = results.switch("corpus_scientists.least_works", 3)
    return (
        f"A paper belongs to the country of its last author. Scientists have {least} works of any field or more and "
        f"{DEFINITIONS[frames.rule(results)]}; in a year they count in the country of most of the year’s works, over "
        "all years once, in the last known one. Impact is citations in the year of publication and the two after it; "
        "where these years are not over there is none."
    )
