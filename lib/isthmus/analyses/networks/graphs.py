"""The networks of a study as graphs, with what the null models, trajectories and groups add to them."""

import pandas as pd

from isthmus.analyses.networks.countries import countries
from isthmus.analyses.networks.joint import joint_citations, joint_shares
from isthmus.analyses.networks.node_places import node_place
from isthmus.analyses.networks.tables import COUNTRY_EDGES, COUNTRY_YEARS
from isthmus.analyses.significance.pair_series import level_of
from isthmus.analyses.significance.tables import PAIR_TESTS
from isthmus.analyses.significance.ties import window_ties
from isthmus.analyses.trajectories.tables import INTEGRATION_GROUPS, PAIR_LABELS
from isthmus.networks.names import CITATION, COLLABORATION, KNOWLEDGE_EXCHANGE, PUBLICATION_YEAR
from isthmus.nullmodels.grades import FIRM, STRONGER, WEAKER
from isthmus.nullmodels.propensity import propensity
from isthmus.report.graphs import Graph
from isthmus.report.results import Results
from isthmus.report.text import place_name, pole_name

NETWORKS = (COLLABORATION, KNOWLEDGE_EXCHANGE, CITATION)
PAPERS = ("papers", "papers_fractional", "papers_international")

NODE_MEANINGS = {
    "id": "alpha-2 code of the country, or the name of a bloc that is one node",
    "name": "English name",
    "papers": "papers with an author there, over the years of the graph (full count)",
    "papers_fractional": "the same by author fractions",
    "papers_international": "of the papers, those with another country, too",
    "links": "edges of the node in this graph; in both directions where it is directed",
    "strength": "sum of their weights",
    "firm_above": "firm ties of the node in this graph that are stronger than size explains",
    "firm_below": "firm ties of the node in this graph that are weaker",
    "continent": "continent of UN M49; of a bloc, that of most of its members",
    "subregion": "subregion of UN M49; of a bloc, that of most of its members, if any",
    "longitude": "degrees east of a point on the main land; of a bloc, the middle of its members",
    "latitude": "degrees north",
    "pole": "the node's own name where it is a pole of the study",
    "group": "integration group with the poles, where the study made groups",
}
EDGE_MEANINGS = {
    "source": "id of a node; the citing one where the graph is directed",
    "target": "id of a node; the cited one where the graph is directed",
    "source_name": "its name",
    "target_name": "its name",
    "weight": "papers written together, or citations (full count), over the years of the graph",
    "fractional": "the same with each paper, or citation, adding 1 over all its pairs",
    "joint_share": "of the citations of knowledge exchange, the share whose citing or cited paper both sign",
    "expected": "what size alone explains, summed over the years of the graph whose null model converged",
    "propensity": "weight / expected over these years: times what size explains",
    "propensity_low": "lower end of its exact 95 % interval; as if links were independent papers",
    "propensity_high": "upper end of it",
    "grade": "firm, probable or few papers, over the significance years; empty: not settled, or not tested",
    "direction": "stronger or weaker than size explains; empty without a grade",
    "z": "(observed - expected) / standard deviation; over several years the mean of those that count",
    "z_years": "years behind the mean z",
    "finite": "whether z counts under the study's rule",
    "p": "probability of this weight or more by size alone, over the years of the graph",
    "q": "p after Benjamini-Hochberg over all pairs of the network and of these years",
    "p_lower": "probability of this weight or less by size alone, over the years of the graph",
    "q_lower": "p_lower after Benjamini-Hochberg over all pairs of the network and of these years",
    "discoveries": "years with q at or below the study's false-discovery rate",
    "published_rule": "whether the published rule calls the tie: mean z above the study's threshold over these years",
    "trajectory": "label of the pair's trajectory: SC, SD, KI or KD, where the study made trajectories",
    "trajectory_support": "share of the starts of the clustering that give the pair this label",
}


def window_graph(results: Results, network: str) -> Graph:
    """Return a network summed over the significance years, with what each tie is called and how sure that is."""
    first, last = results.window
    ties = yearly_ties(results, network)
    ties = ties[ties["year"].between(first, last)]
    ends = ["source", "target"]
    sums: dict[str, tuple[str, object]] = {"weight": ("weight", "sum"), "fractional": ("fractional", "sum")}
    if is_tested(results, network):
        tested = _tested(results, network).rename(columns={"src": "source", "dst": "target"})
        tested = tested[tested["year"].between(first, last)]
        rate = float(results.switch("significance.false_discovery_rate", 0.05))
        if "q_value" in tested:
            tested = tested.assign(discoveries=tested["q_value"] <= rate)
    edges = ties.groupby(ends, as_index=False, observed=True).agg(**sums)
    if network == KNOWLEDGE_EXCHANGE:
        edges = _with_joint_share(edges, joint_shares(results, (first, last)), ends)
    if is_tested(results, network):
        if "discoveries" in tested:
            number = tested.groupby(ends, as_index=False, observed=True)["discoveries"].sum()
            edges = edges.merge(number, on=ends, how="left")
        edges = edges.merge(_calls(results, network), on=ends, how="left")
        edges["published_rule"] = edges["published_rule"].fillna(False).astype(bool)
    title = f"{_network_title(network)} of countries, {first}-{last}: {results.study['title']}"
    return _graph(results, f"{network}_{first}-{last}", title, network, edges, (first, last))


def graded_graph(results: Results, network: str) -> Graph:
    """Return the observed ties of a network that have a grade over the significance years."""
    edges = window_graph(results, network).edges
    return _part(results, network, "graded", "ties with a grade", edges[edges["grade"].notna()])


def published_graph(results: Results, network: str) -> Graph:
    """Return the ties of a network that the published rule calls."""
    edges = window_graph(results, network).edges
    return _part(results, network, "published_rule", "ties of the published rule", edges[edges["published_rule"]])


def _part(results: Results, network: str, name: str, words: str, edges: pd.DataFrame) -> Graph:
    first, last = results.window
    title = f"{_network_title(network)} of countries, {words}, {first}-{last}: {results.study['title']}"
    return _graph(results, f"{network}_{name}", title, network, edges, (first, last))


def year_graph(results: Results, network: str, year: int) -> Graph:
    """Return a network of one year, with z, p and q of that year."""
    ties = yearly_ties(results, network)
    edges = ties[ties["year"] == year].drop(columns=["year", "network"])
    title = f"{_network_title(network)} of countries, {year}: {results.study['title']}"
    return _graph(results, f"{network}_{year}", title, network, edges, (year, year))


def is_tested(results: Results, network: str) -> bool:
    """Return whether the ties of a network were tested against a null model: directed citations are not.

    Parameters
    ----------
    results : Results
        The study; one may count ties and test none.
    network : str
        One of `NETWORKS`.
    """
    return network != CITATION and results.published(PAIR_TESTS)


def yearly_ties(results: Results, network: str) -> pd.DataFrame:
    """Return the observed ties of a network in all years, in the study's citation year, with their tests where it has.

    Columns network, year, and those of EDGE_MEANINGS that a single year has.
    """
    edges = results.table(COUNTRY_EDGES)
    edges = edges[(edges["network"] == network) & (edges["citation_year"] == _citation_year(results, network))]
    kept = [name for name in ("weight", "fractional") if name in edges]
    ties = edges[["network", "year", "src", "dst", *kept]]
    if is_tested(results, network):
        tested = _tested(results, network).drop(columns="weight")
        ties = ties.merge(tested, on=["year", "src", "dst"], how="left")
        ties = ties.rename(columns={"p_upper": "p", "q_value": "q"})
        ties = _with_propensity(ties, level_of(results))
    if network == KNOWLEDGE_EXCHANGE:
        joint = joint_citations(results)
        yearly = joint.assign(joint_share=joint["joint"] / joint["citations"])
        ties = _with_joint_share(ties, yearly, ["year", "src", "dst"])
    ties = ties.rename(columns={"src": "source", "dst": "target"})
    return _labelled(results, _named(ties)).sort_values(["year", "source", "target"], ignore_index=True)


def _with_joint_share(edges: pd.DataFrame, joint: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Edges with the share of joint papers in their citations, where the study knows it."""
    if joint.empty:
        return edges
    if "source" in keys:
        joint = joint.rename(columns={"src": "source", "dst": "target"})
    return edges.merge(joint[[*keys, "joint_share"]], on=keys, how="left")


def node_table(results: Results, years: tuple[int, int]) -> pd.DataFrame:
    """Return every country or bloc of the study.

    Names, papers over the years, place in the world, pole, integration group.
    """
    inside = results.table(COUNTRY_YEARS)[results.table(COUNTRY_YEARS)["year"].between(*years)]
    papers = inside.groupby("country")[[name for name in PAPERS if name in inside]].sum()
    nodes = pd.DataFrame({"id": countries(results)})
    nodes["name"] = nodes["id"].map(place_name)
    for name in papers:
        nodes[name] = nodes["id"].map(papers[name]).fillna(0).astype(papers[name].dtype)
    places = [node_place(results, code) for code in nodes["id"]]
    for name in ("continent", "subregion"):
        nodes[name] = pd.Series([getattr(place, name, None) for place in places], dtype="object")
    for name in ("longitude", "latitude"):
        nodes[name] = [getattr(place, name, float("nan")) for place in places]
    nodes["pole"] = nodes["id"].where(nodes["id"].isin(results.poles), None).map(pole_name, na_action="ignore")
    if results.has(INTEGRATION_GROUPS):
        nodes["group"] = nodes["id"].map(
            results.table(INTEGRATION_GROUPS).drop_duplicates("country").set_index("country")["group"]
        )
    return nodes


def _citation_year(results: Results, network: str) -> str:
    return PUBLICATION_YEAR if network == COLLABORATION else str(results.study["citation_year"])


def _tested(results: Results, network: str) -> pd.DataFrame:
    ties = results.table(PAIR_TESTS)
    ties = ties[(ties["network"] == network) & (ties["citation_year"] == _citation_year(results, network))]
    wanted = ("weight", "expected", "z", "finite", "p_upper", "p_lower", "q_value")
    kept = [name for name in wanted if name in ties]
    return ties[["year", "src", "dst", *kept]]


def _calls(results: Results, network: str) -> pd.DataFrame:
    """Return what each pair is called over the significance years: grade, p, q, propensity, and the published rule.

    A year in which two present countries shared nothing has an expectation, too; one whose null model did not converge
    is left out of it, as it is out of the test and of the propensity.
    """
    found = window_ties(results)
    found = found[found["network"] == network]
    numbers = {"p_upper": "p", "q_upper": "q", "p_lower": "p_lower", "q_lower": "q_lower"}
    found = found.astype(dict.fromkeys(numbers, "float64")).rename(columns=numbers)
    names = {"src": "source", "dst": "target", "mean_z": "z", "finite_years": "z_years"}
    called = found.rename(columns=names | {"significant": "published_rule"})
    called[["grade", "direction"]] = called[["grade", "direction"]].astype(object).where(called["grade"].notna(), None)
    times = ["expected", "propensity", "propensity_low", "propensity_high"]
    rest = ["grade", "direction", *numbers.values(), "z", "z_years", "published_rule"]
    return called[["source", "target", *times, *rest]]


def _with_propensity(edges: pd.DataFrame, level: float) -> pd.DataFrame:
    found = propensity(edges["weight"], edges["expected"], level=level)
    return edges.assign(propensity=found.value, propensity_low=found.low, propensity_high=found.high)


def _named(edges: pd.DataFrame) -> pd.DataFrame:
    return edges.assign(source_name=edges["source"].map(place_name), target_name=edges["target"].map(place_name))


def _labelled(results: Results, edges: pd.DataFrame) -> pd.DataFrame:
    """Edges with the label of their trajectory, whatever their direction, where the study made trajectories."""
    if not results.has(PAIR_LABELS):
        return edges
    known = results.table(PAIR_LABELS).set_index(["src", "dst"])
    ends = [(min(pair), max(pair)) for pair in zip(edges["source"], edges["target"], strict=True)]
    labels, support = known["label"].to_dict(), known["support"].to_dict()
    return edges.assign(
        trajectory=pd.Series([labels.get(pair) for pair in ends], index=edges.index, dtype="object"),
        trajectory_support=pd.Series([support.get(pair) for pair in ends], index=edges.index, dtype=float),
    )


def _graph(results: Results, name: str, title: str, network: str, edges: pd.DataFrame, years: tuple[int, int]) -> Graph:
    """Return a graph of these edges and of the nodes that they touch."""
    edges = _labelled(results, _named(edges))
    edges = edges[[column for column in EDGE_MEANINGS if column in edges]].reset_index(drop=True)
    ends = pd.concat([edges["source"], edges["target"]], ignore_index=True)
    weights = pd.concat([edges["weight"], edges["weight"]], ignore_index=True)
    nodes = node_table(results, years)
    nodes = nodes[nodes["id"].isin(set(ends))].reset_index(drop=True)
    nodes["links"] = nodes["id"].map(ends.value_counts()).astype("int64")
    nodes["strength"] = nodes["id"].map(weights.groupby(ends).sum()).astype("int64")
    if "grade" in edges:
        for side, direction in (("firm_above", STRONGER), ("firm_below", WEAKER)):
            firm = edges[(edges["grade"] == FIRM) & (edges["direction"] == direction)]
            number = pd.concat([firm["source"], firm["target"]]).value_counts()
            nodes[side] = nodes["id"].map(number).fillna(0).astype("int64")
    nodes = nodes[[column for column in NODE_MEANINGS if column in nodes]]
    return Graph(name, title, network == CITATION, nodes, edges)


def _network_title(network: str) -> str:
    return {COLLABORATION: "Collaboration", KNOWLEDGE_EXCHANGE: "Knowledge exchange", CITATION: "Citations"}[network]
