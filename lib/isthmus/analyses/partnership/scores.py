"""How published values on joint papers are found in a study: Tables S2 to S4, and the text on Figures 3 and 4."""

import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import kendalltau

from isthmus.analyses.partnership import frames
from isthmus.analyses.partnership import tables as t
from isthmus.indicators.partnership.names import BIN_TEAMS, C2, EXACT_ALL
from isthmus.report.results import Results, records, rows_of
from isthmus.report.scoring import (
    LABEL,
    SIGN,
    NotComparableError,
    Ours,
    Published,
    Rule,
    magnitude,
    same,
    sign_text,
    yes_or_no,
)
from isthmus.report.text import count, p_value, place_name

CODES = {"US": "US", "China": "CN", "CN": "CN", "Canada": "CA", "S.Korea": "KR"}
LEVEL, SMALL = 0.05, 0.25  # of a test; a small fraction of a country's papers
POOLED_READING = "years in one bin, two authors or more: what the published numbers of papers suggest"


def _table(results: Results, spec: Any) -> pd.DataFrame:
    found = results.optional(spec)
    if found is None:
        raise NotComparableError(f"these results hold no table {spec.name}")
    return found


def _pair(scope: str) -> tuple[str, str]:
    """Return home and partner of a scope such as "(US, China) vs (US, notChina)"."""
    found = re.match(r"\(?([\w.]+), ?([\w.]+?)\)? (?:vs|against) ", scope)
    if found is None or not {*found.groups()} <= set(CODES):
        raise NotComparableError(f"the scope {scope!r} is not of a form that is known here")
    return CODES[found.group(1)], CODES[found.group(2)]


def _of_pair(frame: pd.DataFrame, pair: tuple[str, str]) -> pd.DataFrame:
    return frame[(frame["home"] == pair[0]) & (frame["partner"] == pair[1])]


def _effect(results: Results, published: Published) -> tuple[dict[str, Any], str]:
    """Return the effect on citations of the years of a published value, and its reading in words."""
    table = _table(results, t.PARTNERSHIP_EFFECTS)
    several = published.last > published.first
    reading = BIN_TEAMS if several else EXACT_ALL
    own = _of_pair(table, _pair(published.scope))
    years = (own["first_year"] == published.first) & (own["last_year"] == published.last)
    found = own[years & (own["outcome"] == C2) & (own["reading"] == reading)]
    if len(found) != 1:
        raise NotComparableError("this study does not match these papers in these years")
    return records(found)[0], POOLED_READING if several else ""


def _papers(joint: bool) -> Callable[[Results, Published], Ours]:
    """Return how numbers of papers before matching are found: all of them, those without an institution, too."""

    def compute(results: Results, published: Published) -> Ours:
        _effect(results, published)
        table = _of_pair(_table(results, t.PARTNERSHIP_YEARS), _pair(published.scope))
        own = table[table["year"].between(published.first, published.last) & (table["joint"] == joint)]
        alone = int(own["alone"].sum()) if published.last > published.first else 0
        n = int(own["works"].sum()) - alone
        how = "without papers of one author" if alone else "all papers, with and without an institution"
        return Ours(float(n), count(n), how)

    return compute


def _value(column: str, words: str) -> Callable[[Results, Published], Ours]:
    """Return how a number of a match is found."""

    def compute(results: Results, published: Published) -> Ours:
        row, reading = _effect(results, published)
        if row[column] is None:
            raise NotComparableError(row["reason"] or "no joint paper has another that is alike")
        value = float(row[column])
        how = "; ".join(part for part in (words, reading) if part)
        return Ours(value, count(value) if value == int(value) else f"{value:.2f}", how)

    return compute


def _same_sign(ours: Ours, published: Published) -> bool:
    return bool(np.sign(float(ours.value)) == np.sign(float(published.value)))


def _trend(results: Results, published: Published) -> Ours:
    """Return whether joint papers of the poles become more over the years, each way."""
    table = _table(results, t.PARTNERSHIP_YEARS)
    own = table[table["joint"] & table["home"].isin(["US", "CN"]) & table["partner"].isin(["US", "CN"])]
    years = list(range(published.first, published.last + 1))
    if published.first < results.years[0] or published.last > results.years[1]:
        raise NotComparableError(f"the analysis is of {results.years[0]}–{results.years[1]}")
    yearly = own.groupby("year")["works"].sum().reindex(years, fill_value=0)
    if not yearly.any():
        raise NotComparableError("this study has no joint papers of the United States and China")
    found = kendalltau(yearly.index, yearly.to_numpy())
    sign = float(np.sign(found.statistic)) if found.pvalue < LEVEL else 0.0
    how = f"{count(yearly.iloc[0])} in the first year, {count(yearly.iloc[-1])} in the last (p = {found.pvalue:.3f})"
    return Ours(sign, sign_text(sign), how)


def _small(results: Results, _: Published) -> Ours:
    shares = {}
    for home, partner in (("US", "CN"), ("CN", "US")):
        own = _of_pair(_table(results, t.PARTNERSHIP_YEARS), (home, partner))
        if own.empty:
            raise NotComparableError("this study does not compare the United States and China")
        shares[home] = own.loc[own["joint"], "works"].sum() / own["works"].sum()
    how = "; ".join(f"{place_name(code)} {share:.1%} of its papers" for code, share in shares.items())
    return yes_or_no(max(shares.values()) < SMALL, f"{how}; small is below {SMALL:.0%}")


def _above(measure: str) -> Callable[[Results, Published], Ours]:
    """Return whether joint papers are above the others in a measure, both ways, by the tests."""

    def compute(results: Results, published: Published) -> Ours:
        table = _table(results, t.PARTNERSHIP_CONTRASTS)
        rows = []
        for pair in (("US", "CN"), ("CN", "US")):
            own = _of_pair(table, pair)
            own = own[own["measure"] == measure].assign(span=own["last_year"] - own["first_year"])
            if own.empty:
                raise NotComparableError(f"this study does not compare the United States and China: {measure}")
            rows.append(next(rows_of(own.nlargest(1, "span"))))
        ways = [np.sign(row.joint - row.others) if row.p_value < LEVEL else 0.0 for row in rows]
        sign = float(ways[0]) if ways[0] == ways[1] else 0.0
        said = "; ".join(
            f"{place_name(r.home)} {r.joint:.3g} and {r.others:.3g} (p {p_value(r.p_value)})" for r in rows
        )
        return Ours(sign, {1.0: "above", -1.0: "below"}.get(sign, "not settled"), f"joint and others: {said}")

    return compute


def _order(results: Results, published: Published) -> Ours:
    """Return whose papers gain more from the partner over the years, on average, without weights as published."""
    _table(results, t.PARTNERSHIP_EFFECTS)
    found = frames.yearly(results)
    own = found[found["first_year"].between(published.first, published.last)]
    means = {str(home): float(part["percent"].mean()) for home, part in own.groupby("home")}
    known = {home: value for home, value in means.items() if not pd.isna(value)}
    if set(known) != {"US", "CN"}:
        raise NotComparableError("this study does not match papers of the United States and China in these years")
    top = max(known, key=lambda home: known[home])
    how = "; ".join(f"{place_name(home)} {value:+.0f} %" for home, value in sorted(known.items()))
    return Ours(top, place_name(top), f"mean of the yearly differences without weights: {how}")


def _every_year(results: Results, published: Published) -> Ours:
    """Return whether the matched effect is above 0 in every year, with weights and errors within strata."""
    _table(results, t.PARTNERSHIP_EFFECTS)
    home, partner = _pair(published.scope.replace(" against", ") against").replace(",US", ", US"))
    own = _of_pair(frames.yearly(results), (home, partner))
    own = own[own["first_year"].between(published.first, published.last)]
    if len(own) < published.last - published.first + 1:
        raise NotComparableError("this study does not match these papers in every one of these years")
    above = int((own["low"] > 0).sum())
    return yes_or_no(
        above == len(own), f"the matched effect is above 0 in {above} of {len(own)} years (95 % intervals)"
    )


def _venues(results: Results, published: Published) -> Ours:
    table = _table(results, t.PARTNERSHIP_EFFECTS)
    own = table[(table["outcome"] == "in_venue") & (table["last_year"] > table["first_year"])]
    known = own.dropna(subset=["low", "high", "mean_joint", "mean_others_weighted"])
    rows = [row for row in rows_of(known) if {row.home, row.partner} == {"US", "CN"}]
    if len(rows) != 2:
        raise NotComparableError("this study names no venues, or has no matched papers in them")
    ways = [1.0 if row.low > 0 else -1.0 if row.high < 0 else 0.0 for row in rows]
    sign = ways[0] if ways[0] == ways[1] else 0.0
    how = "; ".join(f"{place_name(row.home)} {row.mean_joint:.1%} and {row.mean_others_weighted:.1%}" for row in rows)
    return Ours(sign, {1.0: "above", -1.0: "below"}.get(sign, "not settled"), f"matched, with weights: {how}")


def _rules_of(table: str) -> dict[str, Rule]:
    delta = Rule(_value("percent", "without weights"), "S", SIGN, _same_sign)
    return {
        f"{table}_n_T": magnitude(_papers(joint=True)),
        f"{table}_n_C": magnitude(_papers(joint=False)),
        f"{table}_n_matched_T": magnitude(_value("n_joint", "joint papers with others that are alike")),
        f"{table}_n_matched_C": magnitude(_value("n_others", "other papers that are alike")),
        f"{table}_L1": magnitude(_value("l1_after", "imbalance of the matched papers, without weights")),
        f"{table}_mu_T": magnitude(_value("mean_joint", "mean citations within two years")),
        f"{table}_mu_C": magnitude(_value("mean_others", "mean citations within two years, without weights")),
    } | ({} if table == "S4" else {f"{table}_delta": delta})


RULES: Mapping[str, Rule] = {
    **_rules_of("S2"),
    **_rules_of("S3"),
    **_rules_of("S4"),
    "joint_papers_trend_sign": same(_trend, SIGN),
    "joint_papers_share_small": same(_small, "holds or does not, as published"),
    "team_size_sign": same(_above("authors"), SIGN),
    "top100_share_sign": same(_above("leading institution"), SIGN),
    "impact_gain_order": same(_order, LABEL),
    "impact_gain_significance": same(_every_year, "holds or does not, as published"),
    "venue_premium_sign": same(_venues, SIGN),
}
