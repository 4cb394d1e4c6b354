"""What works are: types, sources, topics, dates and flags, as often as planned, whatever else is drawn."""

import numpy as np
import pytest

from isthmus.simulate import World, build_plan
from isthmus.simulate.records.catalog import LAYER_SUBFIELDS, sources
from isthmus.simulate.world.facts import topics
from isthmus.simulate.world.sizes import AI, EXPANSION
from isthmus.simulate.world.works import (
    CHAPTER,
    CONFERENCE,
    NO_DOI,
    NO_LOCATION,
    NO_SOURCE,
    PREPRINT,
    RETRACTED,
    TYPE_SHARES,
    USUAL_TYPES,
    build_works,
    in_study,
    is_study_work,
    publication_days,
)


def near(found, planned, trials, spread=5.0):
    """Whether a share is the planned one within the spread of so many trials."""
    return abs(found - planned) <= spread * np.sqrt(max(planned * (1 - planned), 1e-9) / trials)


def test_types_are_as_frequent_as_planned_in_each_layer(works):
    for layer in np.unique(works.layer):
        kind = works.kind[works.layer == layer]
        for each, planned in enumerate(np.array(TYPE_SHARES.get(int(layer), USUAL_TYPES))):
            share = planned / sum(TYPE_SHARES.get(int(layer), USUAL_TYPES))
            assert near((kind == each).mean(), share, len(kind)), (layer, each)


def test_flags_are_as_frequent_as_planned(works):
    core = works.layer != EXPANSION
    assert near(works.retracted[core].mean(), RETRACTED, core.sum())
    assert not works.retracted[~core].any()
    assert near((~works.has_doi).mean(), NO_DOI, len(works))
    assert near((works.source < 0).mean(), NO_SOURCE, len(works))
    assert near((~works.located).mean(), NO_LOCATION, len(works))
    assert (works.source[~works.located] < 0).all(), "no place without a source's name"


def test_a_work_appears_where_works_of_its_type_and_layer_do(works):
    kinds, layers = (np.array([getattr(s, name) for s in sources()]) for name in ("kind", "layer"))
    placed = works.source >= 0
    assert np.array_equal(layers[works.source[placed]], works.layer[placed])
    expected = {CONFERENCE: "conference", PREPRINT: "repository", CHAPTER: "book series"}
    for kind, name in expected.items():
        chosen = placed & (works.kind == kind) & (works.layer != EXPANSION)
        assert set(kinds[works.source[chosen]]) == {name}
    assert set(kinds[works.source[placed & (works.layer == EXPANSION)]]) == {"repository"}


def test_the_primary_topic_is_of_the_layer_and_topics_stand_once(works):
    subfield = np.array([t.subfield_id for t in topics()])
    for layer in range(EXPANSION):
        primary = works.topics[(works.layer == layer), 0]
        assert set(subfield[primary[primary >= 0]]) <= set(LAYER_SUBFIELDS[layer])
    for row in works.topics[::7]:
        listed = row[row >= 0]
        assert len(set(listed.tolist())) == len(listed)
        assert (row[len(listed) :] < 0).all(), "none after a gap"


def test_works_appear_within_their_year(works):
    first = np.array(works.year - 1970, dtype="datetime64[Y]").astype("datetime64[D]").astype(int)
    day = works.published - first
    assert (day.min(), day.max()) == (0, 364)
    assert near((day < 73).mean(), 0.2, len(works))


def test_what_is_told_without_the_whole_record_is_the_same(plan, works):
    number = works.number
    assert np.array_equal(publication_days(plan, number), works.published)
    whole = is_study_work(works.layer, works.kind, works.topics[:, 0], works.retracted)
    assert np.array_equal(in_study(plan, number), whole)
    assert 0.75 < whole[works.layer == AI].mean() < 0.9
    assert not whole[works.layer != AI].any()


@pytest.mark.parametrize("step", [1, 5, 17])
def test_any_cut_of_the_works_gives_the_same(plan, works, step):
    for start in range(step):
        rows = np.arange(start, 200, step)
        some = build_works(plan, works.number[rows])
        for name in ("work_id", "published", "kind", "topics", "source", "retracted", "updated", "cited_by"):
            assert np.array_equal(getattr(some, name), getattr(works, name)[rows]), name
        seats = np.isin(works.seats.row, rows)
        for name in ("author", "country", "institution", "second", "recorded", "position", "team"):
            assert np.array_equal(getattr(some.seats, name), getattr(works.seats, name)[seats]), name
        cited = works.references.cited[np.isin(works.references.row, rows)]
        assert np.array_equal(some.references.cited, cited)


def test_no_work_is_cited_by_one_of_more_than_a_year_before():
    """The planted slips of the records: a reference to a work of the next year, never further."""
    plan = build_plan(World(works=6_000))
    works = build_works(plan, np.arange(plan.world.works))
    order = np.argsort(works.work_id)
    at = np.searchsorted(works.work_id[order], works.references.cited)
    known = works.work_id[order][np.minimum(at, len(order) - 1)] == works.references.cited
    cited = works.year[order][np.minimum(at, len(order) - 1)][known]
    ahead = cited - works.year[works.references.row[known]]
    assert ahead.max() == 1
    assert near((ahead == 1).mean(), 0.004, known.sum(), spread=8)
