"""How close-knit a region is: the density of significant ties inside it against that of its ties to the outside."""

from collections.abc import Mapping, Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from isthmus.config import Study
from isthmus.corpus.select import STUDY_COLUMNS
from isthmus.engine import TableSpec, column
from isthmus.networks import COLLABORATION

DENSITIES = TableSpec(
    name="densities",
    fields=(
        *STUDY_COLUMNS,
        column("network", "string", "collaboration, or knowledge exchange under the study's reading", False),
        column("region", "string", "bloc or region", False),
        column("members", "int", "countries of the region", False),
        column("present", "int", "of these, countries of the network in the significance years", False),
        column("inside_possible", "bigint", "pairs of its countries that were judged", False),
        column("inside_significant", "bigint", "of these, significant ties", False),
        column("outside_possible", "bigint", "judged pairs of one of its countries and one outside", False),
        column("outside_significant", "bigint", "of these, significant ties", False),
        column("density_inside", "double", "inside_significant / inside_possible; null without a pair"),
        column("density_outside", "double", "outside_significant / outside_possible; null without a pair"),
        column("ratio", "double", "density_inside / density_outside; null where the latter is null or 0"),
    ),
    key=("study", "network", "region"),
    comment="Regions: how many of the possible ties inside and to the outside are significant.",
    partition_by=("study",),
    checks={"significant_is_possible": "inside_significant <= inside_possible"},
)


def regional_densities(significant: DataFrame, regions: Mapping[str, Sequence[str]], *, study: Study) -> DataFrame:
    """Return the rows of the table `densities`: one per network and region, for networks that have any judged pair.

    Parameters
    ----------
    significant : DataFrame
        Rows of `significant` of this study: every pair of countries that were in a network together in some of the
        significance years.
    regions : Mapping[str, Sequence[str]]
        Each region and its countries.
    study : Study
        Whose reading of the citation year counts.
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
