"""The plan and what a world is told: what changes a world, what does not, and worlds at the edge of what is possible."""

from dataclasses import fields, replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.errors import ConfigError
from isthmus.simulate import PLANTED, World, build_plan
from isthmus.simulate.world.blocks import NOBODY
from isthmus.simulate.world.draws import stream
from isthmus.simulate.world.facts import countries
from isthmus.simulate.world.fates import part_works
from isthmus.simulate.world.sizes import AI
from isthmus.simulate.world.works import build_works

BASE = World(works=3_000, first_year=2019, last_year=2021)


def differing(one, other, name=""):
    """Names of what differs between two plans or parts of plans."""
    if isinstance(one, np.ndarray):
        return set() if np.array_equal(one, other) else {name}
    if hasattr(one, "__dataclass_fields__"):
        parts = [f.name for f in fields(one) if f.name != "world"]
        return set().union(*(differing(getattr(one, p), getattr(other, p), name or p) for p in parts))
    return set() if one == other else {name}


@pytest.mark.parametrize(
    "same",
    [
        {"works_per_part": 7},
        {"edition": 1},
        {"edition": 2},
        {"hostile": True},
        {"release": date(2022, 1, 1)},
    ],
)
def test_how_a_world_is_written_does_not_change_it(same):
    assert differing(build_plan(BASE), build_plan(replace(BASE, **same))) == set()


def test_a_plan_built_again_is_the_same():
    """As every process does for itself."""
    assert differing(build_plan(BASE), build_plan.__wrapped__(BASE)) == set()


def test_another_seed_changes_what_is_drawn_and_not_what_is_given():
    changed = differing(build_plan(BASE), build_plan(replace(BASE, seed=2)))
    assert changed == {"ties", "weights", "blocks", "teams", "exchange", "people"}


@pytest.mark.parametrize(
    ("switch", "changed"),
    [
        ("ties", {"ties", "weights", "blocks", "teams", "exchange", "people"}),
        ("poles", {"ties", "weights", "blocks", "teams", "exchange", "people"}),
        ("bridge", {"teams", "exchange"}),
        ("impact", {"teams", "exchange", "people"}),
        ("return", set()),
    ],
)
def test_a_switch_changes_what_it_is_about(switch, changed):
    assert differing(build_plan(BASE), build_plan(BASE.without(switch))) == changed


def test_with_everything_switched_off_nobody_is_preferred():
    plan = build_plan(replace(BASE, planted=frozenset()))
    assert plan.ties == ()
    assert not plan.teams.bridge_rate.any()
    assert len(set(plan.teams.elite_rate.tolist())) == 1


def test_the_output_runs_over_years_and_countries():
    plan = build_plan(BASE)
    n = plan.sizes.output.shape[1]
    assert plan.output[[0, n, 2 * n, 3 * n]] == pytest.approx([0, 1, 2, 3])
    assert plan.output[n + 3] - plan.output[n + 2] == pytest.approx(plan.sizes.output[1, 2])
    assert plan.key("team") == stream(BASE.seed, "team")


@pytest.mark.parametrize(("first", "last"), [(2019, 2021), (1999, 2000), (2021, 2026)])
def test_the_smallest_world_has_all_its_works(first, last):
    plan = build_plan(World(works=200, first_year=first, last_year=last))
    works = build_works(plan, np.arange(200))
    assert len(set(works.work_id.tolist())) == 200
    assert set(works.year) == set(range(first, last + 1))
    assert len(build_works(plan, np.zeros(0, dtype=np.int64))) == 0
    [one] = build_works(plan, np.array([199])).work_id
    assert one == works.work_id[199]


@given(works=st.integers(200, 3_000), size=st.integers(1, 700))
@settings(deadline=None, max_examples=40)
def test_every_work_stands_in_one_part_of_about_the_wanted_size(works, size):
    world = World(works=works, works_per_part=size)
    parts = [part_works(world, part) for part in range(min(world.parts, 40))]
    assert (world.parts - 1) * size < works <= world.parts * size
    assert max(map(len, parts)) <= size
    assert max(map(len, parts)) - min(map(len, parts)) <= 1
    if world.parts <= 40:
        assert sorted(np.concatenate(parts).tolist()) == list(range(works))


@pytest.mark.parametrize(
    ("works", "size", "parts"),
    [(200, 5_000, 1), (5_000, 5_000, 1), (5_001, 5_000, 2), (1_000_001, 5_000, 201), (2_000_000, 10_000, 200)],
)
def test_parts_of_usual_sizes(works, size, parts):
    assert (World(works=works).part_size, World(works=works).parts) == (size, parts)


def test_parts_of_the_largest_worlds():
    world = World(works=250_000_000)
    assert (world.part_size, world.parts) == (20_000, 12_500)


def test_the_second_release_is_a_month_later():
    dates = [World(edition=e).release_date for e in (0, 1, 2)]
    assert dates == [date(2026, 6, 25), date(2026, 6, 25), date(2026, 7, 25)]


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({"works": 199}, "works = 199: a world needs at least 200 works. Ask for more."),
        ({"persistence": -0.1}, "persistence = -0.1: expected 0 <= persistence < 1."),
        ({"persistence": 1}, "persistence = 1: expected 0 <= persistence < 1."),
        ({"works_per_part": 0}, "works_per_part = 0: expected at least 1."),
        ({"edition": -1}, "edition = -1: expected 0 (a single release), 1 or 2."),
        (
            {"first_year": 2023},
            "years 2023 to 2023: expected 1900 <= first < last <= 2026, the year of the release.",
        ),
        (
            {"last_year": 2022, "release": date(2021, 12, 31)},
            "years 1996 to 2022: expected 1900 <= first < last <= 2021, the year of the release.",
        ),
    ],
)
def test_what_cannot_be_made_is_refused_with_its_sentence(told, sentence):
    with pytest.raises(ConfigError) as refused:
        World(**told)
    assert str(refused.value) == sentence


@pytest.mark.parametrize("ask", [lambda: World(planted=frozenset({"pole"})), lambda: World().without("ties", "pole")])
def test_an_unknown_fact_is_refused_whichever_way_it_is_named(ask):
    with pytest.raises(ConfigError, match=r"^planted fact 'pole' is unknown: did you mean 'poles'"):
        ask()


def test_the_edges_of_what_can_be_made():
    world = World(works=200, persistence=0, works_per_part=1, first_year=1900, last_year=2026)
    assert world.parts == 200
    assert World().without(*PLANTED) == World(planted=frozenset())
    assert World().without() == World()


def test_joint_papers_of_the_poles_are_cited_more_only_when_planted():
    """By 40 per cent, and by what larger teams and better institutions bring."""
    ratios = []
    for world in (BASE, BASE.without("impact")):
        plan = build_plan(world)
        blocks, pair = plan.blocks, {countries().at("US"), countries().at("CN")}
        poles = [
            k
            for k in np.flatnonzero((blocks.layer == AI) & (blocks.second != NOBODY) & (blocks.third == NOBODY))
            if {int(blocks.home[k]), int(blocks.second[k])} == pair
        ]
        usual = (blocks.layer == AI) & (blocks.second != NOBODY) & np.isin(blocks.home, list(pair))
        usual[poles] = False
        ratios.append(plan.teams.pull[poles].mean() / plan.teams.pull[usual].mean())
    assert ratios[0] > 1.4 * ratios[1]
    assert ratios[1] == pytest.approx(1, abs=0.1)
