"""One tie over the years: the series behind the report's pair picker and `isthmus pair`."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from isthmus.report.results import Results
from isthmus.report.ties import significant_ties
from isthmus.report.words import place_name

#: Room for the pairs in the page: a page of 15 MB holds them, the charting library (0.9 MB) and the map (0.15 MB).
PAIR_BYTES = 8_000_000
#: An expected weight that makes a pair worth a look although the two share nothing.
NOTABLE = 0.5
FIELDS = ("weight", "expected", "sd", "z", "p_upper", "p_two_sided")
Pair = tuple[str, str]


@dataclass(frozen=True)
class EmbeddedPairs:
    """The pairs whose series a page carries, and what was left out.

    `pairs` maps "CN|US" to {network: {field: list over `years`}}, fields as in `FIELDS`, null where the pair was not
    judged that year. `complete` says that every pair that is linked in some year is there; else `top` is the number of
    largest countries whose linked pairs are all there, and `left_out` counts the linked pairs that are not.
    """

    years: list[int]
    pairs: dict[str, dict[str, dict[str, list[float | None]]]]
    complete: bool
    top: int
    left_out: int


def pair_series(results: Results, first: str, second: str) -> pd.DataFrame:
    """Observed, expected, sd, z and p of one pair (codes, in any order) by network and year, years in order.

    Columns: network, year, weight, expected, sd, z, p_upper, p_two_sided, finite. No rows where the two were never in
    a network together.
    """
    src, dst = sorted((first, second))
    ties = results.ties
    rows = ties[(ties["src"] == src) & (ties["dst"] == dst)]
    shown = pd.MultiIndex.from_frame(rows[["network", "reading"]]).isin(list(results.networks))
    order = {network: position for position, (network, _) in enumerate(results.networks)}
    rows = rows[shown].assign(order=lambda frame: frame["network"].map(order)).sort_values(["order", "year"])
    return rows[["network", "year", *FIELDS, "finite"]].reset_index(drop=True)


def countries_by_size(results: Results) -> list[str]:
    """All countries, those with the most papers first (citations where there are no papers)."""
    nodes = results.nodes
    papers = nodes.groupby("country")[["papers", "citations_received", "citations_given"]].sum()
    order = papers.sort_values(["papers", "citations_received", "citations_given"], ascending=False).index
    return [*order, *sorted(set(results.countries) - set(order))]


def embed_pairs(results: Results, room: int = PAIR_BYTES) -> EmbeddedPairs:
    """Choose the pairs whose series fit into `room` bytes of JSON, and write them compactly.

    Significant ties come first, then linked pairs by the size of their countries, as many as there is room for; then
    pairs that never share a paper or a citation although size alone leads one to expect `NOTABLE` in some year.
    """
    ties = results.ties[results.ties["year"].between(*results.years)]
    shown = ties[pd.MultiIndex.from_frame(ties[["network", "reading"]]).isin(list(results.networks))]
    years = sorted(map(int, shown["year"].unique()))
    highest = shown.groupby(["src", "dst"], observed=True)[["weight", "expected"]].max()
    linked: set[Pair] = set(highest.index[highest["weight"] > 0])
    notable: set[Pair] = linked | set(highest.index[highest["expected"] >= NOTABLE])
    rank = {code: position for position, code in enumerate(countries_by_size(results))}
    wanted = _in_order(notable, linked, significant_ties(results), rank)

    series = _series(shown, years)
    chosen: dict[str, Any] = {}
    used = 0
    for pair in wanted:
        entry = series(pair)
        used += len(json.dumps(entry, separators=(",", ":"))) + len('"AA|BB":,')
        if used > room:
            break
        chosen["|".join(pair)] = entry
    missing = [pair for pair in wanted[len(chosen) :] if pair in linked]
    top = max(rank[code] for code in missing[0]) if missing else len(rank)
    return EmbeddedPairs(years, chosen, not missing, top, len(missing))


def _in_order(every: set[Pair], linked: set[Pair], significant: pd.DataFrame, rank: dict[str, int]) -> list[Pair]:
    """Significant pairs, then linked ones by their smaller country, so that a prefix is complete up to a country."""
    first: Iterable[Pair] = zip(significant["src"], significant["dst"], strict=True)
    by_rank = sorted(
        every, key=lambda pair: (pair not in linked, max(rank[c] for c in pair), min(rank[c] for c in pair))
    )
    return list(dict.fromkeys([*(pair for pair in first if pair in every), *by_rank]))


def _series(ties: pd.DataFrame, years: list[int]) -> Any:
    position = {year: index for index, year in enumerate(years)}
    ties = ties.sort_values(["src", "dst"], kind="stable")
    starts = ties.groupby(["src", "dst"], observed=True, sort=False).indices
    columns = {name: ties[name].to_numpy() for name in ("network", "year", "finite", *FIELDS)}

    def entry(pair: Pair) -> dict[str, dict[str, list[float | None]]]:
        rows = starts[pair]
        found: dict[str, dict[str, list[float | None]]] = {}
        for row in rows:
            fields = found.setdefault(columns["network"][row], {name: [None] * len(years) for name in FIELDS})
            at = position[int(columns["year"][row])]
            for name in FIELDS:
                fields[name][at] = _short(name, columns[name][row])
            if not columns["finite"][row]:
                fields["z"][at] = None
        return found

    return entry


def _short(name: str, value: Any) -> float | None:
    """As many digits as the page shows: weights whole, z to three decimals, p to four, the rest to four digits."""
    if not np.isfinite(value):
        return None
    if name == "weight":
        return int(value)
    digits = round(float(value), 4 if name.startswith("p_") else 3)
    if name in ("expected", "sd") and digits >= 1:
        digits = float(f"{digits:.4g}")
    return int(digits) if digits.is_integer() and abs(digits) < 1e15 else digits


def country_options(results: Results) -> list[dict[str, str]]:
    """The countries that a reader can pick, by name: [{"code": "CN", "name": "China"}, ...]."""
    named = [{"code": code, "name": place_name(code)} for code in results.countries]
    return sorted(named, key=lambda option: option["name"].lower())
