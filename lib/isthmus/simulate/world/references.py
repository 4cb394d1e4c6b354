"""What each work refers to: recent works, of the countries its country prefers, some more than others."""

from dataclasses import dataclass

import numpy as np

from isthmus.simulate.world.blocks import work_ids
from isthmus.simulate.world.draws import Bools, Floats, Ints, choose, choose_within, integers, uniform
from isthmus.simulate.world.exchange import LAGS, TO_AI
from isthmus.simulate.world.plan import Plan
from isthmus.simulate.world.seats import is_elite
from isthmus.simulate.world.sizes import AI, EXPANSION
from isthmus.simulate.world.teams import ELITE_PULL, LARGEST_USUAL, TEAM_PULL

SAME_LAYER = 0.7  # of the references that do not go to artificial intelligence
OWN_COUNTRY = 0.4  # of those, the part that stays in the home country
CANDIDATES = 5
# The chosen one of N candidates stands in the denominator, too, which takes 1/N off the logarithm of every difference
# in appeal (first order); the power gives it back, so that a paper's citations follow its own appeal within its block.
SHARPENING = CANDIDATES / (CANDIDATES - 1)
FAME_SKEW = 1.6  # how unequally the works of a block are cited
DELETED_WORK = 4_285_719_527  # OpenAlex's "Deleted Work"
DELETED_RATE, SELF_RATE, TWICE_RATE, LATER_RATE = 0.01, 0.002, 0.005, 0.004
OUTSIDE_BASE, OUTSIDE_SPAN = 1_000_000_000, 900_000_000  # works that are not in the copy


@dataclass(frozen=True)
class References:
    """The references of a chunk of works: R rows in the order of the works. `cited` is an OpenAlex number."""

    row: Ints
    cited: Ints


def reference_counts(plan: Plan, works: Ints, block: Ints) -> Ints:
    """Return the number of references of each work."""
    habits, key = plan.exchange, plan.key("references")
    year, layer = plan.blocks.year[block], plan.blocks.layer[block]
    spread = -np.log1p(-uniform(key, works, 0)) - np.log1p(-uniform(key, works, 1))
    count = 1 + ((habits.rate[year, layer] - 0.5) * spread / 2).astype(np.int64)
    return np.where(uniform(key, works, 2) < habits.listed[year, layer], count, 0)


def build_references(plan: Plan, works: Ints, block: Ints, appeal: Floats | None = None) -> References:
    """Return the references of the works of a chunk.

    Some hold the work itself, or twice the same.

    Parameters
    ----------
    plan : Plan
        The world.
    works, block : array of int
        Numbers of the works, and their blocks.
    appeal : array of float or None
        `appeals` of all works of the world, for whoever makes many chunks; None draws those of the candidates.
    """
    count = reference_counts(plan, works, block)
    row = np.repeat(np.arange(len(works)), count)
    slot = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    work, here = works[row], block[row]
    cited = _cited(plan, work, here, slot, appeal)
    if "disruption" in plan.world.planted:
        cited = _built_upon(plan, work, slot, cited)
    outside = OUTSIDE_BASE + integers(plan.key("outside"), OUTSIDE_SPAN, work, slot)
    ids = np.where(cited >= 0, work_ids(np.maximum(cited, 0), plan.world.works), outside)
    chance = uniform(plan.key("odd references"), work)
    first = slot == 0
    ids = np.where(first & (chance < DELETED_RATE), DELETED_WORK, ids)
    itself = first & (chance > 1 - SELF_RATE)
    ids = np.where(itself, work_ids(work, plan.world.works), ids)
    twice = (slot == 1) & (chance > 0.5) & (chance < 0.5 + TWICE_RATE)
    ids[twice] = ids[np.flatnonzero(twice) - 1]
    return References(row, ids)


def references_to(plan: Plan, works: Ints, block: Ints, wanted: Bools, appeal: Floats) -> References:
    """Return those of `build_references` that go to works of wanted blocks; `cited` is the number of the work itself.

    Without repetitions and works that cite themselves, and in a third of the time where few blocks are wanted: who
    follows the citations of some papers needs no others.

    Parameters
    ----------
    plan : Plan
        The world, without planted disruption: there references are taken over from any work.
    works, block : array of int
        Numbers of the works, and their blocks.
    wanted : array of bool
        (B,) blocks whose citations are wanted.
    appeal : array of float
        `appeals` of all works of the world.
    """
    count = reference_counts(plan, works, block)
    row = np.repeat(np.arange(len(works)), count)
    slot = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    chance = uniform(plan.key("odd references"), works)
    odd_first = (chance < DELETED_RATE) | (chance > 1 - SELF_RATE)
    twice = (chance > 0.5) & (chance < 0.5 + TWICE_RATE)
    usual = ~((slot == 0) & odd_first[row] | (slot == 1) & twice[row])
    row, slot = row[usual], slot[usual]
    cited = _cited(plan, works[row], block[row], slot, appeal, wanted)
    found = cited >= 0
    pairs = np.unique(row[found] * plan.world.works + cited[found])
    return References(*np.divmod(pairs, plan.world.works))


def consolidation(plan: Plan, works: Ints) -> Floats:
    """Return the chance that a work which cites one of these cites a reference of it, too; uniform between 0 and 1.

    Parameters
    ----------
    plan : Plan
        A world with planted disruption.
    works : array of int
        Numbers of the cited works.
    """
    return uniform(plan.key("consolidation"), works)


def _built_upon(plan: Plan, work: Ints, slot: Ints, cited: Ints) -> Ints:
    """Let references with an odd place be those of the work before them, by the consolidation of that one.

    Those with an even place stay what they are: they are what is taken over, so no list depends on a changed one.
    """
    key = plan.key("taken over")
    odd = np.flatnonzero((slot % 2 == 1) & (np.roll(cited, 1) >= 0))
    before = cited[odd - 1]
    taken = uniform(key, work[odd], slot[odd], 0) < consolidation(plan, before)
    odd, before = odd[taken], before[taken]
    block = plan.blocks.of(before)
    even = (reference_counts(plan, before, block) + 1) // 2
    place = 2 * integers(key, even, work[odd], slot[odd], 1)
    theirs = _cited(plan, before, block, place)
    fits = (even > 0) & (theirs >= 0) & (theirs != work[odd])
    changed = cited.copy()
    changed[odd[fits]] = theirs[fits]
    return changed


def _cited(
    plan: Plan, work: Ints, block: Ints, slot: Ints, appeal: Floats | None = None, wanted: Bools | None = None
) -> Ints:
    """Return the number of the cited work, or -1 for one that is not in this world, or in no wanted block."""
    blocks, habits, n = plan.blocks, plan.exchange, plan.sizes.output.shape[1]
    key = plan.key("cited")
    year, home, citing_layer = blocks.year[block], blocks.home[block], blocks.layer[block]
    lag = choose(habits.lags[1:], uniform(key, work, slot, 0))
    later = uniform(key, work, slot, 1) < LATER_RATE
    at = np.where(later, year + 1, year - lag)
    known = (at >= 0) & (at < len(plan.sizes.years)) & (lag < len(LAGS))
    at = np.clip(at, 0, len(plan.sizes.years) - 1)
    layer = _cited_layer(citing_layer, uniform(key, work, slot, 2))
    draw = uniform(key, work, slot, 3)
    base = (at * n + home) * n
    preferred = choose_within(habits.preference, base, base + n, draw) - base
    general = choose_within(plan.output, at * n, at * n + n, draw) - at * n
    general = np.where(uniform(key, work, slot, 4) < OWN_COUNTRY, home, general)
    cited_home = np.where(layer == AI, preferred, general)
    found = blocks.within(at, layer, np.clip(cited_home, 0, n - 1), habits.pull, uniform(key, work, slot, 5))
    known &= found >= 0
    if wanted is not None:
        known &= wanted[np.maximum(found, 0)]
    cited = np.full(len(work), -1)
    chosen = _famous(plan, work[known], slot[known], found[known], appeal)
    cited[known] = np.where(chosen != work[known], chosen, -1)
    return cited


def _cited_layer(citing: Ints, draw: Floats) -> Ints:
    to_ai = TO_AI[citing]
    rest = (draw - to_ai) / (1 - to_ai)
    elsewhere = 1 + ((rest - SAME_LAYER) / (1 - SAME_LAYER) * (EXPANSION - 1)).astype(np.int64)
    own = np.where((citing == AI) | (citing == EXPANSION), 1 + (rest / SAME_LAYER * 2).astype(np.int64), citing)
    return np.where(draw < to_ai, AI, np.clip(np.where(rest < SAME_LAYER, own, elsewhere), 1, EXPANSION - 1))


def appeals(plan: Plan, works: Ints, block: Ints) -> Floats:
    """Return how citable team size and institution make some works, beside others of their block.

    Parameters
    ----------
    plan : Plan
        The world.
    works, block : array of int
        Numbers of the works, and their blocks.
    """
    team = np.minimum(plan.teams.size(works, block, plan.blocks), LARGEST_USUAL)
    own = team**TEAM_PULL * (1 + ELITE_PULL * is_elite(plan, works, block))
    sharpened: Floats = own**SHARPENING
    return sharpened


def _famous(plan: Plan, work: Ints, slot: Ints, block: Ints, known: Floats | None) -> Ints:
    """One of a few candidates of each block, in proportion to how citable team size and institution make them."""
    key, blocks = plan.key("fame"), plan.blocks
    count = blocks.count[block]
    shape = (CANDIDATES, len(work))
    candidates, appeal = np.empty(shape, dtype=np.int64), np.empty(shape)
    for trial in range(CANDIDATES):
        draw = uniform(key, work, slot, trial)
        candidates[trial] = blocks.start[block] + (count * draw**FAME_SKEW).astype(np.int64)
        appeal[trial] = appeals(plan, candidates[trial], block) if known is None else known[candidates[trial]]
    total = np.cumsum(appeal, axis=0)
    chosen = (uniform(key, work, slot, CANDIDATES) * total[-1] >= total).sum(axis=0)
    famous: Ints = candidates[np.minimum(chosen, CANDIDATES - 1), np.arange(len(work))]
    return famous
