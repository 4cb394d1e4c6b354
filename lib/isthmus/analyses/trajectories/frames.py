"""How ties move: trajectories, labels and groups of a study, as frames for charts, tables and sentences."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from isthmus.analyses.networks.countries import bloc_codes, ranked
from isthmus.analyses.significance.pair_series import pair_series
from isthmus.analyses.significance.tables import PAIR_TESTS_OTHER_MODELS
from isthmus.analyses.significance.ties import shown_networks
from isthmus.analyses.trajectories.tables import PAIR_LABELS, TRAJECTORIES
from isthmus.report.results import Results, rows_of
from isthmus.report.text import place_name
from isthmus.trajectories.labels import LABELS

#: Countries of a label matrix and of the vectors against a pole, where the study does not say.
TOP = 20
_CLUSTERED = "clustered"


def top_number(results: Results) -> int:
    """Return how many of the most productive countries the study shows against each other and against its poles."""
    return int(results.switch("report.matrix_countries") or TOP)


def clustered(results: Results) -> pd.DataFrame:
    """Return the rows of `pair_labels` that have a trajectory; empty without trajectories."""
    if not results.has(PAIR_LABELS):
        return pd.DataFrame(columns=["src", "dst", "label", "cluster"])
    return results.table(PAIR_LABELS)[results.table(PAIR_LABELS)["status"] == _CLUSTERED]


def label_row(results: Results, one: str, two: str) -> pd.Series | None:
    """Return the row of `pair_labels` of a pair, whichever comes first.

    None where it was no candidate or none were clustered.
    """
    if not results.has(PAIR_LABELS):
        return None
    src, dst = sorted((one, two))
    found = results.table(PAIR_LABELS)[
        (results.table(PAIR_LABELS)["src"] == src) & (results.table(PAIR_LABELS)["dst"] == dst)
    ]
    return None if found.empty else found.iloc[0]


def label_of(results: Results, one: str, two: str) -> str | None:
    """Return the label of a pair; None without one."""
    row = label_row(results, one, two)
    return None if row is None or pd.isna(row["label"]) else str(row["label"])


def label_shares(results: Results) -> pd.DataFrame:
    """Return the pairs of each label: label, pairs, share; empty where the clusters have no names."""
    named = clustered(results)["label"].dropna()
    counts = named.value_counts().reindex(LABELS, fill_value=0) if len(named) else pd.Series(dtype="int64")
    shares = counts / max(int(counts.sum()), 1)
    return pd.DataFrame({"label": counts.index, "pairs": counts.to_numpy(), "share": shares.to_numpy()})


def plane_frame(results: Results, one: str, two: str) -> pd.DataFrame:
    """Return the way of a pair through the plane of both z.

    Columns year, x, y (smoothed where there is a trajectory), raw_x, raw_y, mark. x is collaboration, y
    knowledge exchange. `mark` is the year as text in the first and the last row, else empty. Years without a z in both
    networks are left out.
    """
    series = pair_series(results, one, two)
    series = series[series["year"].between(*results.years) & series["finite"].fillna(False).astype(bool)]
    wide = series.pivot_table(index="year", columns="network", values="z", observed=True)
    names = [network for network, _ in shown_networks(results)]
    if len(names) < 2 or not set(names) <= set(wide.columns):
        return pd.DataFrame(columns=["year", "x", "y", "raw_x", "raw_y", "mark"])
    frame = wide[names].dropna().reset_index()
    frame.columns = pd.Index(["year", "raw_x", "raw_y"])
    smooth = _smooth(results, one, two)
    frame = frame.merge(smooth, on="year", how="inner") if len(smooth) else frame.assign(x=frame.raw_x, y=frame.raw_y)
    return mark_ends(frame)[["year", "x", "y", "raw_x", "raw_y", "mark"]]


def _smooth(results: Results, one: str, two: str) -> pd.DataFrame:
    if not results.has(TRAJECTORIES):
        return pd.DataFrame(columns=["year", "x", "y"])
    src, dst = sorted((one, two))
    rows = results.table(TRAJECTORIES)
    rows = rows[(rows["src"] == src) & (rows["dst"] == dst)]
    named = rows.rename(columns={"smooth_collaboration": "x", "smooth_exchange": "y"})
    return named[["year", "x", "y"]]


def mark_ends(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame in the order of its years, with the first and the last year as `mark`."""
    frame = frame.sort_values("year", ignore_index=True)
    marks = [str(int(year)) if at in (0, len(frame) - 1) else "" for at, year in enumerate(frame["year"])]
    return frame.assign(mark=marks)


def other_models(results: Results) -> list[str]:
    """Return the other null models whose z are published, in the study's order."""
    if not results.has(PAIR_TESTS_OTHER_MODELS):
        return []
    there = set(results.table(PAIR_TESTS_OTHER_MODELS)["null_model"])
    named = [str(name) for name in results.switch("other_null_models.models") or ()]
    return [name for name in named if name in there] + sorted(there - set(named))


def other_model_plane(results: Results, model: str, one: str, two: str) -> pd.DataFrame:
    """Return the same as `plane_frame`, with the z of another null model, year by year (not smoothed)."""
    columns = ["year", "x", "y", "raw_x", "raw_y", "mark"]
    if not results.has(PAIR_TESTS_OTHER_MODELS) or len(shown_networks(results)) < 2:
        return pd.DataFrame(columns=columns)
    src, dst = sorted((one, two))
    rows = results.table(PAIR_TESTS_OTHER_MODELS)
    rows = rows[(rows["null_model"] == model) & (rows["src"] == src) & (rows["dst"] == dst)]
    rows = rows[rows["year"].between(*results.years)]
    wide = rows.pivot_table(index="year", columns="network", values="z", observed=True)
    names = [network for network, _ in shown_networks(results)]
    if not set(names) <= set(wide.columns):
        return pd.DataFrame(columns=columns)
    frame = wide[names].dropna().reset_index()
    frame.columns = pd.Index(["year", "x", "y"])
    return mark_ends(frame.assign(raw_x=frame["x"], raw_y=frame["y"]))[columns]


def vectors(results: Results, pole: str) -> pd.DataFrame:
    """Return where the ties of the most productive countries with a pole start and end, most papers first.

    Columns country, name, start_x, start_y, end_x, end_y (smoothed z of the first and the last year), z_change_x,
    z_change_y (raw z, last three years minus first three), label, support, speed. Countries whose tie has no
    trajectory are left out.
    """
    columns = ["country", "name", "start_x", "start_y", "end_x", "end_y", "z_change_x", "z_change_y"]
    columns += ["label", "support", "speed"]
    if not results.has(TRAJECTORIES) or not results.has(PAIR_LABELS):
        return pd.DataFrame(columns=columns)
    chosen = [code for code in ranked(results) if code != pole][: top_number(results)]
    ties = _towards(results.table(TRAJECTORIES), pole)
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
    frame = frame.merge(
        labels[["country", "z_change_x", "z_change_y", "label", "support", "speed"]], on="country", how="left"
    )
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
    """Return the countries of each label matrix, most papers first.

    "top" (Gallo et al. 2026, figure 3B), and "bloc" (figure 3C) where there is one. Countries without a label
    among the others are left out.
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
