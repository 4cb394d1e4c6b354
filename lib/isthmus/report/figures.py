"""The figures of a study as PNG and SVG files."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import vl_convert

from isthmus.report import charts, clustercharts, movements, paircharts, sections, truth, truthchart
from isthmus.report.maps import tie_map
from isthmus.report.results import Results
from isthmus.report.theme import LIGHT, resolve
from isthmus.report.ties import partners
from isthmus.report.words import MODEL_NAMES, NETWORK_NAMES, in_sentence, place_name, span

#: Pixels per unit of the drawing in PNG files: sharp on a high-resolution screen and in print.
SCALE = 2.0
_KINDS = (
    "coverage", "papers", "international", "map", "partners", "pair", "truth", "output", "foreign", "densities",
    "trajectory", "volume", "vectors", "centroids", "matrix", "groups", "agreement", "silhouette", "sensitivity",
)  # fmt: skip


@dataclass(frozen=True)
class Picture:
    """A chart as SVG, which every notebook shows without a network."""

    svg: str

    def _repr_svg_(self) -> str:
        return self.svg


@dataclass(frozen=True)
class Figure:
    """A figure to be written: its heading, and the function that draws it."""

    heading: str
    draw: Callable[[], Any]


def show(chart: Any) -> Picture:
    """Return a chart drawn in the report's light colours, to be the last line of a notebook's cell."""
    return Picture(vl_convert.vegalite_to_svg(_spec(chart)))


def write_figures(results: Results, folder: Path) -> list[Path]:
    """Write every figure of the study into `folder`, each as PNG and as SVG; return the files.

    Colours are those of the light page on its paper colour, so that the figures fit together in any document. Figures
    of simulated data say so. Figures of an earlier run that this study does not have are removed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    figures = study_figures(results)
    for file in folder.iterdir():
        if file.suffix in (".png", ".svg") and file.stem.split("_")[0] in _KINDS and file.stem not in figures:
            file.unlink()
    written: list[Path] = []
    for name, figure in figures.items():
        spec = _headed(_spec(figure.draw()), figure.heading, simulated=results.simulated)
        svg, png = folder / f"{name}.svg", folder / f"{name}.png"
        drawn = vl_convert.vegalite_to_svg(spec)
        svg.write_text(drawn, encoding="utf-8")
        png.write_bytes(vl_convert.svg_to_png(drawn, scale=SCALE))  # the same drawing, in half the time of drawing anew
        written += [svg, png]
    return written


def study_figures(results: Results) -> dict[str, Figure]:
    """Return the figures that the results allow, by file name."""
    figures: dict[str, Figure] = {}
    window = span(range(results.window[0], results.window[1] + 1))
    if results.coverage["corpus_works"].sum():
        figures["coverage"] = Figure("What the records cover", partial(charts.coverage_chart, results))
        figures["papers"] = Figure("Papers", partial(charts.papers_chart, results))
        figures["international"] = Figure("Papers with another country", partial(charts.international_chart, results))
    for network, _ in results.networks:
        what = NETWORK_NAMES[network]
        figures[f"map_{network}"] = Figure(
            f"{what}: ties stronger than size explains, {window}", partial(tie_map, results, network)
        )
        for pole in results.poles:
            if len(partners(results, pole, network)):
                heading = f"{what}: significant partners of {in_sentence(pole)}, mean z {window}"
                figures[f"partners_{pole}_{network}"] = Figure(
                    heading, partial(charts.partners_chart, results, pole, network)
                )
    countries = [pole for pole in results.poles if pole in results.countries]
    if results.networks and len(countries) >= 2:
        one, two = countries[:2]
        figures[f"pair_{one}_{two}"] = Figure(
            f"{place_name(one)} and {place_name(two)}", partial(paircharts.pair_chart, results, one, two)
        )
    figures |= _of_sections(results)
    if truth.planted_ties(results) is not None:
        figures["truth"] = Figure("Planted ties, and what was found", partial(truthchart.truth_chart, results))
    return figures


def _of_sections(results: Results) -> dict[str, Figure]:
    """Return the figures of the sections that have charts, in the page's order."""
    headings = _section_headings(results)
    names = sections.figure_names(results)
    figures: dict[str, Figure] = {}
    if clustercharts.clusters(results):
        every = partial(clustercharts.centroids_chart, results)
        figures["centroids"] = Figure("Centroids of the clusters of trajectories", every)
    return figures | {
        names[chart]: Figure(headings[chart], partial(_given, drawn))
        for chart, drawn in sections.section_charts(results).items()
        if chart in headings
    }


def _given(chart: Any) -> Any:
    return chart


def _section_headings(results: Results) -> dict[str, str]:
    """Return the heading of each chart of `sections.section_charts`; the pair's z by year has a figure of its own."""
    headings = {
        "output": "Papers with other countries, and without",
        "foreign": "Citations from outside",
        "densities": f"{NETWORK_NAMES['collaboration']}: significant ties inside regions, and with the outside",
        "groups": "Integration groups and their speed",
        "agreement": "Agreement of the clusters with other choices",
        "silhouette": "Silhouette over the number of clusters",
        "sensitivity": "Labels under every combination of choices",
    }
    headings |= {
        f"vectors-{at}": f"The most productive countries against {in_sentence(pole)}"
        for at, pole in enumerate(results.poles)
    }
    for name in movements.matrix_countries(results):
        headings[f"matrix-{name}"] = f"Labels of pairs: {sections.matrix_words(results, name)}"
    for at, (one, two) in enumerate(sections.shown_pole_pairs(results)):
        both = f"{place_name(one)} and {place_name(two)}"
        headings[f"way-{at}"] = f"{both}, {results.years[0]}–{results.years[1]}"
        for model in movements.corroborated_models(results):
            headings[f"way-{at}-{model}"] = f"{both}: {MODEL_NAMES.get(model, model)}"
        for network, _ in results.networks:
            headings[f"way-{at}-{network}"] = f"{both}: {NETWORK_NAMES[network].lower()}, raw volume"
    return headings


def _spec(chart: Any) -> dict[str, Any]:
    return resolve(chart.to_dict(validate=False)) | {"background": LIGHT["paper"], "padding": 16}


def _headed(spec: dict[str, Any], heading: str, *, simulated: bool) -> dict[str, Any]:
    """Return the chart under a heading; below it, that the data are simulated, and what the vertical axis counts."""
    own = spec.get("title")
    lines = ["SIMULATED DATA: says nothing about the real world"] if simulated else []
    lines += [own["text"]] if isinstance(own, dict) else []
    title = {"text": heading, "anchor": "start", "fontSize": 16, "offset": 14}
    below = {"subtitle": lines, "subtitleColor": LIGHT["warn" if simulated else "soft"], "subtitleFontSize": 12}
    return spec | {"title": title | (below if lines else {}) | {"subtitlePadding": 6}}
