"""Charts of centres of mass: their way over the map, and what the leading city does to them."""

import json
from typing import Any

import altair as alt

from isthmus.analyses.cities.frames import METRICS
from isthmus.analyses.mass import frames
from isthmus.geography import country_shapes
from isthmus.report.charts import finish, inline, year_axis
from isthmus.report.results import Results, records
from isthmus.report.theme import colour, pole_colour

#: Years between the labelled points.
EVERY = 10
ASPECT = 0.47
#: The map shows the ways and as much of their size around them, and never less than so many degrees.
ROOM, LEAST_DEGREES = 1.0, 20.0


def way_chart(results: Results, **size: Any) -> Any:
    """Draw the way of the centre of each metric over the map of the world."""
    rows = frames.centres(results)
    first = int(rows["year"].min())
    rows = rows.assign(label=[_label(row, first, rows) for row in rows.itertuples()])
    order = list(METRICS.values())
    color = alt.Color(
        "metric:N",
        title=None,
        scale=alt.Scale(domain=order, range=[pole_colour(at) for at in range(len(order))]),
        legend=alt.Legend(orient="top"),
    )
    shapes = json.dumps(country_shapes(), separators=(",", ":"))
    land = alt.Chart(
        inline(values=shapes, format=alt.TopoDataFormat(type="topojson", feature="countries"))
    ).mark_geoshape(fill=colour("land"), stroke=colour("border"), strokeWidth=0.6, aria=False, clip=True)
    at = {"longitude": "longitude:Q", "latitude": "latitude:Q"}
    base = alt.Chart(inline(values=records(rows)))
    ways = base.mark_line(strokeWidth=2).encode(color=color, order="year:Q", **at)
    points = base.mark_circle(size=26).encode(
        color=color,
        tooltip=[
            alt.Tooltip("metric:N", title="Centre of"),
            alt.Tooltip("year:Q", title="Year", format="d"),
            alt.Tooltip("latitude:Q", title="North", format=".1f"),
            alt.Tooltip("longitude:Q", title="East", format=".1f"),
            alt.Tooltip("sphere_latitude:Q", title="North, on the sphere", format=".1f"),
            alt.Tooltip("sphere_longitude:Q", title="East, on the sphere", format=".1f"),
        ],
        **at,
    )
    labels = base.mark_text(dy=-10, fontSize=11).encode(text="label:N", color=color, **at)
    chart = alt.layer(land, ways, points, labels).project(type="equirectangular", fit=_around(rows))
    what = "Way of the centres of impact, productivity and scientists over the map of the world."
    width = size.get("width", 760)
    return finish(chart, width=width, height=round(width * ASPECT), description=what)


def _label(row: Any, first: int, rows: Any) -> str:
    """Return the year of a point where it is said: every so many years, along the way of the first metric alone."""
    return str(row.year) if row.metric == rows["metric"].iloc[0] and (row.year - first) % EVERY == 0 else ""


def _around(rows: Any) -> dict[str, Any]:
    """Return the part of the world that the ways lie in, with room around them, as a rectangle of points."""
    (south, north), (west, east) = ((rows[name].min(), rows[name].max()) for name in ("latitude", "longitude"))
    tall = max(north - south, (east - west) * ASPECT, LEAST_DEGREES) * (1 + ROOM)
    middle = (south + north) / 2, (west + east) / 2
    half = tall / 2, tall / ASPECT / 2
    corners = [
        [max(-179.0, min(179.0, middle[1] + x * half[1])), max(-85.0, min(85.0, middle[0] + y * half[0]))]
        for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1))
    ]
    points = {"type": "MultiPoint", "coordinates": corners}
    return {"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {}, "geometry": points}]}


def pull_chart(results: Results, **size: Any) -> Any:
    """Draw how far the city with most impact pulls each centre, year by year."""
    rows = frames.pulls(results)
    order = list(METRICS.values())
    scale = alt.Scale(domain=order, range=[pole_colour(at) for at in range(len(order))])
    chart = (
        alt.Chart(inline(values=records(rows)))
        .mark_line(point=alt.OverlayMarkDef(size=20))
        .encode(
            x=year_axis(),
            y=alt.Y("km:Q", title=None, axis=alt.Axis(tickCount=5, format=",.0f")).scale(zero=True),
            color=alt.Color("metric:N", title=None, scale=scale, legend=alt.Legend(orient="top", symbolType="stroke")),
            tooltip=[
                alt.Tooltip("metric:N", title="Centre of"),
                alt.Tooltip("year:Q", title="Year", format="d"),
                alt.Tooltip("km:Q", title="Kilometres", format=",.0f"),
            ],
        )
    )
    what = "Distance between the centres with and without the leading city, year by year."
    return finish(chart, above="Kilometres between the centre with and without it", description=what, **size)
