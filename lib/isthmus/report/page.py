"""The report: one HTML file that works without a network."""

import json
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import altair as alt
import jinja2
import vl_convert

from isthmus.report import charts, headlines, methods, paircharts, sections, theme, ties, truth, truthchart, words
from isthmus.report.figures import study_figures, write_figures
from isthmus.report.maps import ASPECT, tie_map
from isthmus.report.pairs import PAIR_BYTES, EmbeddedPairs, country_options, embed_pairs
from isthmus.report.results import COLLABORATION, Results, load_results, rows_of

#: Rows of the table of ties that are shown before "show all".
FIRST_ROWS = 20


@dataclass(frozen=True)
class ReportSummary:
    """What was written: the page, its size in bytes, its findings as sentences, the pairs in it, the figure files."""

    path: Path
    size: int
    findings: tuple[str, ...]
    pairs: int
    pairs_left_out: int
    figures: tuple[Path, ...]


def build_report(results_dir: str | Path, out: str | Path, *, figures: bool = False) -> ReportSummary:
    """Write the report of a study as one self-contained HTML file.

    Parameters
    ----------
    results_dir : str | Path
        The folder of the study's published results.
    out : str | Path
        The file to write; it appears only when it is complete.
    figures : bool, default False
        Also write every figure as PNG and SVG into the folder `figures` beside the page.

    Raises
    ------
    StoreError
        The results are missing or incomplete; names the file.
    """
    results, out = load_results(results_dir), Path(out)
    pairs = embed_pairs(results, PAIR_BYTES)
    context = _context(results, pairs) | _files(results, out, figures=figures)
    page = _environment().get_template("report.html.j2").render(context)
    out.parent.mkdir(parents=True, exist_ok=True)
    partial = out.with_name(f".{out.name}.part")
    partial.write_text(page, encoding="utf-8")
    os.replace(partial, out)
    written = write_figures(results, out.parent / "figures") if figures else ()
    return ReportSummary(
        path=out,
        size=out.stat().st_size,
        findings=tuple(headlines.findings(results)),
        pairs=len(pairs.pairs),
        pairs_left_out=pairs.left_out,
        figures=tuple(written),
    )


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("isthmus.report"),
        autoescape=jinja2.select_autoescape(["html", "j2"]),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "count": words.count,
        "number": words.number,
        "measure": words.measure,
        "percent": lambda share: words.percent(share, 1.0),
        "place": words.place_name,
        "capitalise": words.capital,
        "whole": lambda value: words.MISSING if _missing(value) else words.count(value),
        "share": lambda share: words.MISSING if _missing(share) else words.percent(share, 1.0),
        "plain": _plain,
    }
    return environment


def _missing(value: float | None) -> bool:
    return value is None or not math.isfinite(value)


def _plain(value: float) -> str:
    """Return a count without decimals, anything else with two."""
    if _missing(value):
        return words.MISSING
    return words.count(value) if value == int(value) else words.number(value)


def _context(results: Results, pairs: EmbeddedPairs) -> dict[str, Any]:
    """Everything the template shows; the template itself computes nothing."""
    sentences = headlines.findings(results)
    data = _data(results, pairs)
    return sections.context(results) | {
        "drawn": set(data["charts"]),
        "study": results.study,
        "results": results,
        "release": results.study["release"],
        "window": words.span(range(results.window[0], results.window[1] + 1)),
        "headline": headlines.headline_figures(results),
        "findings": sentences,
        "networks": [(network, words.NETWORK_NAMES[network]) for network, _ in results.networks],
        "network_meanings": words.NETWORK_MEANINGS,
        "ties": ties.significant_ties(results).to_dict("records"),
        "solid": ties.SOLID,
        "poles": [_pole(results, pole) for pole in results.poles],
        "options": country_options(results),
        "pairs": pairs,
        "default_pair": default_pair(results),
        "suggested": suggested_pairs(results),
        "coverage_sentence": methods.coverage_sentence(results),
        "coverage_rows": results.coverage.to_dict("records"),
        "volumes": charts.volume_frame(results).to_dict("records"),
        "method": methods.method(results),
        "fits": methods.fits_table(results).to_dict("records"),
        "gates": results.gates.to_dict("records"),
        "accounting": methods.accounting_table(results).to_dict("records"),
        "switches": methods.switches(results),
        "truth": truth.compare(results),
        "light": theme.css_variables(theme.LIGHT),
        "dark": theme.css_variables(theme.DARK),
        "style": _asset("style.css"),
        "library": _library(),
        "script": _asset("report.js"),
        "data": _as_script(data),
    }  # fmt: skip


def _files(results: Results, out: Path, *, figures: bool) -> dict[str, Any]:
    """Return what the page links to: figures that are written with it, and the results where they lie beside it."""
    offered = study_figures(results) if figures else {}
    named = {chart: name for chart, name in sections.figure_names(results).items() if name in offered}
    return {
        "figure_files": {chart: f"figures/{name}" for chart, name in named.items()},
        "beside": out.parent.resolve() == results.folder.resolve(),
        "files": sorted(file.name for file in results.folder.glob("*.parquet")),
    }


def _pole(results: Results, pole: str) -> dict[str, Any]:
    tables = {network: ties.partners(results, pole, network) for network, _ in results.networks}
    return {
        "code": pole,
        "name": words.pole_name(pole),
        "in_sentence": words.in_sentence(pole),
        "several": len(words.pole_members(results, pole)) > 1,
        "partners": {network: table.to_dict("records") for network, table in tables.items()},
        "shared": _shared(results, pole),
    }


def _shared(results: Results, pole: str) -> list[str]:
    """Partners in collaboration that the pole has in common with every other pole."""
    if len(results.poles) < 2:
        return []
    of = {other: set(ties.partners(results, other)["partner_name"]) for other in results.poles}
    return sorted(set.intersection(*of.values())) if pole == results.poles[0] else []


def default_pair(results: Results) -> tuple[str, str] | None:
    """Return the pair that the picker opens with: the first two poles that are countries, else the strongest tie."""
    countries = [pole for pole in results.poles if pole in results.countries]
    if len(countries) >= 2:
        return countries[0], countries[1]
    strongest = ties.significant_ties(results)
    if len(strongest):
        return str(strongest["src"][0]), str(strongest["dst"][0])
    return (results.countries[0], results.countries[1]) if len(results.countries) > 1 else None


def suggested_pairs(results: Results, number: int = 5) -> list[tuple[str, str]]:
    """Return a few pairs worth a look: the poles, then the strongest ties."""
    strongest = ties.significant_ties(results, COLLABORATION)
    strongest = strongest[strongest["weight"] >= ties.SOLID].head(number)
    first = default_pair(results)
    pairs = [first] if first else []
    pairs += [(str(row.src), str(row.dst)) for row in rows_of(strongest)]
    return list(dict.fromkeys(pairs))[:number]


def _data(results: Results, pairs: EmbeddedPairs) -> dict[str, Any]:
    return {
        "charts": _charts(results),
        "pairs": vars(pairs),
        "networks": {network: words.NETWORK_NAMES[network] for network, _ in results.networks},
        "units": {network: "papers" if network == COLLABORATION else "citations" for network, _ in results.networks},
        "threshold": results.threshold,
        "window": list(results.window),
        "span": list(results.years),
        "labelNames": words.LABEL_NAMES,
        "coverage": {
            int(row.year): round(row.corpus_with_country / row.corpus_works, 4)
            for row in rows_of(results.coverage)
            if row.corpus_works
        },
        "names": {option["code"]: option["name"] for option in country_options(results)},
        "defaultPair": default_pair(results),
        "firstRows": FIRST_ROWS,
        "mapAspect": ASPECT,
    }


def _charts(results: Results) -> dict[str, Any]:
    """Return the specifications by the name of the element that they are drawn into."""
    made: dict[str, Any] = {
        "coverage": charts.coverage_chart(results),
        "papers": charts.papers_chart(results),
        "international": charts.international_chart(results, height=220),
    }
    if results.networks:
        first_network = results.networks[0][0]
        made["map"] = tie_map(results, first_network)
        made["pair-z"] = paircharts.pair_z_chart(results, alt.NamedData(name=paircharts.PAIR_DATA), height=280)
        for network, _ in results.networks:
            data = alt.NamedData(name=paircharts.PAIR_DATA)
            made[f"pair-{network}"] = paircharts.pair_weight_chart(results, data, network, height=200)
    for position, pole in enumerate(results.poles):
        for network, _ in results.networks:
            if len(ties.partners(results, pole, network)):
                made[f"partners-{position}-{network}"] = charts.partners_chart(results, pole, network)
    if len(results.networks) > 1:
        made["pair-plane"] = sections.picker_chart()
    made |= sections.section_charts(results)
    planted = truthchart.truth_chart(results)
    if planted is not None:
        made["truth"] = planted
    return {name: chart.to_dict(validate=False) for name, chart in made.items()}  # valid: the tests hold that


def _as_script(value: Mapping[str, Any]) -> str:
    """JSON that is safe inside a script element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _asset(name: str) -> str:
    return files("isthmus.report").joinpath("templates", name).read_text(encoding="utf-8")


@cache
def _library() -> str:
    """Vega, Vega-Lite and Vega-Embed as one script."""
    return str(vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")).replace("</script", "<\\/script")
