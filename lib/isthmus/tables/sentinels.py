"""Sentinel ids of OpenAlex (unknown, deleted): they must never become a scientist, a citation or a place."""

from pyspark.sql import Column
from pyspark.sql import functions as F

SENTINEL_AUTHORS = (9999999999, 5317838346, 4317838346)
"""The unknown author, the deleted author, and the deleted author that older merged ids point to."""

SENTINEL_WORKS = (4285719527,)
"""The work "Deleted Work": it has no record and stands in the references of about 4.9 million works."""

SENTINEL_INSTITUTIONS = (4389424196,)
"""The deleted institution."""


def without_sentinels(identifier: Column, sentinels: tuple[int, ...]) -> Column:
    """Return the id, or null where it is a sentinel.

    Parameters
    ----------
    identifier : Column
        A column of ids.
    sentinels : tuple[int, ...]
        The sentinels of its kind.
    """
    return F.when(~identifier.isin(*sentinels), identifier)
