"""Sensitivity: the findings under every combination of the choices that are varied."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from isthmus.analyses.corpus.tables import (
    CORPUS_COUNTRIES,
    CORPUS_COVERAGE,
    CORPUS_TUNING,
    CORPUS_WORKS,
)
from isthmus.analyses.networks.tables import CITATION_FLOWS, COUNTRY_EDGES, COUNTRY_YEARS, EXCHANGE_CLUSTERS
from isthmus.analyses.robustness.tables import SENSITIVITY
from isthmus.analyses.rows import of_study, replace_rows, write_frames
from isthmus.analyses.significance.finite import counting, linked_pairs
from isthmus.analyses.significance.tables import PAIR_TESTS
from isthmus.analyses.stage import Context, Outcome
from isthmus.analyses.trajectories.clusters import PANEL_COLUMNS, cluster, study_panel
from isthmus.config import Study
from isthmus.engine.aside import AsideStore
from isthmus.errors import TrajectoryError
from isthmus.networks.edges import all_edges
from isthmus.networks.names import COLLABORATION, KNOWLEDGE_EXCHANGE
from isthmus.nullmodels.fanout import fan_out, pairs_of
from isthmus.nullmodels.frames import significant_ties
from isthmus.trajectories.frames import chosen_clustering, label_agreement, labels_frame
from isthmus.trajectories.labels import LABELS
from isthmus.trajectories.panel import Panel

#: Corpus and networks under other choices: tables of this stage alone, `sensitivity_corpus_works` and so on.
OF_VARIANTS = (
    CORPUS_TUNING,
    CORPUS_WORKS,
    CORPUS_COUNTRIES,
    CORPUS_COVERAGE,
    CITATION_FLOWS,
    COUNTRY_EDGES,
    EXCHANGE_CLUSTERS,
    COUNTRY_YEARS,
)
SEPARATOR = "--"  # between a study's name and the corpus rule that is tried: names of studies may hold it


@dataclass(frozen=True)
class Choice:
    """One combination of choices."""

    corpus_rule: str
    citation_year: str
    joint_papers: str
    finite: str
    null_model: str


def choices(study: Study) -> list[Choice]:
    """Every combination of the study's own choices and those that are varied; the study's own combination first."""
    varied_fields = study.sensitivity
    return [
        Choice(corpus_rule, citation_year, joint_papers, finite, null_model)
        for corpus_rule in _both(study.corpus.rule, varied_fields.corpus_rules)
        for citation_year in _both(study.networks.citation_year, varied_fields.citation_years)
        for joint_papers in _both(study.networks.joint_papers, varied_fields.joint_papers)
        for finite in _both(study.significance.finite, varied_fields.finite)
        for null_model in _both(study.significance.null_model, varied_fields.null_models)
    ]


def varied(study: Study, corpus_rule: str) -> Study:
    """Return the study with another corpus rule, under a name of its own; all citation years are computed."""
    citation_years = tuple(dict.fromkeys((*study.networks.citation_years, *study.sensitivity.citation_years)))
    corpus = study.corpus.model_copy(update={"rule": corpus_rule, "ids": (), "tune": None})
    if not corpus_rule.startswith("ai_") and corpus_rule != "everything":
        corpus = study.corpus.model_copy(update={"rule": corpus_rule, "tune": None})
    return study.model_copy(
        update={
            "study": f"{study.study}{SEPARATOR}{corpus_rule}",
            "corpus": corpus,
            "networks": study.networks.model_copy(update={"citation_years": citation_years}),
        }
    )


def with_joint_papers(study: Study, joint_papers: str) -> Study:
    """Return the study with citations of joint papers counted otherwise, under a name of its own."""
    networks = study.networks.model_copy(update={"joint_papers": joint_papers})
    return study.model_copy(update={"study": f"{study.study}{SEPARATOR}{joint_papers}", "networks": networks})


def write_sensitivity(context: Context) -> Outcome:
    """Write the table `sensitivity` of the study."""
    study = context.the_study
    wanted = choices(study)
    default = wanted[0]
    own_labels: pd.DataFrame | None = None
    rows: list[dict[str, Any]] = []
    for tested, held, linked in _ties_of(context, wanted):
        for choice in (c for c in wanted if (c.corpus_rule, c.joint_papers, c.null_model) == tested):
            of_citation_year = (held["network"] == COLLABORATION) | (held["citation_year"] == choice.citation_year)
            ties = held[of_citation_year]
            own_linked = linked[linked["citation_year"] == choice.citation_year]
            ties = ties.assign(finite=counting(ties, choice.finite, own_linked))
            labels, reason = _labels(context, ties)
            if choice == default:
                own_labels = labels
            found = [*significant_findings(ties, study), *label_findings(labels, own_labels, study)]
            if reason:
                found.append(("no trajectories", None, reason))
            rows += [
                {**vars(choice), "is_default": choice == default, "finding": name, "value": value, "text": text}
                for name, value, text in found
            ]
    frame = pd.DataFrame(rows).astype({"value": "float64"})
    write_frames(context, {"sensitivity": frame}, (SENSITIVITY,))
    return Outcome(f"{len(wanted)} combinations of choices")


def significant_findings(ties: pd.DataFrame, study: Study) -> Iterator[tuple[str, float | None, str | None]]:
    """Yield (finding, value, text).

    Significant partners of each pole in collaboration, and the ties between the poles.
    """
    rule = study.significance
    together = ties[ties["network"] == COLLABORATION]
    tested = significant_ties(
        together,
        study.years.significance,
        threshold=rule.threshold,
        least_finite_years=rule.min_finite_years,
    ).set_index(["src", "dst"])
    called = tested.index[tested["significant"]]
    for pole in study.geography.poles:
        yield f"significant partners {pole}", float(sum(pole in pair for pair in called)), None
    for one, other in combinations(study.geography.poles, 2):
        pair = (min(one, other), max(one, other))
        mean = _number(tested["mean_z"].get(pair))
        description = None if mean is None else f"mean z {mean:.2f}"
        yield f"significant tie {one}-{other}", float(pair in called), description


def label_findings(
    labels: pd.DataFrame, own: pd.DataFrame | None, study: Study
) -> Iterator[tuple[str, float | None, str | None]]:
    """Yield (finding, value, text).

    Pairs and labels, agreement with the study's own labels, the ties between the poles.
    """
    clustered = labels[labels["status"] == "clustered"] if not labels.empty else labels
    yield "pairs clustered", float(len(clustered)), None
    if clustered.empty:
        return
    for label in LABELS:
        yield f"pairs {label}", float((clustered["label"] == label).sum()), None
    if own is not None and not own.empty:
        agreement = label_agreement(own, labels, comparison="sensitivity", variant="").iloc[0]
        yield "adjusted Rand index to the default", _number(agreement["adjusted_rand"]), None
        yield "same label as the default", _number(agreement["same_label"]), None
    pairs = clustered.set_index(["src", "dst"])
    for one, other in combinations(study.geography.poles, 2):
        pair = (min(one, other), max(one, other))
        if pair not in pairs.index:
            yield f"label {one}-{other}", None, "no trajectory"
            continue
        row: Any = pairs.loc[pair]
        yield f"label {one}-{other}", None, None if pd.isna(row["label"]) else str(row["label"])
        yield f"z change collaboration {one}-{other}", _number(row["z_change_collaboration"]), None
        yield f"z change exchange {one}-{other}", _number(row["z_change_exchange"]), None


def _ties_of(
    context: Context, wanted: list[Choice]
) -> Iterator[tuple[tuple[str, str, str], pd.DataFrame, pd.DataFrame]]:
    """((corpus rule, joint papers, null model), the ties of the analysis years, the linked pairs), one at a time.

    Both of all citation years.
    """
    study = context.the_study
    own_networks = (study.corpus.rule, study.networks.joint_papers)
    for networks, edges in _networks_of(context, wanted):
        linked = linked_pairs(edges).toPandas()
        for null_model in dict.fromkeys(choice.null_model for choice in wanted):
            if networks == own_networks and null_model == study.significance.null_model:
                yield (*networks, null_model), _collected(of_study(context, PAIR_TESTS), study), linked
            else:
                undirected = edges.where(F.col("network").isin(COLLABORATION, KNOWLEDGE_EXCHANGE))
                held = fan_out(
                    undirected.select("network", "citation_year", "year", "src", "dst", "weight"),
                    model=null_model,
                    samples=study.significance.samples if null_model == study.significance.null_model else 0,
                    seed=study.seed,
                )
                yield (*networks, null_model), _collected(pairs_of(held), study), linked


def _collected(ties: DataFrame, study: Study) -> pd.DataFrame:
    years = ties.where(F.col("year").between(*study.years.analysis))
    return years.select(*PANEL_COLUMNS, "citation_year").toPandas()


def _networks_of(context: Context, wanted: list[Choice]) -> Iterator[tuple[tuple[str, str], DataFrame]]:
    """((corpus rule, joint papers), rows of `country_edges`); other than the study's own lie in tables aside."""
    study = context.the_study
    aside = AsideStore(context.store, "sensitivity_", OF_VARIANTS)
    for corpus_rule in dict.fromkeys(choice.corpus_rule for choice in wanted):
        base = context if corpus_rule == study.corpus.rule else _with_corpus_rule(context, corpus_rule, aside)
        for joint_papers in dict.fromkeys(choice.joint_papers for choice in wanted):
            own = joint_papers == study.networks.joint_papers
            yield (
                (corpus_rule, joint_papers),
                of_study(base if own else _counted(base, joint_papers, aside), COUNTRY_EDGES),
            )


def _with_corpus_rule(context: Context, corpus_rule: str, aside: AsideStore) -> Context:
    """Return the study under another corpus rule, its corpus and networks written aside under a name of its own."""
    from isthmus.analyses.corpus.stage import write_corpus
    from isthmus.analyses.networks.stage import write_networks

    other = replace(context, study=varied(context.the_study, corpus_rule), store=aside)
    write_corpus(other)
    write_networks(other)
    return other


def _counted(context: Context, joint_papers: str, aside: AsideStore) -> Context:
    """Return the study with citations of joint papers counted otherwise, its edges written aside under its own name."""
    other = replace(context, study=with_joint_papers(context.the_study, joint_papers), store=aside)
    edges = all_edges(of_study(context, CORPUS_COUNTRIES), of_study(context, CITATION_FLOWS), other.the_study)
    replace_rows(other, COUNTRY_EDGES, edges.withColumn("study", F.lit(other.the_study.study)))
    return other


def _labels(context: Context, ties: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """Return the labels under a choice, or an empty table and the reason."""
    study = context.the_study
    try:
        panel: Panel = study_panel(ties, study)
        return labels_frame(panel, chosen_clustering(cluster(context.spark, panel, study))), ""
    except TrajectoryError as error:
        return pd.DataFrame(columns=["src", "dst", "status", "label"]), str(error)


def _both(own: str, others: tuple[str, ...]) -> list[str]:
    return list(dict.fromkeys((own, *others)))


def _number(value: Any) -> float | None:
    return None if value is None or not np.isfinite(value) else float(value)
