"""What was planted in a simulated snapshot beside what the study found."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pandas as pd

from isthmus.analyses.recovery.tables import TRUTH_TIES
from isthmus.analyses.significance.findings import published_rule
from isthmus.analyses.significance.tables import PAIR_TESTS
from isthmus.analyses.significance.ties import window_ties
from isthmus.analyses.trajectories.frames import clustered
from isthmus.networks.names import COLLABORATION, PUBLICATION_YEAR
from isthmus.report.results import Results, rows_of
from isthmus.report.text import MISSING, count, measure, number, percent, place_name, plural

#: Years at both ends whose mean z tells whether a planted change is seen.
CHANGE_YEARS = 5
PLANTED_LABELS = {
    "scientific_convergence": "SC",
    "scientific_divergence": "SD",
    "knowledge_integration": "KI",
    "knowledge_divergence": "KD",
    "knowledge_divergence_rising": "KD",
}
FOUND, MISSED, OTHERWISE = "found significant", "planted strong, not found", "not significant"


@dataclass(frozen=True)
class Cell:
    """A table cell: its text, and the number it sorts by, if it is one."""

    text: str
    value: float | None = None


@dataclass(frozen=True)
class Heading:
    """A column's heading and whether it sorts as text or as number."""

    text: str
    type: str


@dataclass(frozen=True)
class Comparison:
    """The planted ties beside the findings: in sentences, and as a table.

    `strong` is the sentence on the strong ties, `labels` how many of the strong planted changes got the right label;
    empty without labels.
    """

    sentences: tuple[str, ...]
    strong: str
    labels: str
    caption: str
    headings: tuple[Heading, ...]
    rows: tuple[tuple[Cell, ...], ...]


def compare(results: Results) -> Comparison | None:
    """Return the planted ties beside what the study found in collaboration.

    None when nothing is known to be planted.
    """
    planted = planted_ties(results)
    if planted is None:
        return None
    strong = planted[planted["should_be_found"]]
    at_or_below = planted[planted["times"] <= 1]
    sentences = [
        f"{plural(len(planted), 'pair')} of countries had a tie planted that differs from what size explains, or "
        "that changes.",
        found := f"A tie planted at {bar(results):g} times what size explains or more in all years should be found: "
        f"{_of(strong['significant'].sum(), len(strong))} {'was' if len(strong) == 1 else 'were'} "
        f"by {published_rule(results)}. "
        f"Of those planted at or below size, {_of(at_or_below['significant'].sum(), len(at_or_below))} were called "
        "significant by it.",
        _nothing_planted(results, planted),
        _changes(planted),
        labels := _labelled(planted),
    ]
    return Comparison(
        sentences=tuple(sentence for sentence in sentences if sentence),
        strong=found,
        labels=labels,
        caption="Each dot is a planted tie: how many times the weight that size explains was planted (average of the "
        "significance years, logarithmic), and the mean z that the study found.",
        headings=(
            Heading("Countries", "text"),
            Heading("Planted", "text"),
            Heading("Strength", "text"),
            Heading("Times size", "number"),
            Heading("Expected by size, per year", "number"),
            Heading("Found mean z", "number"),
            Heading("Planted label", "text"),
            Heading("Found label", "text"),
            Heading("Verdict", "text"),
        ),
        rows=tuple(_row(row) for row in rows_of(planted.sort_values("times", ascending=False))),
    )


def planted_ties(results: Results) -> pd.DataFrame | None:
    """Each planted pair with `times` (planted over size in the window), mean_z, significant, z_change, planted_change.

    With trajectories also planted_label and found_label, empty where there is none. None for a real snapshot, or when
    the answer key holds no tie.
    """
    found = _planted_ties(results)
    return None if found is None else found.copy()


@lru_cache(maxsize=1)  # wanted by the section, its chart and its figure
def _planted_ties(results: Results) -> pd.DataFrame | None:
    if not (results.simulated and results.has(TRUTH_TIES) and results.published(PAIR_TESTS)):
        return None
    truth = results.table(TRUTH_TIES)
    tested = window_ties(results)
    tested = tested.loc[tested["network"] == COLLABORATION, ["src", "dst", "mean_z", "significant", "weight"]]
    found = truth.merge(tested, on=["src", "dst"], how="left")
    found["significant"] = found["significant"].eq(True)
    found["times"] = found["expected_window"] / found["size_window"].where(found["size_window"] > 0)
    # a tie that changes is compared with its label, one that does not with the threshold
    found["should_be_found"] = (found["times"] >= bar(results)) & ~found["kind"].isin(list(PLANTED_LABELS))
    found["planted_change"] = _planted_change(found)
    found = found.merge(_z_change(results), on=["src", "dst"], how="left")
    found["planted_label"] = found["kind"].map(PLANTED_LABELS).fillna("")
    return found.assign(found_label=_found_labels(results, found))


def _found_labels(results: Results, planted: pd.DataFrame) -> list[str]:
    labels = clustered(results).set_index(["src", "dst"])["label"].dropna().to_dict()
    return [str(labels.get((row.src, row.dst), "")) for row in rows_of(planted[["src", "dst"]])]


def bar(results: Results) -> float:
    """Return the planted factor whose z is at the threshold: the null model's deviation is about its mean."""
    return 1 + results.threshold


def _of(part: float, whole: int) -> str:
    return f"{count(part)} of {count(whole)}" + (f" ({percent(part, whole)})" if whole else "")


def _nothing_planted(results: Results, planted: pd.DataFrame) -> str:
    tested = window_ties(results)
    tested = tested[(tested["network"] == COLLABORATION) & tested["mean_z"].notna()]
    known = pd.MultiIndex.from_frame(planted[["src", "dst"]])
    others = tested[~pd.MultiIndex.from_frame(tested[["src", "dst"]]).isin(known)]
    if others.empty:
        return ""
    called = int(others["significant"].sum())
    why = ": that is luck, which the simulated world carries from year to year" if called else ""
    return (
        f"Of the pairs with nothing planted, {_of(called, len(others))} were called significant by the same rule{why}."
    )


def _planted_change(truth: pd.DataFrame) -> pd.Series:
    """How many times a pair's planted propensity to collaborate changes from the first year to the last."""
    ends = sorted(name for name in truth.columns if re.fullmatch(r"collaboration_\d{4}", str(name)))
    if len(ends) < 2:
        return pd.Series(1.0, index=truth.index)
    return truth[ends[-1]] / truth[ends[0]]


def _z_change(results: Results) -> pd.DataFrame:
    """Mean z of the last years minus that of the first years of the analysis, for each pair in collaboration."""
    first, last = results.years
    ties = results.table(PAIR_TESTS)
    own = (
        (ties["network"] == COLLABORATION) & (ties["citation_year"] == PUBLICATION_YEAR) & ties["finite"].fillna(False)
    )
    ends = {"before": (first, first + CHANGE_YEARS - 1), "after": (last - CHANGE_YEARS + 1, last)}
    means = [
        ties[own & ties["year"].between(*span)].groupby(["src", "dst"], observed=True)["z"].mean().rename(name)
        for name, span in ends.items()
    ]
    both = pd.concat(means, axis=1).reset_index()
    return both.assign(z_change=both["after"] - both["before"])[["src", "dst", "z_change"]]


def _changes(planted: pd.DataFrame) -> str:
    up = planted[(planted["planted_change"] >= 3) & planted["z_change"].notna()]
    down = planted[(planted["planted_change"] <= 1 / 3) & planted["z_change"].notna()]
    parts = []
    if len(up):
        parts.append(
            f"{_of((up['z_change'] > 0).sum(), len(up))} planted to grow at least threefold ended with a higher z"
        )
    if len(down):
        parts.append(
            f"{_of((down['z_change'] < 0).sum(), len(down))} planted to shrink to a third or less with a lower one"
        )
    return f"Of the changes, {', and '.join(parts)}." if parts else ""


def _labelled(planted: pd.DataFrame) -> str:
    """How many planted changes of each strength got the label of their kind."""
    tested = planted[(planted["planted_label"] != "") & (planted["found_label"] != "")]
    if tested.empty:
        return ""
    right = tested["planted_label"] == tested["found_label"]
    strong = tested["strength"] == "strong"
    score = _of(right[strong].sum(), int(strong.sum()))
    found = [f"Of the strong planted changes that have a trajectory, {score} got the planted label"]
    heavy = strong & tested["is_strong"].astype(bool) if "is_strong" in tested else strong & False
    if heavy.any():
        found.append(f"{_of(right[heavy].sum(), int(heavy.sum()))} of those with 30 papers a year or more expected")
    if (~strong).any():
        found.append(f"of the weaker ones {_of(right[~strong].sum(), int((~strong).sum()))}")
    return "; ".join(found) + "."


def _row(row: Any) -> tuple[Cell, ...]:
    verdict = FOUND if row.significant else MISSED if row.should_be_found else OTHERWISE
    z = None if pd.isna(row.mean_z) else float(row.mean_z)
    return (
        Cell(f"{place_name(row.src)} and {place_name(row.dst)}"),
        Cell(str(row.kind).replace("_", " ")),
        Cell(str(row.strength)),
        Cell(number(row.times), None if pd.isna(row.times) else float(row.times)),
        Cell(measure(row.size_window), float(row.size_window)),
        Cell(number(float("nan") if z is None else z), z),
        Cell(row.planted_label or MISSING),
        Cell(row.found_label or MISSING),
        Cell(verdict),
    )
