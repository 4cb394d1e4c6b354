"""What the comparison of joint papers with others found, in sentences with their grade, and how it was done."""

from collections.abc import Iterator
from typing import Any

import pandas as pd

from isthmus.analyses.partnership import frames
from isthmus.indicators.partnership.names import AUDIENCES, C2, PLACEBO, POLES
from isthmus.report.results import Results
from isthmus.report.section import Paragraph
from isthmus.report.text import capital, equals, joined, number, p_value


def findings(results: Results) -> tuple[str, ...]:
    """Return the sentences: what the partner adds by two estimates, the placebo, whose citations these are."""
    return (*_effects(results), *_audiences(results))


def _effects(results: Results) -> Iterator[str]:
    for row in frames.pooled_rows(results):
        if row.outcome != C2 or row.kind not in (POLES, PLACEBO) or pd.isna(row.percent_weighted):
            continue
        before = "The placebo: papers" if row.kind == PLACEBO else "Papers"
        plain = (
            "" if pd.isna(row.percent) else f"; {_signed(row.percent)} % without weights, as the paper seems to report"
        )
        model = _model(results, row)
        yield (
            f"{before} of {row.who}, {row.first_year}–{row.last_year}: {_signed(row.percent_weighted)} % citations "
            f"within two years{_reach(row.percent_weighted_low, row.percent_weighted_high)} beside others of the same "
            f"institution, team size and year, p {equals(p_value(row.p_value))}{plain}{model}: "
            f"{frames.grade(results, row)}."
        )


def _signed(percent: float) -> str:
    """Return a difference in percent with its sign, a true minus."""
    return ("+" if percent > 0 else "") + number(percent, 0)


def _reach(low: float, high: float) -> str:
    return "" if pd.isna(low) else f" ({_signed(low)} to {_signed(high)} %)"


def _model(results: Results, row: Any) -> str:
    second = frames.second_estimate(results, row.home, row.partner, row.outcome)
    return (
        ""
        if second is None
        else f"; {_signed(second.percent)} % by a model{_reach(second.percent_low, second.percent_high)}"
    )


def _audiences(results: Results) -> Iterator[str]:
    """Say of each pole which audiences give joint papers more citations, and which do not settle it."""
    rows = [row for row in frames.pooled_rows(results) if row.kind == POLES and row.outcome in AUDIENCES]
    for who in dict.fromkeys(row.who for row in rows):
        said = [
            f"{frames.OUTCOME_NAMES[row.outcome]} {_signed(row.percent_weighted)} % ({frames.grade(results, row)})"
            for row in rows
            if row.who == who and not pd.isna(row.percent_weighted)
        ]
        if said:
            yield f"{capital(f'papers of {who}')} by where citations come from: {joined(said)}."


def method(results: Results) -> tuple[Paragraph, ...]:
    """Return which papers are joint ones, how they were matched, and the second estimate."""
    own = bool(results.switch("partnership.own_affiliations", False))
    second = "count, too" if own else "do not count"
    return (
        Paragraph(
            "Joint papers",
            "A paper of a country has its last author there; it is a joint one if another author has an affiliation in "
            f"the partner’s. Further affiliations of the last author’s own {second}. Papers whose institution is not "
            "known are in no match.",
        ),
        Paragraph(
            "Matched papers",
            "Joint papers are compared with others of the same institution of the last author, team size (in bins) and "
            "year. With weights, the others stand for the joint ones: the effect on these. Without weights the mix of "
            "institutions and team sizes still differs; the paper’s p-values are Student’s of these means. "
            "Intervals are of the logarithm of the ratio of means, within strata where there are weights.",
        ),
        Paragraph(
            "The second estimate",
            "Poisson pseudo-likelihood of all papers with effects of institution and year, and of team size and year; "
            "errors clustered by institution. Firm: both estimates exclude 0 on one side; probable: the matched one "
            f"does; few papers: it does with fewer than {frames.FEWEST} matched joint papers.",
        ),
    )
