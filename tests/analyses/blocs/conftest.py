"""Small published results of compared countries and blocs: every published value of Digital Science 2025 holds in them."""

from itertools import permutations

import pandas as pd
import pytest

ENTITIES = ("CN", "US", "EU-27", "GB")
YEARS = tuple(range(2000, 2025))
PAPERS = {"CN": 31_000, "US": 11_000, "EU-27": 14_000, "GB": 4_000}
SHARE_OF_CITATIONS = {"CN": 0.41, "US": 0.10, "EU-27": 0.11, "GB": 0.025}
JOINT = {("CN", "US"): 1500, ("CN", "EU-27"): 1100, ("CN", "GB"): 1000, ("US", "EU-27"): 1200, ("US", "GB"): 700,
         ("EU-27", "GB"): 900}  # fmt: skip
ORGANISATIONS = {"CN": 150, "US": 40, "EU-27": 50, "GB": 18}
RESEARCHERS = {"CN": 29_000, "US": 11_000, "EU-27": 19_000, "GB": 5_000}
CITIES = ("Beijing", "Shanghai", "Guangzhou", "Nanjing")


def joint(one, two):
    return JOINT.get((one, two), JOINT.get((two, one)))


def as_published():
    """Tables of 2000 to 2024; volumes grow over the years, China takes the lead as a partner late."""
    return {
        "bloc_years": _bloc_years(),
        "bloc_world_years": _world(),
        "bloc_partners": _partners(),
        "bloc_top_partners": _tops(),
        "bloc_overtakings": _overtakings(),
        "reliance_trends": _trends(),
        "connected_countries": _connected(),
        "large_organisations": _large(),
        "organisation_counts": _organisation_counts(),
        "active_researchers": _researchers(),
    }


def _bloc_years():
    rows = []
    for entity, papers in PAPERS.items():
        for year in YEARS:
            own = int(papers * 1.1 ** (year - 2024))
            abroad = (0.3 if entity == "CN" else 0.2) + (0.004 if entity != "CN" else -0.004) * (year - 2000)
            made = SHARE_OF_CITATIONS[entity]
            rows.append(
                {
                    "entity": entity, "year": year, "papers": own, "papers_fractional": 0.8 * own,
                    "share_papers": own / 75_000, "share_papers_fractional": 0.8 * own / 75_000,
                    "papers_international": int(abroad * own), "papers_international_fractional": 0.5 * abroad * own,
                    "share_international": abroad, "share_international_fractional": 0.6 * abroad,
                    "papers_internal": own // 10, "papers_internal_fractional": own / 20,
                    "share_internal": 0.1 if entity == "EU-27" else 0.0, "share_internal_fractional": 0.05,
                    "citations_made": int(1e6 * made), "citations_made_fractional": 9e5 * made,
                    "share_citations_made": made, "share_citations_made_fractional": 0.9 * made,
                    "citations_to_date": int(1e5 * made), "citations_to_date_fractional": 9e4 * made,
                    "share_citations_to_date": 0.8 * made, "share_citations_to_date_fractional": 0.7 * made,
                }
            )  # fmt: skip
    return pd.DataFrame(rows)


def _world():
    rows = []
    for year in YEARS:
        works = int(62_000 * 1.08 ** (year - 2024))
        rows.append(
            {
                "year": year, "works": works, "works_with_country": int(0.9 * works), "citations_made": 10**6,
                "citations_made_placed": 950_000, "citations_to_date": 10**5, "citations_to_date_placed": 95_000,
                "ratio": 31 / 29, "ratio_fractional": 1.2, "ratio_union": 1.15,
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def _partners():
    rows = []
    for year in YEARS:
        scale = 1.1 ** (year - 2024)
        for one, two in permutations(ENTITIES, 2):
            share = joint(one, two) / PAPERS[one]
            rows.append(
                (one, year, "blocs", two, int(joint(one, two) * scale), 0.5 * joint(one, two), share, share / 2)
            )
        for one in ENTITIES:
            share = 0.08 if one == "CN" else 0.3
            rows.append(
                (one, year, "any", "any of the others", int(share * PAPERS[one] * scale), 9.5, share, share / 2)
            )
            rows.append((one, year, "countries", "AU", 10, 5.0, 0.01, 0.005))
    columns = [
        "entity",
        "year",
        "among",
        "partner",
        "papers_joint",
        "papers_joint_fractional",
        "share",
        "share_fractional",
    ]
    return pd.DataFrame(rows, columns=columns)


def _tops():
    rows = []
    for entity in ENTITIES:
        top, following = ("US", "EU-27") if entity == "CN" else ("CN", "US" if entity != "US" else "EU-27")
        rows += [(entity, "blocs", year, top, 100, following, 90, top) for year in YEARS]
    columns = [
        "entity", "among", "year", "partner", "papers_joint", "following", "following_papers_joint", "partner_fractional",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _overtakings():
    rows = [
        ("CN", "blocs", "US", 2000, None, 2000, 2000, 1.0, 500),
        ("US", "blocs", "CN", 2009, "EU-27", 2008, 2010, 1.0, 500),
        ("EU-27", "blocs", "CN", 2020, "US", 2019, 2022, 0.97, 500),
        ("GB", "blocs", "CN", 2018, "EU-27", 2017, 2018, 0.4, 500),
        ("EU-27", "countries", "CN", 2021, "GB", 2020, 2022, 0.9, 500),
    ]
    columns = [
        "entity", "among", "partner", "since", "overtook", "since_low", "since_high", "support", "replicates",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _trends():
    rows = [
        (name, 25, -0.04 if name == "CN" else 0.04, -0.05 if name == "CN" else 0.03, -0.03 if name == "CN" else 0.05,
         -0.9 if name == "CN" else 0.9, 1e-6, 0.3 if name == "CN" else 0.2, 0.2 if name == "CN" else 0.3,
         2001 if name == "CN" else 2024, 0.31)
        for name in ENTITIES
    ]  # fmt: skip
    columns = [
        "entity", "years", "slope", "slope_low", "slope_high", "kendall_tau", "p_value", "first_share", "last_share",
        "peak_year", "peak_share",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _connected():
    rows = []
    for year in YEARS:
        rows += [(year, "CN", 90, 5000.0, 0.11), (year, "US", 95, 4800.0, 0.10), (year, "NA", 2, 3.0, 0.001)]
    return pd.DataFrame(rows, columns=["year", "country", "degree", "strength", "pagerank"])


def _large():
    rows = []
    for at, city in enumerate((*CITIES, "Beijing", "Cambridge")):
        country = "CN" if city in CITIES else "GB"
        rows.append(
            (2024, "listed", at, f"University {at}", country, "Asia", 100 + at % 4, city, 90 + at, 40.0, True, True)
        )
    rows.append((2024, "listed", 50, "Nowhere", None, None, None, None, 80, 60.0, True, True))
    columns = [
        "year", "level", "institution_id", "display_name", "country", "continent", "geonames_city_id", "city", "papers",
        "papers_fractional", "above_papers", "above_share",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _organisation_counts():
    places = [("world", "world", 280), ("continent", "Africa", 0), ("continent", "Asia", 170)]
    places += [("entity", name, number) for name, number in ORGANISATIONS.items()]
    places += [("country", "CN", 150), ("country", "US", 40), ("city", "100", 2)]
    rows = [
        (2024, level, threshold, 50.0 if threshold == "papers" else 51.7, kind, place, "Beijing" if kind == "city" else None,
         number, number // 2, max(number - 3, 0), number + 3, 0.95)
        for level in ("listed", "top")
        for threshold in ("papers", "share")
        for kind, place, number in places
    ]  # fmt: skip
    columns = [
        "year", "level", "threshold", "more_than", "place_kind", "place", "city", "organisations",
        "organisations_fractional", "low", "high", "share_with_institution",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns).astype({"low": "Int32", "high": "Int32"})


def _researchers():
    rows = []
    for entity, number in RESEARCHERS.items():
        for bar in (1, 2, 3, 5):
            for window in (1, 3, 5):
                # two papers in three years are what was printed; every other meaning is well away
                factor = 1.0 if (bar, window) == (2, 3) else 3.0 * window / bar if window >= bar else 0.3 / bar
                age = {"CN": 7.0, "GB": 9.0}.get(entity, 11.0)
                rows.append((entity, 2024, bar, window, int(number * factor), age, 0.5, 90_000, 81_000))
    columns = [
        "entity", "year", "least_papers", "window_years", "researchers", "median_age", "share_young", "world_researchers",
        "world_located",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


STUDY = {
    "study": "blocs",
    "paper": "digitalscience2025",
    "title": "Countries and blocs",
    "description": "How they compare.",
    "significance_years": [2020, 2024],
    "corpus": {"rule": "ai_narrow", "ids": []},
    "switches": {
        "blocs.entities": list(ENTITIES),
        "blocs.replicates": 500,
        "blocs.level": 0.95,
        "blocs.organisation_papers": 50,
        "active_researchers.papers": [1, 2, 3, 5],
    },
}


@pytest.fixture
def publish(publish_study):
    """A function that writes results: `publish(tables={"bloc_years": frame}, without=("bloc_years",), simulated=True)`."""

    def write(tables=None, without=(), **changes):
        return publish_study(as_published() | (tables or {}), YEARS, without=without, **(STUDY | changes))

    return write


@pytest.fixture
def tables():
    """The tables in which every published value holds."""
    return as_published()
