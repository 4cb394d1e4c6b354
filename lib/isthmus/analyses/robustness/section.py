"""The section on robustness: how far the clusters and labels depend on seeds, choices and single works."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from isthmus.analyses.robustness.charts import agreement_chart, sensitivity_chart, silhouette_chart
from isthmus.analyses.robustness.frames import CHOICES, agreement_table, sensitivity_labels, sensitivity_table
from isthmus.analyses.robustness.sentences import agreement_sentences, kept_sentence, sensitivity_sentences
from isthmus.analyses.robustness.tables import BOOTSTRAP_PROPENSITIES, SILHOUETTE
from isthmus.analyses.significance.ties import shown_networks
from isthmus.report.results import Results, from_works
from isthmus.report.section import Absent, Figure, Section
from isthmus.report.text import count, place_name
from isthmus.trajectories.labels import LABELS

#: What a part of the section shows, and which setting publishes it.
OFF: Mapping[str, Absent] = {
    "agreement": Absent("How much the clusters depend on seeds, choices and their number", "stability.restarts=50"),
    "intervals": Absent(
        "Intervals of every z over the works, and how often labels are kept", "bootstrap.replicates=100"
    ),
    "sensitivity": Absent(
        "The findings under every combination of choices",
        "sensitivity.finite=[present, linked]",
        "also corpus_rules, citation_years, joint_papers, null_models",
    ),
}


def section(results: Results) -> Section | None:
    """Return the section on how firm the findings are; None where no pair was tested."""
    if not shown_networks(results):
        return None
    silhouette = results.optional(SILHOUETTE)
    sensitivity = _sensitivity(results)
    there = {
        "agreement": len(agreement_table(results)) > 0,
        "intervals": results.has(BOOTSTRAP_PROPENSITIES),
        "sensitivity": bool(sensitivity["rows"]),
    }
    return Section(
        id="robustness",
        title="How firm are the clusters?",
        template="isthmus.analyses.robustness/section.html.j2",
        values={
            "there": any(there.values()) or silhouette is not None,
            "agreement_rows": agreement_table(results).to_dict("records"),
            "agreement_sentences": agreement_sentences(results),
            "silhouette_rows": [] if silhouette is None else silhouette.to_dict("records"),
            "kept_sentence": kept_sentence(results),
            "has_intervals": results.has(BOOTSTRAP_PROPENSITIES),
            "sensitivity_sentences": sensitivity_sentences(results),
            "sensitivity": sensitivity,
        },
        figures=tuple(_figures(results)),
        contents=(("firmness", "How firm"),) if any(there.values()) else (),
        absent=tuple(off for name, off in OFF.items() if not there[name]) if from_works(results) else (),
        part="method",
    )


def _figures(results: Results) -> list[Figure]:
    found = []
    if len(agreement_table(results)):
        caption = "The clusters of this study beside those of other starts and choices, on the pairs that both have."
        heading = "Agreement of the clusters with other choices"
        found.append(Figure("agreement", heading, caption, partial(agreement_chart, results)))
    silhouette = results.optional(SILHOUETTE)
    if silhouette is not None:
        caption = (
            f"Silhouette of a sample of {count(silhouette['pairs'].iloc[0])} pairs: 1 is a clean partition, 0 none. "
            "The large dot is the study's own number. An aid, not a test."
        )
        heading = "Silhouette over the number of clusters"
        found.append(Figure("silhouette", heading, caption, partial(silhouette_chart, results)))
    if sensitivity_labels(results):
        caption = "Each bar is one combination; named is what differs from the study."
        heading = "Labels under every combination of choices"
        found.append(Figure("sensitivity", heading, caption, partial(sensitivity_chart, results)))
    return found


def _sensitivity(results: Results) -> dict[str, Any]:
    table = sensitivity_table(results)
    labels = [label for label in LABELS if label in table]
    fixed = {"own", "choice", "pairs", "rand", "same", "poles", *CHOICES, *labels}
    others = [name for name in table.columns if name not in fixed]
    return {
        "labels": labels,
        "others": [(name, _in_names(results, name)) for name in others],
        "rows": table.to_dict("records"),
    }


def _in_names(results: Results, finding: str) -> str:
    """Return a finding's name with the names of poles in place of their codes."""
    for name in ("partners", "tie"):
        finding = finding.replace(f"significant {name}", f"{name} by the published rule:")
    words = finding.split(" ")
    pairs = {f"{a}-{b}": f"{place_name(a)}–{place_name(b)}" for a in results.poles for b in results.poles if a != b}
    known = {pole: place_name(pole) for pole in results.poles} | pairs
    return " ".join(known.get(word, word) for word in words)
