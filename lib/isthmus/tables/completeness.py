"""How complete a record is: of equally new copies of it the one with more fields counts."""

from pyspark.sql import Column
from pyspark.sql import functions as F

from isthmus.snapshot.schemas import WORK_FIELDS


def number_filled() -> Column:
    """Return the number of fields of a parsed work that are filled."""
    return filled([F.col(name) for name, _ in WORK_FIELDS])


def filled(columns: list[Column]) -> Column:
    """Return how many of some columns are filled.

    Parameters
    ----------
    columns : list[Column]
        At least one.
    """
    number = columns[0].isNotNull().cast("int")
    for each in columns[1:]:
        number = number + each.isNotNull().cast("int")
    return number
