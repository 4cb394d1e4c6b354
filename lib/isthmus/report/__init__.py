"""The kit of reports: page, results, figures, scorecard and exports; it knows no analysis and no Spark.

    from isthmus.report import load_results
    from isthmus.analyses.sections import study_report
    study_report(load_results("warehouse/results/gallo2026"), "report.html")

Charts are Altair objects (`show(chart)` in a notebook).
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from isthmus.report.figures import show, write_figures
    from isthmus.report.page import ReportSummary, build_report
    from isthmus.report.results import Results, load_results
    from isthmus.report.scorecard import scorecard_rows, write_scorecard
    from isthmus.report.section import Figure, Paragraph, Section, Tile, build_sections

_MODULE_OF = {
    "Figure": "section",
    "Tile": "section",
    "Paragraph": "section",
    "ReportSummary": "page",
    "Results": "results",
    "Section": "section",
    "build_report": "page",
    "build_sections": "section",
    "load_results": "results",
    "scorecard_rows": "scorecard",
    "show": "figures",
    "write_figures": "figures",
    "write_scorecard": "scorecard",
}

__all__ = [
    "Figure",
    "Paragraph",
    "ReportSummary",
    "Results",
    "Section",
    "Tile",
    "build_report",
    "build_sections",
    "load_results",
    "scorecard_rows",
    "show",
    "write_figures",
    "write_scorecard",
]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used: `isthmus pair` need not wait for the charting library."""
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
