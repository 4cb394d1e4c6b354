"""The section on ties: map and table with grades, the partners of the poles, any pair, the null models."""

from functools import partial
from typing import Any

import altair as alt
import pandas as pd

from isthmus.analyses.networks.countries import countries, country_options, pole_members, pole_pairs
from isthmus.analyses.networks.joint import joint_citations
from isthmus.analyses.networks.words import few, in_network, network_meaning, network_name, unit_of
from isthmus.analyses.robustness.tables import BOOTSTRAP_PROPENSITIES
from isthmus.analyses.significance.charts import PARTNERS, partners_chart
from isthmus.analyses.significance.embedded_pairs import PAIR_BYTES, EmbeddedPairs, embed_pairs, in_columns
from isthmus.analyses.significance.findings import published_rule, significance_findings
from isthmus.analyses.significance.fits import fits_table
from isthmus.analyses.significance.glossary import glossary
from isthmus.analyses.significance.headlines import strongest_ties
from isthmus.analyses.significance.maps import ASPECT, FIRST_TIES, most_drawn, tie_map
from isthmus.analyses.significance.method import FALSE_DISCOVERY_RATE, method
from isthmus.analyses.significance.paircharts import (
    PAIR_DATA,
    pair_chart,
    pair_times_chart,
    pair_weight_chart,
    pair_z_chart,
)
from isthmus.analyses.significance.pooled import NOT_POOLED
from isthmus.analyses.significance.resampled import with_resampled
from isthmus.analyses.significance.tables import NULL_MODEL_FITS, PAIR_TESTS
from isthmus.analyses.significance.ties import (
    PUBLISHED,
    default_called,
    graded_ties,
    is_tested,
    listed_ties,
    partners,
    published_ties,
    shown_networks,
    window_text,
    window_ties,
    with_words,
)
from isthmus.analyses.trajectories.frames import label_shares
from isthmus.analyses.trajectories.planecharts import picker_chart
from isthmus.networks.names import COLLABORATION
from isthmus.nullmodels.grades import FIRM, STRONGER, WEAKER
from isthmus.report.results import Results, from_works, rows_of
from isthmus.report.section import Figure, Section, Tile, figure_name
from isthmus.report.statement import GRADE_MEANINGS, GRADES, factor, grade_counts, grade_name, interval
from isthmus.report.text import MISSING, capital, count, in_sentence, place_name, pole_name
from isthmus.trajectories.labels import LABEL_NAMES

_HERE = "isthmus.analyses.significance"
#: Rows of the table of ties that are shown before "show all".
FIRST_ROWS = 20
#: Rows of that table at most, beyond firm ties and those of the published rule.
MOST_ROWS = 1000


def section(results: Results) -> Section | None:
    """Return the section on ties that size does not explain; None where no null model was fitted."""
    if not (results.published(PAIR_TESTS) and results.published(NULL_MODEL_FITS)):
        return None
    pairs = embed_pairs(results, PAIR_BYTES)
    return Section(
        id="significance",
        title="Ties that size does not explain",
        template=f"{_HERE}/section.html.j2",
        values=_values(results, pairs),
        figures=tuple(_figures(results)),
        findings=tuple(significance_findings(results)),
        headlines=strongest_ties(results),
        method=tuple(method(results)),
        tiles=tuple(_tiles(results)),
        contents=_contents(results),
        charts=_charts(results),
        data=_data(results, pairs),
        script=f"{_HERE}/section.js",
        glossary=glossary(results, [network for network, _ in shown_networks(results)]),
    )


def published_rule_section(results: Results) -> Section | None:
    """Return the section on what the published rule calls and on the fits behind it; None without a null model."""
    if not (results.published(PAIR_TESTS) and results.published(NULL_MODEL_FITS)):
        return None
    # of a given network the rule is a choice of the map and of the table, and no paper rests on it
    shown = shown_networks(results) if from_works(results) else ()
    networks = [(network, network_name(results, network)) for network, _ in shown]
    links = (("published-rule", "The published rule"),) if networks else ()
    return Section(
        id="published_rule",
        title="The published rule, and the null models",
        template=f"{_HERE}/published_rule.html.j2",
        values={
            "networks": networks,
            "rule": published_rule(results),
            "window": window_text(results),
            "fits": fits_table(results).to_dict("records"),
        },
        figures=tuple(_published_map(results, network) for network, _ in networks),
        contents=(*links, ("null-models", "Null models")),
        part="method",
    )


def _contents(results: Results) -> tuple[tuple[str, str], ...]:
    if not shown_networks(results):
        return ()
    return (("map-section", "Map of ties"), ("ties", "Table of ties"), ("poles", "The poles"), *_pair_link(results))


def _pair_link(results: Results) -> tuple[tuple[str, str], ...]:
    return (("pair", "Any two countries"),) if default_pair(results) else ()


def _tiles(results: Results) -> list[Tile]:
    pairs, window, found = window_ties(results), window_text(results), []
    for network, _ in shown_networks(results):
        own, where = pairs[pairs["network"] == network], in_network(results, network)
        if not is_tested(results):
            label = f"ties{where} by {published_rule(results)}, {window}"
            found.append(Tile(count(len(published_ties(results, network))), label))
            continue
        grades = grade_counts(own["grade"], own["direction"])
        more, less = grades[FIRM, STRONGER], grades[FIRM, WEAKER]
        label = f"firm ties{where}, {window}: {count(more)} stronger and {count(less)} weaker than size explains"
        found.append(Tile(count(more + less), label))
    return found


def _values(results: Results, pairs: EmbeddedPairs) -> dict[str, Any]:
    listed = listed_ties(results, None, MOST_ROWS)
    total = len(graded_ties(results)) + int((published_ties(results)["grade"].isna()).sum())
    return {
        "window": window_text(results),
        "networks": [(network, network_name(results, network)) for network, _ in shown_networks(results)],
        "network_meanings": {network: network_meaning(results, network) for network, _ in shown_networks(results)},
        "unit": unit_of(results, COLLABORATION),
        "few": few(results),
        "in_collaboration": in_network(results, COLLABORATION),
        "ties": _rows(results, listed),
        "left_out": total - len(listed),
        "tested": is_tested(results),
        "not_pooled": NOT_POOLED,
        "rule": published_rule(results),
        "called_options": _called_options(results),
        "first_ties": FIRST_TIES,
        "drawn_ties": most_drawn(results),
        "grade_meanings": _grade_meanings(results),
        "has_joint": len(joint_citations(results)) > 0,
        "joint_papers": results.switch("networks.joint_papers"),
        "poles": [_pole(results, pole) for pole in results.poles],
        "options": country_options(results),
        "pairs": pairs,
        "default_pair": default_pair(results),
        "suggested": suggested_pairs(results),
        "has_intervals": results.has(BOOTSTRAP_PROPENSITIES),
        "has_labels": len(label_shares(results)) > 0,
    }


def _rows(results: Results, ties: pd.DataFrame) -> list[dict[Any, Any]]:
    """Return ties as rows of a table: numbers for sorting, words for reading."""
    worded = with_resampled(results, with_words(results, ties))
    worded["times"] = [factor(value) for value in worded["propensity"]]
    ends = zip(worded["propensity_low"], worded["propensity_high"], strict=True)
    worded["range"] = [interval(low, high) for low, high in ends]
    worded["seen"] = seen_in_words(results, worded["years_seen"])
    worded["years_seen"] = worded["years_seen"].fillna(0).astype(int)
    worded["grade"] = worded["grade"].fillna("")
    worded["direction"] = worded["direction"].fillna("")
    return worded.to_dict("records")


def seen_in_words(results: Results, seen: pd.Series) -> list[str]:
    """Return in how many of the window's tested years a tie was seen: "4 of 5"; a dash where that is not known."""
    tested = results.table(PAIR_TESTS)["year"]
    of = tested[tested.between(*results.window)].nunique()
    return [MISSING if pd.isna(years) else f"{int(years)} of {of}" for years in seen]


def _called_options(results: Results) -> list[dict[str, Any]]:
    """Return what a reader may ask for, the default chosen; only the published rule where the window is not tested."""
    words = {"firm": "firm", "probable": "firm and probable", "all": "every grade"} if is_tested(results) else {}
    words |= {PUBLISHED: published_rule(results)}
    chosen = default_called(results)
    return [{"key": key, "words": word, "chosen": key == chosen} for key, word in words.items()]


def _grade_meanings(results: Results) -> list[tuple[str, str, str]]:
    """Return each grade, its name, and what it rests on."""
    rate = f"{float(results.switch('significance.false_discovery_rate', FALSE_DISCOVERY_RATE)):g}"
    threshold = f"{results.threshold:g}"
    unit = unit_of(results, COLLABORATION)
    return [
        (
            grade,
            capital(grade_name(grade, unit)),
            GRADE_MEANINGS[grade].format(rate=rate, threshold=threshold, unit=unit),
        )
        for grade in GRADES
    ]


def _pole(results: Results, pole: str) -> dict[str, Any]:
    tables = {network: partners(results, pole, network) for network, _ in shown_networks(results)}
    return {
        "code": pole,
        "name": pole_name(pole),
        "in_sentence": in_sentence(pole),
        "several": len(pole_members(results, pole)) > 1,
        "partners": {network: _rows(results, table) for network, table in tables.items()},
        "counts": {network: _grades_in_words(results, table) for network, table in tables.items()},
        "figures": {network: figure_name("partners", pole, network) for network in tables},
        "shared": _shared(results, pole),
    }


def _grades_in_words(results: Results, table: pd.DataFrame) -> str:
    numbers, unit = table["grade"].value_counts(), unit_of(results, COLLABORATION)
    return ", ".join(f"{count(numbers.get(grade, 0))} {grade_name(grade, unit)}" for grade in GRADES)


def _shared(results: Results, pole: str) -> list[str]:
    """Return the partners that the first pole and every other one have firm ties above size with, in collaboration."""
    if len(results.poles) < 2 or pole != results.poles[0]:
        return []
    return sorted(set.intersection(*(_firm_partners(results, other) for other in results.poles)))


def _firm_partners(results: Results, pole: str) -> set[str]:
    found = partners(results, pole)
    return set(found.loc[(found["grade"] == FIRM) & (found["direction"] == STRONGER), "partner_name"])


def default_pair(results: Results) -> tuple[str, str] | None:
    """Return the pair that the picker opens with: the first two poles that are countries, else the first tie."""
    if pole_pairs(results):
        return pole_pairs(results)[0]
    first = _first_ties(results)
    if len(first):
        return str(first["src"].iloc[0]), str(first["dst"].iloc[0])
    codes = countries(results)
    return (codes[0], codes[1]) if len(codes) > 1 else None


def _first_ties(results: Results) -> pd.DataFrame:
    graded = graded_ties(results)
    return graded if len(graded) else published_ties(results)


def suggested_pairs(results: Results, number: int = 5) -> list[tuple[str, str]]:
    """Return a few pairs worth a look: the poles, then the first ties of each network."""
    first = default_pair(results)
    pairs = [first] if first else []
    ties = _first_ties(results)
    pairs += [(str(row.src), str(row.dst)) for row in rows_of(ties[ties["network"] == COLLABORATION].head(number))]
    return list(dict.fromkeys(pairs))[:number]


def _figures(results: Results) -> list[Figure]:
    window = window_text(results)
    figures = []
    for network, _ in shown_networks(results):
        heading = f"{network_name(results, network)}: ties above size, {_called_words(results)}, {window}"
        if is_tested(results):
            figures.append(Figure(figure_name("map", network), heading, "", partial(tie_map, results, network)))
        figures += [_partners_figure(results, pole, network) for pole in results.poles if _has(results, pole, network)]
    if shown_networks(results) and pole_pairs(results):
        one, two = pole_pairs(results)[0]
        heading = f"{place_name(one)} and {place_name(two)}"
        figures.append(Figure(figure_name("pair", one, two), heading, "", partial(pair_chart, results, one, two)))
    return figures


def _published_map(results: Results, network: str) -> Figure:
    rule = published_rule(results)
    heading = f"{network_name(results, network)}: {rule}, {window_text(results)}"
    caption = f"Ties that {rule} calls. The thicker the line, the higher the mean z."
    draw = partial(tie_map, results, network, called=PUBLISHED)
    return Figure(figure_name("published_map", network), heading, caption, draw)


def _called_words(results: Results) -> str:
    return str(next(option["words"] for option in _called_options(results) if option["chosen"]))


def _has(results: Results, pole: str, network: str) -> bool:
    return len(partners(results, pole, network)) > 0


def _partners_figure(results: Results, pole: str, network: str) -> Figure:
    more = f"; {PARTNERS} of them, firm ones first" if len(partners(results, pole, network)) > PARTNERS else ""
    return Figure(
        figure_name("partners", pole, network),
        f"{network_name(results, network)}: partners of {in_sentence(pole)}, {window_text(results)}",
        f"Observed {unit_of(results, network)} over those that size explains, with the exact 95 % interval{more}. "
        f"Filled: firm; hollow: probable; faint: {few(results)}. A line without a point is an upper bound: nothing was "
        "observed.",
        partial(partners_chart, results, pole, network),
    )


def _charts(results: Results) -> dict[str, Any]:
    """Return the charts that the page's script feeds: the map of the chosen network, and those of the chosen pair."""
    if not shown_networks(results):
        return {}
    data = alt.NamedData(name=PAIR_DATA)
    charts: dict[str, Any] = {
        "map": partial(tie_map, results, shown_networks(results)[0][0]),
        "pair-times": partial(pair_times_chart, results, data, height=280),
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
        "pairs": in_columns(pairs),
        "networks": {network: network_name(results, network) for network, _ in networks},
        "inNetwork": {network: in_network(results, network) for network, _ in networks},
        "called": {option["key"]: option["words"] for option in _called_options(results)},
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
