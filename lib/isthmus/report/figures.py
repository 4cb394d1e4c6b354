"""The figures of a study as PNG and SVG files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import vl_convert

from isthmus.files import write_bytes, write_text
from isthmus.report.section import Figure
from isthmus.report.theme import LIGHT, resolve

#: Pixels per unit of the drawing in PNG files: sharp on a high-resolution screen and in print.
SCALE = 2.0
KINDS = ("svg", "png")
#: Beside the figures: the names of those that the report wrote, one a line. A later run removes what it no longer has.
LIST = "figures.txt"


@dataclass(frozen=True)
class Picture:
    """A chart as SVG, which every notebook shows without a network."""

    svg: str

    def _repr_svg_(self) -> str:
        return self.svg


def show(chart: Any) -> Picture:
    """Return a chart drawn in the report's light colours, to be the last line of a notebook's cell."""
    return Picture(vl_convert.vegalite_to_svg(_spec(chart)))


def write_figures(figures: Sequence[Figure], folder: Path, *, simulated: bool) -> list[Path]:
    """Write figures into a folder, each as PNG and as SVG; return the files.

    Colours are those of the light page on its paper colour, so that the figures fit together in any document. Figures
    that an earlier run wrote and that are not among these are removed; other files of the folder stay.

    Parameters
    ----------
    figures : Sequence[Figure]
        What to draw.
    folder : Path
        Where to; made when it is not there.
    simulated : bool
        Whether the figures are to say that their data are made up.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _remove_others(folder, {figure.name for figure in figures})
    written: list[Path] = []
    for figure in figures:
        spec = _headed(_spec(figure.draw()), figure.heading, simulated=simulated)
        svg, png = (folder / f"{figure.name}.{kind}" for kind in KINDS)
        drawn = vl_convert.vegalite_to_svg(spec)
        write_text(svg, drawn)
        # the same drawing, in half the time of drawing anew
        write_bytes(png, vl_convert.svg_to_png(drawn, scale=SCALE))
        written += [svg, png]
    return written


def _remove_others(folder: Path, names: set[str]) -> None:
    listed = folder / LIST
    before = set(listed.read_text(encoding="utf-8").split("\n")) if listed.is_file() else set()
    for name in before - names - {""}:
        for kind in KINDS:
            (folder / f"{name}.{kind}").unlink(missing_ok=True)
    write_text(listed, "".join(f"{name}\n" for name in sorted(names)))


def _spec(chart: Any) -> dict[str, Any]:
    return resolve(chart.to_dict(validate=False)) | {"background": LIGHT["paper"], "padding": 16}


def _headed(spec: Mapping[str, Any], heading: str, *, simulated: bool) -> dict[str, Any]:
    """Return the chart under a heading; below it, that the data are simulated, and what the vertical axis counts."""
    own = spec.get("title")
    lines = ["SIMULATED DATA: says nothing about the real world"] if simulated else []
    lines += [own["text"]] if isinstance(own, dict) else []
    title = {"text": heading, "anchor": "start", "fontSize": 16, "offset": 14}
    below = {"subtitle": lines, "subtitleColor": LIGHT["warn" if simulated else "soft"], "subtitleFontSize": 12}
    return {**spec, "title": title | (below if lines else {}) | {"subtitlePadding": 6}}
