"""One tie as data: what `isthmus pair --format json` prints; its text is `pair_table`'s."""

import math
from pathlib import Path
from typing import Any

import pandas as pd

from isthmus.analyses.networks.text import CITATION_YEAR_MEANINGS
from isthmus.analyses.networks.words import network_meaning, network_name, unit_of
from isthmus.analyses.significance.pair_series import pair_series
from isthmus.analyses.significance.pair_table import Place, two_places
from isthmus.analyses.significance.ties import shown_networks, window_tie
from isthmus.analyses.trajectories.directions import direction_of, trend_of
from isthmus.report.results import Results, from_works, load_results, rows_of
from isthmus.report.statement import statement


def pair_data(results_dir: str | Path, first: str, second: str) -> dict[str, Any]:
    """Return one pair for programs: the study, the two places, and of each network its years, its window, its trend.

    Numbers are not rounded; what is not known is None. Sentences and directions are in the words of the report.

    Parameters
    ----------
    results_dir : str | Path
        The folder of a study's published results.
    first, second : str
        As of `pair_table`.

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
    study = {name: results.study[name] for name in ("study", "title", "release", "null_model")}
    return {
        **study,
        "simulated": results.simulated,
        "first": {"code": one.code, "name": one.name},
        "second": {"code": two.code, "name": two.name},
        "networks": [_network(results, series, key, one, two) for key in shown_networks(results)],
        "direction": direction_of(results, one.code, two.code).words,
    }


def _network(results: Results, series: pd.DataFrame, key: tuple[str, str], one: Place, two: Place) -> dict[str, Any]:
    network, citation_year = key
    rows = series[series["network"] == network].drop(columns="network")
    trend = trend_of(results, network, one.code, two.code)
    return {
        "network": network,
        "name": network_name(results, network),
        "citation_year": citation_year,
        "meaning": CITATION_YEAR_MEANINGS[citation_year] if from_works(results) else network_meaning(results, network),
        "unit": unit_of(results, network),
        "years": [{name: _plain(value) for name, value in row.items()} for row in rows.to_dict("records")],
        "window": _window(results, network, one, two),
        "trend": None if trend is None else trend.words,
    }


def _window(results: Results, network: str, one: Place, two: Place) -> dict[str, Any] | None:
    """Return the test of all years of the window; None where the two were never in this network in these years."""
    tested = window_tie(results, network, one.code, two.code)
    if tested.empty:
        return None
    row = next(rows_of(tested))
    said = statement(row, unit_of(results, network))
    first, last = results.window
    numbers = {
        "observed": said.weight,
        "expected": said.expected,
        "times": said.number,
        "times_low": said.low,
        "times_high": said.high,
        "p": said.p,
        "q": said.q,
        "mean_z": row.mean_z,
    }
    words = {"grade": said.grade, "direction": said.direction, "sentence": said.sentence}
    called = {"called_by_published_rule": bool(row.significant)}
    return {"years": [first, last]} | {name: _plain(value) for name, value in numbers.items()} | words | called


def _plain(value: Any) -> Any:
    """Return a cell as JSON knows it: None for what is missing or no number."""
    if pd.isna(value):
        return None
    plain = value.item() if hasattr(value, "item") else value
    return None if isinstance(plain, float) and not math.isfinite(plain) else plain
