"""Organisations that publish much: as works list them, and those at the top above them."""

from collections.abc import Sequence

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from isthmus.corpus.countries import node
from isthmus.corpus.exact import exact_sum, units
from isthmus.geography import COUNTRIES, Membership
from isthmus.indicators.belonging import Entities, belongs

LISTED, TOP = "listed", "top"
BY_PAPERS, BY_SHARE = "papers", "share"
WORLD, CONTINENT, ENTITY, COUNTRY, CITY = "world", "continent", "entity", "country", "city"
DECIMALS = 9  # of a threshold: 60,000 times 50/60,000 is 50
PLACE = "array<struct<place_kind:string,place:string,city:string>>"


def top_parents(institutions: DataFrame) -> DataFrame:
    """Return who stands at the top above each institution: (institution_id, parent_id, n_parents).

    At the top is who has nobody above in its own lineage, or has no record. An institution may have several; one
    without any, or without a lineage, is its own.

    Parameters
    ----------
    institutions : DataFrame
        Rows of the table of that name.
    """
    lineage = F.coalesce("lineage", F.array("institution_id"))
    above = institutions.select("institution_id", F.explode(F.array_distinct(lineage)).alias("parent_id"))
    has_parent = institutions.select(
        F.col("institution_id").alias("parent_id"), F.exists(lineage, _is_another).alias("has_parent")
    )
    known = above.join(has_parent, "parent_id", "left").where(~F.coalesce("has_parent", F.lit(False)))
    tops = institutions.select("institution_id").join(known.drop("has_parent"), "institution_id", "left")
    parents = Window.partitionBy("institution_id")
    return tops.select(
        "institution_id",
        F.coalesce("parent_id", "institution_id").alias("parent_id"),
        F.count("*").over(parents).cast("int").alias("n_parents"),
    )


def _is_another(number: Column) -> Column:
    return number != F.col("institution_id")


def organisation_works(works: DataFrame, authorships: DataFrame, institutions: DataFrame) -> DataFrame:
    """Return the organisations of each work at both levels: (work_id, year, level, institution_id, fraction).

    A work counts once for each organisation. Its fraction divides the work equally among the authors that name an
    institution, each author equally among his institutions, and an institution equally among those at the top above it.

    Parameters
    ----------
    works : DataFrame
        work_id, year.
    authorships, institutions : DataFrame
        Rows of the tables of those names.
    """
    named = authorships.where(F.col("institution_id").isNotNull()).join(works.select("work_id", "year"), "work_id")
    place = named.select("work_id", "year", "author_sequence", "institution_id").distinct()
    author = Window.partitionBy("work_id", "author_sequence")
    split = place.select("work_id", "year", "institution_id", (1 / F.count("*").over(author)).alias("share"))
    key = ("work_id", "year", "institution_id")
    summed = split.groupBy(*key).agg(F.sum(units(F.col("share"))).alias("units"))
    work = Window.partitionBy("work_id")
    listed = summed.select(*key, (F.col("units") / F.sum("units").over(work)).alias("fraction"))
    joined = listed.join(top_parents(institutions), "institution_id", "left")
    at_top = joined.select(
        "work_id",
        "year",
        F.coalesce("parent_id", "institution_id").alias("institution_id"),
        (F.col("fraction") / F.coalesce("n_parents", F.lit(1))).alias("fraction"),
    )
    above = at_top.groupBy(*key).agg(exact_sum(F.col("fraction")).alias("fraction"))
    columns = ("work_id", "year", "level", "institution_id", "fraction")
    return (
        listed.withColumn("level", F.lit(LISTED))
        .select(*columns)
        .unionByName(above.withColumn("level", F.lit(TOP)).select(*columns))
    )


def thresholds(world: DataFrame, *, papers: int, share: float) -> DataFrame:
    """Return what an organisation has to exceed in each year: (year, threshold, more_than).

    Parameters
    ----------
    world : DataFrame
        year, works: all works of the corpus.
    papers : int
        Number of papers, the same in every year.
    share : float
        Share of the year's works.
    """
    either = F.array(
        F.struct(F.lit(BY_PAPERS).alias("threshold"), F.lit(float(papers)).alias("more_than")),
        F.struct(
            F.lit(BY_SHARE).alias("threshold"), F.round(F.col("works") * F.lit(share), DECIMALS).alias("more_than")
        ),
    )
    return world.select("year", F.explode(either).alias("limit")).select("year", "limit.*")


def organisation_years(of_works: DataFrame) -> DataFrame:
    """Return the papers of each organisation by year and level, in full and by fractions.

    Parameters
    ----------
    of_works : DataFrame
        Rows of `organisation_works`.
    """
    return of_works.groupBy("year", "level", "institution_id").agg(
        F.count("*").alias("papers"), exact_sum(F.col("fraction")).alias("papers_fractional")
    )


def placed_institutions(institutions: DataFrame, merged: Sequence[Membership]) -> DataFrame:
    """Return institutions with their place of today: name, country, continent, city.

    Parameters
    ----------
    institutions : DataFrame
        Rows of the table of that name.
    merged : Sequence[Membership]
        Countries that count as part of another, in all years.
    """
    continents = [(code, country.continent) for code, country in COUNTRIES.items()]
    known = institutions.sparkSession.createDataFrame(continents, "country string, continent string")
    placed = institutions.select(
        "institution_id", "display_name", node(merged).alias("country"), "geonames_city_id", "city"
    )
    return placed.join(F.broadcast(known), "country", "left").select(
        "institution_id", "display_name", "country", "continent", "geonames_city_id", "city"
    )


def large_organisations(yearly: DataFrame, limits: DataFrame, institutions: DataFrame) -> DataFrame:
    """Return the organisations above either threshold by year and level, with their places.

    Parameters
    ----------
    yearly : DataFrame
        As `organisation_years` returns it.
    limits : DataFrame
        As `thresholds` returns it.
    institutions : DataFrame
        As `placed_institutions` returns it.
    """
    wide = limits.groupBy("year").pivot("threshold", [BY_PAPERS, BY_SHARE]).agg(F.first("more_than"))
    bounds = wide.select("year", F.col(BY_PAPERS).alias("bound_papers"), F.col(BY_SHARE).alias("bound_share"))
    compared = yearly.join(F.broadcast(bounds), "year").select(
        *yearly.columns,
        (F.col("papers") > F.col("bound_papers")).alias("above_papers"),
        (F.col("papers") > F.col("bound_share")).alias("above_share"),
    )
    return compared.where("above_papers OR above_share").join(institutions, "institution_id", "left")


def with_places(organisations: DataFrame, institutions: DataFrame, entities: Entities) -> DataFrame:
    """Return organisations with the array `places`: world, continent, country, city and entities of their year.

    Parameters
    ----------
    organisations : DataFrame
        institution_id, year and other columns.
    institutions : DataFrame
        As `placed_institutions` returns it.
    entities : Entities
        The compared countries and blocs.
    """
    located = organisations.join(institutions, "institution_id", "left")
    return located.select(*organisations.columns, _places(entities).alias("places"))


def _places(entities: Entities) -> Column:
    def place(kind: str, name: Column, condition: Column, city: Column | None = None) -> Column:
        no_city = F.lit(None).cast("string")
        struct = F.struct(
            F.lit(kind).alias("place_kind"),
            name.cast("string").alias("place"),
            (no_city if city is None else city).alias("city"),
        )
        return F.when(condition, F.array(struct)).otherwise(F.array().cast(PLACE))

    known = F.col("country").isNotNull()
    of_entities = [
        place(ENTITY, F.lit(name), known & belongs(F.col("country"), F.col("year"), parts))
        for name, parts in entities.items()
    ]
    return F.concat(
        place(WORLD, F.lit(WORLD), F.lit(True)),
        place(CONTINENT, F.col("continent"), F.col("continent").isNotNull()),
        place(COUNTRY, F.col("country"), known),
        place(CITY, F.col("geonames_city_id"), F.col("geonames_city_id").isNotNull(), F.col("city")),
        *of_entities,
    )


def organisation_counts(
    yearly: DataFrame, limits: DataFrame, institutions: DataFrame, coverage: DataFrame, *, entities: Entities
) -> DataFrame:
    """Return how many organisations of each place exceed each threshold, by year and level.

    World, continents and entities have a row even where there are none.

    Parameters
    ----------
    yearly, limits, institutions : DataFrame
        As `organisation_years`, `thresholds` and `placed_institutions` return them.
    coverage : DataFrame
        year, share_with_institution.
    entities : Entities
        The compared countries and blocs.
    """
    full, fraction = F.col("papers") > F.col("more_than"), F.col("papers_fractional") > F.col("more_than")
    over = yearly.join(F.broadcast(limits), "year").where(full | fraction)
    flagged = over.select(
        "year", "level", "institution_id", "threshold", full.alias("full"), fraction.alias("fraction")
    )
    rows = with_places(flagged, institutions, entities).select("*", F.explode("places").alias("at")).select("*", "at.*")
    key = ["year", "level", "threshold", "place_kind", "place"]
    counted = rows.groupBy(*key).agg(
        F.max("city").alias("city"),
        F.count_if("full").alias("organisations"),
        F.count_if("fraction").alias("organisations_fractional"),
    )
    joined = counted.join(_always(limits, entities).select(*key), key, "full").na.fill(0)
    return joined.join(limits, ["year", "threshold"]).join(coverage, "year", "left")


def _always(limits: DataFrame, entities: Entities) -> DataFrame:
    """Return the places that have a row in every year, at every level and threshold."""
    continents = sorted({country.continent for country in COUNTRIES.values()})
    places = [(WORLD, WORLD), *((CONTINENT, name) for name in continents), *((ENTITY, name) for name in entities)]
    structs = [F.struct(F.lit(kind).alias("place_kind"), F.lit(name).alias("place")) for kind, name in places]
    levels = F.explode(F.array(F.lit(LISTED), F.lit(TOP))).alias("level")
    both = limits.select("year", "threshold", levels)
    return both.select("*", F.explode(F.array(*structs)).alias("at")).select("year", "threshold", "level", "at.*")


def institution_coverage(world: DataFrame, of_works: DataFrame) -> DataFrame:
    """Return the share of each year's works that name an institution: (year, share_with_institution).

    Parameters
    ----------
    world : DataFrame
        year, works.
    of_works : DataFrame
        Rows of `organisation_works`.
    """
    named = of_works.where(F.col("level") == LISTED).groupBy("year").agg(F.count_distinct("work_id").alias("named"))
    share = F.try_divide(F.coalesce("named", F.lit(0)), "works")
    return world.join(named, "year", "left").select("year", share.alias("share_with_institution"))
