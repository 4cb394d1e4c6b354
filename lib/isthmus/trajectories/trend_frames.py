"""Propensities, trends and classes of pairs on pandas frames: rows of `pair_tests` in, tables out."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from isthmus.errors import TrajectoryError
from isthmus.nullmodels.propensity import LEVEL, propensity
from isthmus.nullmodels.yearly import KEYS, PAIR, year_tables
from isthmus.trajectories.dtw import Floats
from isthmus.trajectories.labels import SETTLED
from isthmus.trajectories.panel import NETWORKS
from isthmus.trajectories.trends import CLASSES, DELTA, SLAB, class_shares, propensity_trends

TREND_COLUMNS = (
    "years_used",
    "papers",
    "trend",
    "trend_sd",
    "p_rise",
    "p_fall",
    "p_level",
    "kappa",
    "rho",
)
CLASS_COLUMNS = tuple(f"p_{name}" for name in CLASSES)


def propensities(frame: pd.DataFrame, *, keys: Sequence[str] = KEYS, level: float = LEVEL) -> pd.DataFrame:
    """Return how many times what size explains each pair weighs in each year, with Garwood's interval.

    Parameters
    ----------
    frame : pandas.DataFrame
        Rows of `pair_tests`: the columns of `keys`, src, dst, year, weight, expected.
    keys : sequence of str
        Columns that tell networks apart; they are carried along.
    level : float
        Coverage of the interval.

    Returns
    -------
    pandas.DataFrame
        The same rows: keys, src, dst, year, weight, expected, propensity, propensity_low, propensity_high.

    """
    kept = frame[[*keys, *PAIR, "year", "weight", "expected"]]
    found = propensity(kept["weight"], kept["expected"], level=level)
    return kept.assign(propensity=found.value, propensity_low=found.low, propensity_high=found.high)


def pair_trends(
    frame: pd.DataFrame,
    years: tuple[int, int],
    *,
    delta: float = DELTA,
    slab: float = SLAB,
    keys: Sequence[str] = KEYS,
) -> pd.DataFrame:
    """Fit the trend of every pair's log propensity, each network for itself.

    Parameters
    ----------
    frame : pandas.DataFrame
        Rows of `pair_tests`: the columns of `keys`, src, dst, year, weight, expected; a pair has a row in each year in
        which both countries are present.
    years : tuple of two int
        First and last year, both included.
    delta : float
        Change of the log propensity per decade below which it is level.
    slab : float
        Standard deviation of the wide prior on the change over all years.
    keys : sequence of str
        Columns that tell networks apart. Scatter and prior are estimated within a network, so that a network must not
        be split over calls.

    Returns
    -------
    pandas.DataFrame
        The columns of `keys`, src, dst and `TREND_COLUMNS`: one row per pair, trend and sd per decade.

    """
    pairs, tables = year_tables(frame, years, ("weight", "expected"), keys=keys)
    number = pairs.groupby(list(keys), dropna=False).ngroup().to_numpy() if keys else np.zeros(len(pairs), dtype=int)
    columns: dict[str, Floats] = {name: np.full(len(pairs), np.nan) for name in TREND_COLUMNS}
    for network in np.unique(number):
        mine = number == network
        found = propensity_trends(
            tables["weight"][mine],
            tables["expected"][mine],
            np.arange(years[0], years[1] + 1),
            delta=delta,
            slab=slab,
        )
        values = (
            found.years_used,
            found.papers,
            found.trend,
            found.sd,
            found.rise,
            found.fall,
            found.level,
            found.kappa,
            found.rho,
        )
        for name, value in zip(TREND_COLUMNS, values, strict=True):
            columns[name][mine] = value
    return pairs.assign(**columns).astype({"years_used": np.int32, "papers": np.int64})


def pair_classes(trends: pd.DataFrame, *, networks: tuple[str, str] = NETWORKS) -> pd.DataFrame:
    """Return the probability of each of the seven classes of the pairs that have a trend in both networks.

    Parameters
    ----------
    trends : pandas.DataFrame
        network, src, dst, papers, p_rise, p_fall, p_level, as `pair_trends` gives them; one row per pair and network,
        so that a choice among the years that citations are counted in has been made.
    networks : tuple of two str
        Names of collaboration and of knowledge exchange.

    Returns
    -------
    pandas.DataFrame
        src, dst, `CLASS_COLUMNS`, class (the most probable), probability (of it), settled (probability >= 0.9, and
        papers in both networks: without any the trend is only what other pairs do).

    Raises
    ------
    TrajectoryError
        A pair with two rows in a network.

    """
    names = ["p_rise", "p_fall", "p_level"]
    doubled = trends[trends["network"].isin(networks) & trends.duplicated(["network", *PAIR])]
    if len(doubled):
        row = doubled.iloc[0]
        raise TrajectoryError(
            f"pair {row['src']} - {row['dst']} has two trends in network {row['network']!r}; expected one: choose one "
            "year that citations are counted in"
        )
    one, other = (trends[trends["network"] == name][[*PAIR, *names, "papers"]] for name in networks)
    both = one.merge(other, on=list(PAIR), suffixes=("", "_exchange")).sort_values(list(PAIR), ignore_index=True)
    shares = class_shares(both[names].to_numpy(), both[[f"{name}_exchange" for name in names]].to_numpy())
    best = shares.argmax(axis=1)
    probability = shares.max(axis=1, initial=0.0)
    found = both[list(PAIR)].assign(**dict(zip(CLASS_COLUMNS, shares.T, strict=True)))
    found["class"] = np.asarray(CLASSES, dtype=object)[best]
    told = (both[["papers", "papers_exchange"]] > 0).all(axis=1)
    return found.assign(probability=probability, settled=told & (probability >= SETTLED))
