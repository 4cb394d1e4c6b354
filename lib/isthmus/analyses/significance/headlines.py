"""The first answer of the page: who is tied more than size explains."""

import pandas as pd

from isthmus.analyses.networks.words import in_network, network_name, unit_of
from isthmus.analyses.significance.ties import (
    graded_ties,
    is_tested,
    shown_networks,
    window_text,
    window_ties,
)
from isthmus.nullmodels.grades import FIRM, STRONGER
from isthmus.report.drawings import Interval, intervals
from isthmus.report.results import Results, rows_of
from isthmus.report.section import Headline
from isthmus.report.statement import NOT_SETTLED, grade_counts, statement
from isthmus.report.text import capital, count, in_sentence, joined, place_name, plural

_MOST = 5
QUESTION = "Who is tied more than size explains?"


def strongest_ties(results: Results) -> tuple[Headline, ...]:
    """Return the firm ties that lie furthest above size, in the first network that has one; none where none was tested.

    Parameters
    ----------
    results : Results
        The study.
    """
    if not is_tested(results):
        return ()
    counts = joined([_number(results, network) for network, _ in shown_networks(results)])
    for network, _ in shown_networks(results):
        firm = graded_ties(results, network, "firm")
        above = firm[firm["direction"] == STRONGER].head(_MOST)
        if len(above):
            return (_headline(results, above, network, f"Firmly stronger in {window_text(results)}: {counts}."),)
    pairs = count(len(window_ties(results)))
    sentence = f"This is {NOT_SETTLED}: of {pairs} pairs none is firmly stronger in {window_text(results)}."
    return (Headline(QUESTION, sentence, link="ties"),)


def _headline(results: Results, above: pd.DataFrame, network: str, counts: str) -> Headline:
    rows = list(rows_of(above))
    said = [statement(row, unit_of(results, network)) for row in rows]
    first = f"{capital(in_sentence(rows[0].src))} and {in_sentence(rows[0].dst)}: {said[0].words}. {counts}"
    drawn = [
        Interval(f"{place_name(row.src)} – {place_name(row.dst)}", each.number, each.low, each.high)
        for row, each in zip(rows, said, strict=True)
    ]
    what = f"{network_name(results, network)}: times what size explains, with 95% intervals"
    return Headline(QUESTION, first, intervals(drawn, what), f"{what}; the furthest firm ties.", link="ties")


def _number(results: Results, network: str) -> str:
    pairs = window_ties(results)
    own = pairs[pairs["network"] == network]
    firm = plural(grade_counts(own["grade"], own["direction"])[FIRM, STRONGER], "tie")
    return f"{firm}{in_network(results, network)}"
