"""Sums of fractions that do not depend on the order in which Spark adds them."""

from pyspark.sql import Column
from pyspark.sql import functions as F

UNITS = 10**10
"""Fractions are added as whole ten-billionths: exact, and far from the end of BIGINT for a billion works."""


def units(fractions: Column) -> Column:
    """Fractions as whole ten-billionths, BIGINT.

    Parameters
    ----------
    fractions : Column
        Values of at most a few units each, such as shares of a work.
    """
    return F.round(fractions * F.lit(float(UNITS))).cast("bigint")


def exact_sum(fractions: Column) -> Column:
    """Return the sum of fractions, to ten decimals; equal rows give equal bits however they are partitioned.

    Parameters
    ----------
    fractions : Column
        Values of at most a few units each, such as shares of a work.
    """
    return F.sum(units(fractions)) / F.lit(float(UNITS))
