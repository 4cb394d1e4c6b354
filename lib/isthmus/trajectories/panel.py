"""The panel: how every pair's z in two networks moves over the years, smoothed and rescaled.

A pair is kept when it has a z in both networks in every year. Each series is smoothed by a Savitzky-Golay filter, then
stretched to [-1, 1] in each network (Gallo et al. 2026: window 5, order 1).
"""

from dataclasses import dataclass, field
from typing import get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.signal import savgol_filter

from isthmus.config.significance import FiniteRule
from isthmus.errors import TrajectoryError, did_you_mean
from isthmus.nullmodels.significance import EXPECTED_LINK_PROBABILITY
from isthmus.trajectories.dtw import Floats, Ints

NETWORKS = ("collaboration", "knowledge_exchange")
CLUSTERED, NOT_FINITE, FLAT = "clustered", "not finite in every year", "flat"

# A smoothed z that moves by less than this over all years does not move: the rest is rounding.
FLAT_RANGE = 1e-9

_NEEDED: dict[str, tuple[str, ...]] = {
    "expected_in_500_samples": ("link_probability",),
    "present": (),
    "linked": ("weight",),
    "sampled": ("finite",),
}


@dataclass(frozen=True)
class Panel:
    """The trajectories of n pairs over T years in two networks, collaboration first, then knowledge exchange.

    Attributes
    ----------
    src, dst : NDArray[np.object_]
        (n,) names of the kept pairs, src < dst, in order.
    years : array of int
        (T,), without a gap.
    raw : array of float
        (n, T, 2) z.
    smooth : array of float
        (n, T, 2) after the filter.
    scaled : array of float
        (n, T, 2) in [-1, 1]; each series reaches both ends.
    candidates : pandas.DataFrame
        Every pair that has a tie in either network in these years: src, dst, and status, which is "clustered" for the
        kept ones, "not finite in every year" or "flat" for the others.
    """

    src: NDArray[np.object_]
    dst: NDArray[np.object_]
    years: Ints
    raw: Floats = field(repr=False)
    smooth: Floats = field(repr=False)
    scaled: Floats = field(repr=False)
    candidates: pd.DataFrame = field(repr=False)

    def __len__(self) -> int:
        return len(self.src)

    @property
    def counts(self) -> dict[str, int]:
        """Number of candidate pairs with each status; the kept and the dropped ones add up to all."""
        found = self.candidates["status"].value_counts()
        return {status: int(found.get(status, 0)) for status in (CLUSTERED, NOT_FINITE, FLAT)}


def build_panel(
    ties: pd.DataFrame,
    *,
    years: tuple[int, int],
    finite: FiniteRule = "expected_in_500_samples",
    window: int = 5,
    order: int = 1,
) -> Panel:
    """Turn the ties of two networks into trajectories of pairs.

    Parameters
    ----------
    ties : pandas.DataFrame
        Network ("collaboration" or "knowledge_exchange"; others are left out), year, src, dst, z, and what the rule
        needs: link_probability, weight or finite. Each pair once per network and year; a year in which a pair has no
        row is one in which it has no z.
    years : tuple[int, int]
        First and last, both included.
    finite : FiniteRule, default 'expected_in_500_samples'
        When a pair counts; always only with a z in both networks and in every year, and then
        "expected_in_500_samples": where its link probability is at least 0.0014 in both networks and every year,
        "present": always, "linked": where it has a weight in at least one year in each network,
        "sampled": where the column `finite` says so in both networks and every year.
    window, order : int
        Of the Savitzky-Golay filter; its ends are the fit to the first and the last `window` years.

    Raises
    ------
    TrajectoryError
        Unknown rule, missing columns, a network without ties, fewer years than the window, or a pair that is listed
        twice in a year.
    """
    first, last = years
    length = last - first + 1
    _check(ties, finite, length, window, order)
    kept = ties["network"].isin(NETWORKS) & ties["year"].between(first, last)
    rows = ties.loc[kept, ["network", "year", "src", "dst", "z", *_NEEDED[finite]]]
    network = (rows["network"] == NETWORKS[1]).to_numpy().astype(np.int64)
    for position, name in enumerate(NETWORKS):
        if not (network == position).any():
            raise TrajectoryError(f"network {name!r} has no ties from {first} to {last}; trajectories need both")
    names, pair, number = _pairs(rows)
    cell = (pair * length + (rows["year"].to_numpy(dtype=np.int64) - first)) * 2 + network
    _refuse_repeated(rows, cell)
    shape = (number, length, 2)
    z = _scatter(cell, rows["z"].to_numpy(dtype=float), shape, missing=np.nan)
    counts = np.isfinite(z).all(axis=(1, 2)) & _rule(rows, finite, cell, shape)
    raw = z[counts]
    smooth = savgol_filter(raw, window, order, axis=1, mode="interp") if len(raw) else raw
    scaled, moves = rescale(smooth)
    status = np.full(number, NOT_FINITE, dtype=object)
    status[counts] = np.where(moves, CLUSTERED, FLAT)
    src, dst = names
    chosen = status == CLUSTERED
    return Panel(
        src=src[chosen],
        dst=dst[chosen],
        years=np.arange(first, last + 1),
        raw=raw[moves],
        smooth=smooth[moves],
        scaled=scaled[moves],
        candidates=pd.DataFrame({"src": src, "dst": dst, "status": status}),
    )


def rescale(series: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """Stretch every series (n, T, d) to [-1, 1] in each dimension; and whether it moves in all of them (n,).

    A dimension that does not move becomes zeros.
    """
    low, high = series.min(axis=1, keepdims=True), series.max(axis=1, keepdims=True)
    span = high - low
    moves = span > FLAT_RANGE
    scaled = 2.0 * (series - low) / np.where(moves, span, 1.0) - 1.0
    return np.where(moves, np.clip(scaled, -1.0, 1.0), 0.0), moves.all(axis=(1, 2))


def _pairs(rows: pd.DataFrame) -> tuple[tuple[NDArray[np.object_], NDArray[np.object_]], Ints, int]:
    """Return the names of all pairs (src < dst, in order), the pair of each row, and how many pairs there are."""
    codes, labels = pd.factorize(pd.concat([rows["src"], rows["dst"]], ignore_index=True), sort=True)
    if (codes < 0).any():
        raise TrajectoryError("a tie lacks src or dst; expected two names in every row")
    one, other = np.split(codes.astype(np.int64), 2)
    low, high = np.minimum(one, other), np.maximum(one, other)
    if (low == high).any():
        raise TrajectoryError(f"{labels[low[low == high][0]]!r} is tied to itself; expected pairs of different names")
    known, pair = np.unique(low * len(labels) + high, return_inverse=True)
    names = np.asarray(labels, dtype=object)
    return (names[known // len(labels)], names[known % len(labels)]), pair, len(known)


def _rule(rows: pd.DataFrame, finite: FiniteRule, cell: Ints, shape: tuple[int, int, int]) -> NDArray[np.bool_]:
    """Whether a pair counts, apart from having a z (n,)."""
    if finite == "present":
        return np.ones(shape[0], dtype=bool)
    column, least = {
        "expected_in_500_samples": ("link_probability", EXPECTED_LINK_PROBABILITY),
        "linked": ("weight", 0.5),
    }.get(finite, ("finite", 0.5))
    values = _scatter(cell, rows[column].to_numpy(dtype=float), shape, missing=0.0)
    if finite == "linked":
        values = values.max(axis=1, keepdims=True)
    weakest: Floats = values.min(axis=(1, 2))
    return weakest >= least


def _scatter(cell: Ints, values: Floats, shape: tuple[int, int, int], *, missing: float) -> Floats:
    found = np.full(shape, missing)
    found.ravel()[cell] = values
    return found


def _refuse_repeated(rows: pd.DataFrame, cell: Ints) -> None:
    repeated = pd.Series(cell).duplicated().to_numpy()
    if repeated.any():
        row = rows.iloc[int(np.flatnonzero(repeated)[0])]
        raise TrajectoryError(
            f"{row['src']} - {row['dst']} is listed twice in network {row['network']}, {row['year']}; hand in the ties "
            "of one citation year and one null model"
        )


def _check(ties: pd.DataFrame, finite: str, length: int, window: int, order: int) -> None:
    if finite not in get_args(FiniteRule):
        raise TrajectoryError(f"unknown rule finite = {finite!r}; {did_you_mean(finite, get_args(FiniteRule))}")
    needed = ("network", "year", "src", "dst", "z", *_NEEDED[finite])
    missing = [name for name in needed if name not in ties.columns]
    if missing:
        raise TrajectoryError(f"the ties lack the columns {missing}, which finite = {finite!r} needs; they have "
                              f"{list(ties.columns)}")  # fmt: skip
    if window % 2 == 0 or not 0 <= order < window:
        raise TrajectoryError(f"window {window}, order {order}: expected an odd window and an order below it")
    if length < window:
        raise TrajectoryError(
            f"{length} years are fewer than the window of the filter ({window}); take more years or a smaller window"
        )
