"""The section on joint papers of the poles: how many, who writes them, and what the partner adds."""

from functools import partial

from isthmus.analyses.partnership import charts, frames
from isthmus.analyses.partnership import tables as t
from isthmus.analyses.partnership.findings import findings, method
from isthmus.report.results import Results
from isthmus.report.section import Figure, Section

CUT_OFF = "Intervals that reach beyond the axis are cut off there."


def section(results: Results) -> Section | None:
    """Return the section on joint papers; None where the study does not compare them, or there are none."""
    if not all(results.has(spec) for spec in (t.PARTNERSHIP_EFFECTS, t.PARTNERSHIP_YEARS, t.PARTNERSHIP_CONTRASTS)):
        return None
    return Section(
        id="partnership",
        title="What a partner adds",
        template="isthmus.analyses.partnership/section.html.j2",
        values={
            "pooled": frames.pooled_years(results),
            "contrasts": frames.contrast_rows(results),
            "readings": frames.reading_rows(results),
            "years": frames.year_rows(results),
        },
        figures=tuple(_figures(results)),
        findings=findings(results),
        method=method(results),
        contents=(("partnership", "Joint papers"),),
    )


def _figures(results: Results) -> list[Figure]:
    found = []
    if not frames.paper_frame(results).empty:
        caption = "Papers with an author of the other pole. Like Figure 3a of AlShebli et al. 2024."
        draw = partial(charts.paper_chart, results)
        found.append(Figure("partnership_papers", "Joint papers of the poles", caption, draw))
    if not frames.effect_frame(results).empty:
        caption = (
            "Percent above other papers of the same institution, team size and year; shaded: 95 % intervals. Like "
            f"Figure 3d of AlShebli et al. 2024, which seems to have no weights. {CUT_OFF}"
        )
        draw = partial(charts.effect_chart, results)
        found.append(Figure("partnership_effects", "What a partner adds to citations", caption, draw))
    pooled = frames.pooled_years(results)
    if pooled and not frames.pair_frame(results).empty:
        caption = f"{pooled[0]}–{pooled[1]}, with 95 % intervals. Like Figure 4 of AlShebli et al. 2024. {CUT_OFF}"
        draw = partial(charts.pair_chart, results)
        found.append(Figure("partnership_pairs", "Poles, placebo, other partners", caption, draw))
    if pooled and not frames.outcome_frame(results).empty:
        caption = (
            "The effect with weights on each outcome, with 95 % intervals: is the premium one of two home audiences? "
            + CUT_OFF
        )
        draw = partial(charts.outcome_chart, results)
        found.append(Figure("partnership_outcomes", "By outcome", caption, draw))
    if not frames.balance_frame(results).empty:
        caption = "Differences of means in standard deviations of the joint papers; 0 is alike."
        draw = partial(charts.balance_chart, results)
        found.append(Figure("partnership_balance", "How alike the papers are", caption, draw))
    if results.has(t.PARTNERSHIP_INSTITUTIONS):
        caption = "By the last author’s institution. Like Figure S1 of AlShebli et al. 2024."
        draw = partial(charts.institution_chart, results)
        found.append(Figure("partnership_institutions", "Leading institutions", caption, draw))
    return found
