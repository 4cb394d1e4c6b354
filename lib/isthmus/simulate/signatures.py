"""Who signed the works of a simulated world, as its records show it: no files, no Spark."""

from dataclasses import dataclass, replace

import numpy as np

from isthmus.simulate.world.blocks import work_ids
from isthmus.simulate.world.draws import Ints
from isthmus.simulate.world.fates import changed, number_of_parts, part_works
from isthmus.simulate.world.plan import Plan
from isthmus.simulate.world.seats import COUNTRY, FULL, OTHER_COUNTRY, STATELESS, UNKNOWN_AUTHOR_ID, build_seats
from isthmus.simulate.world.works import in_study, publication_days

NONE = -1
SHOWS_COUNTRY = (FULL, COUNTRY, OTHER_COUNTRY)
SHOWS_INSTITUTION = (FULL, STATELESS, OTHER_COUNTRY)


@dataclass(frozen=True)
class Signatures:
    """The seats of all works of a world: S rows, ordered by work and position; -1 where the records show nothing.

    Attributes
    ----------
    work_id, year, day : array of int
        (S,) OpenAlex number of the work, its publication year and date (days since 1970).
    in_study : array of bool
        (S,) whether the work is one that the studies of artificial intelligence take in, of whatever year.
    author : array of int
        (S,) OpenAlex number of the author; -1 for nobody and for the catch-all author.
    country, institution, second : array of int
        (S,) country shown, institutions shown.
    papers_of_year : dict of int to int
        Works of the study by year, those without authors, too.
    """

    work_id: Ints
    year: Ints
    day: Ints
    in_study: np.ndarray
    author: Ints
    country: Ints
    institution: Ints
    second: Ints
    papers_of_year: dict[int, int]

    def where(self, rows: np.ndarray) -> "Signatures":
        """Return some of the rows."""
        arrays = {name: value[rows] for name, value in vars(self).items() if isinstance(value, np.ndarray)}
        return replace(self, **arrays)


def signatures(plan: Plan) -> Signatures:
    """Return all signatures of a world's own works (not of the hostile lines that may stand beside them).

    Parameters
    ----------
    plan : Plan
        The plan of the world; its edition decides which works there are.
    """
    numbers = np.concatenate([part_works(plan.world, part) for part in range(number_of_parts(plan.world))])
    number = np.sort(numbers)
    block = plan.blocks.of(number)
    seats = build_seats(plan, number, block, complete=changed(plan.world, number))
    years = plan.sizes.years[plan.blocks.year[block]]
    studied = in_study(plan, number)
    found, count = np.unique(years[studied], return_counts=True)
    known = (seats.author >= 0) & (seats.author != UNKNOWN_AUTHOR_ID)
    placed = np.isin(seats.recorded, SHOWS_COUNTRY)
    named = np.isin(seats.recorded, SHOWS_INSTITUTION)
    return Signatures(
        work_id=work_ids(number, plan.world.works)[seats.row],
        year=years[seats.row],
        day=publication_days(plan, number)[seats.row],
        in_study=studied[seats.row],
        author=np.where(known, seats.author, NONE),
        country=np.where(placed, seats.country, NONE),
        institution=np.where(named, seats.institution, NONE),
        second=np.where(named, seats.second, NONE),
        papers_of_year=dict(zip(found.tolist(), count.tolist(), strict=True)),
    )
