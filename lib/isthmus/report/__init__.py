"""Reports, figures and tables of a study from its published results; knows no Spark.

    from isthmus.report import build_report, load_results, pair_table
    build_report(Path("warehouse/results/gallo2026"), Path("report.html"))

Charts are Altair objects (`show(pair_chart(results, "CN", "US"))` in a notebook).
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from isthmus.report.charts import (
        coverage_chart,
        international_chart,
        papers_chart,
        partners_chart,
    )
    from isthmus.report.figures import show
    from isthmus.report.headlines import findings, headline_figures
    from isthmus.report.maps import tie_map
    from isthmus.report.movements import integration_groups, label_matrix, label_shares, plane_frame, ranked, vectors
    from isthmus.report.page import ReportSummary, build_report
    from isthmus.report.paircharts import pair_chart
    from isthmus.report.pairs import pair_series
    from isthmus.report.pairtext import pair_table
    from isthmus.report.results import Results, load_results
    from isthmus.report.scorecard import scorecard_rows, standing, write_scorecard
    from isthmus.report.sections import section_charts
    from isthmus.report.ties import partners, significant_ties
    from isthmus.report.uncertainty import agreement_table, sensitivity_table

_HOMES = {
    "ReportSummary": "page",
    "Results": "results",
    "agreement_table": "uncertainty",
    "build_report": "page",
    "coverage_chart": "charts",
    "findings": "headlines",
    "headline_figures": "headlines",
    "integration_groups": "movements",
    "international_chart": "charts",
    "label_matrix": "movements",
    "label_shares": "movements",
    "load_results": "results",
    "pair_chart": "paircharts",
    "pair_series": "pairs",
    "pair_table": "pairtext",
    "papers_chart": "charts",
    "partners": "ties",
    "partners_chart": "charts",
    "plane_frame": "movements",
    "ranked": "movements",
    "scorecard_rows": "scorecard",
    "section_charts": "sections",
    "sensitivity_table": "uncertainty",
    "show": "figures",
    "significant_ties": "ties",
    "standing": "scorecard",
    "tie_map": "maps",
    "vectors": "movements",
    "write_scorecard": "scorecard",
}

__all__ = [
    "ReportSummary",
    "Results",
    "agreement_table",
    "build_report",
    "coverage_chart",
    "findings",
    "headline_figures",
    "integration_groups",
    "international_chart",
    "label_matrix",
    "label_shares",
    "load_results",
    "pair_chart",
    "pair_series",
    "pair_table",
    "papers_chart",
    "partners",
    "partners_chart",
    "plane_frame",
    "ranked",
    "scorecard_rows",
    "section_charts",
    "sensitivity_table",
    "show",
    "significant_ties",
    "standing",
    "tie_map",
    "vectors",
    "write_scorecard",
]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used: `isthmus pair` need not wait for the charting library."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
