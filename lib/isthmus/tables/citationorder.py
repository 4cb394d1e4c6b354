"""Which citations a network counts by the order of their years: the one rule of studies and of simulated worlds."""

from typing import Any, TypeVar

Years = TypeVar("Years", bound=Any)


def cites_back(citing_year: Years, cited_year: Years) -> Any:
    """Return whether the cited work appeared in the citing work's year or before.

    A citation of a later year is a slip of the record (a wrong year, a preprint dated by its journal) and counts in
    no year.

    Parameters
    ----------
    citing_year, cited_year : array of int or Column
        Publication years of both works, alike: numpy arrays or columns of Spark.
    """
    return citing_year >= cited_year
