"""Small published results of disruption: all five readings fall, China is developmental, the United States unsettled."""

import numpy as np
import pandas as pd
import pytest

from isthmus.analyses.disruption.tables import DISRUPTION_CITIES, DISRUPTION_PLACES, DISRUPTION_TRENDS, DISRUPTION_YEARS

YEARS = tuple(range(2000, 2020))
PLACES = (("world", "world"), ("country", "CN"), ("country", "US"), ("bloc", "EU-27"), ("country", "FR"))
RANKS = {"world": 0.5, "CN": 0.46, "US": 0.505, "EU-27": 0.52, "FR": 0.55}
MEANS = {
    "cd": 0.1, "cd_all": 0.3, "cd5": 0.12, "cdnok": -0.2, "di5": 0.2, "dependence": 1.5, "above_expected": 0.05,
    "median_cd": 0.02, "share_positive": 0.7, "observed_over_expected": 3.0,
}  # fmt: skip


def _summary(place, at=0):
    row = {
        "papers": 1000 + 10 * at,
        "without_references": 100 - at,
        "measured": 900,
        "most_disruptive": 90.0,
        "most_developmental": 95.0,
    }
    for name, mean in (MEANS | {"rank": RANKS[place], "class_rank": RANKS[place]}).items():
        value = mean if "rank" in name else mean - 0.01 * at
        row |= {name: value, f"{name}_low": value - 0.01, f"{name}_high": value + 0.01}
    return row


def as_published():
    years = [
        {"place_kind": kind, "place": place, "year": year} | _summary(place, year - 2000)
        for kind, place in PLACES
        for year in YEARS
    ]
    grades = {"CN": (0.0001, 0.0004, "firm", "more developmental"), "US": (0.4, 0.4, None, None),
              "EU-27": (0.03, 0.06, "probable", "more disruptive"), "FR": (0.001, 0.02, "firm", "more disruptive")}  # fmt: skip
    places = [
        {"place_kind": kind, "place": place}
        | _summary(place)
        | dict(
            zip(
                ("p_value", "q_value", "grade", "direction"),
                grades.get(place, (np.nan, np.nan, None, None)),
                strict=True,
            )
        )
        for kind, place in PLACES
    ]
    trends = [
        {"place_kind": kind, "place": place, "measure": measure, "years": 20, "slope": -0.1, "slope_low": -0.12,
         "slope_high": -0.08, "kendall_tau": -1.0, "p_value": 1e-5, "direction": "falls"}
        for kind, place in PLACES[:4]
        for measure in ("cd", "cd5", "cd_all", "di5", "above_expected", *(("class_rank",) if place != "world" else ()))
    ]  # fmt: skip
    cities = [
        # Beijing leads at both ends from 2005 on, but for a tie of 2007 at the disruptive one
        {"city": city, "name": name, "country": country, "year": year, "measured": 200,
         "most_disruptive": 20.0 + (city == 1) * (10 if year >= 2005 and year != 2007 else 0),
         "most_developmental": 20.0 + (city == 1) * (10 if year >= 2005 else -10)}
        for city, name, country in ((1, "Beijing", "CN"), (2, "Boston", "US"), (3, None, None))
        for year in YEARS
    ]  # fmt: skip
    specs = (DISRUPTION_YEARS, DISRUPTION_PLACES, DISRUPTION_TRENDS, DISRUPTION_CITIES)
    frames = (pd.DataFrame(years), pd.DataFrame(places), pd.DataFrame(trends), pd.DataFrame(cities))
    return {
        spec.name: frame[[c for c in spec.columns if c not in ("study", "release")]]
        for spec, frame in zip(specs, frames, strict=True)
    }


STUDY = {
    "study": "disruption",
    "paper": None,
    "title": "Disruption",
    "description": "Do works disrupt less?",
    "significance_years": [2015, 2019],
    "corpus": {"rule": "ai_narrow", "ids": []},
    "switches": {
        "disruption.places": ["CN", "US", "EU-27"],
        "disruption.minimum_references": 1,
        "disruption.replicates": 500,
        "disruption.level": 0.95,
        "disruption.top_share": 0.1,
        "disruption.last": None,
        "disruption.strict": False,
    },
}


@pytest.fixture
def publish(publish_study):
    """A function that writes results: `publish(tables={"disruption_years": frame}, without=("disruption_trends",))`."""

    def write(tables=None, without=(), **changes):
        return publish_study(as_published() | (tables or {}), YEARS, without=without, **(STUDY | changes))

    return write


@pytest.fixture
def tables():
    return as_published()
