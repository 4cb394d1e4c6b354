"""Passes over sets of nodes behind the surprise of a combination: compiled, one thread."""

from typing import Any

import numpy as np
from numba import njit

_OPTIONS: dict[str, Any] = {"cache": True, "error_model": "numpy"}
_FAST: dict[str, Any] = {**_OPTIONS, "fastmath": {"reassoc", "contract"}}

_NEGLIGIBLE = 1e-12  # odds of a group below which its counts stay as they are
_TRIES = 200  # draws for a place to exchange a repeated node with; only tiny years need more than a few


@njit(**_FAST)
def expect(set_at, nodes, log_chance, log_weight, power, counts, weights):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Add the expected counts of nodes (V, D) and sets (D,) by group; return the log-likelihood of the sets.

    A set belongs to group d with odds (weight_d times the product of its nodes' chances in d) to the power `power`.
    """
    groups = log_weight.size
    odds, log_odds, likely = np.empty(groups), np.empty(groups), np.empty(groups, dtype=np.int64)
    total = 0.0
    for h in range(set_at.size - 1):
        if set_at[h] == set_at[h + 1]:
            continue
        for d in range(groups):
            log_odds[d] = log_weight[d]
        _add_rows(log_odds, log_chance, nodes[set_at[h] : set_at[h + 1]])
        highest = log_odds.max()
        level = scale = 0.0
        for d in range(groups):
            odds[d] = np.exp(log_odds[d] - highest)
            level += odds[d]
            if power != 1.0:
                odds[d] = np.exp(power * (log_odds[d] - highest))
            scale += odds[d]
        total += highest + np.log(level)
        active = 0
        for d in range(groups):
            odds[d] /= scale
            weights[d] += odds[d]
            if odds[d] > _NEGLIGIBLE:
                likely[active] = d
                active += 1
            else:
                odds[d] = 0.0
        if 4 * active > groups:  # whole rows, which the processor adds several at a time
            for row in range(set_at[h], set_at[h + 1]):
                node = np.uint32(nodes[row])
                for d in range(groups):
                    counts[node, d] += odds[d]
        else:
            for row in range(set_at[h], set_at[h + 1]):
                node = np.uint32(nodes[row])
                for i in range(active):
                    counts[node, likely[i]] += odds[likely[i]]
    return total


@njit(**_FAST)
def _add_rows(total, table, rows):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Add rows of the table (V, D) to the total (D,), four at a time: a fourth of the passes over the total."""
    at = 0
    while at + 3 < rows.size:
        # unsigned: else every index is checked for being counted from the end
        a, b, c, d = np.uint32(rows[at]), np.uint32(rows[at + 1]), np.uint32(rows[at + 2]), np.uint32(rows[at + 3])
        for column in range(total.size):
            total[column] += (table[a, column] + table[b, column]) + (table[c, column] + table[d, column])
        at += 4
    while at < rows.size:
        a = np.uint32(rows[at])
        for column in range(total.size):
            total[column] += table[a, column]
        at += 1


@njit(**_FAST)
def log_rates(set_at, nodes, log_chance, log_weight, log_share, result):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Write to result (2, H) the ln lambda of each set and the sum of its nodes' ln shares; NaN for an empty one."""
    groups = log_weight.size
    log_odds = np.empty(groups)
    for h in range(set_at.size - 1):
        if set_at[h] == set_at[h + 1]:
            result[:, h] = np.nan
            continue
        popular = 0.0
        for d in range(groups):
            log_odds[d] = log_weight[d]
        for row in range(set_at[h], set_at[h + 1]):
            popular += log_share[nodes[row]]
        _add_rows(log_odds, log_chance, nodes[set_at[h] : set_at[h + 1]])
        highest = log_odds.max()
        level = 0.0
        for d in range(groups):
            level += np.exp(log_odds[d] - highest)
        result[0, h] = highest + np.log(level)
        result[1, h] = popular


@njit(**_OPTIONS)
def exchange_repeated(set_at, nodes, owner, places):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Exchange nodes that stand twice in a set with nodes at drawn places, in place; return how many stay.

    places are positions drawn beforehand; they are read in turn.
    """
    left = drawn = 0
    for row in range(nodes.size):
        if not _holds(set_at, nodes, owner[row], nodes[row], row):
            continue
        for _ in range(_TRIES):
            other = places[drawn % places.size]
            drawn += 1
            if (
                owner[other] != owner[row]
                and not _holds(set_at, nodes, owner[row], nodes[other], row)
                and not _holds(set_at, nodes, owner[other], nodes[row], other)
            ):
                nodes[row], nodes[other] = nodes[other], nodes[row]
                break
        else:
            left += 1
    return left


@njit(**_OPTIONS)
def _holds(set_at, nodes, h, node, besides):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    for row in range(set_at[h], set_at[h + 1]):  # noqa: SIM110 - compiled as it stands
        if nodes[row] == node and row != besides:
            return True
    return False
