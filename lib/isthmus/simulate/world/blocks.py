"""Where each work stands: works are numbered so that those of one year, layer and set of countries follow each other.

That turns "a paper of 2015 by Germany and Austria" into a range of numbers, and a reference to one into arithmetic:
nothing has to be looked up, so any chunk of works can be made anywhere without the others.
"""

from dataclasses import dataclass

import numpy as np

from isthmus.simulate.world.draws import Floats, Ints, choose_within, running
from isthmus.simulate.world.sizes import AI, EXPANSION, LAYER_SHARES, Sizes, largest_remainder

NOBODY = -1
TRIPLE_SHARE = 0.10  # of the smallest of three ties, the part that is written by all three countries together
LARGEST_JOINT = 0.85  # of the works of a layer and year
OTHER_JOINT = 0.22  # share of works with two or more countries outside of artificial intelligence
ID_BASE = 2_000_000_000


@dataclass(frozen=True)
class Blocks:
    """Ranges of works that share year, layer and countries: B blocks, in the order of the works' numbers.

    Attributes
    ----------
    year, layer, home, second, third : array of int
        (B,) index of year and layer, countries (`NOBODY` where there is none).
    start : array of int
        (B + 1,) first work of each block, and the number of works.
    segment : array of int
        (T, L, n + 1) first block of each year, layer and home.
    """

    year: Ints
    layer: Ints
    home: Ints
    second: Ints
    third: Ints
    start: Ints
    segment: Ints

    @property
    def count(self) -> Ints:
        """The number of works of each block."""
        return np.diff(self.start)

    def of(self, works: Ints) -> Ints:
        """Return the block of each work."""
        return np.searchsorted(self.start, works, side="right") - 1

    def within(self, year: Ints, layer: Ints, home: Ints, pull: Floats, draws: Floats) -> Ints:
        """Return a block of the given year, layer and home per draw, by the running sum of pulls.

        -1 where there is none.
        """
        low, high = self.segment[year, layer, home], self.segment[year, layer, home + 1]
        empty = pull[high] <= pull[low]
        found = choose_within(pull, low, np.maximum(high, low + 1), draws)
        return np.where(empty, -1, found)


def split_triples(weights: Ints) -> tuple[list[tuple[int, int, int, int]], Ints]:
    """Take some works of three countries out of the pair weights of one year; the pair weights stay what they are.

    Returns
    -------
    tuple[list[tuple[int, int, int, int]], array of int]
        triples : (count, i, j, k) with i < j < k. rest : (n, n) what is left for works of two countries.
    """
    rest = weights.copy()
    linked = weights >= 1 / TRIPLE_SHARE
    triples = []
    for i, j in np.argwhere(np.triu(linked, 1)):
        for k in np.flatnonzero(linked[i] & linked[j]):
            if k <= j:
                continue
            count = int(TRIPLE_SHARE * min(rest[i, j], rest[i, k], rest[j, k]))
            if count:
                triples.append((count, int(i), int(j), int(k)))
                for a, b in ((i, j), (i, k), (j, k)):
                    rest[a, b] -= count
                    rest[b, a] -= count
    return triples, rest


def joint_signatures(weights: Ints) -> Ints:
    """Works of two and three countries of one year as rows (count, home, second, third)."""
    triples, rest = split_triples(weights)
    rows = []
    first, second = np.nonzero(np.triu(rest, 1))
    count = rest[first, second]
    larger = (count + (first + second) % 2) // 2
    nobody = np.full(len(first), NOBODY)
    rows.append(np.stack([larger, first, second, nobody], axis=1))
    rows.append(np.stack([count - larger, second, first, nobody], axis=1))
    if triples:
        three = np.array(triples)
        rows.append(three[:, [0, 1, 2, 3]])
    found = np.concatenate(rows)
    return found[found[:, 0] > 0]


def build_blocks(sizes: Sizes, weights: Ints) -> Blocks:
    """Return the blocks of a world from its sizes and its collaboration weights (T, n, n)."""
    n = sizes.output.shape[1]
    rows = []
    for t in range(len(sizes.years)):
        joint = joint_signatures(weights[t])
        for layer in range(len(LAYER_SHARES)):
            rows.append(_layer_rows(sizes, t, layer, joint))
    table = np.concatenate(rows)
    order = np.lexsort(table.T[[5, 4, 3, 2, 1]])
    count, year, layer, home, second, third = table[order].T
    start = np.concatenate([[0], np.cumsum(count)])
    place = (year * len(LAYER_SHARES) + layer) * n + home
    cells = np.arange(len(sizes.years) * len(LAYER_SHARES) * n + 1)
    edges = np.searchsorted(place, cells, side="left")
    lows = edges[:-1].reshape(len(sizes.years), len(LAYER_SHARES), n)
    highs = edges[1:].reshape(lows.shape)[..., -1:]
    return Blocks(year, layer, home, second, third, start, np.concatenate([lows, highs], axis=2))


def _layer_rows(sizes: Sizes, t: int, layer: int, joint: Ints) -> Ints:
    """Rows (count, year, layer, home, second, third) of one year and layer; the counts add up to its works."""
    total = int(sizes.works[t, layer])
    n = sizes.output.shape[1]
    rows = np.empty((0, 4), dtype=np.int64)
    if layer != EXPANSION and len(joint):
        allowed = int(total * (LARGEST_JOINT if layer == AI else OTHER_JOINT))
        rows = joint.copy()
        if layer != AI or rows[:, 0].sum() > allowed:
            rows[:, 0] = largest_remainder(rows[:, 0].astype(float), min(allowed, int(rows[:, 0].sum())))
    expected = sizes.output[t] * total
    spoken = np.bincount(rows[:, 1], weights=rows[:, 0], minlength=n) if len(rows) else np.zeros(n)
    alone = largest_remainder(np.maximum(expected - spoken, 0.3 * expected), total - int(rows[:, 0].sum()))
    nobody = np.full(n, NOBODY)
    rows = np.concatenate([rows, np.stack([alone, np.arange(n), nobody, nobody], axis=1)])
    rows = rows[rows[:, 0] > 0]
    return np.column_stack([rows[:, 0], np.full(len(rows), t), np.full(len(rows), layer), rows[:, 1:]])


def work_ids(works: Ints, total: int) -> Ints:
    """Return the OpenAlex number of each work.

    A permutation of a range, so that numbers say nothing about year or country.
    """
    size = 1 << max(int(total - 1).bit_length(), 4)
    scrambled = (works * 5 * 7919 + 12_345) & (size - 1)
    scrambled ^= scrambled >> (size.bit_length() // 2)
    return ID_BASE + scrambled


def pulls(blocks: Blocks, per_work: Floats) -> Floats:
    """Return the running sum over the blocks of how much each is cited, from the pull of one work of each block."""
    return running(blocks.count * per_work)
