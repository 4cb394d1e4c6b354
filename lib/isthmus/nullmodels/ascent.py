"""Newton's method with a line search for the concave likelihoods of the null models of papers."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from isthmus.nullmodels.solver import FloatArray

# The solver stops at this relative error of every constraint; a fit counts as converged a hundred times above it.
AIMED_ERROR = 1e-11
ACCEPTED_ERROR = 1e-9
MAX_STEPS = 100
# No parameter, a logarithm, changes by more in one step: far from the maximum the quadratic model is worth little.
LONGEST_STEP = 4.0


@dataclass(frozen=True)
class Ascent:
    """Where an ascent ended.

    Attributes
    ----------
    point : array of shape (D,)
        Parameters.
    log_likelihood : float
        At the point.
    error : float
        Largest relative error of a constraint, as the ascent saw it.
    steps : int
        Newton steps taken.

    """

    point: FloatArray
    log_likelihood: float
    error: float
    steps: int


@dataclass(frozen=True)
class Slope:
    """A likelihood around a point.

    Attributes
    ----------
    value : float
        Log-likelihood.
    gradient : array of shape (D,)
        Its derivatives.
    error : float
        Largest relative error of a constraint.
    step : callable
        Returns Newton's step, shape (D,).

    """

    value: float
    gradient: FloatArray
    error: float
    step: Callable[[], FloatArray]


def ascend(start: FloatArray, slope_at: Callable[[FloatArray], Slope]) -> Ascent:
    """Climb a concave log-likelihood to its maximum.

    Parameters
    ----------
    start : array of shape (D,)
        First parameters.
    slope_at : callable
        Value, gradient, error and Newton's step at a point.

    Returns
    -------
    Ascent
        The point of least error; whether the error is small enough is for the caller to say.

    """
    point, slope = start, slope_at(start)
    for steps in range(MAX_STEPS):
        if slope.error <= AIMED_ERROR:
            return Ascent(point, slope.value, slope.error, steps)
        step = slope.step()
        step *= min(1.0, LONGEST_STEP / max(float(np.abs(step).max()), 1e-300))
        following = _along(point, step, slope, slope_at)
        if following is None:
            return Ascent(point, slope.value, slope.error, steps)
        point, slope = following
    return Ascent(point, slope.value, slope.error, MAX_STEPS)


def _along(
    point: FloatArray, step: FloatArray, slope: Slope, slope_at: Callable[[FloatArray], Slope]
) -> tuple[FloatArray, Slope] | None:
    """Return the first of halved steps that raises the likelihood, or, where its digits end, lowers the error."""
    rise = float(slope.gradient @ step)
    blur = 1e-13 * (1.0 + abs(slope.value))
    for halvings in range(40):
        share = 0.5**halvings
        there = slope_at(point + share * step)
        gain = there.value - slope.value
        if gain >= 1e-4 * share * rise and gain > blur:
            return point + share * step, there
        if abs(gain) <= blur and there.error < slope.error:
            return point + share * step, there
        if share * rise <= 1e-3 * blur:
            return None
    return None
