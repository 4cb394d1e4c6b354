"""The world map of significant ties."""

import json
from functools import cache
from typing import Any

import altair as alt
import pandas as pd

from isthmus.analyses.networks.countries import countries, pole_members
from isthmus.analyses.networks.node_places import NodePlace, node_place
from isthmus.analyses.networks.tables import COUNTRY_YEARS
from isthmus.analyses.networks.text import NETWORK_NAMES
from isthmus.analyses.significance.ties import SOLID, significant_ties
from isthmus.geography import country_shapes
from isthmus.networks.names import COLLABORATION
from isthmus.report.charts import finish, inline
from isthmus.report.results import Results, rows_of
from isthmus.report.text import place_name, pole_name
from isthmus.report.theme import colour, pole_colour

#: Height of the map for a width of one: the Equal Earth projection without Antarctica.
ASPECT = 0.47
_FEATURE_COLUMNS = ["type", "geometry", "network", "src", "dst", "tie", "mean_z", "weight", "expected", "group"]
_SOUTH = -56.0  # nothing south of this is drawn but Antarctica
#: Countries named on the map at most.
NAMED_COUNTRIES = 14
ARC_STEPS = 24
#: How far an arc leaves the straight line, as a share of its length.
BEND = 0.18
ALL = "all"


def tie_features(results: Results) -> list[dict[str, Any]]:
    """Return each significant tie as a line between its countries, the weakest first so that strong ones lie on top."""
    groups = tie_groups(results)
    features = []
    for row in rows_of(significant_ties(results).iloc[::-1]):
        start, end = node_place(results, row.src), node_place(results, row.dst)
        if start is None or end is None:
            continue
        features.append(
            {
                "type": "Feature",
                "geometry": {"type": "LineString", "coordinates": _arc(start, end)},
                "network": row.network,
                "src": row.src,
                "dst": row.dst,
                "tie": f"{row.first} – {row.second}",
                "mean_z": round(row.mean_z, 2),
                "weight": int(row.weight),
                "expected": round(row.expected, 1),
                "group": _group(row.src, row.dst, groups),
            }
        )
    return features


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
        points.append([round(longitude, 2), round(min(max(latitude, -85.0), 85.0), 2)])
    return points


def tie_groups(results: Results) -> dict[str, frozenset[str]]:
    """Return the poles by the name that the legend gives them, with their countries."""
    return {pole_name(pole): pole_members(results, pole) for pole in results.poles}


def _group(src: str, dst: str, groups: dict[str, frozenset[str]]) -> str:
    touched = [name for name, members in groups.items() if src in members or dst in members]
    return "other countries" if not touched else touched[0] if len(touched) == 1 else "both poles"


def places(results: Results) -> pd.DataFrame:
    """Return the countries as dots.

    Columns code, name, latitude, longitude, papers, ties, and `label`: whether there is room for the name.
    """
    ties = significant_ties(results, COLLABORATION)
    number = pd.concat([ties["src"], ties["dst"]]).value_counts()
    papers = results.table(COUNTRY_YEARS).groupby("country")["papers"].sum()
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


def tie_map(results: Results, network: str = COLLABORATION, *, width: int = 960) -> Any:
    """Return the world map of ties that are stronger than size explains.

    Links are arcs, no routes; their width is the mean z, their colour the pole they touch. Two parameters of the
    drawing, `network` and `focus` (a code or "all"), choose what it shows.
    """
    features = tie_features(results)
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
    which = alt.param(name="network", value=network)
    focus = alt.param(name="focus", value=ALL)
    links = (
        alt.Chart(pd.DataFrame(features, columns=_FEATURE_COLUMNS))
        .transform_filter("datum.network == network && (focus == 'all' || datum.src == focus || datum.dst == focus)")
        .mark_geoshape(filled=False, strokeCap="round")
        .encode(
            opacity=alt.condition(f"datum.weight >= {SOLID}", alt.value(0.7), alt.value(0.3)),
            color=alt.Color(
                "group:N",
                title="Ties of",
                scale=alt.Scale(domain=names, range=[hues[name] for name in names]),
                legend=alt.Legend(**legend),
            ),
            strokeWidth=alt.StrokeWidth(
                "mean_z:Q",
                title="Mean z",
                scale=alt.Scale(domain=_z_domain(results, features), range=[1.2, 6]),
                legend=alt.Legend(tickCount=4, symbolStrokeColor=colour("soft"), **legend),
            ),
            tooltip=[
                alt.Tooltip("tie:N", title="Tie"),
                alt.Tooltip("mean_z:Q", title="Mean z", format=".2f"),
                alt.Tooltip("weight:Q", title="Observed", format=","),
                alt.Tooltip("expected:Q", title="Expected by size", format=",.1f"),
            ],
        )
    )  # fmt: skip
    where = places(results)
    at = {"longitude": "longitude:Q", "latitude": "latitude:Q"}
    dots = (
        alt.Chart(where)
        .mark_circle(fill=colour("ink"), opacity=0.75, stroke=colour("paper"), strokeWidth=0.5)
        .encode(
            size=alt.Size("papers:Q", scale=alt.Scale(range=[6, 130], zero=True), legend=None),
            tooltip=[
                alt.Tooltip("name:N", title="Country"),
                alt.Tooltip("papers:Q", title="Papers", format=","),
                alt.Tooltip("ties:Q", title="Significant collaborations"),
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
    chart = alt.layer(land, links, dots, *labels).add_params(which, focus).project(type="equalEarth")
    shown = NETWORK_NAMES[network].lower()
    return finish(
        chart, width=width, height=round(width * ASPECT), description=f"World map of significant ties in {shown}."
    )


@cache
def _land() -> str:
    """Return the countries' shapes without Antarctica, as text: Altair copies a tree of lists many times over."""
    shapes = country_shapes()
    kept = [shape for shape in shapes["objects"]["countries"]["geometries"] if shape.get("id") != "AQ"]
    shapes["objects"]["countries"]["geometries"] = kept
    return json.dumps(shapes, separators=(",", ":"))


def _z_domain(results: Results, features: list[dict[str, Any]]) -> list[float]:
    largest = max((feature["mean_z"] for feature in features), default=results.threshold + 1)
    return [results.threshold, max(largest, results.threshold + 1)]
