"""Compiled steps of the rewiring chain: block trades between four nodes, and swaps of unit edges."""

import numpy as np
from numba import njit

# log n! for n below this is looked up, above it Stirling's series has an error below 1e-16.
LOG_FACTORIALS = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1.0, 4096.0)))])
# Up to this spread a walk from the mode beats a rejection method.
WALK_SD = 12.0
# Ratio of uniforms (Stadlober 1989, Sampling from Poisson, binomial and hypergeometric distributions):
# 2 sqrt(2 / e) and 3 - 2 sqrt(3 / e).
RATIO_WIDTH = 1.7155277699214135
RATIO_OFFSET = 0.8989161620588988


@njit(cache=True)
def log_factorial(n, table):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Return log n! of a whole number held as float or int."""
    if n < table.size:
        return table[int(n)]
    x = float(n)
    return (x + 0.5) * np.log(x) - x + 0.9189385332046727 + (1.0 - 1.0 / (30.0 * x * x)) / (12.0 * x)


@njit(cache=True)
def hypergeometric(good, bad, drawn, rng, table):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """How many of `drawn` balls are good, drawn without replacement from good + bad: exact, any size."""
    low, high = max(0, drawn - bad), min(good, drawn)
    if low == high:
        return low
    total = good + bad
    mode = int((drawn + 1.0) * (good + 1.0) / (total + 2.0))
    mode = min(max(mode, low), high)
    share = good / total
    spread = drawn * share * (1.0 - share) * (total - drawn) / max(total - 1.0, 1.0)
    if spread < WALK_SD * WALK_SD:
        return _walk(good, bad, drawn, low, high, mode, rng, table)
    return _ratio_of_uniforms(good, bad, drawn, low, high, mode, share, spread, rng, table)


@njit(cache=True)
def _log_weight(x, good, bad, drawn, table):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Minus the part of the log-probability that depends on x."""
    return (
        log_factorial(x, table)
        + log_factorial(good - x, table)
        + log_factorial(drawn - x, table)
        + log_factorial(bad - drawn + x, table)
    )


@njit(cache=True)
def _walk(good, bad, drawn, low, high, mode, rng, table):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Inversion outwards from the mode, by the ratios of neighbouring probabilities."""
    whole = (
        log_factorial(good, table)
        + log_factorial(bad, table)
        + log_factorial(drawn, table)
        + log_factorial(good + bad - drawn, table)
        - log_factorial(good + bad, table)
    )
    here = np.exp(whole - _log_weight(mode, good, bad, drawn, table))
    left = rng.random() - here
    if left <= 0.0:
        return mode
    up = down = here
    above = below = mode
    while True:
        moved = False
        if above < high:
            up *= (good - above) * float(drawn - above) / ((above + 1.0) * (bad - drawn + above + 1.0))
            above += 1
            left -= up
            moved = True
            if left <= 0.0:
                return above
        if below > low:
            down *= below * float(bad - drawn + below) / ((good - below + 1.0) * (drawn - below + 1.0))
            below -= 1
            left -= down
            moved = True
            if left <= 0.0:
                return below
        if not moved:  # the probabilities sum to 1 but for rounding
            return mode


@njit(cache=True)
def _ratio_of_uniforms(good, bad, drawn, low, high, mode, share, spread, rng, table):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    centre = drawn * share + 0.5
    width = RATIO_WIDTH * np.sqrt(spread + 0.5) + RATIO_OFFSET
    peak = _log_weight(mode, good, bad, drawn, table)
    while True:
        u = rng.random()
        value = centre + width * (rng.random() - 0.5) / u
        if value < low or value >= high + 1.0:
            continue
        x = int(value)
        gain = peak - _log_weight(x, good, bad, drawn, table)
        if u * (4.0 - u) - 3.0 <= gain:
            return x
        if u * (u - gain) >= 1.0:
            continue
        if 2.0 * np.log(u) <= gain:
            return x


@njit(cache=True)
def alias_table(share):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Walker's alias table of a discrete law, (keep, other): draw x evenly, keep it with keep[x], else other[x]."""
    n = share.size
    keep = share * n / share.sum()
    other = np.arange(n)
    small, large = [i for i in range(n) if keep[i] < 1.0], [i for i in range(n) if keep[i] >= 1.0]
    while len(small) > 0 and len(large) > 0:
        low, high = small.pop(), large[-1]
        other[low] = high
        keep[high] -= 1.0 - keep[low]
        if keep[high] < 1.0:
            small.append(large.pop())
    for i in small:
        keep[i] = 1.0
    for i in large:
        keep[i] = 1.0
    return keep, other


@njit(cache=True)
def _pick(keep, other, rng):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    u = rng.random() * keep.size
    x = int(u)
    return x if u - x < keep[x] else other[x]


@njit(cache=True)
def block_trades(weights, n_trades, keep, other, rng, table):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Carry out trades on the upper triangle of `weights` (n, n), n >= 4; returns how many changed it.

    Nodes are drawn from the alias table (keep, other) for every second trade, else evenly. A trade draws four distinct
    nodes i, j, k, l and the amount d that moves from (ij, kl) to (il, kj), of either sign, with weight
    1 / [(w_ij - d)! (w_kl - d)! (w_il + d)! (w_kj + d)!]. The four weights are a 2 x 2 table (rows i and k,
    columns j and l) whose margins stay: w_ij - d is hypergeometric.
    """
    n = weights.shape[0]
    changed = 0
    for trade in range(n_trades):
        if trade % 2:
            i, j = _pick(keep, other, rng), _pick(keep, other, rng)
            k, l = _pick(keep, other, rng), _pick(keep, other, rng)  # noqa: E741
        else:
            i, j = int(rng.random() * n), int(rng.random() * n)
            k, l = int(rng.random() * n), int(rng.random() * n)  # noqa: E741
        if i in (j, k, l) or j in (k, l) or k == l:
            continue
        a, b = weights[min(i, j), max(i, j)], weights[min(i, l), max(i, l)]
        c, d = weights[min(k, j), max(k, j)], weights[min(k, l), max(k, l)]
        if (a + b == 0) or (c + d == 0) or (a + c == 0) or (b + d == 0):
            continue
        new = hypergeometric(a + c, b + d, a + b, rng, table)
        if new != a:
            moved = a - new
            weights[min(i, j), max(i, j)] = new
            weights[min(i, l), max(i, l)] = b + moved
            weights[min(k, j), max(k, j)] = c + moved
            weights[min(k, l), max(k, l)] = d - moved
            changed += 1
    return changed


@njit(cache=True)
def unit_swaps(left, right, n_swaps, rng):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Swap ends of unit edges (left[e], right[e]) in place; returns how many swaps changed the edges.

    A swap draws two unit edges and an orientation: (i, j), (k, l) become (i, l), (k, j) if the four nodes are distinct.
    """
    m = left.size
    changed = 0
    for _ in range(n_swaps):
        e = int(rng.random() * m)
        f = int(rng.random() * m)
        i, j, k, l = left[e], right[e], left[f], right[f]  # noqa: E741
        if i in (k, l) or j in (k, l):
            continue
        if rng.random() < 0.5:
            right[e], right[f] = l, j
        else:
            right[e], left[f] = k, j
        changed += 1
    return changed
