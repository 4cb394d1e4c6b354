"""Moves between countries over the significance years as a directed network, for other programs."""

import pandas as pd

from isthmus.analyses.migration import frames
from isthmus.analyses.migration import tables as t
from isthmus.analyses.networks.node_places import node_place
from isthmus.report.graphs import Graph
from isthmus.report.results import Results
from isthmus.report.text import place_name, pole_name

EDGE_COLUMNS = (
    "source", "target", "source_name", "target_name", "weight", "expected", "propensity", "propensity_low",
    "propensity_high", "grade", "direction", "z", "p", "q", "p_lower", "q_lower",
)  # fmt: skip
NAMES = {"origin": "source", "destination": "target", "mean_z": "z", "p_upper": "p", "q_upper": "q"}


def migration_graphs(results: Results) -> tuple[Graph, ...]:
    """Return the moves over the significance years with what each flow is called; nothing without tested moves."""
    if not results.has(t.MIGRATION_PAIRS):
        return ()
    first, last = results.window
    pairs = frames.own(results, results.table(t.MIGRATION_PAIRS)).rename(columns=NAMES)
    edges = pairs[pairs["weight"] > 0]
    names = {f"{end}_name": edges[end].map(place_name) for end in ("source", "target")}
    edges = edges.assign(**names)
    edges = edges.sort_values(["source", "target"], ignore_index=True)[list(EDGE_COLUMNS)]
    title = f"Moves of {frames.whose_words(results)}, {first}-{last}: {results.study['title']}"
    return (Graph(f"migration_{first}-{last}", title, True, _nodes(results, edges), edges),)


def _nodes(results: Results, edges: pd.DataFrame) -> pd.DataFrame:
    left, arrived = edges.groupby("source")["weight"].sum(), edges.groupby("target")["weight"].sum()
    codes = sorted({*left.index, *arrived.index})
    places = [node_place(results, code) for code in codes]
    nodes = pd.DataFrame(
        {
            "id": codes,
            "name": [place_name(code) for code in codes],
            "arrivals": [int(arrived.get(code, 0)) for code in codes],
            "departures": [int(left.get(code, 0)) for code in codes],
            "continent": [getattr(place, "continent", None) for place in places],
            "longitude": [getattr(place, "longitude", float("nan")) for place in places],
            "latitude": [getattr(place, "latitude", float("nan")) for place in places],
            "pole": [pole_name(code) if code in results.poles else None for code in codes],
        }
    )
    both = nodes["arrivals"] + nodes["departures"]
    return nodes.assign(net=nodes["arrivals"] - nodes["departures"], strength=both)
