"""What a study found, as numbers and as sentences that anybody understands."""

from dataclasses import dataclass

import pandas as pd

from isthmus.report import movements
from isthmus.report.pairs import pair_series
from isthmus.report.results import COLLABORATION, KNOWLEDGE_EXCHANGE, Results, rows_of
from isthmus.report.ties import SOLID, partners, significant_ties, window_ties
from isthmus.report.truth import compare
from isthmus.report.words import (
    LABEL_MEANINGS,
    LABEL_NAMES,
    capital,
    count,
    in_sentence,
    joined,
    measure,
    number,
    percent,
    plural,
    pole_members,
    span,
)

#: Statuses of a fit whose z can be trusted.
CONVERGED = "converged"
#: Years at both ends of a series that are averaged to tell its change: one year alone is mostly luck.
ENDS = 3


@dataclass(frozen=True)
class Figure:
    """One headline number with what it counts."""

    value: str
    label: str


def headline_figures(results: Results) -> list[Figure]:
    """Return the four to six numbers at the top of the report."""
    first, last = results.window
    corpus = results.coverage["corpus_works"].sum()
    placed = results.coverage["corpus_with_country"].sum()
    figures = [
        Figure(count(corpus), f"works in the corpus, {span(results.coverage['year'])}"),
        Figure(percent(placed, corpus), "of them name at least one country"),
        Figure(count(len(results.countries)), "countries and territories"),
    ]
    pairs = window_ties(results)
    for network, label in ((COLLABORATION, "collaboration"), (KNOWLEDGE_EXCHANGE, "knowledge exchange")):
        if network in dict(results.networks):
            found = int(pairs.loc[pairs["network"] == network, "significant"].sum())
            figures.append(Figure(count(found), f"ties in {label} stronger than size explains, {first}–{last}"))
    return figures


def findings(results: Results) -> list[str]:
    """Return the findings as plain sentences, the most important first."""
    sentences = [_significant(results, network) for network, _ in results.networks]
    sentences += [_pole(results, pole) for pole in results.poles]
    sentences += _between_poles(results)
    sentences += _ways(results)
    sentences += _planted(results)
    sentences += _limits(results)
    return [sentence for sentence in sentences if sentence]


def _significant(results: Results, network: str) -> str:
    pairs = window_ties(results)
    pairs = pairs[pairs["network"] == network]
    ties = significant_ties(results, network)
    first, last = results.window
    verb = "worked together" if network == COLLABORATION else "built on each other's work"
    of = f"{count(len(pairs))} pairs of countries"
    if ties.empty:
        return f"In {first}–{last}, none of {of} {verb} significantly more than the sizes of the two explain."
    text = f"In {first}–{last}, {count(len(ties))} of {of} {verb} more than their sizes explain."
    solid = ties[ties["weight"] >= SOLID]
    if len(solid):
        top = [f"{in_sentence(row.src)} and {in_sentence(row.dst)}" for row in rows_of(solid.head(3))]
        text += f" The strongest: {'; '.join(top)}." if len(top) > 1 else f" Among them: {top[0]}."
    weak = len(ties) - len(solid)
    unit = "papers" if network == COLLABORATION else "citations"
    if weak:
        share = capital(f"{_some(weak, len(ties))} of the {count(len(ties))}")
        text += f" {share} rest on fewer than {SOLID} {unit}: handle with care."
    return text


def _some(part: int, whole: int) -> str:
    return "all" if part == whole else count(part)


def _pole(results: Results, pole: str) -> str:
    name = capital(in_sentence(pole))
    if not pole_members(results, pole) & set(results.countries):
        return f"{name} does not appear in the networks of this study."
    found = partners(results, pole).drop_duplicates("partner")
    if found.empty:
        return f"{name} collaborates with no country more than size explains."
    names = [in_sentence(code) for code in found["partner"].head(4)]
    rest = len(found) - len(names)
    listed = joined([*names, f"{count(rest)} more"] if rest else names)
    return f"{name} has such collaborations with {plural(len(found), 'country', 'countries')}: {listed}."


def _between_poles(results: Results) -> list[str]:
    """Return what became of the tie between the first two poles, where both are countries."""
    if len(results.poles) < 2:
        return []
    one, two = results.poles[:2]
    series = pair_series(results, one, two)
    sentences = []
    for network, _ in results.networks:
        years = series[(series["network"] == network) & series["finite"].fillna(False) & series["z"].notna()]
        if years.empty:
            continue
        sentences.append(_tie_over_time(results, years, network, f"{in_sentence(one)} and {in_sentence(two)}"))
    return sentences


def _tie_over_time(results: Results, years: pd.DataFrame, network: str, both: str) -> str:
    end = years.iloc[-1]
    what = "papers" if network == COLLABORATION else "citations"
    kind = "Collaboration" if network == COLLABORATION else "Knowledge exchange"
    side = "significantly more than" if end.z > results.threshold else ("more than" if end.z > 0 else "less than")
    sentence = (
        f"{kind} between {both}: {count(end.weight)} {what} in {int(end.year)}, {side} the "
        f"{measure(float(end.expected))} that size alone leads one to expect"
    )
    if len(years) < 2 * ENDS:
        return f"{sentence} (z {number(end.z)})."
    before, after = years.iloc[:ENDS], years.iloc[-ENDS:]
    return (
        f"{sentence}. Its mean z was {number(before.z.mean())} in {span(before.year)} and "
        f"{number(after.z.mean())} in {span(after.year)}."
    )


def _ways(results: Results) -> list[str]:
    """Return the label of each pair of poles, the share of each label, and the integration groups."""
    sentences = [_pole_label(results, one, two) for one, two in results.pole_pairs]
    shares = movements.label_shares(results)
    if len(shares):
        total = int(shares["pairs"].sum())
        parts = [f"{percent(row.share, 1.0)} {LABEL_NAMES[row.label]}" for row in rows_of(shares)]
        sentences.append(f"Of {plural(total, 'pair')} of countries with a trajectory: {joined(parts)}.")
    return [*sentences, _groups(results)]


def _pole_label(results: Results, one: str, two: str) -> str:
    label = movements.label_of(results, one, two)
    if label is None:
        return ""
    both = capital(f"{in_sentence(one)} and {in_sentence(two)}")
    return f"{both} are on the way of {LABEL_NAMES[label]}: {LABEL_MEANINGS[label]}."


def _groups(results: Results) -> str:
    groups = [group for group in movements.integration_groups(results) if group.key != movements.NO_GROUP]
    total = 0 if results.integration_groups is None else results.integration_groups["country"].nunique()
    if not groups:
        return f"None of the {count(total)} most productive countries belongs to an integration group." if total else ""
    parts = [f"{plural(len(group.countries), 'is', 'are')} {group.words}" for group in groups]
    return f"Of the {count(total)} most productive countries: {'; '.join(parts)}."


def _planted(results: Results) -> list[str]:
    """On simulated data: whether what was planted was found."""
    comparison = compare(results)
    if comparison is None:
        return []
    return [comparison.sentences[1], *([comparison.labels] if comparison.labels else [])]


def _limits(results: Results) -> list[str]:
    sentences = []
    broken = results.null_model_fits[results.null_model_fits["status"] != CONVERGED]
    if len(broken):
        sentences.append(
            f"{plural(len(broken), 'null model')} of {count(len(results.null_model_fits))} did not converge "
            f"({span(broken['year'].unique())}); their z values are not counted."
        )
    failed = results.gates[~results.gates["passed"].astype(bool)]
    if len(failed):
        sentences.append(
            f"{plural(len(failed), 'quality check')} of {count(len(results.gates))} did not hold; see “Quality checks”."
        )
    return sentences
