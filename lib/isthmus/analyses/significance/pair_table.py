"""One tie as text: what `isthmus pair` prints."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from isthmus.analyses.networks.countries import countries
from isthmus.analyses.networks.joint import joint_citations
from isthmus.analyses.networks.text import CITATION_YEAR_MEANINGS
from isthmus.analyses.networks.words import few, network_meaning, network_name, unit_of
from isthmus.analyses.significance.pair_series import pair_series
from isthmus.analyses.significance.pooled import NOT_POOLED
from isthmus.analyses.significance.resampled import with_resampled
from isthmus.analyses.significance.text import MODEL_NAMES
from isthmus.analyses.significance.ties import shown_networks, window_tie
from isthmus.analyses.trajectories.directions import direction_of, trend_of
from isthmus.errors import ConfigError
from isthmus.geography import COUNTRIES, blocs, find_country, plain_name
from isthmus.networks.names import COLLABORATION, KNOWLEDGE_EXCHANGE
from isthmus.report.results import Results, from_works, load_results, rows_of
from isthmus.report.statement import NOT_TESTED, factor, interval, statement
from isthmus.report.text import MISSING, count, measure, number, p_value, percent, plural

BLOCKS = "▁▂▃▄▅▆▇█"
GAP = "·"
_HEADINGS = ("year", "observed", "expected", "times", "95 %", "sd", "z", "p (≥ observed)", "p (two-sided)")
_COVERAGE = "coverage"
_JOINT = "of joint papers"


def pair_table(results_dir: str | Path, first: str, second: str) -> str:
    """Return one pair by year for both networks, with what is said of it and how sure that is, as aligned text.

    Parameters
    ----------
    results_dir : str | Path
        The folder of a study's published results.
    first, second : str
        Countries, as names or ISO codes in any spelling that `find_country` knows, or blocs that are one node of the
        study.

    Raises
    ------
    ConfigError
        No such place, twice the same, or one that the study's networks do not hold.
    StoreError
        The results are missing or incomplete.
    """
    results = load_results(results_dir)
    one, two = two_places(results, first, second)
    series = pair_series(results, one.code, two.code)
    lines = _heading(results, one, two)
    for network, citation_year in shown_networks(results):
        rows = series[series["network"] == network]
        counted = f"; {CITATION_YEAR_MEANINGS[citation_year]}" if from_works(results) else ""
        lines += ["", f"{network_name(results, network)}: {network_meaning(results, network)}{counted}", ""]
        lines += _block(results, network, rows, one, two)
    if len(shown_networks(results)) > 1:
        lines += ["", f"Direction in both networks: {direction_of(results, one.code, two.code).words}."]
    lines += ["", *_footnotes(results)]
    return "\n".join(lines)


def sparkline(values: Sequence[float]) -> str:
    """Return a series as one line of block characters, lowest to highest value; missing values are dots."""
    finite = [value for value in values if math.isfinite(value)]
    if not finite:
        return GAP * len(values)
    low, high = min(finite), max(finite)
    step = (high - low) / (len(BLOCKS) - 1) or 1.0
    level = 0 if high > low else len(BLOCKS) // 2
    return "".join(BLOCKS[level + round((v - low) / step)] if math.isfinite(v) else GAP for v in values)


@dataclass(frozen=True)
class Place:
    """A node of the networks: a country, or a bloc that is one node."""

    code: str
    name: str

    def __str__(self) -> str:
        return self.name if self.code == self.name else f"{self.name} ({self.code})"


def two_places(results: Results, first: str, second: str) -> tuple[Place, Place]:
    """Return the two nodes of a study's networks that a person means.

    Parameters
    ----------
    results : Results
        The study's results.
    first, second : str
        Countries or blocs, in any spelling that `find_country` knows.

    Raises
    ------
    ConfigError
        No such place, twice the same, or one that the networks do not hold.
    """
    one, two = _find(results, first), _find(results, second)
    if one == two:
        raise ConfigError(f"{first!r} and {second!r} are both {one.name}: a tie needs two countries")
    _require(results, one)
    _require(results, two)
    return one, two


def _find(results: Results, text: str) -> Place:
    """Return the node that a person means: a bloc by its name, or a country."""
    names = {plain_name(code): code for code in countries(results) if code not in COUNTRIES}
    bloc = names.get(plain_name(text))
    if bloc is not None:
        return Place(bloc, bloc)
    known = {plain_name(other.name): other.name for other in blocs()}
    if plain_name(text) in known:
        study = results.study["study"]
        raise ConfigError(
            f"{known[plain_name(text)]} is no node of study {study!r}, whose networks hold its members one by one; a "
            f"bloc is one node where geography.poles names it"
        )
    country = find_country(text)
    return Place(country.code, country.name)


def _require(results: Results, place: Place) -> None:
    if place.code in countries(results):
        return
    study = results.study["study"]
    for pole, members in results.study.get("pole_members", {}).items():
        if place.code in members and place.code != pole:
            raise ConfigError(
                f"{place} is part of {pole} in study {study!r}, where the bloc is one node: ask for {pole}"
            )
    raise ConfigError(
        f"{place} is not in the networks of study {study!r}, which hold "
        f"{plural(len(countries(results)), 'country', 'countries')}: no work of its corpus names it"
    )


def _heading(results: Results, one: Place, two: Place) -> list[str]:
    study = results.study
    model = MODEL_NAMES.get(study["null_model"], study["null_model"])
    lines = [f"{one} and {two}"]
    lines.append(f"{study['title']}; release {study['release']}; expected by the {model}")
    if results.simulated:
        lines.append("SIMULATED DATA: made up by `isthmus simulate`; these numbers say nothing about the real world.")
    return lines


def _block(results: Results, network: str, rows: pd.DataFrame, one: Place, two: Place) -> list[str]:
    if rows.empty:
        return [f"  The two were never in this network in the same year ({one.name} or {two.name} has no link)."]
    cells = [_HEADINGS, *(_cells(row) for row in rows_of(rows))]
    if from_works(results):
        cells = [(*row, share) for row, share in zip(cells, _coverage(results, rows), strict=True)]
    if network == KNOWLEDGE_EXCHANGE:
        cells = [(*row, joint) for row, joint in zip(cells, _joint(results, rows, one, two), strict=True)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))]
    lines = ["  " + "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in cells]
    z = [float(value) if keep else math.nan for value, keep in zip(rows["z"], rows["finite"], strict=True)]
    lines += ["", f"  z, {rows['year'].iloc[0]} to {rows['year'].iloc[-1]}: {sparkline(z)}  {_range(z)}".rstrip()]
    return [*lines, *(f"  {line}" for line in _verdicts(results, network, one, two))]


def _cells(row: Any) -> tuple[str, ...]:
    z = number(row.z)
    return (
        str(row.year),
        count(row.weight),
        measure(row.expected),
        factor(row.times),
        interval(row.times_low, row.times_high),
        measure(row.sd),
        z if row.finite else f"({z})",
        p_value(row.p_upper),
        p_value(row.p_two_sided),
    )


def _coverage(results: Results, rows: pd.DataFrame) -> list[str]:
    """Return the heading and, by year, the share of the corpus's works that name a country."""
    works = results.coverage.set_index("year")[["corpus_with_country", "corpus_works"]].reindex(
        rows["year"], fill_value=0
    )
    return [_COVERAGE, *(percent(named, all_) for named, all_ in zip(works.iloc[:, 0], works.iloc[:, 1], strict=True))]


def _joint(results: Results, rows: pd.DataFrame, one: Place, two: Place) -> list[str]:
    """Return the heading and, by year, the share of the citations whose citing or cited paper both countries sign."""
    src, dst = sorted((one.code, two.code))
    found = joint_citations(results)
    own = found[(found["src"] == src) & (found["dst"] == dst)].set_index("year")
    shares = (own["joint"] / own["citations"]).reindex(rows["year"])
    return [_JOINT, *(MISSING if math.isnan(share) else percent(share, 1.0) for share in shares)]


def _range(z: Sequence[float]) -> str:
    finite = [value for value in z if math.isfinite(value)]
    return f"(lowest {number(min(finite))}, highest {number(max(finite))})" if finite else "(no z that counts)"


def _verdicts(results: Results, network: str, one: Place, two: Place) -> list[str]:
    """Return what is said of the pair over the window, what the published rule says, and how the pair moves."""
    first, last = results.window
    tested = window_tie(results, network, one.code, two.code)
    if tested.empty:
        return [f"{first} to {last}: no year in which both are in the network: {NOT_TESTED}."]
    row = next(rows_of(with_resampled(results, tested)))
    said = statement(row, unit_of(results, network))
    lines = [f"{first} to {last}: {said.sentence}."]
    if row.resampled:
        lines.append(f"The same over resampled works: {row.resampled}.")
    if not said.tested:
        lines.append(NOT_POOLED)
    if pd.isna(row.mean_z):
        lines.append("Published rule: no year with a z that counts.")
    else:
        over, called = plural(int(row.finite_years), "year"), "called" if row.significant else "not called"
        lines.append(
            f"Published rule: mean z {number(row.mean_z)} over {over}, {called} (threshold {results.threshold:g})."
        )
    trend = trend_of(results, network, one.code, two.code)
    if trend is not None:
        lines.append(f"Trend, {results.years[0]} to {results.years[1]}: {trend.words}.")
    return lines


def _citation_notes(results: Results) -> list[str]:
    if KNOWLEDGE_EXCHANGE not in dict(shown_networks(results)):
        return []
    left_out = results.switch("networks.joint_papers") == "left_out"
    return [
        f"{_JOINT}: share of the citations whose citing or cited paper both sign"
        + ("; left out of observed and expected." if left_out else "."),
        "p of a single year takes each citation as an event of its own; the test of all years together allows for "
        "works that bring many.",
    ]


def _counted(results: Results) -> str:
    """Return what is counted as observed."""
    if not from_works(results):
        return unit_of(results, COLLABORATION)
    unit = "papers written together" if COLLABORATION in dict(shown_networks(results)) else "citations"
    return f"full count ({unit}, citations to and fro)"


def _footnotes(results: Results) -> list[str]:
    return [
        f"observed: {_counted(results)}. expected, sd: what the sizes of all countries explain.",
        "times, 95 %: observed / expected, times what size explains, and its exact interval.",
        f"firm, probable, {few(results)}, not settled: how sure it is, by the test of all years of the window at once.",
        "z: (observed - expected) / sd; in brackets where it does not count under the study's rule of finite pairs.",
        *(["coverage: share of that year's corpus works that name a country."] if from_works(results) else []),
        *_citation_notes(results),
        f"All pairs and years: {results.folder / 'pair_tests.parquet'}",
    ]
