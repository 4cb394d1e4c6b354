"""How published values on scientists who move are found in a study."""

import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import kendalltau

from isthmus.analyses.migration import frames
from isthmus.analyses.migration import tables as t
from isthmus.indicators.migration.names import ALL_OTHERS, MEASURES, MOVED
from isthmus.report.results import Results, rows_of
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
    within_points,
)
from isthmus.report.text import count, in_sentence, joined, place_name

UNMATCHED = "scientists as they are, before matching"
ASIAN = "asian"
CODES = {"China": "CN", "US": "US", "CN": "CN"}


def _table(results: Results, spec: Any) -> pd.DataFrame:
    """Return the rows of a table of the scientists that the section is about."""
    found = results.optional(spec)
    if found is None:
        raise NotComparableError(f"these results hold no table {spec.name}")
    return frames.own(results, found) if {"whose", "scientists"} & {*spec.columns} else found


def _flows(results: Results, published: Published) -> pd.DataFrame:
    """Return the flows of the years of a published value."""
    _table(results, t.MIGRATION_FLOWS)
    first, last = results.years
    if published.first < first or published.last > last:
        raise NotComparableError(f"the analysis is of {first}–{last}")
    own = frames.flows(results)
    return own[own["year"].between(published.first, published.last)]


def _named(text: str, pattern: str) -> list[str]:
    """Return the codes of the countries that a scope names."""
    found = re.fullmatch(pattern, text)
    if found is None:
        raise NotComparableError(f"the scope {text!r} is not of a form that is known here")
    return [CODES[word] for word in found.groups()]


def _top_origin(results: Results, published: Published) -> Ours:
    (pole,) = _named(published.scope, r"to (US|CN)")
    flows = _flows(results, published)
    summed = flows[flows["destination"] == pole].groupby("origin")["movers"].sum().sort_index()
    if summed.empty or not summed.max():
        raise NotComparableError(f"nobody moved to {in_sentence(pole)}")
    top = str(summed.idxmax())
    return Ours(top, place_name(top), f"{count(summed.max())} of {count(summed.sum())} moves")


def _share(results: Results, published: Published) -> Ours:
    """Take the origin's share among movers from leading universities, of whom the paper seems to speak."""
    destination, origin = _named(published.scope, r"(US|China) recruits from (US|China)")
    flows = _to_poles(results, published)
    there = flows[flows["destination"] == destination]
    summed, own = (rows[["movers", "from_leading"]].sum() for rows in (there, there[there["origin"] == origin]))
    if not summed["from_leading"]:
        raise NotComparableError(f"nobody moved to {in_sentence(destination)} from a leading university")
    share = 100 * own["from_leading"] / summed["from_leading"]
    among = f"{count(own['from_leading'])} of {count(summed['from_leading'])} movers from leading universities"
    return Ours(share, f"{share:.1f}%", f"{among}; of all movers {100 * own['movers'] / summed['movers']:.1f}%")


def _to_poles(results: Results, published: Published) -> pd.DataFrame:
    """Return the movers to the poles in the years of a published value."""
    table = _table(results, t.UNIVERSITY_MOVERS)
    first, last = results.years
    if published.first < first or published.last > last:
        raise NotComparableError(f"the analysis is of {first}–{last}")
    return table[table["year"].between(published.first, published.last)]


def _from_leading(results: Results, published: Published) -> Ours:
    """Take the mean of the two destinations' shares; the paper says that they are alike."""
    flows = _to_poles(results, published)
    summed = flows.groupby("destination")[["with_institution", "from_leading"]].sum()
    if not {"CN", "US"} <= set(summed.index) or not summed["with_institution"].all():
        raise NotComparableError(
            "this study does not know the institutions of movers to both China and the United States"
        )
    shares = (100 * summed["from_leading"] / summed["with_institution"])[["CN", "US"]]
    how = f"of those whose institution is known: to China {shares['CN']:.1f}%, to the United States {shares['US']:.1f}%"
    return Ours(float(shares.mean()), f"{shares.mean():.1f}%", how)


def _trend(results: Results, published: Published) -> Ours:
    origin, destination = _named(published.scope, r"(US|CN) to (US|CN)")
    flows = _flows(results, published)
    years = range(published.first, published.last + 1)
    way = flows[(flows["origin"] == origin) & (flows["destination"] == destination)]
    yearly = way.groupby("year")["movers"].sum().reindex(list(years), fill_value=0)
    if not yearly.any():
        raise NotComparableError(f"nobody moved from {in_sentence(origin)} to {in_sentence(destination)}")
    found = kendalltau(yearly.index, yearly.to_numpy())
    settled = found.pvalue < frames.LEVEL
    sign = float(np.sign(found.statistic)) if settled else 0.0
    ends = f"{count(yearly.iloc[0])} movers in the first year, {count(yearly.iloc[-1])} in the last"
    how = f"rank correlation with the year {found.statistic:.2f} (p = {found.pvalue:.3f}); {ends}"
    return Ours(sign, sign_text(sign), how)


def _movers(results: Results, _: Published) -> Ours:
    """Compare the means of those who came to the one pole with those who came to the other, as the paper does."""
    table = _table(results, t.MIGRATION_PROFILES)
    moved = table[table["group"] == MOVED]
    means = {(row.destination, row.measure): row.mean for row in rows_of(moved)}
    try:
        pairs = [(means["CN", measure], means["US", measure]) for measure in MEASURES]
    except KeyError:
        raise NotComparableError("this study does not follow moves between China and the United States") from None
    above = [a > b for a, b in pairs]
    sign = 1.0 if all(above) else -1.0 if not any(above) else 0.0
    words = [f"{frames.MEASURE_NAMES[m]} {a:.1f} and {b:.1f}" for m, (a, b) in zip(MEASURES, pairs, strict=True)]
    return Ours(sign, sign_text(sign), f"means of movers to China and to the United States: {joined(words)}")


def _stayers(results: Results, published: Published) -> Ours:
    destination, origin = _named(published.scope, r"(US|CN)-based from (US|CN) above.*")
    table = _table(results, t.MIGRATION_COMPARISONS)
    there = table[(table["destination"] == destination) & (table["origin"] == origin)]
    rows = {row.measure: row for row in rows_of(there[there["against"] == ALL_OTHERS])}
    if set(rows) != set(MEASURES):
        raise NotComparableError("this study does not compare movers between China and the United States")
    verdicts = [frames.verdict(rows[m].superiority, rows[m].p_value) for m in MEASURES]
    sign = 1.0 if set(verdicts) == {"higher"} else -1.0 if set(verdicts) == {"lower"} else 0.0
    words = [f"{frames.MEASURE_NAMES[m]} {said}" for m, said in zip(MEASURES, verdicts, strict=True)]
    return Ours(sign, sign_text(sign), f"ranks within calendar years: {joined(words)}")


def _joint(results: Results, destination: str, origin: str, movers: bool) -> tuple[float, int]:
    """Return the share of later works with the origin, of movers or of all others, and how many they are."""
    table = _table(results, t.ORIGIN_TIES)
    there = table[(table["destination"] == destination) & (table["origin"] == origin)]
    own = there[(there["group"] == MOVED) == movers]
    if own.empty:
        raise NotComparableError(f"nobody is followed from {in_sentence(origin)} to {in_sentence(destination)}")
    total = int(own["scientists"].sum())
    return float((own["share"] * own["scientists"]).sum() / total), total


def _collaboration(results: Results, published: Published) -> Ours:
    found = re.match(r"(US|China)-based (migrants|non-migrants)", published.scope)
    if found is None:
        raise NotComparableError(f"the scope {published.scope!r} is not of a form that is known here")
    destination = CODES[found.group(1)]
    origin = "US" if destination == "CN" else "CN"
    share, scientists = _joint(results, destination, origin, found.group(2) == "migrants")
    return Ours(100 * share, f"{share:.1%}", f"{count(scientists)} {UNMATCHED}")


def _ratio(results: Results, published: Published) -> Ours:
    destination, origin = _named(published.scope, r"(US|China)-based, with (US|China)")
    (movers, _), (others, _) = (_joint(results, destination, origin, moved) for moved in (True, False))
    if not others:
        raise NotComparableError("the others have no work with the origin")
    return Ours(movers / others, f"{movers / others:.1f}", f"{movers:.1%} over {others:.1%}; {UNMATCHED}")


def _matched(column: str, *, percent: bool = False) -> Callable[[Results, Published], Ours]:
    """Return how a number of the table of matched movers is found."""

    def compute(results: Results, published: Published) -> Ours:
        found = re.match(r"T: (US|China)-based migrated from (US|China);", published.scope)
        if found is None:
            raise NotComparableError(f"the scope {published.scope!r} is not of a form that is known here")
        destination, origin = (CODES[word] for word in found.groups())
        table = _table(results, t.MATCHED_MOVERS)
        rows = table[(table["destination"] == destination) & (table["origin"] == origin) & (table["n_treated"] > 0)]
        if rows.empty:
            raise NotComparableError("no mover of this direction could be matched")
        row = rows.iloc[0]
        value = float(row["all_treated"] + row["all_control"]) if column == "all" else float(row[column])
        how = f"{count(row['n_treated'])} movers and {count(row['n_control'])} others, matched; {HOW[column]}"
        return Ours(100 * value, f"{value:.1%}", how) if percent else Ours(value, _shown(value), how)

    return compute


HOW = {
    "all": "before matching; the paper seems to have drawn as many others as there are movers",
    "n_treated": "movers in strata with somebody who is alike",
    "n_control": "others in strata with a mover; the paper seems to have drawn as many others as there are movers",
    "l1_after": "imbalance after matching, without weights",
    "mean_treated": "mean share of later works",
    "mean_control": "mean share of later works, without weights",
}


def _shown(value: float) -> str:
    return count(value) if value == int(value) else f"{value:.2f}"


def _after(results: Results, published: Published) -> Ours:
    found = re.match(r"(US|China)-based movers", published.scope)
    destination = CODES[found.group(1)] if found else ""
    rows = [row for row in frames.tie_rows(results) if row["group"] == MOVED and row["destination"] == destination]
    if len(rows) != 1:
        raise NotComparableError("this study follows no movers between China and the United States")
    sign = {"rises": 1.0, "falls": -1.0}.get(rows[0]["way"], 0.0)
    how = f"{100 * rows[0]['slope']:+.2f} points a year, p {rows[0]['p']} with errors clustered by scientist"
    return Ours(sign, sign_text(sign), how)


def _ancestry(results: Results, published: Published) -> Ours:
    """Take the share of the group that the published quantity is of, from the file that the study names."""
    origin, destination = _named(published.scope, r"(US|China) to (US|China)")
    table = _table(results, t.ANCESTRY_SHARES)
    way = table[(table["origin"] == origin) & (table["destination"] == destination)]
    own = way[way["ancestry"].str.casefold() == ASIAN]
    if own.empty:
        raise NotComparableError(
            "the study names no numbers of ancestry of this direction, and none are told from names"
        )
    share = 100 * float(own["share"].sum())
    return Ours(share, f"{share:.1f}%", f"{count(own['movers'].sum())} movers of the file that the study names")


def _points(compute: Any) -> Rule:
    return Rule(compute, "M", "within 5 points", within_points)


RULES: Mapping[str, Rule] = {
    "migration_top_origin": same(_top_origin, LABEL),
    "migration_flow_trend_sign": same(_trend, SIGN),
    "movers_vs_movers_sign": same(_movers, SIGN),
    "movers_vs_stayers_sign": same(_stayers, SIGN),
    "share_movers_by_origin": _points(_share),
    "share_movers_from_top100_universities": _points(_from_leading),
    "pct_collab_with_US_text": _points(_collaboration),
    "pct_collab_with_China_text": _points(_collaboration),
    "ratio_collab_migrant_nonmigrant": magnitude(_ratio),
    "share_asian_ancestry_movers": _points(_ancestry),
    "S1_n": magnitude(_matched("all")),
    "S1_n_matched_T": magnitude(_matched("n_treated")),
    "S1_n_matched_C": magnitude(_matched("n_control")),
    "S1_L1": magnitude(_matched("l1_after")),
    "S1_mu_T": _points(_matched("mean_treated", percent=True)),
    "S1_mu_C": _points(_matched("mean_control", percent=True)),
    "postmove_collab_trend_sign": same(_after, SIGN),
}
