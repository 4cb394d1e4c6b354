"""The report: one HTML file that works without a network."""

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import jinja2
import vl_convert

from isthmus.errors import ConfigError
from isthmus.files import write_text
from isthmus.report import checks, scorecard, text, theme
from isthmus.report.figures import write_figures
from isthmus.report.findings import findings
from isthmus.report.packed import packed, share
from isthmus.report.results import Results, from_works
from isthmus.report.scorecard import Scorecard
from isthmus.report.section import Figure, Paragraph, Section

_KIT = "isthmus.report"
#: Answers on the first screen.
HEADLINES = 3
#: Share of the works with a country below which every section warns.
LEAST_COVERAGE = 0.5


@dataclass(frozen=True)
class ReportSummary:
    """What was written: the page, its size in bytes, its findings as sentences, the figure files."""

    path: Path
    size: int
    findings: tuple[str, ...]
    figures: tuple[Path, ...]


def build_report(
    results: Results,
    sections: Sequence[Section],
    out: str | Path,
    *,
    card: Scorecard | None = None,
    figures: bool = False,
) -> ReportSummary:
    """Write the report of a study as one self-contained HTML file.

    Parameters
    ----------
    results : Results
        The study.
    sections : Sequence[Section]
        What its analyses show, in the page's order.
    out : str | Path
        The file to write; it appears only when it is complete.
    card : Scorecard | None, optional
        Published values beside the study's own.
    figures : bool, default False
        Also write every figure as PNG and SVG into the folder `figures` beside the page.

    Raises
    ------
    ConfigError
        Two figures or charts have the same name.
    """
    out = Path(out)
    drawn = _figures_of(sections)
    page = _render(results, sections, card, drawn, out, written=figures)
    write_text(out, page)
    written = (
        write_figures(list(drawn.values()), out.parent / "figures", simulated=results.simulated) if figures else ()
    )
    return ReportSummary(
        path=out, size=out.stat().st_size, findings=tuple(findings(results, sections)), figures=tuple(written)
    )


def _figures_of(sections: Sequence[Section]) -> dict[str, Figure]:
    """Return all figures by name; a name is an element of the page and must be the only one."""
    taken: set[str] = set()
    for section in sections:
        for name in (*(figure.name for figure in section.figures), *section.charts):
            if name in taken:
                raise ConfigError(f"section {section.id!r} draws {name!r}, which the page draws already; rename it")
            taken.add(name)
    return {figure.name: figure for section in sections for figure in section.figures}


def _render(
    results: Results,
    sections: Sequence[Section],
    card: Scorecard | None,
    figures: Mapping[str, Figure],
    out: Path,
    *,
    written: bool,
) -> str:
    environment = _environment()
    shared = {
        "study": results.study,
        "release": results.study["release"],
        "from_works": from_works(results),
        "low_coverage": low_coverage(results),
        "figures": figures,
        "figure_files": {name: f"figures/{name}" for name in figures if written or _is_beside(out, name)},
    }
    ordered = _in_parts(sections)
    bodies = [_body(environment, section, shared) for section in ordered]
    data = _data(sections, "".join(bodies)) | {"citation": _citation(results)}
    absent = list(dict.fromkeys(each for section in sections for each in section.absent))
    context = {
        "sections": [
            {"part": section.part, "contents": section.contents, "body": body}
            for section, body in zip(ordered, bodies, strict=True)
        ],
        "facts": [fact for section in sections for fact in section.facts],
        "absent": absent,
        "settings": list(dict.fromkeys(each.setting for each in absent if each.setting)),
        "tiles": [tile for section in sections for tile in section.tiles],
        "headlines": [headline for section in sections for headline in section.headlines][:HEADLINES],
        "findings": findings(results, sections),
        "glossary": _glossary(sections),
        "method": [paragraph for section in sections for paragraph in section.method],
        "gates": results.gates.to_dict("records"),
        "accounting": checks.accounting_table(results).to_dict("records"),
        "switches": checks.switches(results),
        "card": card,
        "score_summary": scorecard.summary(card.scores) if card else "",
        "score_classes": scorecard.by_class(card.scores).to_dict("records") if card else [],
        "scores": scorecard.counted(card.scores) if card else (),
        "parameters": scorecard.parameters(card.scores) if card else (),
        "beside": out.parent.resolve() == results.folder.resolve(),
        "files": sorted(file.name for file in results.folder.glob("*.parquet")),
        "light": theme.css_variables(theme.LIGHT),
        "dark": theme.css_variables(theme.DARK),
        "style": _asset(f"{_KIT}/templates/style.css"),
        "unpack": _asset(f"{_KIT}/templates/unpack.js"),
        "library": _library(),
        "script": _script(sections),
        "data": packed(_as_json(data)),
    }
    return _without_indentation(environment.get_template("report.html.j2").render(shared | context))


def _is_beside(out: Path, figure: str) -> bool:
    """Whether a run has written the files of a figure beside the page."""
    return all((out.parent / "figures" / f"{figure}.{kind}").is_file() for kind in ("png", "svg"))


def _body(environment: jinja2.Environment, section: Section, shared: Mapping[str, Any]) -> str:
    template = environment.get_template(section.template)
    return template.render({**shared, **section.values, "charts": set(section.charts)})


def _data(sections: Sequence[Section], bodies: str) -> dict[str, Any]:
    """Return what the page's script reads: the charts that the sections place, and each section's own data."""
    makers = {figure.name: figure.draw for section in sections for figure in section.figures}
    makers |= {name: draw for section in sections for name, draw in section.charts.items()}
    placed = {name: draw() for name, draw in makers.items() if f'id="chart-{name}"' in bodies}
    charts, common = share({name: chart.to_dict(validate=False) for name, chart in placed.items()})
    data: dict[str, Any] = {"charts": charts, "shared": common}
    for section in sections:
        data |= section.data
    return data


def _script(sections: Sequence[Section]) -> str:
    """Return the kit's script, those of the sections, and the start, in a scope of their own."""
    own = [section.script for section in sections if section.script]
    parts = [
        _asset(name)
        for name in (
            f"{_KIT}/templates/report.js",
            f"{_KIT}/templates/charttools.js",
            *own,
            f"{_KIT}/templates/start.js",
        )
    ]
    return "\n".join(['"use strict";', "(async () => {", *parts, "})();"])


def _citation(results: Results) -> str:
    """Return how the page is cited; the page adds the figure."""
    study = results.study
    made = f"report made with Isthmus {study.get('isthmus_version', '')}".rstrip()
    made_up = " (simulated data)" if results.simulated else ""
    origin = f"snapshot {study['release']}" if from_works(results) else "of a network that was given"
    return f"“{study['title']}”, {made}, {origin}{made_up}"


def _glossary(sections: Sequence[Section]) -> list[Paragraph]:
    """Return the terms of all sections in the order of the alphabet, each once."""
    terms = {term.heading: term for section in sections for term in section.glossary}
    return sorted(terms.values(), key=lambda term: term.heading.lower())


def _in_parts(sections: Sequence[Section]) -> list[Section]:
    """Return the sections to look at before those on the method, each part in its own order."""
    return sorted(sections, key=lambda section: section.part == "method")


def low_coverage(results: Results) -> str:
    """Return the share of the corpus works that name a country where it is below a half; empty elsewhere."""
    works, placed = (int(results.coverage[name].sum()) for name in ("corpus_works", "corpus_with_country"))
    return text.percent(placed, works) if works and placed < LEAST_COVERAGE * works else ""


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(_template),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "count": text.count,
        "number": text.number,
        "measure": text.measure,
        "percent": lambda share: text.percent(share, 1.0),
        "place": text.place_name,
        "capitalise": text.capital,
        "whole": lambda value: text.MISSING if _missing(value) else text.count(value),
        "share": lambda share: text.MISSING if _missing(share) else text.percent(share, 1.0),
        "plain": _plain,
        "sortable": lambda value: f"{value:.5g}",
    }
    return environment


def _template(name: str) -> str | None:
    """Return a template by its name: "PACKAGE/FILE" of an analysis, or a file of the kit."""
    try:
        return _asset(name if "/" in name else f"{_KIT}/templates/{name}")
    except (FileNotFoundError, ModuleNotFoundError):
        return None


def _missing(value: float | None) -> bool:
    return value is None or not math.isfinite(value)


def _plain(value: float) -> str:
    """Return a count without decimals, anything else with two."""
    if _missing(value):
        return text.MISSING
    return text.count(value) if value == int(value) else text.number(value)


def _as_json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _without_indentation(page: str) -> str:
    """Return the page without the blanks at the beginning of its lines and without empty lines: a fifth of a table.

    Nothing in the page is preformatted, and no literal of its scripts goes over several lines.
    """
    return re.sub(r"\n\s+", "\n", page)


def _asset(name: str) -> str:
    """Return the text of "PACKAGE/FILE"."""
    package, _, file = name.partition("/")
    return files(package).joinpath(*file.split("/")).read_text(encoding="utf-8")


@cache
def _library() -> str:
    """Return Vega, Vega-Lite and Vega-Embed as one script, packed."""
    return packed(str(vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")))
