"""With whom an entity writes, and how much of its output that is."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from isthmus.corpus.exact import exact_sum
from isthmus.indicators.belonging import Entities
from isthmus.indicators.blocs.output import ANY_OTHER, entity_grid

BLOCS, COUNTRIES, ANY = "blocs", "countries", "any"


def bloc_partners(sets: DataFrame, papers: DataFrame, *, entities: Entities, years: tuple[int, int]) -> DataFrame:
    """Return the partners of each entity by year, with the share of its papers that each takes part in.

    All ordered pairs of entities and the union of the others have a row in every year; countries have one where there
    is a joint work.

    Parameters
    ----------
    sets : DataFrame
        Rows of `partner_sets`.
    papers : DataFrame
        As `entity_papers` returns it.
    entities : Entities
        The compared countries and blocs.
    years : tuple[int, int]
        First and last year of the rows.
    """
    partner = F.explode(_partners()).alias("with")
    rows = sets.select("entity", "year", partner, "works", "fraction").select(
        "entity", "year", "with.*", "works", "fraction"
    )
    key = ["entity", "year", "among", "partner"]
    counted = rows.groupBy(*key).agg(
        F.sum("works").alias("papers_joint"), exact_sum(F.col("fraction")).alias("papers_joint_fractional")
    )
    joined = counted.join(_always(sets, entities, years), key, "full").na.fill(0)
    whole = papers.select("entity", "year", "papers", "papers_fractional")
    return joined.join(whole, ["entity", "year"], "left").select(
        *key,
        "papers_joint",
        "papers_joint_fractional",
        F.try_divide("papers_joint", "papers").alias("share"),
        F.try_divide("papers_joint_fractional", "papers_fractional").alias("share_fractional"),
    )


def _partners() -> Column:
    def one(among: str, partner: Column) -> Column:
        return F.struct(F.lit(among).alias("among"), partner.alias("partner"))

    union = F.when(F.size("blocs") > 0, F.array(one(ANY, F.lit(ANY_OTHER))))
    return F.concat(
        F.transform("blocs", lambda name: one(BLOCS, name)),
        F.transform("countries", lambda code: one(COUNTRIES, code)),
        F.coalesce(union, F.array().cast("array<struct<among:string,partner:string>>")),
    )


def _always(like: DataFrame, entities: Entities, years: tuple[int, int]) -> DataFrame:
    """Return the pairs that have a row in every year."""
    grid = entity_grid(like, entities, years)
    other = F.struct(F.lit(ANY).alias("among"), F.lit(ANY_OTHER).alias("partner"))
    pairs = [F.struct(F.lit(BLOCS).alias("among"), F.lit(name).alias("partner")) for name in entities]
    every = grid.select("entity", "year", F.explode(F.array(other, *pairs)).alias("with")).select(
        "entity", "year", "with.*"
    )
    return every.where(F.col("partner") != F.col("entity"))
