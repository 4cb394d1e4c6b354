"""How firm the findings are: agreement, intervals and sensitivity as tables and sentences."""

import pandas as pd

from isthmus.analyses.corpus.text import RULE_NAMES
from isthmus.analyses.networks.text import CITATION_YEAR_NAMES, JOINT_PAPERS_NAMES
from isthmus.analyses.robustness.tables import CLUSTERING_AGREEMENT, SENSITIVITY
from isthmus.analyses.significance.text import FINITE_NAMES, MODEL_NAMES
from isthmus.report.results import Results, rows_of
from isthmus.report.text import number, plural
from isthmus.trajectories.labels import LABELS

CHOICES = ("corpus_rule", "citation_year", "joint_papers", "finite", "null_model")
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
    "joint_papers": JOINT_PAPERS_NAMES,
    "finite": FINITE_NAMES,
    "null_model": MODEL_NAMES,
}
_SHORT_MODELS = {
    "ecm": "configuration model",
    "ecm-variance-corrected": "variance-corrected",
    "rewiring": "rewiring",
}


def agreement_table(results: Results) -> pd.DataFrame:
    """Return what the clusters are compared with, and how well they agree.

    Columns what, pairs, adjusted_rand, same_label, note. The starts with other seeds are one row, their median; its
    note holds the range. Empty where stability is off.
    """
    columns = ["what", "pairs", "adjusted_rand", "same_label", "note"]
    if not results.has(CLUSTERING_AGREEMENT):
        return pd.DataFrame(columns=columns)
    rows = []
    seeds = results.table(CLUSTERING_AGREEMENT)[results.table(CLUSTERING_AGREEMENT)["comparison"] == "seeds"]
    if len(seeds):
        low, high = number(seeds["adjusted_rand"].min()), number(seeds["adjusted_rand"].max())
        median = seeds[["adjusted_rand", "same_label"]].median()
        note = f"median of {plural(len(seeds), 'start')}; adjusted Rand index {low} to {high}"
        rows.append(("other seeds", int(seeds["pairs"].max()), median["adjusted_rand"], median["same_label"], note))
    for row in rows_of(
        results.table(CLUSTERING_AGREEMENT)[results.table(CLUSTERING_AGREEMENT)["comparison"] != "seeds"]
    ):
        what = _COMPARISONS.get(row.comparison, f"{row.comparison}: ") + _variant(str(row.variant))
        rows.append((what, int(row.pairs), float(row.adjusted_rand), float(row.same_label), ""))
    return pd.DataFrame(rows, columns=columns)


def _variant(variant: str) -> str:
    known = _SHORT_MODELS | CITATION_YEAR_NAMES | FINITE_NAMES | RULE_NAMES
    return known.get(variant, variant.replace("_", " "))


def sensitivity_table(results: Results) -> pd.DataFrame:
    """Return a row per combination of choices.

    Columns choice (what differs, in words), pairs, SC to KD, rand, same, poles, and the findings. The study's own
    combination comes first. `poles` is the label of the first two poles; the columns after it are the other findings by
    their names. Empty where sensitivity is off.
    """
    if not results.has(SENSITIVITY):
        return pd.DataFrame(columns=["choice", "pairs", "rand", "same", "poles"])
    frame = results.table(SENSITIVITY)
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


def sensitivity_labels(results: Results) -> list[str]:
    """Return the labels that the variants count; none where sensitivity is off or the clusters have no names."""
    table = sensitivity_table(results)
    return [label for label in LABELS if label in table] if len(table) else []
