"""What the null models found: which ties are stronger than size explains, and what became of those of the poles."""

import pandas as pd

from isthmus.analyses.networks.countries import countries, pole_members
from isthmus.analyses.significance.fits import CONVERGED
from isthmus.analyses.significance.pair_series import pair_series
from isthmus.analyses.significance.tables import NULL_MODEL_FITS
from isthmus.analyses.significance.ties import SOLID, partners, shown_networks, significant_ties, window_ties
from isthmus.networks.names import COLLABORATION
from isthmus.report.results import Results, rows_of
from isthmus.report.text import capital, count, in_sentence, joined, measure, number, plural, span
from isthmus.trajectories.labels import END_YEARS


def significance_findings(results: Results) -> list[str]:
    """Return the findings as plain sentences, the most important first."""
    sentences = [_significant(results, network) for network, _ in shown_networks(results)]
    sentences += [_pole(results, pole) for pole in results.poles]
    return [*sentences, *_between_poles(results), *_failed_fits(results)]


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
        strongest = [f"{in_sentence(row.src)} and {in_sentence(row.dst)}" for row in rows_of(solid.head(3))]
        text += f" The strongest: {'; '.join(strongest)}." if len(strongest) > 1 else f" Among them: {strongest[0]}."
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
    if not pole_members(results, pole) & set(countries(results)):
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
    for network, _ in shown_networks(results):
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
    if len(years) < 2 * END_YEARS:
        return f"{sentence} (z {number(end.z)})."
    before, after = years.iloc[:END_YEARS], years.iloc[-END_YEARS:]
    return (
        f"{sentence}. Its mean z was {number(before.z.mean())} in {span(before.year)} and "
        f"{number(after.z.mean())} in {span(after.year)}."
    )


def _failed_fits(results: Results) -> list[str]:
    fits = results.table(NULL_MODEL_FITS)
    broken = fits[fits["status"] != CONVERGED]
    if broken.empty:
        return []
    return [
        f"{plural(len(broken), 'null model')} of {count(len(fits))} did not converge "
        f"({span(broken['year'].unique())}); their z values are not counted."
    ]
