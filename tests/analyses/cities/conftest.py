"""Small published results of cities, in which the published values of AlShebli et al. 2022 hold."""

from itertools import product

import pandas as pd
import pytest

EAST = ("Beijing", "Shanghai", "Hong Kong", "Singapore", "Seoul", "Nanjing", "Wuhan", "Tokyo")
WEST = ("Mountain View", "Redmond", "Paris", "London", "Cambridge", "Pittsburgh", "Stanford", "New York", "Seattle",
        "Zurich", "Amsterdam", "Berlin")  # fmt: skip
OTHERS = ("Jeddah", "Islamabad", "Cambridge", "Nowhere")
#: In the order of impact: the two sides mixed.
NAMES = ("Beijing", "Mountain View", "Shanghai", *WEST[1:6], *EAST[2:], *WEST[6:], *OTHERS)
YEARS = tuple(range(1990, 2020))
TOP = 20


def number(name):
    """Number of a city in these tables; the second Cambridge is the one of England."""
    return NAMES.index(name) + 1


def _pair_fits():
    names = ["first_year", "last_year", "n_nodes", "n_links", "n_pairs", "total_weight", "status",
             "max_relative_error", "message"]  # fmt: skip
    rows = [
        (2015, 2015, 30, 90, 435, 300, "converged", 1e-12, ""),
        (2016, 2016, 30, 90, 435, 300, "failed", None, "no network"),
        (2015, 2019, 40, 200, 780, 1500, "converged", 1e-12, ""),
    ]
    return pd.DataFrame(rows, columns=names)


def _firm_pairs():
    names = ["first_year", "last_year", "src", "dst", "weight", "years_seen", "expected", "z", "p_upper", "p_lower",
             "p_two_sided", "q_upper", "q_lower", "grade", "direction"]  # fmt: skip
    rows = [
        (2015, 2019, 1, 2, 50, 5, 20.0, 5.0, 1e-6, 1.0, 2e-6, 0.001, 1.0, "firm", "stronger"),
        (2015, 2019, 1, 3, 90, 5, 40.0, 5.0, 1e-6, 1.0, 2e-6, 0.002, 1.0, "firm", "stronger"),
        (2015, 2019, 2, 3, 1, 1, 30.0, -3.0, 1.0, 1e-5, 2e-5, 1.0, 0.01, "firm", "weaker"),
    ]
    return pd.DataFrame(rows, columns=names)


def as_published():
    """Tables of 1990 to 2019."""
    return {
        "cities": _cities(),
        "city_years": _city_years(),
        "side_years": _side_years(),
        "city_masses": _masses(),
        "city_matrices": _matrices(),
        "city_fits": pd.DataFrame(
            {"network": ["impact"], "null_model": ["directed-ecm-loops"], "n_nodes": [24], "n_links": [300],
             "total_weight": [10**5], "status": ["converged"], "max_relative_error": [1e-12], "message": [""]}
        ),
        "city_pair_fits": _pair_fits(),
        "city_firm_pairs": _firm_pairs(),
        "venue_years": pd.DataFrame(
            [("NeurIPS", 2017, "East", 100), ("NeurIPS", 2017, "West", 300), ("AAAI", 2017, "East", 10),
             ("AAAI", 2017, None, 5)],
            columns=["venue", "year", "side", "works"],
        ),
        "place_coverage": _coverage(),
    }  # fmt: skip


def _cities():
    rows = []
    for at, name in enumerate(NAMES):
        side = "East" if name in (*EAST, "Jeddah", "Islamabad") else None if name == "Nowhere" else "West"
        country = {"Cambridge": "GB" if at >= TOP else "US"}.get(name, "CN")
        label = f"Cambridge ({'United Kingdom' if at >= TOP else 'United States'})" if name == "Cambridge" else name
        rows.append((at + 1, name, label, country, None, 40.0, 10.0, side, at + 1 if name != "Nowhere" else None))
    columns = ["city", "name", "label", "country", "region", "latitude", "longitude", "side", "position"]
    return pd.DataFrame(rows, columns=columns).astype({"position": "Int32"})


def _value(at, year, metric):
    """Beijing has twice (impact) or three times (others) the second, and leads since 2007, 2002 and 1995."""
    since, times = {"c2": (2007, 2.0), "works": (2002, 3.0), "scientists": (1995, 3.0)}[metric]
    if at == 0:
        return int(1000 * (times if year >= since else 0.5))
    return 1000 if at == 1 else 300 - at


def _city_years():
    rows = []
    for year in YEARS:
        for at, _ in enumerate(NAMES):
            row = {"city": at + 1, "year": year}
            for metric in ("works", "c2", "scientists"):
                row[metric] = _value(at, year, metric) if at < 23 else 1
            row["c5"] = 2 * row["c2"]
            rows.append(row)
    frame = pd.DataFrame(rows)
    # a city that stands for all the others, so that the leading ones have the shares that were published
    for metric in ("works", "c2", "c5", "scientists"):
        known = frame["year"] <= {"c2": 2017, "c5": 2014}.get(metric, 2019)
        frame[metric] = frame[metric].where(known).astype("Int64")
        groups = frame.groupby("year")[metric]
        frame[f"rank_{metric}"] = groups.rank(ascending=False, method="min").astype("Int32")
        frame[f"relative_{metric}"] = (frame[metric] / groups.transform("max")).astype(float)
    for name, works, impact in (("Jeddah", 339, 48), ("Islamabad", 166, 95)):
        own = (frame["city"] == number(name)) & (frame["year"] == 2017)
        frame.loc[own, "rank_works"], frame.loc[own, "rank_c2"] = works, impact
    return frame


def _side_years():
    table = _city_years()
    leading = table[table["city"] <= TOP].groupby("year")[["works", "c2", "c5", "scientists"]].sum(min_count=1)
    rows = []
    for year in YEARS:
        share = {"works": 0.19, "scientists": 0.21, "c2": 0.32 if year >= 2014 else 0.2, "c5": 0.2}
        sums = {name: leading.loc[year, name] for name in share}
        row = {name: None if pd.isna(sums[name]) else round(sums[name] / share[name]) for name in share}
        rows += [{"side": side, "year": year, "cities": 20} | row for side in ("world", "East", "West")]
    frame = pd.DataFrame(rows)
    return frame.astype(dict.fromkeys(("works", "c2", "c5", "scientists"), "Int64"))


def _masses():
    works = dict.fromkeys(NAMES, 1000) | {"Beijing": 10_000}
    rows = [(at + 1, works[name], 500, 500, 50) for at, name in enumerate(NAMES)]
    return pd.DataFrame(rows, columns=["city", "works", "citations_made", "citations_received", "scientists"])


def _over(row, column):
    everywhere = column in ("Mountain View", "Redmond")
    in_the_east = column in ("Hong Kong", "Singapore") and row in EAST
    built_on = column == "Beijing" and row in ("Wuhan", "Nanjing")
    return row == column or everywhere or in_the_east or built_on or (row in WEST and column in WEST)


def _impact(row, column):
    if row == "Beijing":
        return 4500 if row == column else 450 / 7 * 10 if column in EAST else 550 / 12 * 10
    if row in WEST:
        return 150 if column == "Beijing" else 20 if column in EAST else 200
    return 100


def _matrices():
    rows = []
    for row, column in product(NAMES[:TOP], repeat=2):
        over = 30.0 if _over(row, column) else -30.0
        grade, direction = ("firm", "stronger") if over > 0 else ("firm", "weaker") if row in EAST else (None, None)
        both = (row in EAST) + (column in EAST)
        moves = 900 if row == column else 60 if "Beijing" in (row, column) else {2: 20, 1: 3, 0: 8}[both]
        joint = {2: 40, 1: 10, 0: 30}[both]
        ends = (number(row), number(column))
        rows.append(
            ("impact", *ends, round(_impact(row, column)), over, 50.0, 2.5, 0.01, 0.99, 0.02, 1.0, grade, direction)
        )
        rows.append(("migration", *ends, moves, None, *[None] * 8))
        rows.append(("collaboration", *ends, joint, None, 12.0, 0.1, 0.4, 0.6, 0.8, 0.9, None, None))
    columns = ["network", "src", "dst", "weight", "over_impact", "expected", "z", "p_upper", "p_lower", "q_upper",
               "q_lower", "grade", "direction"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns).astype({"over_impact": float, "expected": float})


def _coverage():
    frame = pd.DataFrame({"year": YEARS, "works": 100_000})
    frame["works_with_last_author"] = 95_000
    frame["works_with_country"], frame["works_with_city"] = 80_000, 73_000
    frame["c2"] = pd.Series([1000 if year <= 2017 else None for year in YEARS], dtype="Int64")
    frame["c2_with_country"], frame["c2_with_city"] = frame["c2"] * 9 // 10, frame["c2"] * 8 // 10
    return frame


STUDY = {
    "study": "cities",
    "paper": "alshebli2022",
    "title": "Cities",
    "description": "Who leads.",
    "significance_years": [2015, 2019],
    "corpus": {"rule": "ai_mag", "ids": []},
    "switches": {
        "cities.sides": ["East", "West"],
        "cities.impact_years": [2013, 2017],
        "cities.flow_years": [2015, 2019],
        "cities.top": [20, 50],
    },
}


@pytest.fixture
def publish(publish_study):
    """A function that writes results: `publish(tables={"cities": frame}, without=("cities",), simulated=True)`."""

    def write(tables=None, without=(), **changes):
        return publish_study(as_published() | (tables or {}), YEARS, without=without, **(STUDY | changes))

    return write


@pytest.fixture
def tables():
    """The tables in which the published values hold."""
    return as_published()
