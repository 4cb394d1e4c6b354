"""The section on trajectories: the way of the poles' ties, who moves towards which pole, groups and clusters."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from isthmus.analyses.networks.words import network_name
from isthmus.analyses.robustness.tables import BOOTSTRAP_PROPENSITIES
from isthmus.analyses.significance.paircharts import pair_frame
from isthmus.analyses.significance.text import MODEL_NAMES
from isthmus.analyses.significance.ties import shown_networks
from isthmus.analyses.trajectories.clusterbands import has_bands
from isthmus.analyses.trajectories.clustercharts import clusters
from isthmus.analyses.trajectories.directions import direction_of, directions
from isthmus.analyses.trajectories.figures import figures, matrix_words, page_charts, shown_pole_pairs
from isthmus.analyses.trajectories.findings import (
    other_model_sentences,
    pole_sentence,
    settled_sentence,
    trajectories_findings,
)
from isthmus.analyses.trajectories.frames import (
    clustered,
    label_matrix,
    label_shares,
    matrix_countries,
    other_model_plane,
    other_models,
    plane_frame,
    top_number,
    vectors,
    without_label,
)
from isthmus.analyses.trajectories.group_members import integration_countries, integration_groups
from isthmus.analyses.trajectories.headlines import headlines
from isthmus.analyses.trajectories.text import LABEL_MEANINGS
from isthmus.report.results import Results, from_works, rows_of
from isthmus.report.section import Absent, Paragraph, Section, Tile, figure_name
from isthmus.report.text import capital, count, in_sentence, joined, number, percent, place_name, plural, pole_name
from isthmus.trajectories.chance import chance_labels
from isthmus.trajectories.labels import LABEL_NAMES, LABELS

#: What a part of the section shows, and what it needs.
OFF: Mapping[str, Absent] = {
    "trajectories": Absent(
        "Who moves towards which pole, and the four ways that ties move",
        remark="trajectories need both networks over at least `trajectories.window` years",
    ),
    "groups": Absent(
        "Integration with the poles", "trajectories.clusters=4", "and at least one pole with trajectories"
    ),
    "other_models": Absent(
        "The tie of the poles against other null models", "other_null_models.models=[ecm-variance-corrected]"
    ),
}


def section(results: Results) -> Section | None:
    """Return the section on how ties move; None where no pair was tested."""
    if not shown_networks(results):
        return None
    shown = values(results)
    return Section(
        id="trajectories",
        title="How ties move",
        template="isthmus.analyses.trajectories/section.html.j2",
        values=shown,
        figures=tuple(figures(results)),
        findings=tuple(trajectories_findings(results)),
        headlines=headlines(results),
        contents=_contents(results, shown),
        absent=tuple(OFF[name] for name in _missing(results, shown)) if from_works(results) else (),
        tiles=tuple(_tiles(results)),
        charts=page_charts(results),
        glossary=_glossary(shown),
    )


def _contents(results: Results, shown: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    parts = (
        ("ways", "The poles over the years", shown_pole_pairs(results)),
        ("vectors", "Towards the poles", shown["vector_poles"]),
        ("groups", "Integration groups", shown["groups"]),
        ("clusters", "Four ways that ties move", shown["clusters"]),
    )
    return tuple((id_, words) for id_, words, there in parts if there)


def _glossary(shown: Mapping[str, Any]) -> tuple[Paragraph, ...]:
    """Return the names of the labels in plain words, where the study has any."""
    if not shown["clusters"]:
        return ()
    labels = (Paragraph(capital(LABEL_NAMES[label]), f"{capital(LABEL_MEANINGS[label])}.") for label in LABELS)
    moves = "Both measures of its direction, the label and the trend, agree with a probability of at least 0.9."
    return (*labels, Paragraph("Settled", moves))


def _missing(results: Results, shown: Mapping[str, Any]) -> list[str]:
    """Return the parts of `OFF` that the study has not."""
    moves = bool(shown["vector_poles"] or shown["clusters"])
    missing = [] if moves else ["trajectories"]
    missing += ["groups"] if moves and not shown["groups"] else []
    return missing + (["other_models"] if shown_pole_pairs(results) and not other_models(results) else [])


def _tiles(results: Results) -> list[Tile]:
    """Return how many pairs have a direction that label and trend settle."""
    found = directions(results)
    if not found:
        return []
    settled = [each for each in found.values() if each.settled]
    counted = {label: sum(each.label == label for each in settled) for label in LABELS}
    named = joined([f"{count(number)} {LABEL_NAMES[label]}" for label, number in counted.items() if number])
    among = f"of {plural(len(found), 'pair')} of countries have a settled direction"
    return [Tile(count(len(settled)), f"{among}: {named}" if named else among)]


@dataclass(frozen=True)
class Vector:
    """A row of the table under the vectors: a country's tie with the pole at both ends."""

    name: str
    label: str
    start: str
    end: str
    change: str


def values(results: Results) -> dict[str, Any]:
    """Return everything that the template shows but the figures."""
    return {
        "has_intervals": results.has(BOOTSTRAP_PROPENSITIES),
        "span": results.years,
        "pole_ways": [_pole_way(results, at, pair) for at, pair in enumerate(shown_pole_pairs(results))],
        "vector_poles": _vector_poles(results),
        "shares": _shares(results),
        "agreement": _agreement(results),
        "settled": settled_sentence(results),
        "directions": {
            (code, pole): direction_of(results, code, pole).short
            for code in integration_countries(results)
            for pole in results.poles
        },
        "chance": chance_labels(),
        "matrices": _matrices(results),
        "groups": integration_groups(results),
        "group_poles": [(pole, pole_name(pole)) for pole in results.poles],
        "clusters": clusters(results),
        "has_bands": has_bands(results),
        "label_names": LABEL_NAMES,
        "top_number": top_number(results),
    }


def _pole_way(results: Results, at: int, pair: tuple[str, str]) -> dict[str, Any]:
    one, two = pair
    both = f"{in_sentence(one)} and {in_sentence(two)}"
    return {
        "names": both,
        "heading": capital(both),
        "sentence": pole_sentence(results, one, two),
        "rows": plane_frame(results, one, two).to_dict("records"),
        "plane": figure_name("trajectory", one, two),
        "models": [
            (figure_name("trajectory", one, two, model), capital(MODEL_NAMES.get(model, model)))
            for model in other_models(results)
            if len(other_model_plane(results, model, one, two))
        ],
        "other_models": other_model_sentences(results, one, two),
        "by_year": f"way-{at}-z" if len(pair_frame(results, one, two)) else "",
        "pair_figure": figure_name("pair", one, two),
        "volumes": [
            (figure_name("volume", one, two, network), f"Raw volume: {network_name(results, network).lower()}")
            for network, _ in shown_networks(results)
        ],
    }


def _vector_poles(results: Results) -> list[dict[str, Any]]:
    poles = []
    for pole in results.poles:
        frame = vectors(results, pole)
        if frame.empty:
            continue
        rows = [
            Vector(
                row.name,
                direction_of(results, row.country, pole).short,
                f"{number(row.start_x)} | {number(row.start_y)}",
                f"{number(row.end_x)} | {number(row.end_y)}",
                f"{number(row.z_change_x)} | {number(row.z_change_y)}",
            )
            for row in rows_of(frame)
        ]
        poles.append(
            {
                "figure": figure_name("vectors", pole),
                "name": pole_name(pole),
                "in_sentence": in_sentence(pole),
                "rows": rows,
            }
        )
    return poles


def _shares(results: Results) -> list[dict[str, Any]]:
    shares = label_shares(results)
    return [
        {
            "label": row.label,
            "name": LABEL_NAMES[row.label],
            "meaning": LABEL_MEANINGS[row.label],
            "pairs": count(row.pairs),
            "share": percent(row.share, 1.0),
            "chance": _chance(row.label),
        }
        for row in rows_of(shares)
    ]


def _chance(label: str) -> str:
    """Return the share of a label in worlds without planted facts: "24% (19% to 30%)"."""
    chance = chance_labels()
    mean, least, most = (percent(of[label], 1.0) for of in (chance.mean, chance.least, chance.most))
    return f"{mean} ({least} to {most})"


def _agreement(results: Results) -> str:
    """Return the mean share of the starts that give a pair its label; empty where it is not known."""
    support = clustered(results).get("support", pd.Series(dtype=float)).dropna()
    return percent(float(support.mean()), 1.0) if len(support) else ""


def _matrices(results: Results) -> list[dict[str, Any]]:
    found = []
    for name, codes in matrix_countries(results).items():
        cells = label_matrix(results, codes)
        once = cells.loc[cells["row"] < cells["column"], "label"].dropna().value_counts()
        total = int(once.sum())
        parts = [f"{percent(once.get(label, 0), total)} {label}" for label in LABELS] if total else []
        rows = []
        for code in codes:
            own = cells[cells["row"] == code]
            by_label = {
                label: ", ".join(place_name(other) for other in own.loc[own["label"] == label, "column"]) or "–"
                for label in LABELS
            }
            rows.append({"name": place_name(code)} | by_label)
        found.append(
            {
                "name": name,
                "heading": matrix_words(results, name),
                "sentence": f"Of {plural(total, 'pair')} with a trajectory: {', '.join(parts)}." if parts else "",
                "without": joined([place_name(code) for code in without_label(results, name)]),
                "rows": rows,
            }
        )
    return found
