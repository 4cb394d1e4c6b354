"""Compiled loops over the units of strata: resamples within arms, and treatments dealt anew.

Units are sorted by stratum, controls before treated: `start[s]` is the first control of stratum s and
`start[s] + n_control[s]` its first treated unit.
"""

from typing import Any

import numba
import numpy as np


@numba.njit(cache=True)
def resampled_satt(y: Any, start: Any, n_treated: Any, n_control: Any, draws: int, rng: Any) -> Any:
    """Return the SATT of resamples of units within the arms of strata, shape (draws,)."""
    found = np.zeros(draws)
    m_treated = n_treated.sum()
    for b in range(draws):
        total = 0.0
        for s in range(start.size):
            control, treated = 0.0, 0.0
            first, split = start[s], start[s] + n_control[s]
            for _ in range(n_control[s]):
                control += y[first + int(rng.random() * n_control[s])]
            for _ in range(n_treated[s]):
                treated += y[split + int(rng.random() * n_treated[s])]
            total += treated - n_treated[s] * control / n_control[s]
        found[b] = total / m_treated
    return found


@numba.njit(cache=True)
def dealt_satt(y: Any, start: Any, n_treated: Any, n_control: Any, draws: int, rng: Any) -> Any:
    """Return the SATT with the treatment dealt anew within strata, shape (draws,); `y` is reordered within strata."""
    found = np.zeros(draws)
    m_treated = n_treated.sum()
    for b in range(draws):
        total = 0.0
        for s in range(start.size):
            first, n = start[s], n_treated[s] + n_control[s]
            treated, everyone = 0.0, 0.0
            for k in range(n_treated[s]):
                other = k + int(rng.random() * (n - k))
                y[first + k], y[first + other] = y[first + other], y[first + k]
                treated += y[first + k]
            for k in range(n):
                everyone += y[first + k]
            total += treated - n_treated[s] * (everyone - treated) / n_control[s]
        found[b] = total / m_treated
    return found
