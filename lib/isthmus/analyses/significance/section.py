"""The section on significance: the map and the table of ties, the partners of the poles, any pair, the null models."""

from functools import partial
from typing import Any

import altair as alt

from isthmus.analyses.networks.countries import countries, country_options, pole_members, pole_pairs
from isthmus.analyses.networks.joint import joint_citations
from isthmus.analyses.networks.text import NETWORK_MEANINGS, NETWORK_NAMES
from isthmus.analyses.robustness.tables import BOOTSTRAP_PROPENSITIES
from isthmus.analyses.significance.charts import BARS, partners_chart
from isthmus.analyses.significance.embedded_pairs import PAIR_BYTES, EmbeddedPairs, embed_pairs
from isthmus.analyses.significance.findings import significance_findings
from isthmus.analyses.significance.fits import fits_table
from isthmus.analyses.significance.maps import ASPECT, tie_map
from isthmus.analyses.significance.method import method
from isthmus.analyses.significance.paircharts import PAIR_DATA, pair_chart, pair_weight_chart, pair_z_chart
from isthmus.analyses.significance.tables import NULL_MODEL_FITS, PAIR_TESTS
from isthmus.analyses.significance.ties import (
    SOLID,
    partners,
    shown_networks,
    significant_ties,
    window_text,
    window_ties,
)
from isthmus.analyses.trajectories.frames import label_shares
from isthmus.analyses.trajectories.planecharts import picker_chart
from isthmus.networks.names import COLLABORATION
from isthmus.report.results import Results, rows_of
from isthmus.report.section import Figure, Section, Tile, figure_name
from isthmus.report.text import count, in_sentence, place_name, pole_name
from isthmus.trajectories.labels import LABEL_NAMES

_HERE = "isthmus.analyses.significance"
#: Rows of the table of ties that are shown before "show all".
FIRST_ROWS = 20


def section(results: Results) -> Section | None:
    """Return the section on ties stronger than size explains; None where no null model was fitted."""
    if not (results.published(PAIR_TESTS) and results.published(NULL_MODEL_FITS)):
        return None
    pairs = embed_pairs(results, PAIR_BYTES)
    return Section(
        id="significance",
        title="Ties stronger than size explains",
        template=f"{_HERE}/section.html.j2",
        values=_values(results, pairs),
        figures=tuple(_figures(results)),
        findings=tuple(significance_findings(results)),
        method=tuple(method(results)),
        tiles=tuple(_tiles(results)),
        contents=_contents(results),
        charts=_charts(results),
        data=_data(results, pairs),
        script=f"{_HERE}/section.js",
    )


def _contents(results: Results) -> tuple[tuple[str, str], ...]:
    ends = (("null-models", "Null models"),)
    if not shown_networks(results):
        return ends
    return (("map-section", "Map"), ("ties", "Ties"), ("poles", "Poles"), *_pair_link(results), *ends)


def _pair_link(results: Results) -> tuple[tuple[str, str], ...]:
    return (("pair", "Any pair"),) if default_pair(results) else ()


def _tiles(results: Results) -> list[Tile]:
    first, last = results.window
    pairs = window_ties(results)
    found = []
    for network, _ in shown_networks(results):
        number = int(pairs.loc[pairs["network"] == network, "significant"].sum())
        what = f"ties in {NETWORK_NAMES[network].lower()} stronger than size explains, {first}–{last}"
        found.append(Tile(count(number), what))
    return found


def _values(results: Results, pairs: EmbeddedPairs) -> dict[str, Any]:
    return {
        "window": window_text(results),
        "networks": [(network, NETWORK_NAMES[network]) for network, _ in shown_networks(results)],
        "network_meanings": NETWORK_MEANINGS,
        "ties": significant_ties(results).to_dict("records"),
        "solid": SOLID,
        "has_joint": len(joint_citations(results)) > 0,
        "joint_papers": results.switch("networks.joint_papers"),
        "poles": [_pole(results, pole) for pole in results.poles],
        "options": country_options(results),
        "pairs": pairs,
        "default_pair": default_pair(results),
        "suggested": suggested_pairs(results),
        "has_intervals": results.has(BOOTSTRAP_PROPENSITIES),
        "has_labels": len(label_shares(results)) > 0,
        "fits": fits_table(results).to_dict("records"),
    }


def _pole(results: Results, pole: str) -> dict[str, Any]:
    tables = {network: partners(results, pole, network) for network, _ in shown_networks(results)}
    return {
        "code": pole,
        "name": pole_name(pole),
        "in_sentence": in_sentence(pole),
        "several": len(pole_members(results, pole)) > 1,
        "partners": {network: table.to_dict("records") for network, table in tables.items()},
        "figures": {network: figure_name("partners", pole, network) for network in tables},
        "shared": _shared(results, pole),
    }


def _shared(results: Results, pole: str) -> list[str]:
    """Return the partners in collaboration that the first pole has in common with every other pole."""
    if len(results.poles) < 2 or pole != results.poles[0]:
        return []
    return sorted(set.intersection(*(set(partners(results, other)["partner_name"]) for other in results.poles)))


def default_pair(results: Results) -> tuple[str, str] | None:
    """Return the pair that the picker opens with: the first two poles that are countries, else the strongest tie."""
    if pole_pairs(results):
        return pole_pairs(results)[0]
    strongest = significant_ties(results)
    if len(strongest):
        return str(strongest["src"][0]), str(strongest["dst"][0])
    codes = countries(results)
    return (codes[0], codes[1]) if len(codes) > 1 else None


def suggested_pairs(results: Results, number: int = 5) -> list[tuple[str, str]]:
    """Return a few pairs worth a look: the poles, then the strongest ties."""
    strongest = significant_ties(results, COLLABORATION)
    strongest = strongest[strongest["weight"] >= SOLID].head(number)
    first = default_pair(results)
    pairs = [first] if first else []
    pairs += [(str(row.src), str(row.dst)) for row in rows_of(strongest)]
    return list(dict.fromkeys(pairs))[:number]


def _figures(results: Results) -> list[Figure]:
    window = window_text(results)
    figures = []
    for network, _ in shown_networks(results):
        what = NETWORK_NAMES[network]
        heading = f"{what}: ties stronger than size explains, {window}"
        figures.append(Figure(figure_name("map", network), heading, "", partial(tie_map, results, network)))
        for pole in results.poles:
            if number := len(partners(results, pole, network)):
                figures.append(
                    Figure(
                        figure_name("partners", pole, network),
                        f"{what}: significant partners of {in_sentence(pole)}, mean z {window}",
                        f"Mean z and observed weight, {window}{'; the 15 strongest' if number > BARS else ''}.",
                        partial(partners_chart, results, pole, network),
                    )
                )
    if shown_networks(results) and pole_pairs(results):
        one, two = pole_pairs(results)[0]
        heading = f"{place_name(one)} and {place_name(two)}"
        figures.append(Figure(figure_name("pair", one, two), heading, "", partial(pair_chart, results, one, two)))
    return figures


def _charts(results: Results) -> dict[str, Any]:
    """Return the charts that the page's script feeds: the map of the chosen network, and those of the chosen pair."""
    if not shown_networks(results):
        return {}
    data = alt.NamedData(name=PAIR_DATA)
    charts: dict[str, Any] = {
        "map": partial(tie_map, results, shown_networks(results)[0][0]),
        "pair-z": partial(pair_z_chart, results, data, height=280),
    }
    for network, _ in shown_networks(results):
        charts[f"pair-{network}"] = partial(pair_weight_chart, results, data, network, height=200)
    if len(shown_networks(results)) > 1:
        charts["pair-plane"] = picker_chart
    return charts


def _data(results: Results, pairs: EmbeddedPairs) -> dict[str, Any]:
    networks = shown_networks(results)
    return {
        "pairs": vars(pairs),
        "networks": {network: NETWORK_NAMES[network] for network, _ in networks},
        "units": {network: "papers" if network == COLLABORATION else "citations" for network, _ in networks},
        "threshold": results.threshold,
        "window": list(results.window),
        "span": list(results.years),
        "labelNames": LABEL_NAMES,
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
