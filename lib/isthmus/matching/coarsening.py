"""Coarsening: how values of a covariate become the bins within which units count as equal.

A bin holds its lower bound: a value equal to a cut point belongs to the bin above it. Rules are those of R's `nclass`:
Sturges (1926), JASA 21, 65; Scott (1979), Biometrika 66, 605.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from isthmus.errors import MatchingError, did_you_mean

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

RULES = ("exact", "cut points", "equal width", "quantiles", "sturges", "scott")
WORDS = ("exact", "sturges", "scott", "quantiles:5", "width:5", "log:sturges")
# A rule that asks for more bins than this is a mistake (a deviation near 0 beside one far value).
MOST_BINS = 10_000
#: Code of a value that is missing.
MISSING = -1


@dataclass(frozen=True)
class Coarsening:
    """How one covariate is coarsened.

    Attributes
    ----------
    rule : str
        One of `RULES`.
    cuts : tuple of float
        Cut points in rising order, of the rule "cut points".
    bins : int
        Number of bins, of the rules "equal width" and "quantiles"; 0 otherwise.
    log : bool
        The rule is applied to ln(1 + x); cut points that are given are values of x itself.
    """

    rule: str
    cuts: tuple[float, ...] = ()
    bins: int = 0
    log: bool = False

    @property
    def text(self) -> str:
        """The rule in words."""
        if self.rule == "cut points":
            return "cut at " + ", ".join(f"{cut:g}" for cut in self.cuts)
        number = f" ({self.bins})" if self.bins else ""
        return f"{self.rule}{number}" + (" on ln(1 + x)" if self.log else "")


@dataclass(frozen=True)
class Summary:
    """What the rules need to know of the known values of a covariate.

    Attributes
    ----------
    n : int
        Known values.
    lowest, highest : float
        Their range.
    deviation : float
        Their standard deviation (n - 1); 0 where n < 2.
    quantiles : tuple of float
        Their inner quantiles, for the rule "quantiles" only; linear interpolation.
    """

    n: int
    lowest: float
    highest: float
    deviation: float
    quantiles: tuple[float, ...] = ()


def coarsening(asked: Any, name: str = "the covariate") -> Coarsening:
    """Return the coarsening that is asked for.

    Parameters
    ----------
    asked : str, int, iterable of float or Coarsening
        "exact", "sturges", "scott", "quantiles:5", "width:5" (or the number 5: bins of equal width), any of the last
        four after "log:" (on ln(1 + x)), or cut points.
    name : str
        Name of the covariate, for messages.

    Raises
    ------
    MatchingError
        No such rule, or cut points that are no rising numbers.
    """
    if isinstance(asked, Coarsening):
        return asked
    if isinstance(asked, str):
        return _named(asked, name)
    if isinstance(asked, int | np.integer) and not isinstance(asked, bool):
        return _binned("equal width", int(asked), name)
    if isinstance(asked, Iterable):
        return _cut(asked, name)
    raise MatchingError(f"{name}: {asked!r} is no coarsening; expected a rule, a number of bins, or cut points")


def _named(asked: str, name: str) -> Coarsening:
    word = asked.strip().lower()
    if word.startswith("log:"):
        inner = _named(word[4:], name)
        if inner.rule in ("exact", "cut points"):
            raise MatchingError(f"{name}: {asked!r}: 'log:' goes before sturges, scott, quantiles:K or width:K only")
        return Coarsening(inner.rule, inner.cuts, inner.bins, log=True)
    rule, colon, number = word.partition(":")
    if rule in ("quantiles", "width"):
        if not (colon and number.isdigit()):
            raise MatchingError(f"{name}: {asked!r} lacks its number of bins; write {rule}:5")
        return _binned("quantiles" if rule == "quantiles" else "equal width", int(number), name)
    if word in ("exact", "sturges", "scott"):
        return Coarsening(word)
    raise MatchingError(f"{name}: there is no rule {asked!r}; {did_you_mean(asked, WORDS)}")


def _binned(rule: str, bins: int, name: str) -> Coarsening:
    if not 1 <= bins <= MOST_BINS:
        raise MatchingError(f"{name}: {bins} bins; expected 1 to {MOST_BINS:,}")
    return Coarsening(rule, bins=bins)


def _cut(asked: Iterable[Any], name: str) -> Coarsening:
    try:
        cuts = tuple(float(cut) for cut in asked)
    except (TypeError, ValueError):
        raise MatchingError(f"{name}: the cut points {asked!r} are no numbers") from None
    if not cuts or not all(math.isfinite(cut) for cut in cuts):
        raise MatchingError(f"{name}: expected one finite cut point or more, found {list(cuts)}")
    if any(later <= earlier for earlier, later in pairwise(cuts)):
        raise MatchingError(f"{name}: the cut points {list(cuts)} do not rise")
    return Coarsening("cut points", cuts)


def summary(values: ArrayLike, how: Coarsening) -> Summary:
    """Return what a rule needs to know of a covariate.

    Parameters
    ----------
    values : array of shape (n,)
        Values; NaN is missing and left out.
    how : Coarsening
        The rule.
    """
    known = np.asarray(values, np.float64).ravel()
    known = known[~np.isnan(known)]
    if how.log:
        known = np.log1p(known)
    if known.size == 0:
        return Summary(0, math.nan, math.nan, 0.0)
    quantiles: tuple[float, ...] = ()
    if how.rule == "quantiles":
        quantiles = tuple(np.quantile(known, shares(how.bins)).tolist())
    deviation = float(known.std(ddof=1)) if known.size > 1 else 0.0
    return Summary(known.size, float(known.min()), float(known.max()), deviation, quantiles)


def shares(bins: int) -> list[float]:
    """Return the shares 1/K, ..., (K-1)/K at which K bins are cut.

    Parameters
    ----------
    bins : int
        Number of bins K.
    """
    return [k / bins for k in range(1, bins)]


def n_bins(how: Coarsening, known: Summary) -> int:
    """Return the number of bins that a rule asks for.

    Parameters
    ----------
    how : Coarsening
        Any rule but "exact".
    known : Summary
        Of the covariate.

    Raises
    ------
    MatchingError
        More than `MOST_BINS`.
    """
    bins = how.bins or len(how.cuts) + 1
    if how.rule == "sturges":
        bins = math.ceil(math.log2(known.n) + 1) if known.n else 1
    if how.rule == "scott":
        width = 3.5 * known.deviation * known.n ** (-1 / 3) if known.n else 0.0
        asked = (known.highest - known.lowest) / width if width > 0 else 1.0
        if asked > MOST_BINS:
            raise MatchingError(
                f"Scott's rule asks for {asked:.0f} bins (values from {known.lowest:g} to {known.highest:g}, standard "
                f"deviation {known.deviation:g}); give cut points or quantiles instead"
            )
        bins = max(1, math.ceil(asked))
    return bins


def cut_points(how: Coarsening, known: Summary) -> tuple[float, ...]:
    """Return the inner cut points in rising order, in units of the covariate; the outer bins are open.

    Parameters
    ----------
    how : Coarsening
        Any rule but "exact".
    known : Summary
        Of the covariate, made with the same rule.

    Raises
    ------
    MatchingError
        The rule "exact", which has none, or too many bins.
    """
    if how.rule == "exact":
        raise MatchingError("an exact covariate has no cut points")
    if how.rule == "cut points":
        return how.cuts
    if known.n == 0 or known.lowest == known.highest:
        return ()
    if how.rule == "quantiles":
        inner = list(known.quantiles)
    else:
        span = known.highest - known.lowest
        inner = [known.lowest + span * share for share in shares(n_bins(how, known))]
    if how.log:
        inner = [math.expm1(cut) for cut in inner]
    return tuple(sorted(set(inner)))


def bin_codes(values: ArrayLike, cuts: Iterable[float]) -> Ints:
    """Return the bin of every value, 0 for values below the first cut point, and -1 for missing ones.

    Parameters
    ----------
    values : array of shape (n,)
        Values; NaN is missing.
    cuts : iterable of float
        Cut points in rising order.
    """
    numbers = np.asarray(values, np.float64).ravel()
    codes = np.searchsorted(np.array(tuple(cuts), np.float64), numbers, side="right").astype(np.int64)
    codes[np.isnan(numbers)] = MISSING
    return codes


def bin_name(code: int, cuts: tuple[float, ...]) -> str:
    """Return the name of a bin: "below 3", "3 to 5", "5 and above", "missing".

    Parameters
    ----------
    code : int
        As `bin_codes` gives it.
    cuts : tuple of float
        Cut points in rising order.
    """
    if code == MISSING:
        return "missing"
    if not cuts:
        return "all"
    if code == 0:
        return f"below {cuts[0]:g}"
    if code == len(cuts):
        return f"{cuts[-1]:g} and above"
    return f"{cuts[code - 1]:g} to {cuts[code]:g}"
