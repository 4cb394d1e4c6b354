"""The world map of the ties that size does not explain."""

import json
import math
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import altair as alt
import pandas as pd

from isthmus.analyses.networks.countries import countries, pole_members, size_column
from isthmus.analyses.networks.node_places import NodePlace, node_place
from isthmus.analyses.networks.tables import COUNTRY_YEARS
from isthmus.analyses.networks.words import network_name, unit_of
from isthmus.analyses.significance.ties import (
    PUBLISHED,
    default_called,
    graded_ties,
    is_tested,
    listed_ties,
    published_ties,
)
from isthmus.geography import country_shapes
from isthmus.networks.names import COLLABORATION
from isthmus.nullmodels.grades import FEW_PAPERS, FIRM, PROBABLE, STRONGER, WEAKER
from isthmus.report.charts import finish, inline
from isthmus.report.results import Results, from_works, rows_of
from isthmus.report.statement import Statement, statement
from isthmus.report.text import capital, place_name, pole_name
from isthmus.report.theme import colour, pole_colour

#: Height of the map for a width of one: the Equal Earth projection without Antarctica.
ASPECT = 0.47
#: Drawn of the ties that have a grade or that the published rule calls; the most certain ones first.
MOST_TIES = 1500
#: Drawn at first, where no country is chosen: the most certain of a network and side.
FIRST_TIES = 50
_FEATURE_COLUMNS = [
    "type", "geometry", "network", "src", "dst", "tie", "grade", "direction", "published", "times", "size", "words",
    "mean_z", "group", "rank",
]  # fmt: skip
_SOUTH = -56.0  # nothing south of this is drawn but Antarctica
#: Countries named on the map at most.
NAMED_COUNTRIES = 14
#: Straight pieces of an arc; with coordinates to a tenth of a degree it is smooth at any width of the map.
ARC_STEPS = 12
#: How far an arc leaves the straight line, as a share of its length.
BEND = 0.18
ALL = "all"
#: Where lines become wider, times above or below size at least, and the widths. Few papers never make a wide line.
STEPS = (3, 10)
_STEP_WIDTHS = (1.2, 2.8, 4.8)


def most_drawn(results: Results) -> int:
    """Return the largest rank of a tie on the map, of any network and side; 0 without a tie."""
    return max((int(row.rank) for row, _, _ in _placed_ties(results, None)), default=0)


def _placed_ties(results: Results, network: str | None) -> Iterator[tuple[Any, Any, Any]]:
    """Yield the ties of the map with their rank, the least certain first, and the places of both ends."""
    listed = listed_ties(results, network, MOST_TIES)
    ranks = listed.groupby(["network", listed["direction"].fillna("")]).cumcount() + 1
    for row in rows_of(listed.assign(rank=ranks).iloc[::-1]):
        start, end = node_place(results, row.src), node_place(results, row.dst)
        if start is not None and end is not None:
            yield row, start, end


def tie_features(results: Results, network: str | None = None) -> list[dict[str, Any]]:
    """Return each tie with a grade, or of the published rule, as a line between its countries.

    The least certain come first so that firm ones lie on top. `size` is the width: how many times above size, or below
    it, at least; `times` the propensity itself; `rank` the place of a tie among those of its network and side, from 1.

    Parameters
    ----------
    results : Results
        The study.
    network : str | None, optional
        One network; all that the report shows without it.
    """
    groups = tie_groups(results)
    features = []
    for row, start, end in _placed_ties(results, network):
        said = statement(row, unit_of(results, row.network))
        features.append(
            {
                "type": "Feature",
                "geometry": {"type": "LineString", "coordinates": _arc(start, end)},
                "network": row.network,
                "src": row.src,
                "dst": row.dst,
                "tie": f"{row.first} – {row.second}",
                "grade": said.grade or "",
                "direction": said.direction or "",
                "published": bool(row.significant),
                "times": _rounded(said.number),
                "size": _distance(said),
                "words": said.sentence,
                "mean_z": _rounded(row.mean_z),
                "group": _group(row.src, row.dst, groups),
                "rank": int(row.rank),
            }
        )
    return features


def _distance(said: Statement) -> float:
    """Return how many times a tie lies above size, or below it, at least: the end of its interval that is nearer to 1.

    The number itself is largest where a handful of papers met a tiny expectation: such lines would be the widest.
    """
    nearest = said.low if said.direction != WEAKER else 1.0 / said.high
    return max(_rounded(nearest) or 1.0, 1.0)


def _rounded(value: float) -> float | None:
    return round(float(value), 2) if math.isfinite(value) else None


def _arc(start: NodePlace, end: NodePlace) -> list[list[float]]:
    """Return a curve that bends away from the equator and never leaves the map at its edge, unlike a great circle.

    A quadratic Bezier curve in degrees whose control point lies beside the middle of the straight line.
    """
    dx, dy = end.longitude - start.longitude, end.latitude - start.latitude
    side = 1.0 if (start.latitude + end.latitude) / 2 * dx > 0 else -1.0
    middle = (
        (start.longitude + end.longitude) / 2 - side * BEND * dy,
        (start.latitude + end.latitude) / 2 + side * BEND * dx,
    )
    points = []
    for step in range(ARC_STEPS + 1):
        t = step / ARC_STEPS
        a, b, c = (1 - t) ** 2, 2 * t * (1 - t), t**2
        longitude = a * start.longitude + b * middle[0] + c * end.longitude
        latitude = a * start.latitude + b * middle[1] + c * end.latitude
        points.append([round(longitude, 1), round(min(max(latitude, -85.0), 85.0), 1)])
    return points


def tie_groups(results: Results) -> dict[str, frozenset[str]]:
    """Return the poles by the name that the legend gives them, with their countries."""
    return {pole_name(pole): pole_members(results, pole) for pole in results.poles}


def _group(src: str, dst: str, groups: dict[str, frozenset[str]]) -> str:
    touched = [name for name, members in groups.items() if src in members or dst in members]
    return "other countries" if not touched else touched[0] if len(touched) == 1 else "both poles"


def places(results: Results) -> pd.DataFrame:
    """Return the countries as dots.

    Columns code, name, latitude, longitude, papers (the sum of its ties where papers are not known), ties, and `label`:
    whether there is room for the name.
    """
    ties = _dotted_ties(results)
    number = pd.concat([ties["src"], ties["dst"]]).value_counts()
    papers = results.table(COUNTRY_YEARS).groupby("country")[size_column(results)].sum()
    nodes = [(code, node_place(results, code)) for code in countries(results)]
    frame = pd.DataFrame(
        [
            (code, place_name(code), place.latitude, place.longitude)
            for code, place in nodes
            if place is not None and place.latitude > _SOUTH
        ],
        columns=["code", "name", "latitude", "longitude"],
    )
    frame["papers"] = frame["code"].map(papers).fillna(0).astype(int)
    frame["ties"] = frame["code"].map(number).fillna(0).astype(int)
    frame["label"] = _with_room(frame, results)
    return frame


def _dotted_ties(results: Results) -> pd.DataFrame:
    """Return the collaborations that a country's dot counts: firm ties above size, or those of the published rule."""
    if not is_tested(results):
        return published_ties(results, COLLABORATION)
    firm = graded_ties(results, COLLABORATION, "firm")
    return firm[firm["direction"] == STRONGER]


def _with_room(frame: pd.DataFrame, results: Results) -> list[bool]:
    """Names for the poles, then for countries with most ties, as long as they do not run into each other."""
    poles = frame["code"].isin(results.poles)
    order = frame.assign(pole=poles).sort_values(["pole", "ties", "papers"], ascending=False)
    taken: list[tuple[float, float]] = []
    chosen: set[str] = set()
    for row in rows_of(order):
        near = any(abs(row.longitude - x) < 22 and abs(row.latitude - y) < 8 for x, y in taken)
        if not near and len(chosen) < NAMED_COUNTRIES and (row.ties > 0 or row.pole):
            taken.append((row.longitude, row.latitude))
            chosen.add(row.code)
    return [code in chosen for code in frame["code"]]


def tie_map(
    results: Results, network: str = COLLABORATION, *, called: str = "", side: str = STRONGER, width: int = 960
) -> Any:
    """Return the world map of the ties that size does not explain.

    Links are arcs, no routes; their colour is the pole they touch. Firm ties are solid, probable ones dashed, those of
    few papers dotted; the width is one of three steps of how many times above or below size they lie at least, for the
    published rule the mean z. Five parameters of the drawing choose what it shows: `network`, `focus` (a code or
    "all"), `called`, `side`, and `most`, the number of ties where no country is chosen: the published rule's map has
    no such limit.

    Parameters
    ----------
    results : Results
        The study.
    network : str
        Shown first.
    called : str, optional
        A key of `CALLED`, or `PUBLISHED`; `default_called` without it.
    side : str
        "stronger" or "weaker" than size explains.
    width : int
        In pixels.
    """
    called = called or default_called(results)
    by_rule = called == PUBLISHED
    features = tie_features(results)
    if by_rule:
        features = [feature for feature in features if feature["published"]]
    legend: dict[str, Any] = {
        "orient": "bottom",
        "direction": "horizontal",
        "symbolType": "stroke",
        "symbolSize": 350,
        "offset": 8,
    }
    hues = dict(zip(tie_groups(results), map(pole_colour, range(len(results.poles))), strict=True))
    hues |= {"both poles": colour("both"), "other countries": colour("other")}
    used = {feature["group"] for feature in features}
    names = [name for name in hues if name in used] or list(hues)

    land = alt.Chart(
        inline(values=_land(), format=alt.TopoDataFormat(type="topojson", feature="countries"))
    ).mark_geoshape(fill=colour("land"), stroke=colour("border"), strokeWidth=0.6, aria=False)
    chosen: dict[str, Any] = {"network": network, "focus": ALL, "called": called, "side": side}
    chosen["most"] = len(features) if by_rule else FIRST_TIES
    parameters = [alt.param(name=name, value=value) for name, value in chosen.items()]
    links = (
        alt.Chart(pd.DataFrame(features, columns=_FEATURE_COLUMNS))
        .transform_filter("datum.network == network && (focus == 'all' || datum.src == focus || datum.dst == focus)")
        .transform_filter(_IS_CALLED)
        .transform_filter(f"focus != '{ALL}' || datum.rank <= most")
        .transform_calculate(step=_STEP)
        .mark_geoshape(filled=False, strokeCap="round")
        .encode(
            opacity=_by_grade(alt.Opacity, _OPACITY, legend=None),
            strokeDash=_by_grade(alt.StrokeDash, _DASH, legend=None),
            color=alt.Color(
                "group:N",
                title="Ties of",
                scale=alt.Scale(domain=names, range=[hues[name] for name in names]),
                legend=alt.Legend(**legend),
            ),
            strokeWidth=_width(results, features, legend, by_rule=by_rule),
            tooltip=[
                alt.Tooltip("tie:N", title="Tie"),
                alt.Tooltip("words:N", title="Papers or citations" if from_works(results) else "Weight"),
                alt.Tooltip("mean_z:Q", title="Mean z", format=".2f"),
            ],
        )
    )
    where = places(results)
    ties = "collaborations" if from_works(results) else "ties"
    dotted = f"Firm {ties} above size" if is_tested(results) else f"{capital(ties)} by the published rule"
    at = {"longitude": "longitude:Q", "latitude": "latitude:Q"}
    dots = (
        alt.Chart(where)
        .mark_circle(fill=colour("ink"), opacity=0.75, stroke=colour("paper"), strokeWidth=0.5)
        .encode(
            size=alt.Size("papers:Q", scale=alt.Scale(range=[6, 130], zero=True), legend=None),
            tooltip=[
                alt.Tooltip("name:N", title="Country"),
                alt.Tooltip("papers:Q", title="Papers" if from_works(results) else "Sum of its ties", format=","),
                alt.Tooltip("ties:Q", title=dotted),
            ],
            **at,
        )
    )
    text = alt.Chart(where[where["label"]]).encode(text="name:N", **at)
    below: dict[str, Any] = {"dy": -9, "fontSize": 11, "aria": False}
    labels = [
        text.mark_text(fill=colour("paper"), stroke=colour("paper"), strokeWidth=3.5, opacity=0.8, **below),
        text.mark_text(fill=colour("ink"), **below),
    ]
    chart = alt.layer(land, links, dots, *labels).add_params(*parameters).project(type="equalEarth")
    shown = network_name(results, network).lower()
    return finish(
        chart, width=width, height=round(width * ASPECT), description=f"World map of {_SHOWN[called]} in {shown}."
    )


@cache
def _land() -> str:
    """Return the countries' shapes without Antarctica, as text: Altair copies a tree of lists many times over."""
    shapes = country_shapes()
    kept = [shape for shape in shapes["objects"]["countries"]["geometries"] if shape.get("id") != "AQ"]
    shapes["objects"]["countries"]["geometries"] = kept
    return json.dumps(shapes, separators=(",", ":"))


#: The same choice as in the page's script.
_IS_CALLED = (
    f"called == '{PUBLISHED}' ? datum.published : datum.direction == side && (datum.grade == '{FIRM}' || "
    f"(called != 'firm' && datum.grade == '{PROBABLE}') || (called == 'all' && datum.grade == '{FEW_PAPERS}'))"
)
_SHOWN = {
    "firm": "firm ties",
    "probable": "firm and probable ties",
    "all": "ties of every grade",
    PUBLISHED: "ties that the published rule calls",
}
_OPACITY = {FIRM: 0.75, PROBABLE: 0.55, FEW_PAPERS: 0.4, "": 0.6}
_DASH = {FIRM: [1, 0], PROBABLE: [6, 5], FEW_PAPERS: [1, 6], "": [1, 0]}


# Scales say that they are ordinal: of an ordinal field Vega-Lite takes the first two numbers for the ends of a range.
def _by_grade(channel: Any, values: Mapping[str, Any], **options: Any) -> Any:
    scale = alt.Scale(type="ordinal", domain=list(values), range=list(values.values()))
    return channel("grade:O", sort=list(values), scale=scale, **options)


def _width(results: Results, features: list[dict[str, Any]], legend: dict[str, Any], *, by_rule: bool) -> Any:
    shown = alt.Legend(tickCount=4, symbolStrokeColor=colour("soft"), **legend)
    if by_rule:
        largest = max((feature["mean_z"] or 0.0 for feature in features), default=0.0)
        domain = [results.threshold, max(largest, results.threshold + 1)]
        return alt.StrokeWidth("mean_z:Q", title="Mean z", scale=alt.Scale(domain=domain, range=[1.2, 6]), legend=shown)
    shown = alt.Legend(symbolStrokeColor=colour("soft"), **legend)
    scale = alt.Scale(type="ordinal", domain=list(_STEP_WORDS), range=list(_STEP_WIDTHS))
    return alt.StrokeWidth("step:O", title="Times from size, at least", sort=None, scale=scale, legend=shown)


_STEP_WORDS = (f"up to {STEPS[0]}", f"{STEPS[0]} to {STEPS[1]}", f"more than {STEPS[1]}")
_STEP = (
    f"datum.grade == '{FEW_PAPERS}' || datum.size <= {STEPS[0]} ? '{_STEP_WORDS[0]}' : "
    f"datum.size <= {STEPS[1]} ? '{_STEP_WORDS[1]}' : '{_STEP_WORDS[2]}'"
)
