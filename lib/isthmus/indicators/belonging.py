"""Which countries belong to an entity: a country, or a bloc whose members change over the years."""

from collections.abc import Mapping, Sequence
from functools import reduce

from pyspark.sql import Column

from isthmus.geography import Membership

#: Each compared country or bloc and what it consists of, with years where these change.
Entities = Mapping[str, Sequence[Membership]]


def belongs(country: Column, year: Column, parts: Sequence[Membership]) -> Column:
    """Return whether a country is one of the parts in a year.

    Parameters
    ----------
    country, year : Column
        What is asked of.
    parts : Sequence[Membership]
        Countries that belong to the entity, with years where they did not always.
    """
    always = [part.code for part in parts if part.first is None]
    at_times = [
        (country == part.code) & year.between(part.first, part.last)
        for part in parts
        if part.first is not None and part.last is not None
    ]
    return reduce(Column.__or__, at_times, country.isin(always))
