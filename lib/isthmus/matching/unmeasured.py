"""How strong something unmeasured would have to be to explain an effect away.

Two answers. The range of the SATT if, within a stratum, the odds of treatment of any unit differed from what the
stratum says by a factor of at most gamma (the marginal sensitivity model: Tan 2006, JASA 101, 1619; Zhao, Small and
Bhattacharya 2019, JRSS B 81, 735). And the E-value (VanderWeele and Ding 2017, Annals of Internal Medicine 167, 268):
the association, as a ratio, that an unmeasured cause would need with the treatment and with the outcome, both.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from isthmus.errors import MatchingError

if TYPE_CHECKING:  # at run time it would bring scipy to every worker
    from isthmus.matching.effects import Effect

Floats = NDArray[np.float64]
GAMMAS = (1.0, 1.25, 1.5, 2.0, 3.0)
LARGEST_GAMMA = 1e6
# VanderWeele and Ding's conversion of a standardised difference: a ratio of exp(0.91 d).
PER_DEVIATION = 0.91


@dataclass(frozen=True)
class BoundSums:
    """Additive sums behind the range of the SATT.

    Attributes
    ----------
    gamma : float array of shape (G,)
        Factors of the odds.
    lowest, highest : float array of shape (G,)
        Sum over kept strata of nT times the lowest and highest mean of the controls.
    s_treated : float
        Sum of the outcome of the kept treated units.
    n_treated : int
        Kept treated units.
    """

    gamma: Floats
    lowest: Floats
    highest: Floats
    s_treated: float
    n_treated: int

    def __add__(self, other: "BoundSums") -> "BoundSums":
        """Return the sums of two sets of strata that have none in common."""
        return BoundSums(
            self.gamma,
            self.lowest + other.lowest,
            self.highest + other.highest,
            self.s_treated + other.s_treated,
            self.n_treated + other.n_treated,
        )

    @property
    def satt(self) -> tuple[Floats, Floats]:
        """Lowest and highest SATT for each gamma, sampling error aside."""
        return (self.s_treated - self.highest) / self.n_treated, (self.s_treated - self.lowest) / self.n_treated


def bound_sums(
    stratum: ArrayLike,
    treated: ArrayLike,
    y: ArrayLike,
    gammas: Sequence[float] = GAMMAS,
    count: ArrayLike | None = None,
) -> BoundSums:
    """Return the sums behind the range of the SATT of a block of whole strata.

    The mean of a stratum's controls with weights between 1 / gamma and gamma is largest where all controls above some
    value have the weight gamma and the others 1 / gamma; so every value is tried as that cut.

    Parameters
    ----------
    stratum, treated, y : array of shape (n,)
        Stratum (from 0 on), arm and outcome of each row; strata with one arm are left out.
    gammas : sequence of float
        Factors of the odds, 1 or more.
    count : int array of shape (n,) or None
        Units of each row; None for one each.

    Raises
    ------
    MatchingError
        A factor below 1.
    """
    factors = np.array([float(gamma) for gamma in gammas])
    if not (factors >= 1).all():
        raise MatchingError(f"the factors of the odds are {factors.tolist()}; expected numbers from 1 on")
    ids, arm, values = np.asarray(stratum, np.int64), np.asarray(treated, bool), np.asarray(y, np.float64)
    units = np.ones(ids.size) if count is None else np.asarray(count, np.float64)
    size = int(ids.max(initial=-1)) + 1
    n_t = np.bincount(ids[arm], weights=units[arm], minlength=size)
    n_c = np.bincount(ids[~arm], weights=units[~arm], minlength=size)
    kept = (n_t > 0) & (n_c > 0)
    mine = kept[ids] & arm
    controls = np.flatnonzero(kept[ids] & ~arm)
    controls = controls[np.lexsort((values[controls], ids[controls]))]
    highest = _extreme_means(ids[controls], values[controls], units[controls], factors)
    back = controls[np.lexsort((-values[controls], ids[controls]))]
    lowest = -_extreme_means(ids[back], -values[back], units[back], factors)
    total = float((units * values)[mine].sum())
    return BoundSums(factors, lowest @ n_t[kept], highest @ n_t[kept], total, int(n_t[kept].sum()))


def _extreme_means(ids: NDArray[np.int64], y: Floats, units: Floats, factors: Floats) -> Floats:
    """Return the largest weighted mean of each stratum for each factor, (G, S); rows sorted by stratum and value."""
    if ids.size == 0:
        return np.zeros((factors.size, 0))
    first = np.flatnonzero(np.diff(ids, prepend=ids[0] - 1))
    length = np.diff(np.append(first, ids.size))
    n, s = np.add.reduceat(units, first), np.add.reduceat(units * y, first)
    # sums up to and with each value, within its stratum
    below_n, below_s = _running(units, first, length), _running(units * y, first, length)
    all_n, all_s = np.repeat(n, length), np.repeat(s, length)
    found = np.empty((factors.size, first.size))
    for at, gamma in enumerate(factors):
        mean = (below_s / gamma + gamma * (all_s - below_s)) / (below_n / gamma + gamma * (all_n - below_n))
        found[at] = np.maximum.reduceat(mean, first)
    return found


def _running(values: Floats, first: NDArray[np.int64], length: NDArray[np.int64]) -> Floats:
    total = np.cumsum(values)
    before = np.where(first > 0, total[first - 1], 0.0)
    running: Floats = total - np.repeat(before, length)
    return running


def tipping_gamma(stratum: ArrayLike, treated: ArrayLike, y: ArrayLike, count: ArrayLike | None = None) -> float:
    """Return the smallest factor of the odds with which the SATT may be 0; infinite where none does.

    Parameters
    ----------
    stratum, treated, y : array of shape (n,)
        As in `bound_sums`.
    count : int array of shape (n,) or None
        Units of each row; None for one each.
    """

    def reaches(gamma: float) -> bool:
        low, high = bound_sums(stratum, treated, y, (gamma,), count).satt
        return bool(low[0] <= 0 <= high[0])

    low, high = 0.0, math.log(LARGEST_GAMMA)
    if reaches(1.0):
        return 1.0
    if not reaches(LARGEST_GAMMA):
        return math.inf
    while high - low > 1e-6:
        middle = (low + high) / 2
        low, high = (low, middle) if reaches(math.exp(middle)) else (middle, high)
    return math.exp(high)


@dataclass(frozen=True)
class EValue:
    """The association that an unmeasured cause would need with treatment and outcome to explain an effect.

    Attributes
    ----------
    scale : str
        "ratio of means", or "standardised difference" as a ratio exp(0.91 d).
    ratio : float
        The effect as a ratio.
    of_estimate, of_interval : float
        E-value of the estimate, and of the end of the interval nearer to no effect (1 where it holds no effect).
    """

    scale: str
    ratio: float
    of_estimate: float
    of_interval: float


def e_value(ratio: float) -> float:
    """Return RR + sqrt(RR (RR - 1)), of 1 / RR where RR is below 1.

    Parameters
    ----------
    ratio : float
        A ratio RR above 0.

    Raises
    ------
    MatchingError
        The ratio is not above 0.
    """
    if not ratio > 0:
        raise MatchingError(f"an E-value needs a ratio above 0, not {ratio:g}")
    larger = max(ratio, 1 / ratio)
    return larger + math.sqrt(larger * (larger - 1))


def unmeasured(found: "Effect", *, nonnegative: bool) -> EValue | None:
    """Return the E-value of the SATT; None where it has neither an interval nor a ratio.

    Parameters
    ----------
    found : Effect
        The effect.
    nonnegative : bool
        Whether no outcome is below 0: the ratio of means is used then, and the standardised difference otherwise.
    """
    main, student = found.main, found.estimate("student")
    if main.low is None or main.high is None:
        return None
    nearer = max(main.low, 0.0) if found.satt > 0 else min(main.high, 0.0)
    if nonnegative and found.mean_treated > 0 and found.mean_control_weighted > 0:
        base = found.mean_control_weighted
        ratio, limit = found.mean_treated / base, 1 + nearer / base
        return EValue("ratio of means", ratio, e_value(ratio), e_value(limit) if limit > 0 else math.inf)
    if not student.error:
        return None
    deviation = student.error / math.sqrt(1 / found.n_treated + 1 / found.n_control)
    ratio, limit = (math.exp(PER_DEVIATION * value / deviation) for value in (found.satt, nearer))
    return EValue("standardised difference", ratio, e_value(ratio), e_value(limit))
