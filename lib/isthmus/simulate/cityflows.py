"""Cities with a known law of flows, a planted bridge, careers with a known rate of moves, and a centre that drifts.

The cities are real ones; all else is drawn. It is the answer key of the questions between cities: straight to arrays,
as a bridge among a hundred cities, or a gravity of flows, cannot be planted in the author lists of a small snapshot.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from isthmus.geography import haversine_km
from isthmus.simulate.world.draws import Floats, Ints
from isthmus.simulate.world.facts import rows

#: Countries of the second side; all others are of the first.
WEST = frozenset({"AT", "BE", "CH", "CZ", "DE", "DK", "ES", "FI", "FR", "GB", "GR", "HU", "IE", "IT", "NL", "NO", "PL"})
WEST |= {"PT", "RO", "SE", "US"}
#: The bridge is the city of this place by size on the first side: a large one, and not the largest.
_MIDDLING = 5


@dataclass(frozen=True)
class CityLaw:
    """What is true of a world of cities.

    Attributes
    ----------
    output, made, distance, same_city : float
        Elasticities: of a flow to works of the destination, to works of the origin, to kilometres; and how much more,
        in logarithms, a city has with itself.
    dispersion : float
        alpha of the negative binomial law with variance mu + alpha mu^2.
    bridge : float
        How many times as much the bridge city has with the other side; 1: there is no bridge.
    own : float
        How much cities differ in what they send and in what they get beyond their sizes: deviation of the logarithm.
    flows : float
        Flows per pair of different cities, on average.
    move_rate, seen : float
        Chance of a scientist to move within a year, and to be seen in one.
    first_share, last_share : float
        Share of the first side in all output, in the first and in the last year.

    """

    output: float = 0.9
    made: float = 0.8
    distance: float = -0.6
    same_city: float = 1.5
    dispersion: float = 0.3
    bridge: float = 4.0
    own: float = 0.0
    flows: float = 20.0
    move_rate: float = 0.1
    seen: float = 0.7
    first_share: float = 0.3
    last_share: float = 0.5


@dataclass(frozen=True)
class CityFlows:
    """A world of N cities.

    Attributes
    ----------
    cities : pandas.DataFrame
        city (GeoNames), country, side (0, 1), latitude, longitude, works.
    log_distance : float array (N, N)
        Of kilometres, 0 for a city with itself.
    expected : float array (N, N)
        The law's flows.
    flows : int array (N, N)
        Those drawn.
    bridge : int
        Position of the bridge city, whether or not it is one.

    """

    cities: pd.DataFrame
    log_distance: Floats
    expected: Floats
    flows: Ints
    bridge: int


def city_flows(seed: int, law: CityLaw, *, n_cities: int = 100) -> CityFlows:
    """Draw a world of cities; a law without the bridge has the same cities and sizes.

    Parameters
    ----------
    seed : int
        Seed of all of it.
    law : CityLaw
        What is true.
    n_cities : int
        N, at most as many as there are real ones.
    """
    rng = np.random.default_rng([seed, n_cities])
    cities = _cities(rng, n_cities)
    at = cities["latitude"].to_numpy(float), cities["longitude"].to_numpy(float)
    km = np.maximum(haversine_km(at[0][:, None], at[1][:, None], *at), 1.0)
    same = np.eye(n_cities, dtype=bool)
    log_distance = np.where(same, 0.0, np.log(km))
    size = np.log(cities["works"].to_numpy(float))
    log_mean = law.made * size[:, None] + law.output * size + law.distance * log_distance + law.same_city * same
    if law.own:
        sent, got = np.random.default_rng([seed, n_cities, 1]).normal(-(law.own**2) / 2, law.own, (2, n_cities))
        log_mean = log_mean + sent[:, None] + got
    mean = np.exp(log_mean)
    mean *= law.flows / mean[~same].mean()
    side = cities["side"].to_numpy()
    of_first = np.flatnonzero(side == 0)
    bridge = int(of_first[min(_MIDDLING, len(of_first) - 1)])
    across = side != side[bridge]
    mean[bridge, across] *= law.bridge
    mean[across, bridge] *= law.bridge
    scaled = mean * rng.gamma(1 / law.dispersion, law.dispersion, mean.shape) if law.dispersion else mean
    return CityFlows(cities, log_distance, mean, rng.poisson(scaled), bridge)


def _cities(rng: np.random.Generator, number: int) -> pd.DataFrame:
    """Return real cities with drawn output, the largest first."""
    table = pd.DataFrame(rows("cities.csv"))
    chosen = table.iloc[rng.choice(len(table), number, replace=False)].reset_index(drop=True)
    side = np.where(chosen["country_code"].isin(WEST), 1, 0)
    works = np.sort(np.rint(100 * rng.lognormal(0.0, 1.0, number)).astype(np.int64) + 1)[::-1]
    return pd.DataFrame(
        {
            "city": chosen["geonames_city_id"].astype("int64"),
            "country": chosen["country_code"],
            "side": side,
            "latitude": chosen["latitude"].astype(float),
            "longitude": chosen["longitude"].astype(float),
            "works": works,
        }
    )


def careers(seed: int, law: CityLaw, cities: pd.DataFrame, years: range, *, scientists: int) -> pd.DataFrame:
    """Draw where scientists are seen: author_id, year, works (1), city; whoever moves goes where there is more output.

    Parameters
    ----------
    seed : int
        Seed.
    law : CityLaw
        `move_rate` and `seen`.
    cities : pandas.DataFrame
        city and works, as in `CityFlows`.
    years : range
        Years, rising.
    scientists : int
        How many.
    """
    rng = np.random.default_rng([seed, scientists])
    share = cities["works"].to_numpy(float) / cities["works"].sum()
    here = rng.choice(len(share), scientists, p=share)
    frames = []
    for year in years:
        if year != years[0]:
            leaves = rng.random(scientists) < law.move_rate
            here = np.where(leaves, _elsewhere(rng, here, share), here)
        there = np.flatnonzero(rng.random(scientists) < law.seen)
        city = cities["city"].to_numpy()[here[there]]
        frames.append(pd.DataFrame({"author_id": there, "year": year, "works": 1, "city": city}))
    return pd.concat(frames, ignore_index=True).astype("int64")


def expected_moves(law: CityLaw, cities: pd.DataFrame, seen: pd.DataFrame) -> float:
    """Return how many moves the records of careers show on average: consecutive known cities that differ.

    Parameters
    ----------
    law : CityLaw
        `move_rate`.
    cities : pandas.DataFrame
        city and works.
    seen : pandas.DataFrame
        Rows of `careers`: who is seen when; where counts for the first of two years alone.
    """
    share = cities["works"].to_numpy(float) / cities["works"].sum()
    step = law.move_rate * np.where(np.eye(len(share), dtype=bool), 0.0, share / (1 - share)[:, None])
    step += (1 - law.move_rate) * np.eye(len(share))
    rows = seen.sort_values(["author_id", "year"])
    away = rows["year"].diff().where(rows["author_id"].diff() == 0).dropna().astype(int)
    place = pd.Series(np.arange(len(share)), index=cities["city"])[rows["city"].shift().loc[away.index].astype("int64")]
    total = 0.0
    for gap in np.unique(away):
        back = np.diag(np.linalg.matrix_power(step, int(gap)))
        total += float((1 - back[place.to_numpy()[(away == gap).to_numpy()]]).sum())
    return total


def drifting_output(seed: int, law: CityLaw, cities: pd.DataFrame, *, years: int, works: int) -> tuple[Floats, Ints]:
    """Return the share of each city in the world's output by year, and drawn works: both (years, N).

    Parameters
    ----------
    seed : int
        Seed.
    law : CityLaw
        `first_share` and `last_share`; the share of the first side rises in a straight line.
    cities : pandas.DataFrame
        side and works.
    years, works : int
        Number of years, and works of the world in each.
    """
    of_first = np.linspace(law.first_share, law.last_share, years)[:, None]
    first, size = cities["side"].to_numpy() == 0, cities["works"].to_numpy(float)
    shares = np.where(first, of_first * size / size[first].sum(), (1 - of_first) * size / size[~first].sum())
    rng = np.random.default_rng([seed, years])
    return shares, np.array([rng.multinomial(works, share) for share in shares])


def _elsewhere(rng: np.random.Generator, here: Ints, share: Floats) -> Ints:
    """Draw a city in proportion to its share, anew for those who drew where they are."""
    found = rng.choice(len(share), here.size, p=share)
    while np.any(found == here):
        again = np.flatnonzero(found == here)
        found[again] = rng.choice(len(share), again.size, p=share)
    return found
