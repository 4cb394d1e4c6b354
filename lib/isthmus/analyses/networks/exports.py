"""Every network of a study as files for other programs: Parquet, CSV, GraphML, GEXF, VOSviewer, GeoJSON."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from isthmus.analyses.cities.graph import city_graphs
from isthmus.analyses.migration.graph import migration_graphs
from isthmus.analyses.networks.graphs import (
    EDGE_MEANINGS,
    NETWORKS,
    NODE_MEANINGS,
    graded_graph,
    is_tested,
    node_table,
    published_graph,
    window_graph,
    year_graph,
    yearly_ties,
)
from isthmus.analyses.networks.tables import COUNTRY_EDGES, COUNTRY_YEARS
from isthmus.errors import ConfigError, did_you_mean
from isthmus.files import write_text
from isthmus.report.exports import FORMATS, write_graph, write_table
from isthmus.report.graphs import Graph
from isthmus.report.results import Results, from_works, load_results
from isthmus.report.text import place_name

GUIDE = "README.md"


def export_networks(
    results_dir: str | Path,
    out: str | Path,
    *,
    networks: Sequence[str] = NETWORKS,
    formats: Sequence[str] = FORMATS,
    years: Iterable[int] = (),
) -> list[Path]:
    """Write the networks of a study from its published results; return the files in the order written.

    For each network: the sum over the significance years with grade, p, q and propensity, the ties with a grade alone,
    and those of the published rule; as tables (Parquet, CSV) and as graphs (GraphML, GEXF, VOSviewer, GeoJSON). All
    years together are one table of ties and one of nodes; a graph of a single year is written for each of `years`.
    Citations are directed and have no null model, hence no grades, and no VOSviewer files, which know no direction. A
    study that tests no ties has the sums and the years alone. A study of cities has the networks of its leading cities,
    one without networks of countries has these alone.

    Parameters
    ----------
    results_dir : str | Path
        The folder of published results.
    out : str | Path
        The folder to write into; made when it is not there, files of the same names are replaced.
    networks : Sequence[str], optional
        Collaboration, knowledge_exchange, citation.
    formats : Sequence[str], optional
        Parquet, csv, graphml, gexf, vosviewer, geojson.
    years : Iterable[int], optional
        Years that get a graph of their own.

    Raises
    ------
    ConfigError
        No such network, format or year.
    StoreError
        The results are missing or incomplete.
    """
    _check("network", networks, NETWORKS)
    _check("format", formats, FORMATS)
    results = load_results(results_dir)
    years = list(years)
    _check_years(results, years)
    folder = Path(out)
    (folder / GUIDE).unlink(missing_ok=True)  # it says that all files are there, and is written last
    written: list[Path] = []
    if results.has(COUNTRY_EDGES):
        written += _of_countries(results, folder, networks, formats, years)
    for graph in (*city_graphs(results), *migration_graphs(results)):
        written += write_graph(graph, folder, formats)
    guide = folder / GUIDE
    write_text(guide, _guide(results, written))
    return [*written, guide]


def _of_countries(
    results: Results, folder: Path, networks: Sequence[str], formats: Sequence[str], years: Sequence[int]
) -> list[Path]:
    """Write the networks of countries, and all their years as tables; a network that was not given has no files."""
    written: list[Path] = []
    if not from_works(results):
        networks = [name for name in networks if name in set(results.table(COUNTRY_EDGES)["network"])]
    if not networks:
        return written
    for graph in _graphs(results, networks, years):
        written += write_graph(graph, folder, formats)
    every = pd.concat([yearly_ties(results, network) for network in networks], ignore_index=True)
    written += write_table(_in_order(every, ["network", "year", *EDGE_MEANINGS]), folder / "ties_by_year", formats)
    return written + write_table(_nodes_by_year(results), folder / "nodes_by_year", formats)


def _graphs(results: Results, networks: Sequence[str], years: Sequence[int]) -> Iterable[Graph]:
    for network in networks:
        yield window_graph(results, network)
        if is_tested(results, network):
            yield graded_graph(results, network)
            yield published_graph(results, network)
        for year in years:
            yield year_graph(results, network, year)


def _nodes_by_year(results: Results) -> pd.DataFrame:
    """Return the published volumes of every country and year, with names and places."""
    nodes = results.table(COUNTRY_YEARS).rename(columns={"country": "id"})
    unchanging = node_table(results, results.years).drop(
        columns=["name", *(n for n in results.table(COUNTRY_YEARS) if n in NODE_MEANINGS)]
    )
    named = nodes.assign(name=nodes["id"].map(place_name)).merge(unchanging, on="id", how="left")
    return _in_order(named, ["year", "id", "name"])


def _in_order(frame: pd.DataFrame, first: Sequence[str]) -> pd.DataFrame:
    """Return the named columns first, then the others."""
    front = [name for name in first if name in frame]
    return frame[[*front, *(name for name in frame if name not in front)]]


def _check(what: str, given: Sequence[str], known: Sequence[str]) -> None:
    for name in given:
        if name not in known:
            raise ConfigError(f"there is no {what} {name!r}; {did_you_mean(name, list(known))}")
    if not given:
        raise ConfigError(f"no {what} is named; there are {', '.join(known)}")


def _check_years(results: Results, years: Sequence[int]) -> None:
    known = sorted(set(map(int, results.table(COUNTRY_EDGES)["year"]))) if results.published(COUNTRY_EDGES) else []
    for year in years:
        if year not in known:
            span = f"{known[0]} to {known[-1]}" if known else "no year at all"
            raise ConfigError(f"there is no network of {year} in study {results.study['study']!r}, which has {span}")


def _guide(results: Results, written: Sequence[Path]) -> str:
    study = results.study
    first, last = results.window
    tested = any(is_tested(results, network) for network in NETWORKS)
    made_up = "\n**Simulated data: these networks say nothing about the real world.**\n" if results.simulated else ""
    files = "\n".join(f"- `{file.name}`" for file in written)
    return f"""# Networks of the study "{study["title"]}"
{made_up}
{_origin(results)}

{_of_tests(results) if tested else _UNTESTED.format(first=first, last=last)}
- `migration_{first}-{last}`: scientists who moved between countries, directed, where the study follows them.
- `NETWORK_YEAR`: one year, where it is wanted (`isthmus export --years`).
- `ties_by_year`, `nodes_by_year`: all years in one table each.
- `city_NETWORK`: who cites, moves to, writes with whom between the leading cities, directed, in a study of cities.
- `city_joint_works`: who writes with whom between them, whoever is last author; without direction.

{_UNLINKED if tested else "Pairs without any common paper or citation are not edges."}
GEXF files place nodes at ten times their longitude and latitude. VOSviewer: *Create a map based on network data*, map
and network file together. GeoJSON: points and lines for QGIS, kepler.gl, Leaflet (`kind` is node or edge). The code of
Namibia is `NA`: read CSV files with `keep_default_na=False` (pandas) or `na.strings = ""` (R). In CSV files, text that
a spreadsheet would take for a formula has an apostrophe before it. This
page is written last: where it is, all files are whole.

## Nodes
{_list(NODE_MEANINGS)}

## Edges
{_list(EDGE_MEANINGS)}

## Files
{files}
"""


_UNTESTED = (
    "- `NETWORK_{first}-{last}`: the sum over the significance years. This study tests no ties: they have no expected "
    "weight, no p and no grade."
)
_UNLINKED = (
    "Pairs without any common paper or citation are not edges, be they firmly below what size explains: all pairs are "
    "in\n`significant_pairs.parquet` and `pair_tests.parquet` of the results."
)


def _of_tests(results: Results) -> str:
    first, last = results.window
    return f"""\
- `NETWORK_{first}-{last}`: the sum over the significance years; p, q and grade are of this sum, z is the mean.
- `NETWORK_graded`: of these, the ties that size does not explain: firm, probable, or of few papers (column `grade`).
- `NETWORK_published_rule`: those that the published rule calls (mean z above {results.threshold:g})."""


def _origin(results: Results) -> str:
    """Say what the networks were made of and by which version."""
    study = results.study
    tested = any(is_tested(results, network) for network in NETWORKS)
    model = f"null model {study['null_model']}; " if tested else ""
    made = f"{model}Isthmus {study.get('isthmus_version', '')}."
    if not from_works(results):
        return f"A network that was given; {made}"
    return f"OpenAlex release {study['release']}; a citation counts in the\n`{study['citation_year']}` year; {made}"


def _list(meanings: dict[str, str]) -> str:
    return "\n".join(f"- `{name}`: {meaning}" for name, meaning in meanings.items())
