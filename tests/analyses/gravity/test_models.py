"""The gravity models of a study on worlds with a known law, against statsmodels, and what is said of those that fail."""

import numpy as np
import pandas as pd
import pytest

from isthmus.analyses.gravity.models import (
    BORDERS,
    DISTANCE,
    MADE,
    OUTPUT,
    SAME_CITY,
    SCIENTISTS,
    fit_specification,
)
from isthmus.geography import haversine_km
from isthmus.geography.neighbours import hours_apart, neighbours, solar_hour

COUNTRIES = {"US": (40.0, -95.0), "CA": (47.0, -80.0), "CN": (33.0, 112.0), "DE": (51.0, 10.0), "FR": (47.0, 3.0),
             "VN": (16.0, 107.0)}  # fmt: skip


def world(seed=0, n=60, slope=-0.5, home=0.7):
    rng = np.random.default_rng(seed)
    country = rng.choice(list(COUNTRIES), n)
    centre = np.array([COUNTRIES[code] for code in country])
    points = centre + rng.normal(0, 4, (n, 2))
    works = np.ceil(rng.pareto(1.2, n) * 100 + 20)
    km = np.maximum(haversine_km(points[:, :1], points[:, 1:], points[:, 0], points[:, 1]), 1.0)
    distance = np.where(np.eye(n, dtype=bool), 0.0, np.log(km))
    mean = np.outer(rng.pareto(2.0, n) + 0.5, works) * np.exp(slope * distance + home * (country[:, None] == country))
    flows = rng.poisson(mean)
    i, j = np.nonzero(flows)
    cities = pd.DataFrame(
        {
            "city": 1000 + np.arange(n), "country": country, "latitude": points[:, 0], "longitude": points[:, 1],
            "works": works.astype(int), "citations_made": flows.sum(axis=1), "scientists": rng.integers(1, 40, n),
        }
    )  # fmt: skip
    ties = pd.DataFrame({"src": 1000 + i, "dst": 1000 + j, "weight": flows[i, j]})
    return cities.sample(frac=1, random_state=seed), ties, (flows, distance)


def values(found, column="estimate"):
    return {row["name"]: row[column] for row in found.coefficients}


@pytest.mark.parametrize("seed", range(3))
def test_the_full_specification_is_that_of_statsmodels(seed):
    api = pytest.importorskip("statsmodels.api", reason="statsmodels is the oracle of the fit")
    cities, ties, (flows, distance) = world(seed)
    found = fit_specification(4, cities, ties)
    own = cities.sort_values("city", ignore_index=True)
    n, hour, adjacent = len(own), solar_hour(own["longitude"]), neighbours()
    names = (OUTPUT, *SCIENTISTS[:1], MADE, *SCIENTISTS[1:], DISTANCE, SAME_CITY, *BORDERS)
    by_column = [np.log(own[name].to_numpy(float)) for name in ("works", "scientists")]
    by_row = [np.log(own[name].to_numpy(float)) for name in ("citations_made", "scientists")]
    country = own["country"].to_numpy()
    border = np.array([[(a, b) in adjacent for b in country] for a in country], float)
    wide = [
        *(np.tile(x, (n, 1)) for x in by_column), *(np.tile(x[:, None], n) for x in by_row), distance, np.eye(n),
        (country[:, None] == country).astype(float), border, hours_apart(hour[:, None], hour).astype(float),
    ]  # fmt: skip
    X = api.add_constant(np.column_stack([x.ravel() for x in wide]))
    other = api.GLM(flows.ravel(), X, family=api.families.Poisson()).fit(tol=1e-13, maxiter=200)
    estimates = values(found)
    assert estimates["constant"] == pytest.approx(other.params[0], abs=1e-7)
    assert [estimates[name] for name in names] == pytest.approx(list(other.params[1:]), abs=1e-8)
    assert found.fit["n_pairs"] == n * n
    assert found.fit["status"] == "converged"
    assert found.fit["mcfadden"] == pytest.approx(1 - other.llf / other.llnull, abs=1e-9)


def test_what_the_citing_city_cites_is_one_by_construction_until_distance_enters():
    cities, ties, _ = world(1)
    for number, constructed in ((1, True), (2, True), (3, False)):
        found = fit_specification(number, cities, ties)
        assert values(found, "constructed")[MADE] is constructed
        assert (values(found, "p_of_one")[MADE] is None) is constructed
        if constructed:
            assert values(found)[MADE] == pytest.approx(1.0, abs=1e-8)
        assert values(found, "p_of_one")[OUTPUT] is not None


def test_cities_that_lack_something_are_left_out_and_counted():
    cities, ties, _ = world(2)
    cities = cities.reset_index(drop=True)
    cities.loc[0, "scientists"] = 0
    cities.loc[1, "latitude"] = np.nan
    cities.loc[2, "country"] = None
    sizes = {n: fit_specification(n, cities, ties).fit for n in (1, 2, 3, 4)}
    assert [sizes[n]["left_out_cited"] for n in (1, 2, 3, 4)] == [0, 1, 2, 3]
    assert [sizes[n]["n_cited"] for n in (1, 2, 3, 4)] == [60, 59, 58, 57]


@pytest.mark.parametrize(
    ("change", "number", "message"),
    [
        ({"scientists": 0}, 2, "no city is left that has all covariates"),
        ({"country": "JP"}, 4, "shared border"),
        ({"works": 7}, 1, OUTPUT),
    ],
)
def test_a_model_that_cannot_be_fitted_says_why(change, number, message):
    cities, ties, _ = world(3)
    found = fit_specification(number, cities.assign(**change), ties)
    assert found.fit["status"] == "failed"
    assert message in found.fit["message"]
    assert found.coefficients == []
