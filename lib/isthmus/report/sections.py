"""What the sections on trajectories, groups, uncertainty and the scorecard show, and what turns absent ones on."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import altair as alt

from isthmus.report import (
    charts,
    clustercharts,
    movements,
    outputcharts,
    paircharts,
    planecharts,
    scorecard,
    uncertainty,
    uncertaintycharts,
)
from isthmus.report.results import COLLABORATION, Results, rows_of
from isthmus.report.words import (
    LABEL_MEANINGS,
    LABEL_NAMES,
    MODEL_NAMES,
    capital,
    count,
    in_sentence,
    joined,
    number,
    percent,
    place_name,
    plural,
    pole_name,
)

#: Which setting publishes what a section needs.
TURNED_ON_BY: Mapping[str, str] = {
    "trajectories": "Trajectories need both networks over at least `trajectories.window` years; this study published "
    "none. Results of earlier versions lack them, too: run the study again.",
    "groups": "Integration groups need four clusters (`trajectories.clusters: 4`) and at least one pole with "
    "trajectories.",
    "corroboration": "Name null models in `other_null_models.models` to test this tie against them.",
    "agreement": "Set `stability.restarts` (50, say) to see how much the clusters depend on seeds and choices.",
    "silhouette": "`stability.restarts` also turns on the silhouette over the number of clusters.",
    "intervals": "Set `bootstrap.replicates` (100, say) for intervals of every z and the support of every label.",
    "sensitivity": "Name other choices in `sensitivity` (corpus_rules, citation_years, finite, null_models) to vary "
    "them.",
    "output": "Runs of this version publish the yearly output of the countries and blocs that `geography.compare` "
    "names.",
    "densities": "Name regions in `geography.regions` to hold the ties inside them against those to the outside.",
}


@dataclass(frozen=True)
class Vector:
    """A row of the table under the vectors: a country's tie with the pole at both ends."""

    name: str
    label: str
    start: str
    end: str
    change: str


def context(results: Results) -> dict[str, Any]:
    """Everything that these sections show but the charts."""
    scores = scorecard.scorecard(results)
    return {
        "absent": TURNED_ON_BY,
        "covered": covered(results),
        "pole_ways": [_pole_way(results, at, pair) for at, pair in enumerate(shown_pole_pairs(results))],
        "vector_poles": _vector_poles(results),
        "shares": _shares(results),
        "matrices": _matrices(results),
        "groups": movements.integration_groups(results),
        "group_poles": [(pole, pole_name(pole)) for pole in results.poles],
        "clusters": clustercharts.clusters(results),
        "label_names": LABEL_NAMES,
        "label_meanings": LABEL_MEANINGS,
        "top_number": movements.top_number(results),
        "output_rows": outputcharts.output_frame(results).to_dict("records"),
        "strengths": movements.strengths(results).to_dict("records"),
        "strength_year": min(results.years[1], int(results.country_years["year"].max()))
        if len(results.country_years)
        else None,
        "density_rows": [] if results.densities is None else results.densities.to_dict("records"),
        "agreement_rows": uncertainty.agreement_table(results).to_dict("records"),
        "agreement_sentences": uncertainty.agreement_sentences(results),
        "silhouette_rows": [] if results.silhouette is None else results.silhouette.to_dict("records"),
        "support_sentence": uncertainty.support_sentence(results),
        "has_intervals": results.intervals is not None,
        "sensitivity_sentences": uncertainty.sensitivity_sentences(results),
        "sensitivity": _sensitivity(results),
        "scores": scores,
        "score_kind": scorecard.standing(results),
        "score_summary": scorecard.summary(scores) if scores else "",
        "score_classes": scorecard.by_class(scores).to_dict("records") if scores else [],
        "score_identities": scorecard.identities(),
        "score_inconsistencies": scorecard.INCONSISTENCIES,
    }


def covered(results: Results) -> str:
    """Return the share of the corpus works that name a country; empty where no works were counted."""
    works, placed = (int(results.coverage[name].sum()) for name in ("corpus_works", "corpus_with_country"))
    return percent(placed, works) if works else ""


def shown_pole_pairs(results: Results) -> list[tuple[str, str]]:
    """Return the pairs of poles that the page follows: at most three."""
    return list(results.pole_pairs[:3])


def _pole_way(results: Results, at: int, pair: tuple[str, str]) -> dict[str, Any]:
    one, two = pair
    frame = movements.plane_frame(results, one, two)
    models = movements.corroborated_models(results)
    return {
        "at": at,
        "names": f"{in_sentence(one)} and {in_sentence(two)}",
        "heading": capital(f"{in_sentence(one)} and {in_sentence(two)}"),
        "sentence": pole_sentence(results, one, two),
        "rows": frame.to_dict("records"),
        "smoothed": movements.label_of(results, one, two) is not None,
        "models": [
            (model, capital(MODEL_NAMES.get(model, model)))
            for model in models
            if len(movements.corroborated_frame(results, model, one, two))
        ],
        "corroboration": corroboration_sentences(results, one, two),
    }


def pole_sentence(results: Results, one: str, two: str) -> str:
    """Return the label of a pair of poles and what it means; or why it has none."""
    row = movements.label_row(results, one, two)
    both = f"{in_sentence(one)} and {in_sentence(two)}"
    if row is None:
        return ""
    label = movements.label_of(results, one, two)
    if label is None:
        why = "the clusters of this study have no names" if row["status"] == "clustered" else f"it is {row['status']}"
        return f"The tie between {both} has no label: {why}."
    changes = (
        f"from {results.years[0]} to {results.years[1]} the z of collaboration changed by "
        f"{number(row['z_change_collaboration'])}, that of knowledge exchange by {number(row['z_change_exchange'])}"
    )
    return f"{capital(both)} are on the way of {LABEL_NAMES[label]} ({label}): {LABEL_MEANINGS[label]}; {changes}."


def corroboration_sentences(results: Results, one: str, two: str) -> list[str]:
    """Return what the other null models say of a pair of poles: the direction of both z."""
    sentences = []
    for model in movements.corroborated_models(results):
        frame = movements.corroborated_frame(results, model, one, two)
        if len(frame) < 2 * movements.ENDS:
            continue
        x, y = movements.change(frame["x"]), movements.change(frame["y"])
        ways = ("falls" if x < 0 else "rises", "falls" if y < 0 else "rises")
        both = f"both z {'fall' if ways[0] == 'falls' else 'rise'}"
        how = both if ways[0] == ways[1] else f"the z of collaboration {ways[0]}, that of knowledge exchange {ways[1]}"
        sentences.append(
            f"Under the {MODEL_NAMES.get(model, model)} {how} (by {number(abs(x))} and {number(abs(y))}, first three "
            "years to last three)."
        )
    return sentences


def _vector_poles(results: Results) -> list[dict[str, Any]]:
    poles = []
    for at, pole in enumerate(results.poles):
        frame = movements.vectors(results, pole)
        if frame.empty:
            continue
        rows = [
            Vector(
                row.name,
                row.label if isinstance(row.label, str) else "–",
                f"{number(row.start_x)} | {number(row.start_y)}",
                f"{number(row.end_x)} | {number(row.end_y)}",
                f"{number(row.z_change_x)} | {number(row.z_change_y)}",
            )
            for row in rows_of(frame)
        ]
        poles.append({"at": at, "name": pole_name(pole), "in_sentence": in_sentence(pole), "rows": rows})
    return poles


def _shares(results: Results) -> list[dict[str, Any]]:
    shares = movements.label_shares(results)
    return [
        {
            "label": row.label,
            "name": LABEL_NAMES[row.label],
            "meaning": LABEL_MEANINGS[row.label],
            "pairs": count(row.pairs),
            "share": percent(row.share, 1.0),
        }
        for row in rows_of(shares)
    ]


def matrix_words(results: Results, name: str) -> str:
    """Return what a label matrix shows, as a heading."""
    if name == "bloc":
        return f"Members of {in_sentence(str(movements.matrix_bloc(results)))}"
    return f"The {movements.top_number(results)} countries with the most papers"


def _matrices(results: Results) -> list[dict[str, Any]]:
    found = []
    for name, codes in movements.matrix_countries(results).items():
        cells = movements.label_matrix(results, codes)
        once = cells.loc[cells["row"] < cells["column"], "label"].dropna().value_counts()
        total = int(once.sum())
        said = [f"{percent(once.get(label, 0), total)} {label}" for label in movements.LABELS] if total else []
        rows = []
        for code in codes:
            own = cells[cells["row"] == code]
            by_label = {
                label: ", ".join(place_name(other) for other in own.loc[own["label"] == label, "column"]) or "–"
                for label in movements.LABELS
            }
            rows.append({"name": place_name(code)} | by_label)
        found.append(
            {
                "name": name,
                "heading": matrix_words(results, name),
                "sentence": f"Of {plural(total, 'pair')} with a trajectory: {', '.join(said)}." if said else "",
                "without": joined([place_name(code) for code in movements.without_label(results, name)]),
                "rows": rows,
            }
        )
    return found


def _sensitivity(results: Results) -> dict[str, Any]:
    table = uncertainty.sensitivity_table(results)
    labels = [label for label in movements.LABELS if label in table]
    fixed = {"own", "choice", "pairs", "rand", "same", "poles", *uncertainty.CHOICES, *labels}
    others = [name for name in table.columns if name not in fixed]
    return {
        "labels": labels,
        "others": [(name, _in_names(results, name)) for name in others],
        "rows": table.to_dict("records"),
    }


def _in_names(results: Results, finding: str) -> str:
    """Return a finding's name with the names of poles in place of their codes."""
    words = finding.split(" ")
    pairs = {f"{a}-{b}": f"{place_name(a)}–{place_name(b)}" for a in results.poles for b in results.poles if a != b}
    known = {pole: place_name(pole) for pole in results.poles} | pairs
    return " ".join(known.get(word, word) for word in words)


def section_charts(results: Results) -> dict[str, Any]:
    """Return the charts of these sections by the name of the element that they are drawn into.

    Absent ones are left out.
    """
    return dict(_section_charts(results))


@lru_cache(maxsize=1)  # asked for by the page, by its links and by the figures
def _section_charts(results: Results) -> dict[str, Any]:
    made: dict[str, Any] = {
        "output": outputcharts.output_chart(results),
        "foreign": outputcharts.foreign_chart(results),
        "densities": outputcharts.densities_chart(results),
        "groups": clustercharts.groups_chart(results),
        "agreement": uncertaintycharts.agreement_chart(results),
        "silhouette": uncertaintycharts.silhouette_chart(results),
        "sensitivity": uncertaintycharts.sensitivity_chart(results),
    }
    for cluster in clustercharts.clusters(results):
        made[f"centroid-{cluster}"] = clustercharts.centroid_chart(results, cluster)
    for at, pole in enumerate(results.poles):
        made[f"vectors-{at}"] = planecharts.vectors_chart(results, pole)
    for name, codes in movements.matrix_countries(results).items():
        made[f"matrix-{name}"] = clustercharts.matrix_chart(results, codes, what=matrix_words(results, name))
    for at, pair in enumerate(shown_pole_pairs(results)):
        made |= pole_charts(results, at, pair)
    return {name: chart for name, chart in made.items() if chart is not None}


def pole_charts(results: Results, at: int, pair: tuple[str, str]) -> dict[str, Any]:
    """Return the charts of one pair of poles.

    Its way in the plane, under other null models too, z and volumes by year.
    """
    one, two = pair
    both = f"{place_name(one)} and {place_name(two)}"
    made: dict[str, Any] = {}
    frame = movements.plane_frame(results, one, two)
    if len(frame):
        what = f"{both} from {results.years[0]} to {results.years[1]}: z of collaboration and of knowledge exchange."
        made[f"way-{at}"] = planecharts.plane_chart(charts.inline(values=_values(frame)), what=what)
    for model in movements.corroborated_models(results):
        other = movements.corroborated_frame(results, model, one, two)
        if len(other):
            what = f"{both}: both z under the {MODEL_NAMES.get(model, model)}."
            made[f"way-{at}-{model}"] = planecharts.plane_chart(
                charts.inline(values=_values(other)), what=what, height=280
            )
    rows = paircharts.pair_frame(results, one, two)
    if len(rows):
        data = charts.inline(values=paircharts.records(rows))
        made[f"way-{at}-z"] = paircharts.pair_z_chart(results, data, height=260)
        for network, _ in results.networks:
            made[f"way-{at}-{network}"] = paircharts.pair_weight_chart(results, data, network, height=190)
    return made


def _values(frame: Any) -> Any:
    return paircharts.records(planecharts.with_first(frame))


def picker_chart() -> Any:
    """Return the way of the chosen pair in the plane; the page hands its rows over."""
    return planecharts.plane_chart(
        alt.NamedData(name=planecharts.PLANE_DATA),
        what="The way of the chosen pair in the plane of both z.",
        height=320,
    )


def figure_names(results: Results) -> dict[str, str]:
    """Return the file name of the figure of each chart of the page that has one."""
    names = {"coverage": "coverage", "papers": "papers", "international": "international", "truth": "truth"}
    names |= {
        "output": "output", "foreign": "foreign_citations", "densities": "densities", "centroids": "centroids",
        "groups": "groups", "agreement": "agreement", "silhouette": "silhouette", "sensitivity": "sensitivity",
    }  # fmt: skip
    names |= {"map": f"map_{COLLABORATION}", "matrix-top": "matrix_top", "matrix-bloc": "matrix_bloc"}
    for at, pole in enumerate(results.poles):
        names[f"vectors-{at}"] = f"vectors_{pole}"
        names |= {f"partners-{at}-{network}": f"partners_{pole}_{network}" for network, _ in results.networks}
    for at, (one, two) in enumerate(shown_pole_pairs(results)):
        both = f"{one}_{two}"
        names |= {f"way-{at}": f"trajectory_{both}", f"way-{at}-z": f"pair_{both}"}
        names |= {f"way-{at}-{model}": f"trajectory_{both}_{model}" for model in movements.corroborated_models(results)}
        names |= {f"way-{at}-{network}": f"volume_{both}_{network}" for network, _ in results.networks}
    return names
