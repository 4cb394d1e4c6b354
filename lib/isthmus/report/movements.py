"""How ties move: trajectories, labels and groups of a study, as frames for charts, tables and sentences."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from isthmus.geography import find_bloc
from isthmus.report.pairs import pair_series
from isthmus.report.results import COLLABORATION, Results, rows_of
from isthmus.report.words import in_sentence, joined, place_name

LABELS = ("SC", "SD", "KI", "KD")
NO_GROUP = "none"
#: Years at both ends of a series that are averaged to tell its change: one year alone is mostly luck.
ENDS = 3
#: Countries of a label matrix and of the vectors against a pole, where the study does not say.
TOP = 20
_AXES = ("collaboration", "exchange")
_CLUSTERED = "clustered"


def ranked(results: Results) -> list[str]:
    """Return the nodes of the networks by papers over the years of the analysis (full count), equal numbers by code."""
    nodes = results.country_years[results.country_years["year"].between(*results.years)]
    papers = nodes.groupby("country")["papers"].sum()
    counts = {str(country): float(number) for country, number in papers.items() if number > 0}
    return sorted(counts, key=lambda country: (-counts[country], country))


def top_number(results: Results) -> int:
    """How many of the most productive countries the study shows against each other and against its poles."""
    return int(results.switch("report.matrix_countries") or TOP)


def clustered(results: Results) -> pd.DataFrame:
    """Return the rows of `labels` that have a trajectory; empty without trajectories."""
    if results.pair_labels is None:
        return pd.DataFrame(columns=["src", "dst", "label", "cluster"])
    return results.pair_labels[results.pair_labels["status"] == _CLUSTERED]


def label_row(results: Results, one: str, two: str) -> pd.Series | None:
    """Return the row of `labels` of a pair, whichever comes first.

    None where it was no candidate or none were clustered.
    """
    if results.pair_labels is None:
        return None
    src, dst = sorted((one, two))
    found = results.pair_labels[(results.pair_labels["src"] == src) & (results.pair_labels["dst"] == dst)]
    return None if found.empty else found.iloc[0]


def label_of(results: Results, one: str, two: str) -> str | None:
    """Return the label of a pair; None without one."""
    row = label_row(results, one, two)
    return None if row is None or pd.isna(row["label"]) else str(row["label"])


def label_shares(results: Results) -> pd.DataFrame:
    """Pairs of each label: label, pairs, share; empty where the clusters have no names."""
    named = clustered(results)["label"].dropna()
    counts = named.value_counts().reindex(LABELS, fill_value=0) if len(named) else pd.Series(dtype="int64")
    shares = counts / max(int(counts.sum()), 1)
    return pd.DataFrame({"label": counts.index, "pairs": counts.to_numpy(), "share": shares.to_numpy()})


def plane_frame(results: Results, one: str, two: str) -> pd.DataFrame:
    """Return the way of a pair through the plane of both z.

    Year, x, y (smoothed where there is a trajectory), raw_x, raw_y.

    x is collaboration, y knowledge exchange. `mark` is the year as text in the first and the last row, else empty.
    Years without a z in both networks are left out.
    """
    series = pair_series(results, one, two)
    series = series[series["year"].between(*results.years) & series["finite"].fillna(False).astype(bool)]
    wide = series.pivot_table(index="year", columns="network", values="z", observed=True)
    names = [network for network, _ in results.networks]
    if len(names) < 2 or not set(names) <= set(wide.columns):
        return pd.DataFrame(columns=["year", "x", "y", "raw_x", "raw_y", "mark"])
    frame = wide[names].dropna().reset_index()
    frame.columns = pd.Index(["year", "raw_x", "raw_y"])
    smooth = _smooth(results, one, two)
    frame = frame.merge(smooth, on="year", how="inner") if len(smooth) else frame.assign(x=frame.raw_x, y=frame.raw_y)
    return mark_ends(frame)[["year", "x", "y", "raw_x", "raw_y", "mark"]]


def _smooth(results: Results, one: str, two: str) -> pd.DataFrame:
    if results.trajectories is None:
        return pd.DataFrame(columns=["year", "x", "y"])
    src, dst = sorted((one, two))
    rows = results.trajectories
    rows = rows[(rows["src"] == src) & (rows["dst"] == dst)]
    named = rows.rename(columns={"smooth_collaboration": "x", "smooth_exchange": "y"})
    return named[["year", "x", "y"]]


def mark_ends(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame in the order of its years, with the first and the last year as `mark`."""
    frame = frame.sort_values("year", ignore_index=True)
    marks = [str(int(year)) if at in (0, len(frame) - 1) else "" for at, year in enumerate(frame["year"])]
    return frame.assign(mark=marks)


def corroborated_models(results: Results) -> list[str]:
    """Return the other null models whose z are published, in the study's order."""
    if results.pair_tests_other_models is None:
        return []
    there = set(results.pair_tests_other_models["null_model"])
    asked = [str(name) for name in results.switch("other_null_models.models") or ()]
    return [name for name in asked if name in there] + sorted(there - set(asked))


def corroborated_frame(results: Results, model: str, one: str, two: str) -> pd.DataFrame:
    """As `plane_frame`, with the z of another null model, year by year (not smoothed)."""
    columns = ["year", "x", "y", "raw_x", "raw_y", "mark"]
    if results.pair_tests_other_models is None or len(results.networks) < 2:
        return pd.DataFrame(columns=columns)
    src, dst = sorted((one, two))
    rows = results.pair_tests_other_models
    rows = rows[(rows["null_model"] == model) & (rows["src"] == src) & (rows["dst"] == dst)]
    rows = rows[rows["year"].between(*results.years)]
    wide = rows.pivot_table(index="year", columns="network", values="z", observed=True)
    names = [network for network, _ in results.networks]
    if not set(names) <= set(wide.columns):
        return pd.DataFrame(columns=columns)
    frame = wide[names].dropna().reset_index()
    frame.columns = pd.Index(["year", "x", "y"])
    return mark_ends(frame.assign(raw_x=frame["x"], raw_y=frame["y"]))[columns]


def change(values: pd.Series) -> float:
    """Mean of the last `ENDS` values minus mean of the first `ENDS`."""
    return float(values.iloc[-ENDS:].mean() - values.iloc[:ENDS].mean()) if len(values) else float("nan")


def vectors(results: Results, pole: str) -> pd.DataFrame:
    """Return the most productive countries against a pole, most papers first.

    Where each tie starts in both z, and ends.

    Columns country, name, start_x, start_y, end_x, end_y (smoothed z of the first and the last year), z_change_x,
    z_change_y (raw z, last year minus first), label, speed. Countries whose tie has no trajectory are left out.
    """
    columns = ["country", "name", "start_x", "start_y", "end_x", "end_y", "z_change_x", "z_change_y", "label", "speed"]
    if results.trajectories is None or results.pair_labels is None:
        return pd.DataFrame(columns=columns)
    chosen = [code for code in ranked(results) if code != pole][: top_number(results)]
    ties = _towards(results.trajectories, pole)
    ties = ties[ties["country"].isin(chosen)]
    ends = ties[ties["year"].isin([ties["year"].min(), ties["year"].max()])].sort_values("year")
    by_country = ends.groupby("country", sort=False)
    frame = pd.DataFrame(
        {
            "start_x": by_country["smooth_collaboration"].first(),
            "start_y": by_country["smooth_exchange"].first(),
            "end_x": by_country["smooth_collaboration"].last(),
            "end_y": by_country["smooth_exchange"].last(),
        }
    ).reset_index()
    labels = _towards(clustered(results), pole).rename(
        columns={"z_change_collaboration": "z_change_x", "z_change_exchange": "z_change_y"}
    )
    frame = frame.merge(labels[["country", "z_change_x", "z_change_y", "label", "speed"]], on="country", how="left")
    frame["name"] = frame["country"].map(place_name)
    order = {code: position for position, code in enumerate(chosen)}
    return frame.sort_values("country", key=lambda codes: codes.map(order), ignore_index=True)[columns]


def _towards(pairs: pd.DataFrame, pole: str) -> pd.DataFrame:
    """Return the rows of pairs that hold the pole, with the other end as `country`."""
    own = pairs[(pairs["src"] == pole) | (pairs["dst"] == pole)]
    return own.assign(country=np.where(own["src"] == pole, own["dst"], own["src"]))


def label_matrix(results: Results, codes: Sequence[str]) -> pd.DataFrame:
    """Return the label of every pair of the countries, both ways: row, column (codes), label (None without one)."""
    labels = clustered(results)
    known = {frozenset((row.src, row.dst)): row.label for row in rows_of(labels[["src", "dst", "label"]])}
    cells = [(a, b, known.get(frozenset((a, b)))) for a in codes for b in codes if a != b]
    frame = pd.DataFrame(cells, columns=["row", "column", "label"])
    return frame.assign(label=frame["label"].astype(object).where(frame["label"].notna(), None))


def matrix_countries(results: Results) -> dict[str, list[str]]:
    """Return the countries of each label matrix, most papers first: "top" (Fig.

    3B), "bloc" (Fig. 3C) where there is one.

    Countries without a label among the others are left out.
    """
    if not len(label_shares(results)):
        return {}
    found = {
        name: [code for code in codes if code in _labelled(results, codes)]
        for name, codes in _matrix_candidates(results).items()
    }
    return {name: codes for name, codes in found.items() if len(codes) > 1}


def without_label(results: Results, name: str) -> list[str]:
    """Return the countries that a matrix leaves out because no tie among its countries gives them a label."""
    codes = _matrix_candidates(results)[name]
    return [code for code in codes if code not in _labelled(results, codes)]


def _matrix_candidates(results: Results) -> dict[str, list[str]]:
    order, bloc = ranked(results), matrix_bloc(results)
    found = {"top": order[: top_number(results)]}
    if bloc is not None:
        found["bloc"] = [code for code in order if code in bloc_codes(results, bloc)]
    return found


def _labelled(results: Results, codes: Sequence[str]) -> set[str]:
    cells = label_matrix(results, codes)
    return set(cells.loc[cells["label"].notna(), "row"])


def matrix_bloc(results: Results) -> str | None:
    """Return the bloc whose members get a matrix of their own."""
    bloc = results.switch("report.matrix_bloc")
    return str(bloc) if bloc else None


def bloc_codes(results: Results, bloc: str) -> frozenset[str]:
    """Members of the study's own bloc, or of one that Isthmus knows; of one with changing members all who ever were."""
    own = results.switch("geography.blocs") or {}
    if bloc in own:
        return frozenset(own[bloc])
    return frozenset(membership.code for membership in find_bloc(bloc).memberships)


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
    if results.integration_groups is None:
        return []
    members: dict[str, list[Member]] = {}
    words: dict[str, str] = {}
    for code, rows in results.integration_groups.sort_values("rank", kind="stable").groupby("country", sort=False):
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


def _fastest(member: Member) -> float:
    return -member.speed if np.isfinite(member.speed) else 0.0


def group_words(key: str, labels: Sequence[tuple[str, str | None]]) -> str:
    """Return a group in words, from the labels of one of its countries.

    "converging with China, diverging from the ...".
    """
    if key == NO_GROUP:
        return "in none of these groups"
    together = joined([in_sentence(pole) for pole, label in labels if label == "SC"])
    apart = joined([in_sentence(pole) for pole, label in labels if label == "SD"])
    if key.endswith("_only"):
        return f"converging with {together} only"
    if apart:
        return f"converging with {together}, diverging from {apart}"
    return f"converging with {together}"


def strengths(results: Results, number: int = 15) -> pd.DataFrame:
    """Both readings of a country's strength in the last year of the analysis (METHODS 2.1), most papers first.

    Columns country, name, papers, degree (partner countries), strength (sum over partners: a paper of three countries
    adds two), international (distinct papers with another country), ratio of the two.
    """
    nodes = results.country_years
    if "collaboration_strength" not in nodes.columns:
        return pd.DataFrame()
    last = nodes[nodes["year"] == min(results.years[1], int(nodes["year"].max()))]
    last = last.sort_values(["papers", "country"], ascending=[False, True]).head(number)
    return pd.DataFrame(
        {
            "country": last["country"],
            "name": last["country"].map(place_name),
            "papers": last["papers"],
            "degree": last["collaboration_degree"],
            "strength": last["collaboration_strength"],
            "international": last["papers_international"],
            "ratio": last["collaboration_strength"]
            / last["papers_international"].where(last["papers_international"] > 0),
        }
    ).reset_index(drop=True)


def pole_volumes(results: Results, one: str, two: str) -> dict[str, float]:
    """How the raw volume of a pair changed in each network: mean of the last years minus mean of the first."""
    series = pair_series(results, one, two)
    series = series[series["year"].between(*results.years)]
    return {
        network: change(series.loc[series["network"] == network, "weight"])
        for network, _ in results.networks or ((COLLABORATION, ""),)
    }
