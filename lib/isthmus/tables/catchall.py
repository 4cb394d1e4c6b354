"""Ids that stand for nobody and nothing, and must never become a scientist, a citation or a place."""

from pyspark.sql import Column
from pyspark.sql import functions as F

CATCH_ALL_AUTHORS = (9999999999, 5317838346, 4317838346)
"""Unknown author; deleted author; the deleted author that older merged ids point to."""

CATCH_ALL_WORKS = (4285719527,)
""""Deleted Work": without a record, yet in the references of about 4.9 million works."""

CATCH_ALL_INSTITUTIONS = (4389424196,)
"""Deleted institution."""


def without_catch_all(identifier: Column, catch_all: tuple[int, ...]) -> Column:
    """Return the id, or null where it stands for nobody.

    Parameters
    ----------
    identifier : Column
        a column of ids.
    catch_all : tuple[int, ...]
        The ids that stand for nobody.
    """
    return F.when(~identifier.isin(*catch_all), identifier)
