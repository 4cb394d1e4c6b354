import numpy as np

from isthmus.simulate import World, build_plan
from isthmus.simulate.world.blocks import work_ids
from isthmus.simulate.world.facts import countries
from isthmus.simulate.world.references import DELETED_WORK, appeals, build_references
from isthmus.simulate.world.sizes import AI, EXPANSION


def _known(plan, works):
    """(row of the citing work, number of the cited work) of references to works of the world."""
    total = plan.world.works
    numbers = np.arange(total)
    ids = work_ids(numbers, total)
    order = np.argsort(ids)
    at = np.searchsorted(ids[order], works.references.cited)
    at = np.minimum(at, total - 1)
    known = ids[order][at] == works.references.cited
    return works.references.row[known], numbers[order][at[known]]


def test_references_go_to_earlier_works_but_for_a_few(plan, works):
    row, cited = _known(plan, works)
    citing_year = works.year[row]
    cited_year = plan.sizes.years[plan.blocks.year[plan.blocks.of(cited)]]
    later = cited_year > citing_year
    assert 0 < later.mean() < 0.01
    assert np.median(citing_year - cited_year) <= 4


def test_some_works_cite_themselves_something_twice_outsiders_and_the_deleted_work(plan, works):
    refs = works.references
    itself = works.work_id[refs.row] == refs.cited
    assert 0 < itself.sum() < 0.01 * len(works)
    pairs = np.stack([refs.row, refs.cited], axis=1)
    assert len(np.unique(pairs, axis=0)) < len(pairs)
    assert (refs.cited == DELETED_WORK).sum() > 10
    assert 0.05 < (refs.cited < 2_000_000_000).mean() < 0.5


def test_the_newest_works_have_no_references_more_often(works):
    has = np.zeros(len(works), dtype=bool)
    has[works.references.row] = True
    core = works.layer != EXPANSION
    assert has[core & np.isin(works.year, (2014, 2015, 2016))].mean() > 0.83
    assert has[core & (works.year == 2023)].mean() < 0.77


def test_works_cite_their_own_field_and_country_first(plan, works):
    row, cited = _known(plan, works)
    block = plan.blocks.of(cited)
    ai = works.layer[row] == AI
    to_ai = plan.blocks.layer[block] == AI
    assert to_ai[ai].mean() > 0.7 > 0.6 > to_ai[~ai].mean()
    germany = countries().at("DE")
    home, cited_home = plan.blocks.home[works.block[row]], plan.blocks.home[block]
    assert (cited_home[home == germany] == germany).mean() > 2 * (cited_home[home != germany] == germany).mean()


def test_some_works_are_cited_far_more_than_others(plan, works):
    _, cited = _known(plan, works)
    counts = np.sort(np.bincount(cited, minlength=plan.world.works))[::-1]
    assert counts[: len(counts) // 100].sum() > 0.05 * counts.sum()


def test_appeals_that_are_drawn_once_change_no_reference():
    plan = build_plan(World(works=3_000, seed=4))
    works = np.arange(3_000)
    block = plan.blocks.of(works)
    once = build_references(plan, works, block, appeals(plan, works, block))
    assert (once.cited == build_references(plan, works, block).cited).all()
