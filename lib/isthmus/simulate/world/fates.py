"""Parts, their dates, and what becomes of works from one release to the next: new, deleted, changed and moved."""

from datetime import date, timedelta
from functools import lru_cache

import numpy as np

from isthmus.simulate.world.draws import Ints, stream, uniform
from isthmus.simulate.world.world import LAST_EDITION, World

UPDATE_DATES = 12  # partitions of updated_date
FIRST_UPDATE_DAYS = 240  # the oldest of them, before the release
TOUCHED = 3  # every third part loses works; the others are the same files in both releases
NEW, DELETED, CHANGED = 0.06, 0.04, 0.10  # shares of the works of touched parts


def _fate(world: World, works: Ints) -> np.ndarray:
    """Return a uniform draw per work; 1 for works of parts that stay as they are."""
    touched = (works % world.parts) % TOUCHED == 0
    return np.where(touched & (world.edition > 0), uniform(stream(world.seed, "fate"), works), 1.0)


def is_new(world: World, works: Ints) -> np.ndarray:
    """Whether a work appears with the second release only."""
    return _fate(world, works) < NEW


def is_deleted(world: World, works: Ints) -> np.ndarray:
    """Whether a work is gone in the second release."""
    fate = _fate(world, works)
    return (fate >= NEW) & (fate < NEW + DELETED)


def is_changed(world: World, works: Ints) -> np.ndarray:
    """Whether a work changes between the releases: its affiliations become complete, and it moves to another part."""
    fate = _fate(world, works)
    return (fate >= NEW + DELETED) & (fate < NEW + DELETED + CHANGED)


def changed(world: World, works: Ints) -> np.ndarray:
    """Whether a work stands in this edition in its changed form."""
    return is_changed(world, works) & (world.edition == LAST_EDITION)


@lru_cache(maxsize=4)
def arrivals(world: World) -> Ints:
    """Return the works of the second release's new parts: new ones, and changed ones that moved there."""
    if world.edition != LAST_EDITION:
        return np.zeros(0, dtype=np.int64)
    works = _touched(world)
    found: Ints = works[is_new(world, works) | is_changed(world, works)]
    return found


def deleted_works(world: World) -> Ints:
    """Return the works that the second release lists as deleted."""
    works = _touched(world)
    found: Ints = works[is_deleted(world, works)]
    return found


def _touched(world: World) -> Ints:
    return np.concatenate([np.arange(part, world.works, world.parts) for part in range(0, world.parts, TOUCHED)])


def number_of_parts(world: World) -> int:
    """Return the number of part files of works in this edition."""
    return world.parts + -(-len(arrivals(world)) // world.part_size)


def part_works(world: World, part: int) -> Ints:
    """Return the numbers of the works of a part in this edition."""
    if part >= world.parts:
        start = (part - world.parts) * world.part_size
        return arrivals(world)[start : start + world.part_size]
    works = np.arange(part, world.works, world.parts)
    if world.edition == 0:
        return works
    gone = is_new(world, works)
    if world.edition == LAST_EDITION:
        gone |= is_deleted(world, works) | is_changed(world, works)
    kept: Ints = works[~gone]
    return kept


def part_place(world: World, part: int) -> tuple[date, int]:
    """Return the updated_date of a part, and its number within that date."""
    if part >= world.parts:
        return world.release_date - timedelta(days=1), part - world.parts
    dates = min(world.parts, UPDATE_DATES)
    step = FIRST_UPDATE_DAYS // dates
    return world.release - timedelta(days=1 + step * (part % dates)), part // dates


def updated_days(world: World, works: Ints) -> Ints:
    """Return the updated_date of each work in this edition, in days since 1970."""
    epoch = date(1970, 1, 1)
    starts = np.array([(part_place(world, p)[0] - epoch).days for p in range(min(world.parts, UPDATE_DATES))])
    usual = starts[(works % world.parts) % len(starts)]
    moved = is_new(world, works) | is_changed(world, works)
    late = (world.release_date - timedelta(days=1) - epoch).days
    return np.where(moved & (world.edition == LAST_EDITION), late, usual)
