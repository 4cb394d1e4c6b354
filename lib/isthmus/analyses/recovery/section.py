"""The section on recovery: what was planted in a simulated world, and whether the study found it."""

from functools import partial

from isthmus.analyses.recovery.charts import truth_chart
from isthmus.analyses.recovery.comparison import compare
from isthmus.report.results import Results
from isthmus.report.section import Figure, Section


def section(results: Results) -> Section | None:
    """Return the section on planted ties; None on real data, and where nothing is known to be planted."""
    comparison = compare(results)
    if comparison is None:
        return None
    figure = Figure("truth", "Planted ties, and what was found", comparison.caption, partial(truth_chart, results))
    return Section(
        id="recovery",
        title="Planted truth, and what was found",
        template="isthmus.analyses.recovery/section.html.j2",
        values={"truth": comparison},
        figures=(figure,),
        findings=tuple(filter(None, (comparison.strong, comparison.labels))),
        contents=(("truth-section", "Planted truth"),),
        part="method",
    )
