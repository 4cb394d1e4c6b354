"""The scorecard: what Gallo et al. 2026 print, beside what a study of real data finds."""

import csv
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import pandas as pd

from isthmus.report.results import Results
from isthmus.report.scorerules import CN, NO, RULES, US, YES, NotComparableError, Published
from isthmus.report.words import count, plural

COMPARISON, CURIOSITY = "comparison", "curiosity"
INSIDE, OUTSIDE, NOT_COMPARABLE = "inside", "outside", "cannot be compared"
STUDY = "gallo2026"
_AI_SUBFIELD = 1702
FILES = ("scorecard.parquet", "scorecard.csv")

#: What the paper says in one place and contradicts in another: shown, not hidden.
INCONSISTENCIES = (
    "Figure 2 (text) says that Australia and Spain integrate with both poles; Figure 3D lists them with China only. "
    "A label other than SC or SD with the United States would explain both.",
    "The introduction gives the period 1990–2023; the papers on AI end in 2021, and only the citing papers in 2023.",
    "Figure 3D is said to hold only countries whose ties with both poles are SC or SD; the groups that converge with "
    "one pole only would then be empty.",
)


@dataclass(frozen=True)
class Score:
    """One published value beside ours; `verdict` is inside, outside, or cannot be compared, and `why` says how.

    `ours_value` is the number where ours is one; texts are as a reader sees them.
    """

    id: str
    quantity: str
    scope: str
    years: str
    published: str
    ours: str
    ours_value: float | None
    tolerance_class: str
    tolerance: str
    verdict: str
    why: str
    quote: str


@dataclass(frozen=True)
class Identity:
    """An identity among the paper's own numbers: what is computed, the result, what is printed, whether it holds."""

    what: str
    computed: str
    printed: str
    holds: bool


def standing(results: Results) -> str | None:
    """Return what a scorecard of these results is.

    "comparison" for the study gallo2026 and others of its corpus and poles on real data, "curiosity" for other real
    studies that hold both countries, None on simulated data, which are held against nothing published.
    """
    if results.simulated:
        return None
    if results.study["study"] == STUDY or (set(results.poles) == {US, CN} and _on_ai(results)):
        return COMPARISON
    return CURIOSITY if {US, CN} <= set(results.countries) else None


def _on_ai(results: Results) -> bool:
    corpus = results.study.get("corpus", {})
    rule, ids = str(corpus.get("rule", "")), [int(number) for number in corpus.get("ids") or ()]
    return rule.startswith("ai_") or (rule.endswith("_subfield") and ids == [_AI_SUBFIELD])


@cache
def published_values() -> tuple[Published, ...]:
    """Return the published values of Gallo et al. 2026, in the paper's order."""
    text = files("isthmus.report").joinpath("data", "published_values.csv").read_text(encoding="utf-8")
    return tuple(
        Published(
            id=row["id"],
            quantity=row["quantity"],
            scope=row["scope"],
            first=int(row["year_from"]),
            last=int(row["year_to"]),
            value=row["value"],
            unit=row["unit"],
            quote=row["quote"],
        )
        for row in csv.DictReader(text.splitlines())
    )


def scorecard(results: Results) -> list[Score]:
    """Every published value beside ours; empty on simulated data and where a study has no such poles."""
    return [] if standing(results) is None else [_score(results, published) for published in published_values()]


def _score(results: Results, published: Published) -> Score:
    rule = RULES[published.quantity]
    try:
        ours = rule.compute(results, published)
    except NotComparableError as reason:
        text, value, verdict, why = "", None, NOT_COMPARABLE, str(reason)
    else:
        text, why = ours.text, ours.how
        value = None if isinstance(ours.value, str) else float(ours.value)
        verdict = INSIDE if rule.inside(ours, published) else OUTSIDE
    return Score(
        id=published.id,
        quantity=published.quantity,
        scope=published.scope,
        years=str(published.last) if published.first == published.last else f"{published.first}–{published.last}",
        published=published_text(published),
        ours=text,
        ours_value=value,
        tolerance_class=rule.tolerance_class,
        tolerance=rule.tolerance,
        verdict=verdict,
        why=why[:1].upper() + why[1:],
        quote=published.quote,
    )


def scorecard_rows(results: Results) -> list[dict[str, Any]]:
    """Return the scorecard as rows for a table: what it is (`kind`), and the fields of `Score`."""
    kind = standing(results)
    return [{"kind": kind} | asdict(score) for score in scorecard(results)]


def published_text(published: Published) -> str:
    """Return a published value as a reader sees it: yes, falls, 46, 15%, SC_both."""
    value = published.value
    if published.boolean:
        return YES if value == "1" else NO
    if published.unit.startswith("sign"):
        return {"1": "rises", "-1": "falls"}[value]
    if published.unit.startswith("percent"):
        return f"{value}%"
    return count(float(value)) if value.replace(".", "", 1).isdigit() else value


def summary(scores: Sequence[Score]) -> str:
    """Return the scorecard in a sentence."""
    verdicts = pd.Series([score.verdict for score in scores]).value_counts()
    inside, outside = int(verdicts.get(INSIDE, 0)), int(verdicts.get(OUTSIDE, 0))
    text = f"Of {plural(len(scores), 'published value')}, {count(inside + outside)} can be held against these results"
    if not inside + outside:
        return f"{text}."
    return f"{text}: {count(inside)} inside the tolerance, {count(outside)} outside."


def by_class(scores: Sequence[Score]) -> pd.DataFrame:
    """Verdicts by class of tolerance: tolerance_class, inside, outside, cannot be compared."""
    frame = pd.DataFrame([asdict(score) for score in scores])
    table = pd.crosstab(frame["tolerance_class"], frame["verdict"])
    return table.reindex(index=["E", "S", "M"], columns=[INSIDE, OUTSIDE, NOT_COMPARABLE], fill_value=0).reset_index()


def identities() -> list[Identity]:
    """Identities among the published numbers themselves, to rounding."""
    values = {published.id: float(published.value) for published in published_values() if _is_number(published.value)}
    cases = (
        ("Tunisia with France, 52 of 352", "GALLO26-003", "GALLO26-005", "GALLO26-006", "almost 15%"),
        ("Italy with France, 198 of 3,630", "GALLO26-004", "GALLO26-008", "GALLO26-007", "just 5%"),
    )
    found = []
    for what, part, whole, share, printed in cases:
        computed = 100 * values[part] / values[whole]
        found.append(Identity(what, f"{computed:.2f}%", printed, round(computed) == round(values[share])))
    return found


def _is_number(text: str) -> bool:
    return text.lstrip("-").replace(".", "", 1).isdigit()


def write_scorecard(results: Results, folder: str | Path) -> tuple[Path, ...]:
    """Write scorecard.parquet and scorecard.csv into a folder, a row per published value; return the files.

    Nothing is compared on simulated data: then nothing is written, and files of an earlier study are removed.
    """
    folder = Path(folder)
    targets = [folder / name for name in FILES]
    rows = scorecard_rows(results)
    if not rows:
        for target in targets:
            target.unlink(missing_ok=True)
        return ()
    folder.mkdir(parents=True, exist_ok=True)
    frame = pd.DataFrame(rows).astype({"ours_value": "float64"})
    frame.to_parquet(targets[0], index=False)
    frame.to_csv(targets[1], index=False)
    return tuple(targets)
