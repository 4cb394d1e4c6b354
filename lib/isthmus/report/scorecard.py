"""The scorecard: what a paper prints, beside what a study of real data finds."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import pandas as pd

from isthmus.files import whole_file
from isthmus.report.chance import CHANCE_WORLDS, chance_of
from isthmus.report.exports import write_csv
from isthmus.report.papers import GALLO, PAPERS, Paper, find_paper, published_values
from isthmus.report.results import Results
from isthmus.report.scoring import NO, YES, NotComparableError, Published, Rule, quantity_of
from isthmus.report.text import count, percent, plural

COMPARISON, CURIOSITY = "comparison", "curiosity"
INSIDE, OUTSIDE, NOT_COMPARABLE, NO_RULE = "inside", "outside", "cannot be compared", "no rule yet"
VERDICTS = (INSIDE, OUTSIDE, NOT_COMPARABLE, NO_RULE)
PARAMETER = "E"  # class of the parameters of the method: they stand apart, being set and not found
CLASSES = ("S", "M")
_AI_SUBFIELD = 1702
FILES = ("scorecard.parquet", "scorecard.csv")


@dataclass(frozen=True)
class Score:
    """One published value beside the study's own; `verdict` is one of `VERDICTS`, and `why` tells how or why not.

    `ours_value` is the number where the study's own is one; texts are as a reader sees them. The class of tolerance is
    "–" where there is no rule yet. `chance` is the share of unrelated simulated worlds in which the value lies inside;
    None where such a world cannot give it.
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
    chance: float | None = None


@dataclass(frozen=True)
class Identity:
    """An identity among the paper's own numbers: what is computed, the result, what is printed, whether it holds."""

    what: str
    computed: str
    printed: str
    holds: bool


@dataclass(frozen=True)
class Scorecard:
    """A paper's published values beside a study's own.

    Attributes
    ----------
    kind : str
        "comparison" for a study of the paper's corpus, "curiosity" for any other.
    paper : Paper
        Where the values stand.
    scores : tuple of Score
        A row per published value.
    identities : tuple of Identity
        Arithmetic of the paper's own.
    """

    kind: str
    paper: Paper
    scores: tuple[Score, ...]
    identities: tuple[Identity, ...]


def scorecard(
    results: Results, rules: Mapping[str, Rule], countries: Collection[str] = frozenset()
) -> Scorecard | None:
    """Return the values of the study's paper beside its own; None where there is nothing to compare.

    Parameters
    ----------
    results : Results
        The study. Its `paper` (study.json) names the paper.
    rules : Mapping[str, Rule]
        How each published quantity is computed, by its name or that of the paper and it (`quantity_of`); a quantity
        without a rule becomes a row "no rule yet".
    countries : Collection[str], optional
        The countries of its networks: they decide whether a study that names no paper is worth a curious look.
    """
    found = standing(results, countries)
    if found is None:
        return None
    paper, kind = found
    scores = tuple(_score(results, rules, published) for published in published_values(paper))
    return Scorecard(kind, paper, scores, identities(paper))


def standing(results: Results, countries: Collection[str] = frozenset()) -> tuple[Paper, str] | None:
    """Return the paper that a study is compared with, and whether that is a "comparison" or a "curiosity".

    The paper is the one that study.json names, else the one of the study's own name. A study that names none and is
    about AI between the same two poles is compared with Gallo et al. 2026; others that hold both countries are so out
    of curiosity. None on simulated data, which nothing published speaks of.
    """
    if results.simulated:
        return None
    named = results.study.get("paper")
    if named:
        return find_paper(str(named)), COMPARISON
    if results.study["study"] in PAPERS:
        return PAPERS[results.study["study"]], COMPARISON
    if set(results.poles) == {"US", "CN"} and _on_ai(results):
        return GALLO, COMPARISON
    return (GALLO, CURIOSITY) if {"US", "CN"} <= set(countries) else None


def _on_ai(results: Results) -> bool:
    corpus = results.study.get("corpus", {})
    rule, ids = str(corpus.get("rule", "")), [int(number) for number in corpus.get("ids") or ()]
    return rule.startswith("ai_") or (rule.endswith("_subfield") and ids == [_AI_SUBFIELD])


def _score(results: Results, rules: Mapping[str, Rule], published: Published) -> Score:
    text, value, verdict = "", None, NOT_COMPARABLE
    rule = rules.get(quantity_of(published.paper, published.quantity), rules.get(published.quantity))
    if rule is None:
        verdict, why = NO_RULE, "no analysis of this version computes this quantity"
    else:
        try:
            ours = rule.compute(results, published)
        except NotComparableError as reason:
            why = str(reason)
        else:
            text, why = ours.text, ours.how
            value = None if isinstance(ours.value, str) else float(ours.value)
            verdict = INSIDE if rule.inside(ours, published) else OUTSIDE
    return Score(
        id=published.id,
        quantity=published.quantity,
        scope=published.scope,
        years=years_text(published),
        published=published_text(published),
        ours=text,
        ours_value=value,
        tolerance_class=rule.tolerance_class if rule else "–",
        tolerance=rule.tolerance if rule else "",
        verdict=verdict,
        why=why[:1].upper() + why[1:],
        chance=None if rule is None or rule.tolerance_class == PARAMETER else chance_of(published.id),
    )


def years_text(published: Published) -> str:
    """Return the years of a published value: 2021, or 2017–2021; empty where it has none."""
    if published.year_from is None or published.year_to is None:
        return ""
    return str(published.last) if published.first == published.last else f"{published.first}–{published.last}"


def published_text(published: Published) -> str:
    """Return a published value as a reader sees it: yes, falls, 46, 15%, SC_both."""
    value = published.value
    if published.boolean:
        return YES if value == "1" else NO
    if published.unit.startswith("sign"):
        return {"1": "rises", "-1": "falls", "0": "neither"}.get(value, value)
    if published.unit.startswith("percent"):
        return f"{value}%"
    whole = value.replace(".0", "") if value.endswith(".0") else value
    return count(float(whole)) if whole.isdigit() and published.unit != "year" else value


def scorecard_rows(card: Scorecard | None) -> list[dict[str, Any]]:
    """Return a scorecard as rows for a table: what it is (`kind`), and the fields of `Score`; none without one."""
    return [] if card is None else [{"kind": card.kind} | asdict(score) for score in card.scores]


def counted(scores: Sequence[Score]) -> tuple[Score, ...]:
    """Return the scores that count: all but the parameters of the method."""
    return tuple(score for score in scores if score.tolerance_class != PARAMETER)


def parameters(scores: Sequence[Score]) -> tuple[Score, ...]:
    """Return the scores of the parameters of the method, which a study sets and does not find."""
    return tuple(score for score in scores if score.tolerance_class == PARAMETER)


def summary(scores: Sequence[Score]) -> str:
    """Return the scorecard in sentences: how many values lie inside, and how many would by chance alone."""
    rows = counted(scores)
    compared = [score for score in rows if score.verdict in (INSIDE, OUTSIDE)]
    inside = sum(score.verdict == INSIDE for score in compared)
    text = f"Of {plural(len(rows), 'published value')}, {count(len(compared))} can be compared with these results"
    if not compared:
        return f"{text}."
    text += f": {count(inside)} inside the tolerance, {count(len(compared) - inside)} outside."
    return f"{text} {chance_sentence(compared)}".rstrip()


def chance_sentence(compared: Sequence[Score]) -> str:
    """Return what hit rate chance alone would give; empty where no compared value has a chance.

    Parameters
    ----------
    compared : sequence of Score
        Scores inside or outside the tolerance.
    """
    known = [score for score in compared if score.chance is not None]
    if not known:
        return ""
    ours = sum(score.verdict == INSIDE for score in known)
    luck = sum(score.chance for score in known if score.chance is not None)
    return (
        f"Chance alone gives {percent(luck, len(known))}: of the {plural(len(known), 'compared value')} that a "
        f"simulated world can give, {luck:.1f} lie inside on average in {CHANCE_WORLDS} worlds in which nothing was "
        f"planted; here {count(ours)} do ({percent(ours, len(known))})."
    )


def by_class(scores: Sequence[Score]) -> pd.DataFrame:
    """Return the number of each verdict by class of tolerance; what has no rule yet is a class of its own ("–").

    Parameters of the method are not among them.
    """
    frame = pd.DataFrame([asdict(score) for score in counted(scores)], columns=[f.name for f in fields(Score)])
    table = pd.crosstab(frame["tolerance_class"], frame["verdict"])
    classes = [*CLASSES, *(["–"] if "–" in table.index else [])]
    table = table.reindex(index=classes, columns=list(VERDICTS), fill_value=0)
    return table.rename_axis(index="tolerance_class", columns=None).reset_index()


def identities(paper: Paper) -> tuple[Identity, ...]:
    """Return the arithmetic among a paper's own numbers, to rounding."""
    values = {published.id: published.value for published in published_values(paper)}
    found = []
    for what, part, whole, share, printed in paper.arithmetic:
        computed = 100 * float(values[part]) / float(values[whole])
        found.append(Identity(what, f"{computed:.2f}%", printed, round(computed) == round(float(values[share]))))
    return tuple(found)


def write_scorecard(card: Scorecard | None, folder: str | Path) -> tuple[Path, ...]:
    """Write scorecard.parquet and scorecard.csv into a folder, a row per published value; return the files.

    Without a scorecard nothing is written, and files of an earlier study are removed.
    """
    folder = Path(folder)
    targets = [folder / name for name in FILES]
    rows = scorecard_rows(card)
    if not rows:
        for target in targets:
            target.unlink(missing_ok=True)
        return ()
    frame = pd.DataFrame(rows).astype({"ours_value": "float64", "chance": "float64"})
    with whole_file(targets[0]) as file:
        frame.to_parquet(file, index=False)
    write_csv(frame, targets[1])
    return tuple(targets)
