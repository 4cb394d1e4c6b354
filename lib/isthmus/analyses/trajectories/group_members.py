"""Integration groups in words, with their countries."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from isthmus.analyses.trajectories.tables import INTEGRATION_GROUPS
from isthmus.report.results import Results, rows_of
from isthmus.report.text import in_sentence, joined, place_name

#: Key of the group of countries that are in none.
NO_GROUP = "none"


@dataclass(frozen=True)
class Group:
    """An integration group in words, with its countries: (code, name, papers, labels by pole, speed, class)."""

    key: str
    words: str
    countries: tuple["Member", ...]


@dataclass(frozen=True)
class Member:
    """A country of a group: its label with each pole, the speed of its fastest converging tie, and its class."""

    code: str
    name: str
    papers: int
    labels: tuple[tuple[str, str | None], ...]
    speed: float
    speed_class: str | None


def integration_groups(results: Results) -> list[Group]:
    """Return groups of the most productive countries, the group of none last, each with its fastest countries first."""
    if not results.has(INTEGRATION_GROUPS):
        return []
    members: dict[str, list[Member]] = {}
    words: dict[str, str] = {}
    for code, rows in (
        results.table(INTEGRATION_GROUPS).sort_values("rank", kind="stable").groupby("country", sort=False)
    ):
        key = str(rows["group"].iloc[0])
        labels = tuple((str(r.pole), None if pd.isna(r.label) else str(r.label)) for r in rows_of(rows))
        known = rows["speed_class"].dropna()
        speed, papers = float(rows["group_speed"].iloc[0]), int(rows["papers"].iloc[0])
        speed_class = str(known.iloc[0]) if len(known) and key != NO_GROUP else None
        member = Member(str(code), place_name(str(code)), papers, labels, speed, speed_class)
        members.setdefault(key, []).append(member)
        words.setdefault(key, group_words(key, labels))
    order = sorted(members, key=lambda key: (key == NO_GROUP, key.endswith(("_both", "_all")), "_SD_" not in key, key))
    return [Group(key, words[key], tuple(sorted(members[key], key=_fastest))) for key in order]


def integration_countries(results: Results) -> list[str]:
    """Return the most productive countries that the study compares with its poles; none without groups."""
    table = results.optional(INTEGRATION_GROUPS)
    return [] if table is None else list(dict.fromkeys(table.sort_values("rank", kind="stable")["country"]))


def _fastest(member: Member) -> float:
    return -member.speed if np.isfinite(member.speed) else 0.0


def group_words(key: str, labels: Sequence[tuple[str, str | None]]) -> str:
    """Return a group in words, from the labels of one of its countries: "SC with China only"."""
    if key == NO_GROUP:
        return "in none of these groups"
    together = joined([in_sentence(pole) for pole, label in labels if label == "SC"])
    apart = joined([in_sentence(pole) for pole, label in labels if label == "SD"])
    if key.endswith("_only"):
        return f"SC with {together} only"
    if apart:
        return f"SC with {together}, SD with {apart}"
    return f"SC with {together}"
