"""The gravity models of a study on worlds with a known law, against statsmodels, and what is said of those that fail."""

import numpy as np
import pandas as pd
import pytest

from isthmus.analyses.gravity.models import (
    BORDERS,
    DISTANCE,
    EFFECTS,
    IMPACT,
    MADE,
    MIGRATION,
    MOVERS,
    OUTPUT,
    SAME_CITY,
    SCIENTISTS,
    Options,
    fit_specification,
)
from isthmus.geography import haversine_km
from isthmus.geography.frictions import CountryFrictions
from isthmus.geography.neighbours import hours_apart, neighbours, solar_hour
from isthmus.gravity.frictions import fit_frictions
from isthmus.gravity.grid import make_grid
from isthmus.gravity.leaving_out import city_influence
from isthmus.gravity.ppml import fit_ppml, flows_of

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
        low, high = values(found, "low"), values(found, "high")
        assert (low[MADE] is None, high[MADE] is None) == (constructed, constructed)
        assert low[OUTPUT] < values(found)[OUTPUT] < high[OUTPUT]
        assert 1 <= values(found, "effective_cities")[OUTPUT] <= 60


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
        ({"works": 7}, 1, OUTPUT),
    ],
)
def test_a_model_that_cannot_be_fitted_says_why(change, number, message):
    cities, ties, _ = world(3)
    found = fit_specification(number, cities.assign(**change), ties)
    assert found.fit["status"] == "failed"
    assert message in found.fit["message"]
    assert found.coefficients == []


@pytest.mark.parametrize("number", [4, EFFECTS])
def test_a_border_of_which_the_data_say_nothing_is_left_out_and_named(number):
    cities, ties, _ = world(3)
    found = fit_specification(number, cities.assign(country="JP"), ties)
    assert found.fit["status"] == "converged"
    assert "'shared border'" in found.fit["message"]
    assert "'same country'" in found.fit["message"]
    assert set(values(found)) >= {DISTANCE, SAME_CITY}
    assert not set(values(found)) & {"shared border", "same country"}


def moved(seed=0):
    """A world whose flows are moves: by scientists of both ends and distance, without those who stay."""
    cities, _, (_, distance) = world(seed)
    rng, own = np.random.default_rng(seed), cities.sort_values("city", ignore_index=True)
    people = own["scientists"].to_numpy(float)
    flows = rng.poisson(3 * np.outer(people**0.8, people**0.9) * np.exp(-0.4 * distance) * (1 - np.eye(len(own))))
    i, j = np.nonzero(flows)
    stayed = pd.DataFrame({"src": own["city"], "dst": own["city"], "weight": 5})
    ties = pd.DataFrame({"src": 1000 + i, "dst": 1000 + j, "weight": flows[i, j]})
    return cities, pd.concat([ties, stayed]), flows, distance


@pytest.mark.parametrize("number", [1, 3])
def test_moves_as_statsmodels_without_those_who_stay(number):
    api = pytest.importorskip("statsmodels.api", reason="statsmodels is the oracle of the fit")
    cities, ties, flows, distance = moved()
    found = fit_specification(number, cities, ties, network=MIGRATION)
    people = np.log(cities.sort_values("city")["scientists"].to_numpy(float))
    n = len(people)
    wide = [np.tile(people, (n, 1)), np.tile(people[:, None], n), *([distance] if number == 3 else [])]
    apart = ~np.eye(n, dtype=bool)
    X = api.add_constant(np.column_stack([x[apart] for x in wide]))
    other = api.GLM(flows[apart], X, family=api.families.Poisson()).fit(tol=1e-13, maxiter=200)
    names = ["constant", *MOVERS, *([DISTANCE] if number == 3 else [])]
    assert [values(found)[name] for name in names] == pytest.approx(list(other.params), abs=1e-7)
    assert SAME_CITY not in values(found)
    assert found.fit["n_pairs"] == n * (n - 1)
    assert found.fit["network"] == "migration"


@pytest.mark.parametrize("network", [IMPACT, MIGRATION])
def test_effects_instead_of_sizes_as_on_arrays(network):
    if network == IMPACT:
        cities, ties, (flows, distance) = world(4)
    else:
        cities, ties, flows, distance = moved(4)
    found = fit_specification(EFFECTS, cities, ties, network=network)
    own = cities.sort_values("city", ignore_index=True)
    country, hour = own["country"].to_numpy(), solar_hour(own["longitude"])
    same = np.eye(len(own))
    covariates = {
        DISTANCE: distance,
        SAME_CITY: same,
        BORDERS[0]: country[:, None] == country,
        BORDERS[1]: np.array([[(a, b) in neighbours() for b in country] for a in country], float),
        BORDERS[2]: hours_apart(hour[:, None], hour),
    }
    if network == MIGRATION:
        del covariates[SAME_CITY]
    loops = np.tile(np.arange(len(own))[:, None], 2)
    other = fit_frictions(flows, covariates, is_open=(same == 0) if network == MIGRATION else None, same=loops)
    assert values(found) == pytest.approx(dict(zip(other.names, other.coefficients, strict=True)), abs=1e-7)
    assert values(found, "two_way_error")[DISTANCE] == pytest.approx(np.sqrt(other.two_way[0, 0]), rel=1e-5)
    ends = [values(found, end)[DISTANCE] for end in ("low", "high")]
    assert ends == pytest.approx(list(other.influence.intervals()[0]), rel=1e-5)
    assert set(values(found, "p_of_one").values()) == {None}


def test_sizes_have_the_intervals_of_arrays():
    cities, ties, (flows, distance) = world(4)
    own = cities.sort_values("city", ignore_index=True)
    loops = np.tile(np.arange(len(own))[:, None], 2)
    size = {name: np.log(own[name].to_numpy(float)) for name in ("works", "scientists", "citations_made")}
    grid = make_grid(
        {OUTPUT: size["works"], SCIENTISTS[0]: size["scientists"]},
        {MADE: size["citations_made"], SCIENTISTS[1]: size["scientists"]}, log_distance=distance, same=loops,
    )  # fmt: skip
    i, j = np.nonzero(flows)
    fit = fit_ppml(grid, flows_of(i, j, flows[i, j], grid))
    sure = city_influence(grid, flows_of(i, j, flows[i, j], grid), fit)
    found = fit_specification(3, cities, ties)
    for at, name in enumerate(fit.names):
        assert [values(found, end)[name] for end in ("low", "high")] == pytest.approx(
            list(sure.intervals()[at]), rel=1e-5
        )
        assert values(found, "effective_cities")[name] == pytest.approx(sure.effective_cities[at], rel=1e-5)


def test_effects_hold_the_cities_with_most_flows():
    cities, ties, (flows, _) = world(5)
    found = fit_specification(EFFECTS, cities, ties, Options(effects_cities=20))
    assert (found.fit["n_citing"], found.fit["n_cited"]) == (20, 20)
    assert found.fit["left_out_citing"] == int((flows.sum(axis=1) > 0).sum()) - 20


def test_a_table_of_the_user_adds_covariates_and_its_borders_win():
    cities, ties, _ = world(6)
    pairs = {
        "shared border": frozenset({("US", "CN"), ("CN", "US")}),
        "official language": frozenset({("US", "CA"), ("CA", "US")}),
        "colonial tie": frozenset({("FR", "VN"), ("VN", "FR")}),
    }
    options = Options(frictions=CountryFrictions(pairs, frozenset(COUNTRIES) - {"DE"}))
    found = fit_specification(4, cities, ties, options)
    plain = fit_specification(4, cities, ties)
    assert set(values(found)) - set(values(plain)) == {"official language", "colonial tie"}
    assert values(found)["shared border"] != values(plain)["shared border"]
    assert "no row of DE" in found.fit["message"]
    assert options.missing == ("spoken language", "common coloniser", "legal origin")
    assert len(Options().missing) == 5
