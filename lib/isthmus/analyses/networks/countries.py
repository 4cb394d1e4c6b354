"""The countries and blocs of the networks: which there are, the largest first, and the poles among them."""

from functools import lru_cache
from itertools import combinations

import pandas as pd

from isthmus.analyses.networks.tables import COUNTRY_EDGES, COUNTRY_YEARS
from isthmus.errors import ConfigError
from isthmus.geography import COUNTRIES, bloc_members, find_bloc
from isthmus.report.results import Results, from_works
from isthmus.report.text import place_name


@lru_cache(maxsize=2)  # wanted by every section
def countries(results: Results) -> tuple[str, ...]:
    """Return the codes of all countries in the networks or volumes, in alphabetical order; none without networks."""
    codes: set[str] = set()
    if results.published(COUNTRY_EDGES):
        edges = results.table(COUNTRY_EDGES)
        codes |= {*edges["src"], *edges["dst"]}
    if results.published(COUNTRY_YEARS):
        codes |= {*results.table(COUNTRY_YEARS)["country"]}
    return tuple(sorted(codes))


def pole_pairs(results: Results) -> tuple[tuple[str, str], ...]:
    """Return the pairs of poles that are nodes of the networks, in the poles' order."""
    present = [pole for pole in results.poles if pole in countries(results)]
    return tuple(combinations(present, 2))


def pole_members(results: Results, pole: str) -> frozenset[str]:
    """Return the nodes of a pole: itself, as a country or as a bloc that is one node of the networks.

    In results without such a node: the members of the study's own bloc, or of a bloc that Isthmus knows; empty when it
    is none of these.
    """
    if pole in COUNTRIES or pole in countries(results):
        return frozenset({pole})
    own = results.switch("geography.blocs") or {}
    if pole in own:
        return frozenset(own[pole])
    try:
        return bloc_members(pole)
    except ConfigError:
        return frozenset()


def bloc_codes(results: Results, bloc: str) -> frozenset[str]:
    """Return the members of the study's own bloc, or of one that Isthmus knows: all who ever were."""
    own = results.switch("geography.blocs") or {}
    if bloc in own:
        return frozenset(own[bloc])
    return frozenset(membership.code for membership in find_bloc(bloc).memberships)


def ranked(results: Results) -> list[str]:
    """Return the nodes of the networks by papers over the years of the analysis (full count), equal numbers by code.

    In a network that was given, whose papers nobody knows, by the sum of their ties.
    """
    nodes = results.table(COUNTRY_YEARS)[results.table(COUNTRY_YEARS)["year"].between(*results.years)]
    papers = nodes.groupby("country")[size_column(results)].sum()
    counts = {str(country): float(number) for country, number in papers.items() if number > 0}
    return sorted(counts, key=lambda country: (-counts[country], country))


def size_column(results: Results) -> str:
    """Return the column of `country_years` that says how large a country is: papers, where they are known."""
    return "papers" if from_works(results) else "collaboration_strength"


def countries_by_size(results: Results) -> list[str]:
    """Return all countries, those with the most papers first (citations where there are no papers)."""
    nodes = results.table(COUNTRY_YEARS)
    columns = list(dict.fromkeys([size_column(results), "papers", "citations_received", "citations_given"]))
    order = nodes.groupby("country")[columns].sum().sort_values(columns, ascending=False).index
    return [*order, *sorted(set(countries(results)) - set(order))]


def country_options(results: Results) -> list[dict[str, str]]:
    """Return the countries that a reader can pick, by name: [{"code": "CN", "name": "China"}, ...]."""
    named = [{"code": code, "name": place_name(code)} for code in countries(results)]
    return sorted(named, key=lambda option: option["name"].lower())


def strengths(results: Results, number: int = 15) -> pd.DataFrame:
    """Return both meanings of a country's strength in the last year of the analysis, most papers first.

    Columns country, name, papers, degree (partner countries), strength (sum over partners: a paper of three countries
    adds two), international (distinct papers with another country), ratio of the two.
    """
    nodes = results.table(COUNTRY_YEARS)
    if "collaboration_strength" not in nodes.columns:
        return pd.DataFrame()
    last = nodes[nodes["year"] == min(results.years[1], int(nodes["year"].max()))]
    last = last.sort_values(["papers", "country"], ascending=[False, True]).head(number)
    return pd.DataFrame(
        {
            "country": last["country"],
            "name": last["country"].map(place_name),
            "papers": last["papers"],
            "degree": last["collaboration_degree"],
            "strength": last["collaboration_strength"],
            "international": last["papers_international"],
            "ratio": last["collaboration_strength"]
            / last["papers_international"].where(last["papers_international"] > 0),
        }
    ).reset_index(drop=True)
