"""What is said of the way of a study's ties: directions where label and trend agree, and trends of one network."""

from functools import lru_cache
from typing import Any

import pandas as pd

from isthmus.analyses.trajectories.tables import PAIR_CLASSES, PAIR_LABELS, PAIR_TRENDS
from isthmus.report.directions import Direction, Trend
from isthmus.report.results import Results, rows_of
from isthmus.trajectories.labels import LABELS, SETTLED


def direction_of(results: Results, one: str, two: str) -> Direction:
    """Return what is said of the direction of a pair (codes, in any order); not settled without label or trend."""
    src, dst = sorted((one, two))
    return directions(results).get((src, dst), Direction(None, float("nan")))


@lru_cache(maxsize=2)  # wanted by every section
def directions(results: Results) -> dict[tuple[str, str], Direction]:
    """Return what is said of the direction of every pair with a label or a trend, by its codes in order."""
    labels = _labels(results)
    chances = _chances(results)
    both = (
        labels.merge(chances, on=["src", "dst"], how="outer")
        if len(labels)
        else chances.assign(label=None, support=None)
    )
    found = {}
    for row in rows_of(both):
        label = row.label if isinstance(row.label, str) else None
        chance = getattr(row, f"p_{label}") if label in LABELS else float("nan")
        # a class of 0.9 and more that is not settled is one of a pair without papers in one of the networks
        told = row.settled is True or not chance >= SETTLED
        support = float("nan") if pd.isna(row.support) else float(row.support)
        found[str(row.src), str(row.dst)] = Direction(label, float(chance), told=told, support=support)
    return found


def trend_of(results: Results, network: str, one: str, two: str) -> Trend | None:
    """Return the trend of a pair in a network; None where the study has none or nothing was observed."""
    table = results.optional(PAIR_TRENDS)
    if table is None:
        return None
    src, dst = sorted((one, two))
    own = table[(table["network"] == network) & (table["src"] == src) & (table["dst"] == dst) & (table["papers"] > 0)]
    return None if own.empty else _trend(next(rows_of(own)))


def settled_trends(results: Results, ties: pd.DataFrame) -> dict[str, dict[str, str]] | None:
    """Return of each network the settled trends of some ties in words, by "SRC|DST"; None where there are no trends.

    Parameters
    ----------
    results : Results
        The study.
    ties : pandas.DataFrame
        network, src, dst.
    """
    table = results.optional(PAIR_TRENDS)
    if table is None:
        return None
    own = table[table["papers"] > 0].merge(ties[["network", "src", "dst"]], on=["network", "src", "dst"])
    found: dict[str, dict[str, str]] = {}
    for row in rows_of(own):
        trend = _trend(row)
        if trend.settled:
            found.setdefault(str(row.network), {})[f"{row.src}|{row.dst}"] = trend.short
    return found


def _trend(row: Any) -> Trend:
    return Trend(row.trend, row.trend_sd, rise=row.p_rise, fall=row.p_fall, level=row.p_level)


def _labels(results: Results) -> pd.DataFrame:
    table = results.optional(PAIR_LABELS)
    if table is None:
        return pd.DataFrame(columns=["src", "dst", "label", "support"])
    return table.loc[table["label"].notna(), ["src", "dst", "label", "support"]]


def _chances(results: Results) -> pd.DataFrame:
    """Return P of the class of each label by pair, and whether its best class is settled."""
    columns = ["src", "dst", *(f"p_{label}" for label in LABELS), "settled"]
    table = results.optional(PAIR_CLASSES)
    return pd.DataFrame(columns=columns) if table is None else table[columns]
