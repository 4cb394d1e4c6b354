"""Which country a paper's references go to, such that the citations between every two countries are what was drawn.

A citation between papers of several countries counts for every pair of countries across it. A reference from a German
to a French paper that also has a Swiss author is therefore one for Germany and Switzerland, too, and joint papers
would carry the collaboration network into the citation network. The preferences are solved so that with all this the
expected exchange of each pair is its target.
"""

from dataclasses import dataclass

import numpy as np

from isthmus.simulate.world.blocks import NOBODY, Blocks, pulls
from isthmus.simulate.world.draws import Floats, running
from isthmus.simulate.world.sizes import AI, LAYER_SHARES, REFERENCES, Law, Sizes, null_law
from isthmus.simulate.world.ties import PlantedTie, draw_weights, multipliers
from isthmus.simulate.world.world import World

# Share of references to works of the same year, one year older, ...; the rest goes to works older than the world.
LAGS = np.array(
    [0.04, 0.12, 0.14, 0.12, 0.10, 0.085, 0.07, 0.058, 0.048, 0.04, 0.033, 0.027, 0.022, 0.018, 0.015, 0.012]
)
TO_AI = np.array(
    [0.78, 0.45, 0.35, 0.30, 0.30, 0.30]
)  # share of references that go to artificial intelligence, per layer
FOREIGN = 1.5  # expected sum of pair weights per reference to artificial intelligence (a joint paper counts for all)
MOST_FOREIGN = 0.92  # of a country's references
ROUNDS = 16
SMALLEST_STEP, LARGEST_STEP = 1e-2, 1e2


@dataclass(frozen=True)
class Exchange:
    """Where references go: T years, n countries.

    Attributes
    ----------
    rate : array of float
        (T, L) mean number of references of a work that has any.
    listed : array of float
        (T, L) share of works that have references.
    lags : array of float
        Running sum of the lag law, with a last class for works older than the world.
    preference : array of float
        Running sum over (cited year, citing home, cited home).
    pull : array of float
        Running sum over the blocks of how much each is cited.
    law : Law
        What size explains of the exchange of each pair, by cited year.
    target, solved : array of float
        (T, n, n) the drawn exchange of each pair by cited year, and the expected one under the solved preferences.
    """

    rate: Floats
    listed: Floats
    lags: Floats
    preference: Floats
    pull: Floats
    law: Law
    target: Floats
    solved: Floats


def _reference_habits(sizes: Sizes) -> tuple[Floats, Floats]:
    growth = np.interp(sizes.years, [1996, 2023], [0.65, 1.25])[:, None]
    rate = REFERENCES * growth * np.where(np.arange(len(LAYER_SHARES)) == len(LAYER_SHARES) - 1, 0.5, 1.0)
    base = np.interp(sizes.years, [1996, 2010, 2019, 2023], [0.80, 0.90, 0.90, 0.72])[:, None]
    return rate, base * np.array([1.0, 0.92, 0.92, 0.92, 0.85, 0.35])


def _by_home(blocks: Blocks, value: Floats, years: int, n: int, layer: int | None) -> tuple[Floats, Floats]:
    """Sum of a value over blocks by year and home, and by year, home and partner country."""
    kept = np.ones(len(value), dtype=bool) if layer is None else blocks.layer == layer
    alone = np.zeros((years, n))
    np.add.at(alone, (blocks.year[kept], blocks.home[kept]), value[kept])
    partner = np.zeros((years, n, n))
    for other in (blocks.second, blocks.third):
        here = kept & (other != NOBODY)
        np.add.at(partner, (blocks.year[here], blocks.home[here], other[here]), value[here])
    return alone, partner


@dataclass(frozen=True)
class Supply:
    """The references of a world before it is decided where they go: T years, n countries.

    Attributes
    ----------
    rate, listed : array of float
        (T, L) as in `Exchange`.
    refs, along, behind, citable : array
        As `solve_preferences` takes them.
    """

    rate: Floats
    listed: Floats
    refs: Floats
    along: Floats
    behind: Floats
    citable: np.ndarray


def build_supply(sizes: Sizes, blocks: Blocks, pull: Floats) -> Supply:
    """Return how many references each home gives, and which countries stand beside them on both sides.

    Parameters
    ----------
    sizes, blocks : Sizes, Blocks
        Of the world.
    pull : array of float
        (B,) relative citations of one work of each block.
    """
    T, n = sizes.output.shape
    rate, listed = _reference_habits(sizes)
    given = blocks.count * (rate * listed * TO_AI)[blocks.year, blocks.layer]
    citing, citing_partner = _by_home(blocks, given, T, n, None)
    lag = np.zeros((T, T))
    for t in range(T):
        for s in range(t + 1):
            if t - s < len(LAGS):
                lag[s, t] = LAGS[t - s]
    refs = lag @ citing
    along = np.tensordot(lag, citing_partner, axes=1) / np.maximum(refs, 1e-12)[..., None]
    cited, cited_partner = _by_home(blocks, blocks.count * pull, T, n, AI)
    behind = cited_partner / np.maximum(cited, 1e-12)[..., None]
    return Supply(rate, listed, refs, along, behind, cited > 0)


def build_exchange(world: World, sizes: Sizes, blocks: Blocks, pull: Floats, ties: tuple[PlantedTie, ...]) -> Exchange:
    """Return the solved reference preferences of a world; `pull` is each block's citations per work, relative."""
    supply = build_supply(sizes, blocks, pull)
    law = null_law(sizes.share, FOREIGN * supply.refs.sum(axis=1))
    target = draw_weights(world, law, multipliers(ties, sizes.years, "exchange"), sizes.years, "exchange").astype(float)
    preference, solved = solve_supply(supply, sizes.share, target)
    return Exchange(
        rate=supply.rate,
        listed=supply.listed,
        lags=running(np.append(LAGS, max(1.0 - LAGS.sum(), 0.0))),
        preference=running(preference.ravel()),
        pull=pulls(blocks, pull),
        law=law,
        target=target,
        solved=solved,
    )


def solve_supply(supply: Supply, share: Floats, target: Floats) -> tuple[Floats, Floats]:
    """Return `solve_preferences` of the references that there are.

    Parameters
    ----------
    supply : Supply
        The references of a world.
    share, target : array of float
        (T, n) sizes, (T, n, n) wanted exchange of each pair.
    """
    return solve_preferences(supply.refs, supply.along, supply.behind, supply.citable, share, target)


def solve_preferences(
    refs: Floats, along: Floats, behind: Floats, citable: np.ndarray, share: Floats, target: Floats
) -> tuple[Floats, Floats]:
    """Return references from home to home (T, n, n) whose expected exchange is the target, as far as it can be.

    Parameters
    ----------
    refs : array of float
        (T, n) references of each home to works of each cited year.
    along : array of float
        (T, n, n) share of the citing home's references made together with each other country.
    behind : array of float
        (T, n, n) share of the cited home's citations that go to works with each other country.
    citable : np.ndarray
        (T, n) whether the home has any work to cite.
    share, target : array of float
        (T, n) sizes, (T, n, n) wanted exchange of each pair.
    """
    eye = np.eye(refs.shape[1])
    left, right = np.ascontiguousarray(eye + along.transpose(0, 2, 1)), eye + behind
    open_ = citable[:, None, :] & (eye == 0)
    flow = refs[:, :, None] * share[:, None, :] * open_

    def exchange(flow: Floats, home: Floats) -> Floats:
        # year by year: numpy's stacked product is many times slower when its threads have to share the cores
        whole = flow + home[:, :, None] * eye
        counted = np.stack([left[t] @ whole[t] @ right[t] for t in range(len(whole))])
        both: Floats = (counted + counted.transpose(0, 2, 1)) * (eye == 0)
        return both

    home = np.zeros_like(refs)
    for _ in range(ROUNDS):
        total = flow.sum(axis=2)
        scale = np.minimum(1.0, MOST_FOREIGN * refs / np.maximum(total, 1e-12))
        flow = flow * scale[..., None]
        home = np.where(citable, refs - flow.sum(axis=2), 0.0)
        ratio = np.clip(target / np.maximum(exchange(flow, home), 1e-9), SMALLEST_STEP, LARGEST_STEP)
        flow = flow * ratio
    total = flow.sum(axis=2)
    flow = flow * np.minimum(1.0, MOST_FOREIGN * refs / np.maximum(total, 1e-12))[..., None]
    home = np.where(citable, refs - flow.sum(axis=2), 0.0)
    solved = exchange(flow, home)
    return flow + home[:, :, None] * eye, solved
