"""Two releases of one world: which works are new, deleted, changed and moved, part by part."""

from dataclasses import replace

import numpy as np
import pytest

from isthmus.simulate import World
from isthmus.simulate.world.fates import (
    CHANGED,
    DELETED,
    NEW,
    TOUCHED,
    changed,
    deleted_works,
    is_changed,
    is_deleted,
    is_new,
    number_of_parts,
    part_place,
    part_works,
    updated_days,
)

WORLD = World(works=30_000, works_per_part=1_000)
FIRST, SECOND = replace(WORLD, edition=1), replace(WORLD, edition=2)
WORKS = np.arange(WORLD.works)


def all_works(world):
    return np.concatenate([part_works(world, part) for part in range(number_of_parts(world))])


@pytest.mark.parametrize("edition", [0, 1, 2])
def test_every_work_stands_in_one_part(edition):
    works = all_works(replace(WORLD, edition=edition))
    assert len(np.unique(works)) == len(works)


def test_a_single_release_holds_all_works():
    assert set(all_works(WORLD)) == set(WORKS)
    assert not (is_new(WORLD, WORKS) | is_deleted(WORLD, WORKS) | is_changed(WORLD, WORKS)).any()


def test_the_second_release_has_the_new_works_and_lacks_the_deleted_ones():
    before, after = set(all_works(FIRST)), set(all_works(SECOND))
    assert after - before == set(WORKS[is_new(FIRST, WORKS)])
    assert before - after == set(deleted_works(SECOND)) == set(WORKS[is_deleted(FIRST, WORKS)])


def test_no_work_has_two_fates_and_the_shares_are_the_planned_ones():
    fates = np.stack([is_new(SECOND, WORKS), is_deleted(SECOND, WORKS), is_changed(SECOND, WORKS)])
    assert fates.sum(axis=0).max() == 1
    touched = (WORKS % WORLD.parts) % TOUCHED == 0
    assert not fates[:, ~touched].any()
    for found, planned in zip(fates[:, touched].mean(axis=1), (NEW, DELETED, CHANGED), strict=True):
        assert abs(found - planned) < 4 * np.sqrt(planned / touched.sum())


def test_two_parts_in_three_are_the_same_in_both_releases():
    same = [
        np.array_equal(part_works(FIRST, part), part_works(SECOND, part))
        and part_place(FIRST, part) == part_place(SECOND, part)
        for part in range(WORLD.parts)
    ]
    assert same == [part % TOUCHED != 0 for part in range(WORLD.parts)]


def test_a_changed_work_moves_to_a_later_partition_and_is_changed_there_only():
    moved = WORKS[is_changed(SECOND, WORKS)]
    assert set(moved) <= set(np.concatenate([part_works(FIRST, part) for part in range(WORLD.parts)]))
    arrived = [part_works(SECOND, part) for part in range(WORLD.parts, number_of_parts(SECOND))]
    assert set(moved) <= set(np.concatenate(arrived))
    assert max(map(len, arrived)) <= WORLD.part_size
    assert changed(SECOND, moved).all()
    assert not changed(FIRST, moved).any()
    assert (updated_days(SECOND, moved) > updated_days(FIRST, moved)).all()
    others = np.setdiff1d(WORKS, np.concatenate([moved, WORKS[is_new(SECOND, WORKS)]]))
    assert np.array_equal(updated_days(SECOND, others), updated_days(FIRST, others))


@pytest.mark.parametrize("world", [WORLD, FIRST, SECOND])
def test_a_work_was_updated_on_the_day_of_its_partition_and_before_the_release(world):
    epoch = np.datetime64("1970-01-01")
    for part in range(number_of_parts(world)):
        day, _ = part_place(world, part)
        assert day < world.release_date
        assert set(updated_days(world, part_works(world, part))) == {int((np.datetime64(day) - epoch).astype(int))}


def test_no_two_parts_are_one_file():
    places = [part_place(SECOND, part) for part in range(number_of_parts(SECOND))]
    assert len(set(places)) == len(places)
