"""How firm the findings are: agreement, intervals and sensitivity as tables and sentences."""

import pandas as pd

from isthmus.report.movements import LABELS
from isthmus.report.results import Results, rows_of
from isthmus.report.words import (
    CITATION_YEAR_NAMES,
    FINITE_NAMES,
    MODEL_NAMES,
    RULE_NAMES,
    in_sentence,
    joined,
    number,
    percent,
    plural,
)

CHOICES = ("corpus_rule", "citation_year", "finite", "null_model")
_DIMENSIONS = {
    "corpus_rule": "corpus",
    "citation_year": "year of a citation",
    "finite": "pairs",
    "null_model": "null model",
}
_COMPARISONS = {
    "seeds": "other seeds",
    "null_model": "null model: ",
    "citation_year": "citation: ",
    "finite": "pairs: ",
    "corpus": "corpus: ",
}
_NAMES = {
    "corpus_rule": RULE_NAMES,
    "citation_year": CITATION_YEAR_NAMES,
    "finite": FINITE_NAMES,
    "null_model": MODEL_NAMES,
}
_SHORT_MODELS = {
    "ecm": "configuration model",
    "ecm-variance-corrected": "variance-corrected",
    "rewiring": "rewiring",
}
#: Share of resamples from which on a label counts as firm.
FIRM = 0.8


def agreement_table(results: Results) -> pd.DataFrame:
    """Return what the clusters were held against, and how well they agree.

    What, pairs, adjusted_rand, same_label, note.

    The starts with other seeds are one row, their median; its note holds the range. Empty where stability is off.
    """
    columns = ["what", "pairs", "adjusted_rand", "same_label", "note"]
    if results.clustering_agreement is None:
        return pd.DataFrame(columns=columns)
    rows = []
    seeds = results.clustering_agreement[results.clustering_agreement["comparison"] == "seeds"]
    if len(seeds):
        low, high = number(seeds["adjusted_rand"].min()), number(seeds["adjusted_rand"].max())
        median = seeds[["adjusted_rand", "same_label"]].median()
        note = f"median of {plural(len(seeds), 'start')}; adjusted Rand index {low} to {high}"
        rows.append(("other seeds", int(seeds["pairs"].max()), median["adjusted_rand"], median["same_label"], note))
    for row in rows_of(results.clustering_agreement[results.clustering_agreement["comparison"] != "seeds"]):
        what = _COMPARISONS.get(row.comparison, f"{row.comparison}: ") + _variant(str(row.variant))
        rows.append((what, int(row.pairs), float(row.adjusted_rand), float(row.same_label), ""))
    return pd.DataFrame(rows, columns=columns)


def _variant(variant: str) -> str:
    known = _SHORT_MODELS | CITATION_YEAR_NAMES | FINITE_NAMES | RULE_NAMES
    return known.get(variant, variant.replace("_", " "))


def sensitivity_table(results: Results) -> pd.DataFrame:
    """Return a row per combination of choices.

    Choice (what differs, in words), pairs, SC..KD, rand, same, poles, findings.

    The study's own combination comes first. `poles` is the label of the first two poles; the columns after it are the
    other findings by their names. Empty where sensitivity is off.
    """
    if results.sensitivity is None:
        return pd.DataFrame(columns=["choice", "pairs", "rand", "same", "poles"])
    frame = results.sensitivity
    values = frame.pivot_table(index=list(CHOICES), columns="finding", values="value", aggfunc="first", observed=True)
    texts = frame[frame["text"].notna()].pivot_table(
        index=list(CHOICES), columns="finding", values="text", aggfunc="first", observed=True
    )
    default = frame.loc[frame["is_default"].astype(bool), list(CHOICES)].drop_duplicates()
    own = tuple(default.iloc[0]) if len(default) else ()
    keys = frame[list(CHOICES)].drop_duplicates()
    rows = []
    for key in keys.itertuples(index=False, name=None):
        found = values.loc[key].dropna().to_dict() if key in values.index else {}
        words = texts.loc[key].dropna().to_dict() if key in texts.index else {}
        rows.append(
            {"own": key == own, "choice": _choice(key, own)}
            | dict(zip(CHOICES, key, strict=True))
            | _named(found, words)
        )
    table = pd.DataFrame(rows)
    if "poles" not in table:
        table["poles"] = ""
    table["poles"] = table["poles"].fillna("")
    for name in ("pairs", "rand", "same"):
        if name not in table:
            table[name] = float("nan")
    return table.sort_values("own", ascending=False, kind="stable", ignore_index=True)


def _named(found: dict[str, float], words: dict[str, str]) -> dict[str, float | str]:
    short = {
        "pairs clustered": "pairs",
        "adjusted Rand index to the default": "rand",
        "same label as the default": "same",
    }
    short |= {f"pairs {label}": label for label in LABELS}
    named: dict[str, float | str] = {short.get(finding, finding): value for finding, value in found.items()}
    labels = [text for finding, text in words.items() if finding.startswith("label ")]
    return named | ({"poles": labels[0]} if labels else {})


def _choice(key: tuple[str, ...], own: tuple[str, ...]) -> str:
    if key == own:
        return "as the study"
    differing = [
        _short(name, value)
        for name, value, usual in zip(CHOICES, key, own or [""] * len(key), strict=True)
        if value != usual
    ]
    return "; ".join(differing)


def _short(name: str, value: str) -> str:
    names = _SHORT_MODELS if name == "null_model" else _NAMES[name]
    return names.get(value, value)


def agreement_sentences(results: Results) -> list[str]:
    """Return what the agreement says, in a sentence each."""
    table = agreement_table(results)
    sentences = []
    for row in rows_of(table):
        share = "" if pd.isna(row.same_label) else f" {percent(row.same_label, 1.0)} of the pairs keep their label."
        sentences.append(f"Against {row.what}: adjusted Rand index {number(row.adjusted_rand)}.{share}")
    return sentences


def support_sentence(results: Results) -> str:
    """How many pairs keep their label when the works are resampled; empty where the bootstrap is off."""
    support = results.label_support
    if support is None:
        return ""
    times = int(support["replicates"].max())
    firm = int((support["support"] >= FIRM).sum())
    text = (
        f"When the works are drawn anew {times} times, {percent(firm, len(support))} of the pairs keep their label in "
        f"at least {percent(FIRM, 1.0)} of the draws (median "
        f"over the pairs: {percent(support['support'].median(), 1.0)})."
    )
    for one, two in results.pole_pairs[:1]:
        own = pair_support(results, one, two)
        if own is not None:
            text += f" The label of {in_sentence(one)} and {in_sentence(two)} is kept in {percent(own, 1.0)} of them."
    return text


def pair_support(results: Results, one: str, two: str) -> float | None:
    """Share of the resamples in which a pair keeps its label; None where it is not known."""
    if results.label_support is None:
        return None
    src, dst = sorted((one, two))
    rows = results.label_support
    rows = rows[(rows["src"] == src) & (rows["dst"] == dst)]
    return None if rows.empty else float(rows["support"].iloc[0])


def sensitivity_sentences(results: Results) -> list[str]:
    """Which findings hold under how many combinations of choices."""
    table = sensitivity_table(results)
    if table.empty:
        return []
    total = len(table)
    varied = [_DIMENSIONS[name] for name in CHOICES if table[name].nunique() > 1]
    sentences = [f"{total} combinations of {joined(varied)} were computed." if varied else f"{total} combination."]
    known = table["poles"][table["poles"] != ""]
    if len(known) and results.pole_pairs:
        one, two = (in_sentence(pole) for pole in results.pole_pairs[0])
        most = known.value_counts()
        sentences.append(
            f"{one[:1].upper()}{one[1:]} and {two} are labelled {most.index[0]} in {most.iloc[0]} of the {len(known)} "
            "in which the pair has a trajectory."
        )
    rand = table.loc[~table["own"], "rand"].dropna()
    if len(rand):
        sentences.append(
            f"The clusters agree with the study's own by an adjusted Rand index between {number(rand.min())} and "
            f"{number(rand.max())}."
        )
    return sentences
