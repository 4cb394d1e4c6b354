"""The figures of a study as PNG and SVG files."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import vl_convert

from isthmus.report import charts, paircharts, truth, truthchart
from isthmus.report.maps import tie_map
from isthmus.report.results import Results
from isthmus.report.theme import LIGHT, resolve
from isthmus.report.ties import partners

#: Pixels per unit of the drawing in PNG files: sharp on a high-resolution screen and in print.
SCALE = 2.0


@dataclass(frozen=True)
class Picture:
    """A chart as SVG, which every notebook shows without a network."""

    svg: str

    def _repr_svg_(self) -> str:
        return self.svg


def show(chart: Any) -> Picture:
    """A chart drawn in the report's light colours, to be the last line of a notebook's cell."""
    return Picture(vl_convert.vegalite_to_svg(_spec(chart)))


def _spec(chart: Any) -> dict[str, Any]:
    return resolve(chart.to_dict()) | {"background": LIGHT["paper"], "padding": 16}


def write_figures(results: Results, folder: Path) -> list[Path]:
    """Write every figure of the study into `folder`, each as PNG and as SVG; return the files.

    Colours are those of the light page on its paper colour, so that the figures fit together in any document.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for name, make in figure_makers(results).items():
        spec = _spec(make())
        svg, png = folder / f"{name}.svg", folder / f"{name}.png"
        svg.write_text(vl_convert.vegalite_to_svg(spec), encoding="utf-8")
        png.write_bytes(vl_convert.vegalite_to_png(spec, scale=SCALE))
        written += [svg, png]
    return written


def figure_makers(results: Results) -> dict[str, Callable[[], Any]]:
    """The figures that the results allow, by file name."""
    makers: dict[str, Callable[[], Any]] = {}
    if len(results.coverage):
        makers["coverage"] = partial(charts.coverage_chart, results)
        makers["papers"] = partial(charts.papers_chart, results)
        makers["international"] = partial(charts.international_chart, results)
    for network, _ in results.networks:
        makers[f"map_{network}"] = partial(tie_map, results, network)
        for pole in results.poles:
            if len(partners(results, pole, network)):
                makers[f"partners_{pole}_{network}"] = partial(charts.partners_chart, results, pole, network)
    countries = [pole for pole in results.poles if pole in results.countries]
    if results.networks and len(countries) >= 2:
        makers[f"pair_{countries[0]}_{countries[1]}"] = partial(paircharts.pair_chart, results, *countries[:2])
    if truth.planted_ties(results) is not None:
        makers["truth"] = partial(truthchart.truth_chart, results)
    return makers
