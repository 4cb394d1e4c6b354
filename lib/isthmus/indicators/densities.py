"""How close-knit a region is: the density of significant ties inside it against that of its ties to the outside."""

from collections.abc import Mapping, Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from isthmus.config import Study
from isthmus.networks.names import COLLABORATION


def regional_densities(significant: DataFrame, regions: Mapping[str, Sequence[str]], *, study: Study) -> DataFrame:
    """Return the rows of the table `densities`: one per network and region, for networks that have any tested pair.

    Parameters
    ----------
    significant : DataFrame
        Rows of `significant` of this study: every pair of countries that were in a network together in some of the
        significance years.
    regions : Mapping[str, Sequence[str]]
        Each region and its countries.
    study : Study
        Whose citation year counts.
    """
    shown = (F.col("network") == COLLABORATION) | (F.col("citation_year") == study.networks.citation_year)
    pairs = significant.where(shown).select(
        "study", "release", "network", "src", "dst", "significant", F.explode(_memberships(regions)).alias("of")
    )
    inside = F.col("of.has_src") & F.col("of.has_dst")
    outside = F.col("of.has_src") != F.col("of.has_dst")
    counts = pairs.groupBy(
        "study", "release", "network", F.col("of.region").alias("region"), F.col("of.members").alias("members")
    ).agg(
        F.size(
            F.array_union(
                F.collect_set(F.when(F.col("of.has_src"), F.col("src"))),
                F.collect_set(F.when(F.col("of.has_dst"), F.col("dst"))),
            )
        ).alias("present"),
        F.count_if(inside).alias("inside_possible"),
        F.count_if(inside & F.col("significant")).alias("inside_significant"),
        F.count_if(outside).alias("outside_possible"),
        F.count_if(outside & F.col("significant")).alias("outside_significant"),
    )
    dense = counts.select(
        "*",
        F.try_divide("inside_significant", "inside_possible").alias("density_inside"),
        F.try_divide("outside_significant", "outside_possible").alias("density_outside"),
    )
    return dense.select("*", F.try_divide("density_inside", "density_outside").alias("ratio"))


def _memberships(regions: Mapping[str, Sequence[str]]) -> Column:
    return F.array(
        *(
            F.struct(
                F.lit(name).alias("region"),
                F.lit(len(codes)).alias("members"),
                F.col("src").isin(list(codes)).alias("has_src"),
                F.col("dst").isin(list(codes)).alias("has_dst"),
            )
            for name, codes in regions.items()
        )
    )
