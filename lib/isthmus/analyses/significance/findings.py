"""What the null models found: which ties size does not explain, how sure that is, and what became of the poles' tie."""

import pandas as pd

from isthmus.analyses.networks.countries import countries, pole_members, pole_pairs
from isthmus.analyses.networks.words import few, in_network, network_name, unit_of
from isthmus.analyses.significance.pooled import CONVERGED, NOT_POOLED
from isthmus.analyses.significance.tables import NULL_MODEL_FITS
from isthmus.analyses.significance.ties import (
    graded_ties,
    is_tested,
    partners,
    published_partners,
    published_ties,
    shown_networks,
    tie_statement,
    window_text,
    window_ties,
)
from isthmus.networks.names import COLLABORATION
from isthmus.nullmodels.grades import FIRM, STRONGER, WEAKER
from isthmus.report.results import Results, from_works, rows_of
from isthmus.report.statement import NOT_SETTLED, counts_words, grade_counts, statement
from isthmus.report.text import capital, count, in_sentence, joined, plural, span

_MOST = 3
_MOST_PARTNERS = 4


def significance_findings(results: Results) -> list[str]:
    """Return the findings as plain sentences, the most important first."""
    tested = is_tested(results)
    sentences = [_ties(results, network, tested) for network, _ in shown_networks(results)]
    if not tested and shown_networks(results):
        sentences.append(NOT_POOLED)
    sentences += [_pole(results, pole, tested) for pole in results.poles]
    return [*sentences, *_between_poles(results), *_failed_fits(results)]


def published_rule(results: Results) -> str:
    """Return the name of the published rule with its threshold."""
    return f"the published rule (mean z above {results.threshold:g})"


def _ties(results: Results, network: str, tested: bool) -> str:
    pairs = window_ties(results)
    pairs = pairs[pairs["network"] == network]
    called = count(len(published_ties(results, network)))
    every = f"{plural(len(pairs), 'pair')} of countries"
    if not tested:
        where = in_network(results, network)
        return f"Of {every}, {published_rule(results)} calls {called}{where}, {window_text(results)}."
    verb = "worked together" if network == COLLABORATION else "built on each other's work"
    verb = verb if from_works(results) else "weighed"
    found = counts_words(grade_counts(pairs["grade"], pairs["direction"]), verb, few(results))
    rule = capital(published_rule(results))
    return f"In {window_text(results)}, of {every} {found}. {rule} calls {called}.{_strongest(results, network)}"


def _strongest(results: Results, network: str) -> str:
    """Return the firm ties furthest from what size explains, above it and below, with their numbers."""
    firm = graded_ties(results, network, "firm")
    text = ""
    for direction, words in ((STRONGER, "Furthest above size"), (WEAKER, "Furthest below size")):
        ties = firm[firm["direction"] == direction].head(_MOST)
        said = [
            f"{in_sentence(row.src)} and {in_sentence(row.dst)}, {statement(row, unit_of(results, network)).words}"
            for row in rows_of(ties)
        ]
        text += f" {words}: {'; '.join(said)}." if said else ""
    return text


def _pole(results: Results, pole: str, tested: bool) -> str:
    name = capital(in_sentence(pole))
    if not pole_members(results, pole) & set(countries(results)):
        return f"{name} does not appear in the networks of this study."
    if not tested:
        found = published_partners(results, pole).drop_duplicates("partner")
        rule = published_rule(results)
        return f"{name}: {rule} calls ties{_in_collaboration(results)} with {_listed(found)}."
    found = partners(results, pole)
    firm = found[found["grade"] == FIRM]
    if firm.empty:
        ties = f"which ties{_in_collaboration(results)} are more or less than size explains"
        return f"{name}: {ties} is {NOT_SETTLED} (none firm)."
    parts = [
        f"{word} than size explains (firm) with {_listed(own.drop_duplicates('partner'))}"
        for direction, word in ((STRONGER, "more"), (WEAKER, "less"))
        if len(own := firm[firm["direction"] == direction])
    ]
    verb = "collaborates" if from_works(results) else f"is tied{_in_collaboration(results)}"
    return f"{name} {verb} {'; '.join(parts)}."


def _in_collaboration(results: Results) -> str:
    return in_network(results, COLLABORATION)


def _listed(found: pd.DataFrame) -> str:
    if found.empty:
        return "no country"
    names = [in_sentence(code) for code in found["partner"].head(_MOST_PARTNERS)]
    rest = len(found) - len(names)
    listed = joined([*names, f"{count(rest)} others" if rest > 1 else "1 other"] if rest else names)
    return f"{plural(len(found), 'country', 'countries')}: {listed}"


def _between_poles(results: Results) -> list[str]:
    """Return what is said of the tie between the first two poles that are nodes, in each network."""
    if not pole_pairs(results):
        return []
    one, two = pole_pairs(results)[0]
    sentences = []
    for network, _ in shown_networks(results):
        said = tie_statement(results, network, one, two)
        if said is not None:
            both = f"{in_sentence(one)} and {in_sentence(two)}"
            sentences.append(f"{network_name(results, network)} of {both}, {window_text(results)}: {said.sentence}.")
    return sentences


def _failed_fits(results: Results) -> list[str]:
    fits = results.table(NULL_MODEL_FITS)
    broken = fits[fits["status"] != CONVERGED]
    if broken.empty:
        return []
    return [
        f"{plural(len(broken), 'null model')} of {count(len(fits))} did not converge "
        f"({span(broken['year'].unique())}); their z values are not counted."
    ]
