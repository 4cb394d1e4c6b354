"""How firm the findings are, in sentences."""

import pandas as pd

from isthmus.analyses.networks.countries import pole_pairs
from isthmus.analyses.robustness.frames import CHOICES, agreement_table, sensitivity_table
from isthmus.analyses.robustness.tables import BOOTSTRAP_LABELS
from isthmus.report.results import Results, rows_of
from isthmus.report.text import in_sentence, joined, number, percent

_DIMENSIONS = {
    "corpus_rule": "corpus",
    "citation_year": "year of a citation",
    "joint_papers": "citations of joint papers",
    "finite": "pairs",
    "null_model": "null model",
}
#: Share of resamples from which on a label counts as mostly kept.
MOSTLY = 0.8


def agreement_sentences(results: Results) -> list[str]:
    """Return how well the clusters agree with each other choice, in a sentence each."""
    table = agreement_table(results)
    sentences = []
    for row in rows_of(table):
        share = "" if pd.isna(row.same_label) else f" {percent(row.same_label, 1.0)} of the pairs keep their label."
        sentences.append(f"Against {row.what}: adjusted Rand index {number(row.adjusted_rand)}.{share}")
    return sentences


def kept_sentence(results: Results) -> str:
    """Return how many pairs keep their label when the works are resampled; empty where the bootstrap is off."""
    labels = results.optional(BOOTSTRAP_LABELS)
    if labels is None:
        return ""
    times = int(labels["replicates"].max())
    mostly = int((labels["kept"] >= MOSTLY).sum())
    text = (
        f"When the works are drawn anew {times} times, {percent(mostly, len(labels))} of the pairs keep their label in "
        f"at least {percent(MOSTLY, 1.0)} of the draws (median "
        f"over the pairs: {percent(labels['kept'].median(), 1.0)})."
    )
    for one, two in pole_pairs(results)[:1]:
        own = pair_kept(results, one, two)
        if own is not None:
            text += f" The label of {in_sentence(one)} and {in_sentence(two)} is kept in {percent(own, 1.0)} of them."
    return text


def pair_kept(results: Results, one: str, two: str) -> float | None:
    """Return the share of the resamples in which a pair keeps its label; None where it is not known."""
    if not results.has(BOOTSTRAP_LABELS):
        return None
    src, dst = sorted((one, two))
    rows = results.table(BOOTSTRAP_LABELS)
    rows = rows[(rows["src"] == src) & (rows["dst"] == dst)]
    return None if rows.empty else float(rows["kept"].iloc[0])


def sensitivity_sentences(results: Results) -> list[str]:
    """Return which findings hold under how many combinations of choices."""
    table = sensitivity_table(results)
    if table.empty:
        return []
    total = len(table)
    varied = [_DIMENSIONS[name] for name in CHOICES if table[name].nunique() > 1]
    sentences = [f"{total} combinations of {joined(varied)} were computed." if varied else f"{total} combination."]
    known = table["poles"][table["poles"] != ""]
    if len(known) and pole_pairs(results):
        one, two = (in_sentence(pole) for pole in pole_pairs(results)[0])
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
