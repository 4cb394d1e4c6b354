"""The networks of the leading cities as directed graphs with coordinates, for other programs."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from isthmus.analyses.cities import tables as t
from isthmus.analyses.cities.frames import NETWORKS, cities
from isthmus.report.graphs import Graph
from isthmus.report.results import Results
from isthmus.report.text import place_name

NODE_MEANINGS = {
    "id": "number of the city in GeoNames",
    "name": "its name, with country and region where others have it, too",
    "country": "English name of the country",
    "side": "which of the study's two sides it is on",
    "position": "its place by impact in the last of the impact years",
    "papers": "works of the impact years whose last author is there",
    "citations_received": "citations that these works received within two years, from works of the corpus",
    "scientists": "scientists of the field who were there in these years",
    "longitude": "degrees east",
    "latitude": "degrees north",
}
_TITLES = {"impact": "Who builds on whom", "migration": "Who moves where", "collaboration": "Who writes with whom"}
_EDGES = {"src": "source", "dst": "target", "p_upper": "p", "q_upper": "q"}


def city_graphs(results: Results) -> Iterator[Graph]:
    """Yield the networks of the leading cities: city_impact, city_migration, city_collaboration, city_joint_works.

    An edge runs from who cites to who is cited, from where a scientist was to where he is, from the last author to the
    others. Ties of a city with itself are edges, too. `city_joint_works` has no direction: who writes with whom,
    whoever is last author, for programs that know none. A study without leading cities has no networks of them.

    Parameters
    ----------
    results : Results
        The study.
    """
    if not (results.has(t.CITY_MATRICES) and results.has(t.CITIES) and results.has(t.CITY_MASSES)):
        return
    nodes = _nodes(results)
    names = nodes.set_index("id")["name"]
    table = results.table(t.CITY_MATRICES)
    for network in NETWORKS:
        own = (
            table[(table["network"] == network) & (table["weight"] > 0)].drop(columns="network").rename(columns=_EDGES)
        )
        edges = own.assign(source=own["source"].astype(str), target=own["target"].astype(str))
        named = edges.assign(source_name=edges["source"].map(names), target_name=edges["target"].map(names))
        ordered = named.sort_values(["source", "target"], ignore_index=True)
        first = ["source", "target", "source_name", "target_name", "weight"]
        columns = [*first, *(name for name in ordered if name not in first)]
        title = f"{_TITLES[network]}, leading cities: {results.study['title']}"
        yield Graph(f"city_{network}", title, True, nodes, ordered[columns])
        if network == "collaboration":
            yield _joint_works(results, nodes, ordered)


def _joint_works(results: Results, nodes: pd.DataFrame, edges: pd.DataFrame) -> Graph:
    """Return who writes with whom, both directions added, with links and strength of each city."""
    apart = edges[edges["source"] != edges["target"]]
    ends = np.sort(apart[["source", "target"]].to_numpy(str), axis=1)
    pairs = pd.DataFrame({"source": ends[:, 0], "target": ends[:, 1], "weight": apart["weight"].to_numpy()})
    summed = pairs.groupby(["source", "target"], as_index=False)["weight"].sum()
    names = nodes.set_index("id")["name"]
    named = summed.assign(source_name=summed["source"].map(names), target_name=summed["target"].map(names))
    both = pd.concat([named[["source", "weight"]], named[["target", "weight"]].rename(columns={"target": "source"})])
    own = both.groupby("source")["weight"].agg(["count", "sum"]).reindex(nodes["id"]).fillna(0).astype(int)
    sized = nodes.assign(links=own["count"].to_numpy(), strength=own["sum"].to_numpy())
    title = f"Who writes with whom, whoever is last author, leading cities: {results.study['title']}"
    return Graph("city_joint_works", title, False, sized, named)


def _nodes(results: Results) -> pd.DataFrame:
    """Return the cities of the matrices with their sizes."""
    held = set(results.table(t.CITY_MATRICES)["src"])
    leading = cities(results)
    sized = leading[leading["city"].isin(held)].merge(results.table(t.CITY_MASSES), on="city", how="left")
    nodes = sized.assign(
        id=sized["city"].astype(str),
        name=sized["label"],
        country=sized["country"].map(place_name, na_action="ignore"),
        papers=sized["works"],
        position=sized["position"].astype(int),
    )
    counts = {name: nodes[name].fillna(0).astype(int) for name in ("papers", "citations_received", "scientists")}
    return nodes.assign(**counts)[list(NODE_MEANINGS)].sort_values("position", ignore_index=True)
