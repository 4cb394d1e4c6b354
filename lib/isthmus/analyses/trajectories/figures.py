"""The figures of the section on trajectories."""

from functools import partial
from typing import Any

from isthmus.analyses.networks.countries import pole_pairs
from isthmus.analyses.networks.words import network_meaning, network_name
from isthmus.analyses.significance.paircharts import pair_frame, pair_weight_chart, pair_z_chart
from isthmus.analyses.significance.text import MODEL_NAMES
from isthmus.analyses.significance.ties import shown_networks
from isthmus.analyses.trajectories.clusterbands import band_chart, bands_chart, has_bands
from isthmus.analyses.trajectories.clustercharts import (
    centroid_chart,
    centroids_chart,
    clusters,
    groups_chart,
    matrix_chart,
)
from isthmus.analyses.trajectories.frames import (
    label_of,
    matrix_bloc,
    matrix_countries,
    other_model_plane,
    other_models,
    plane_frame,
    top_number,
    vectors,
)
from isthmus.analyses.trajectories.group_members import NO_GROUP, integration_groups
from isthmus.analyses.trajectories.planecharts import plane_chart, with_first
from isthmus.analyses.trajectories.vectorcharts import vectors_chart
from isthmus.report.charts import inline
from isthmus.report.results import Results, from_works, records
from isthmus.report.section import Figure, figure_name
from isthmus.report.text import capital, in_sentence, place_name


def shown_pole_pairs(results: Results) -> list[tuple[str, str]]:
    """Return the pairs of poles that the page follows: at most three.

    None of a given network, of which "any two countries" shows all that is known.
    """
    return list(pole_pairs(results)[:3]) if from_works(results) else []


def matrix_words(results: Results, name: str) -> str:
    """Return what a label matrix shows, as a heading."""
    if name == "bloc":
        return f"Members of {in_sentence(str(matrix_bloc(results)))}"
    return f"The {top_number(results)} countries with the most papers"


def figures(results: Results) -> list[Figure]:
    """Return the figures of the section in the page's order."""
    found = [figure for pair in shown_pole_pairs(results) for figure in _pole_figures(results, *pair)]
    for pole in results.poles:
        if len(vectors(results, pole)):
            heading = f"The most productive countries against {in_sentence(pole)}"
            found.append(
                Figure(figure_name("vectors", pole), heading, _VECTORS_CAPTION, partial(vectors_chart, results, pole))
            )
    if any(group.key != NO_GROUP for group in integration_groups(results)):
        heading = "Integration groups and their speed"
        found.append(Figure("groups", heading, _GROUPS_CAPTION, partial(groups_chart, results)))
    if has_bands(results):
        heading = "Clusters of trajectories over the years"
        found.append(Figure("clusters_by_year", heading, _BANDS_CAPTION, partial(bands_chart, results)))
    if clusters(results):
        heading = "Centroids of the clusters of trajectories"
        found.append(Figure("centroids", heading, _centroids_caption(results), partial(centroids_chart, results)))
    for name, codes in matrix_countries(results).items():
        what = matrix_words(results, name)
        draw = partial(matrix_chart, results, codes, what=what)
        found.append(Figure(f"matrix_{name}", f"Labels of pairs: {what}", "", draw))
    return found


_VECTORS_CAPTION = (
    "One panel a country, most papers first, all with the same axes. The dotted lines are what size explains. Strong "
    "lines are settled directions; pale ones, their label in brackets, are not."
)
_BANDS_CAPTION = (
    "Each pair's two z, smoothed and stretched to the range from −1 to 1. The line is the mean of the pairs of a "
    "cluster, year by year; half of the pairs lie in the band, a quarter above it and a quarter below."
)
_GROUPS_CAPTION = (
    "Speed: distance that the tie moved in the plane of both z, from the first year to the last; with both poles, the "
    "faster one. Classes: terciles of the ties labelled SC, unless the study sets thresholds."
)


def _centroids_caption(results: Results) -> str:
    first, last = results.years
    return (
        "Each pair's two z, smoothed and stretched to the range from −1 to 1, then clustered by dynamic time warping. "
        f"Upwards: knowledge exchange. The middle of each cluster, from the hollow dot in {first} to the filled one in "
        f"{last}; it is an average of shapes, not of years. The pale line is the plain mean of its pairs, year by year."
    )


def _pole_figures(results: Results, one: str, two: str) -> list[Figure]:
    """Return the figures of a pair of poles: its way in the plane, under other null models too, and its volumes."""
    both, (first, last) = f"{place_name(one)} and {place_name(two)}", results.years
    found = []
    if len(plane_frame(results, one, two)):
        smoothed = label_of(results, one, two) is not None
        caption = (
            f"From the hollow dot to the filled one. The line is z {'smoothed over the years' if smoothed else _RAW}, "
            "the pale dots each year alone. At 0: what size explains; to the right papers together above it, upwards "
            "citations above it. z grows with the field even where the times stay the same."
        )
        draw = partial(_way_chart, results, one, two)
        found.append(Figure(figure_name("trajectory", one, two), f"{both}, {first}–{last}", caption, draw))
    for model in other_models(results):
        if len(other_model_plane(results, model, one, two)):
            heading = f"{both}: {MODEL_NAMES.get(model, model)}"
            draw = partial(_model_chart, results, model, one, two)
            found.append(Figure(figure_name("trajectory", one, two, model), heading, _MODEL_CAPTION, draw))
    if len(pair_frame(results, one, two)):
        for network, _ in shown_networks(results):
            heading = f"{both}: {network_name(results, network).lower()}, raw volume"
            caption = (
                f"{capital(network_meaning(results, network))}, beside what size explains (± 1 standard deviation)."
            )
            draw = partial(_volume_chart, results, network, one, two)
            found.append(Figure(figure_name("volume", one, two, network), heading, caption, draw))
    return found


_RAW = "of each year"
_MODEL_CAPTION = (
    "The same way under another null model, each year alone. Compare directions, not distances: its z has another "
    "scale."
)


def page_charts(results: Results) -> dict[str, Any]:
    """Return the charts that only the page has: each cluster alone, and the z of each pair of poles by year."""
    charts: dict[str, Any] = {
        f"centroid-{cluster}": partial(centroid_chart, results, cluster) for cluster in clusters(results)
    }
    if has_bands(results):
        charts |= {f"cluster-{cluster}": partial(band_chart, results, cluster) for cluster in clusters(results)}
    for at, (one, two) in enumerate(shown_pole_pairs(results)):
        if len(pair_frame(results, one, two)):
            charts[f"way-{at}-z"] = partial(_by_year_chart, results, one, two)
    return charts


def _way_chart(results: Results, one: str, two: str) -> Any:
    frame = with_first(plane_frame(results, one, two))
    both, (first, last) = f"{place_name(one)} and {place_name(two)}", results.years
    what = f"{both} from {first} to {last}: z of collaboration and of knowledge exchange."
    return plane_chart(inline(values=records(frame)), what=what)


def _model_chart(results: Results, model: str, one: str, two: str) -> Any:
    frame = with_first(other_model_plane(results, model, one, two))
    what = f"{place_name(one)} and {place_name(two)}: both z under the {MODEL_NAMES.get(model, model)}."
    return plane_chart(inline(values=records(frame)), what=what, height=280)


def _by_year_chart(results: Results, one: str, two: str) -> Any:
    return pair_z_chart(results, inline(values=records(pair_frame(results, one, two))), height=260)


def _volume_chart(results: Results, network: str, one: str, two: str) -> Any:
    data = inline(values=records(pair_frame(results, one, two)))
    return pair_weight_chart(results, data, network, height=190)
