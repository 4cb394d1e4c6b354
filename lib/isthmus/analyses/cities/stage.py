"""The stages of cities: years, ranks and sides; ties between cities and their tests."""

from collections.abc import Iterator, Sequence

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from isthmus.analyses.cities import tables as t
from isthmus.analyses.places.tables import (
    CORPUS_SCIENTISTS,
    PLACE_CITATIONS,
    PLACE_COVERAGE,
    WORK_CITATIONS,
    WORK_PLACES,
)
from isthmus.analyses.rows import of_study, write_rows
from isthmus.analyses.stage import Context, Outcome, Stage
from isthmus.config import Study
from isthmus.corpus.received import last_full_year
from isthmus.corpus.scientists import DEFINITIONS
from isthmus.engine import Gate, GateResult, check_gates
from isthmus.engine.concurrent import concurrently
from isthmus.engine.gates import require
from isthmus.geography.places import Places
from isthmus.indicators.cities import ties
from isthmus.indicators.cities.catalogue import Side, city_catalogue, in_order_of_impact, side
from isthmus.indicators.cities.fanout import graded, ties_against_size
from isthmus.indicators.cities.pairs import city_pairs, pairs_against_size
from isthmus.indicators.cities.venues import venue_sources, venue_years
from isthmus.indicators.cities.years import city_years, side_years
from isthmus.nullmodels.fanout import fits_of


def write_cities(context: Context) -> Outcome:
    """Write the cities, their years and ranks, the two sides, and the venues."""
    study, store = context.the_study, context.store
    places = of_study(context, WORK_PLACES)
    last = last_full_year(study.years.citing_until, context.release)
    years = city_years(
        places,
        of_study(context, WORK_CITATIONS),
        of_study(context, CORPUS_SCIENTISTS),
        store.read("author_years"),
        definition=study.cities.scientists,
        years=study.years.corpus,
        last=last,
    )
    write_rows(context, t.CITY_YEARS, years)
    written = of_study(context, t.CITY_YEARS)
    ordered = in_order_of_impact(written.withColumnRenamed("city", "place"), study.cities.impact_years[1])
    catalogue = city_catalogue(store.read("institutions"), places).join(ordered, "city", "left")
    write_rows(context, t.CITIES, catalogue.withColumn("side", side(*_sides(study), study.cities.sides)))
    cities = of_study(context, t.CITIES)
    found = venue_sources(store.read("sources"), study.cities.venues)
    concurrently(
        lambda: write_rows(context, t.SIDE_YEARS, side_years(written, cities)),
        lambda: write_rows(context, t.VENUE_YEARS, venue_years(store.read("works"), places, cities, found)),
    )
    there = {row.venue for row in found.select("venue").distinct().collect()}
    missing = [venue for venue in study.cities.venues if venue not in there]
    note = f"no source of the snapshot has a name or ISSN of these venues: {', '.join(missing)}"
    leaders = cities.where("position = 1").select("label").head()
    led = f"{leaders.label} has most impact in {study.cities.impact_years[1]}" if leaders else "no city has impact"
    return Outcome(led, notes=(note,) if missing else ())


def write_city_ties(context: Context) -> Outcome:
    """Write the ties between cities, the cities' sizes, the matrices of the leading ones, and the tests."""
    study, store = context.the_study, context.store
    places, people = of_study(context, WORK_PLACES), of_study(context, CORPUS_SCIENTISTS)
    own = study.cities
    chosen = people.where(DEFINITIONS[own.scientists])
    span = (min(own.impact_years[0], own.flow_years[0]), max(own.impact_years[1], own.flow_years[1]))
    where = ties.scientist_places(chosen, store.read("author_years"), span)
    cites = ties.impact(of_study(context, PLACE_CITATIONS), own.impact_years)
    networks = (cites, ties.migration(where, own.flow_years), ties.collaboration(places, own.flow_years))
    named = [rows.select(F.lit(name).alias("network"), "*") for name, rows in zip(ties.TIES, networks, strict=True)]
    write_rows(context, t.CITY_TIES, named[0].unionByName(named[1]).unionByName(named[2]))
    written = of_study(context, t.CITY_TIES)
    cites = written.where(F.col("network") == "impact").select("src", "dst", "weight")
    write_rows(context, t.CITY_MASSES, ties.masses(places, cites, where, own.impact_years))
    gates = _over_impact_gates(context, cites)
    require(gates)
    leading = of_study(context, t.CITIES)
    mixed = ties_against_size(written, leading.where(F.col("position") <= own.tested)).persist()
    try:
        rate, threshold = study.significance.false_discovery_rate, study.significance.threshold
        write_rows(context, t.CITY_TIE_TESTS, graded(mixed, written, rate=rate, threshold=threshold))
        write_rows(context, t.CITY_FITS, fits_of(mixed, keys=("network",)))
    finally:
        mixed.unpersist()
    write_rows(context, t.CITY_MATRICES, _matrices(context, leading.where(F.col("position") <= own.top[-1])))
    fits = check_gates("city_fits", of_study(context, t.CITY_FITS), [_fitted("city_fits")])
    return Outcome(f"{written.count():,} ties between cities", gates=(*gates, *fits))


def write_city_pairs(context: Context) -> Outcome:
    """Write who writes with whom between all cities, year by year and over the flow years, tested against size."""
    study = context.the_study
    counted = city_pairs(of_study(context, WORK_PLACES), study.years.corpus, study.cities.flow_years)
    rate, threshold = study.significance.false_discovery_rate, study.significance.threshold
    mixed = pairs_against_size(counted, rate=rate, threshold=threshold).persist()
    try:
        write_rows(context, t.CITY_PAIRS, mixed.where(F.col("kind") == "pair"))
        write_rows(context, t.CITY_PAIR_FITS, mixed.where(F.col("kind") == "fit"))
    finally:
        mixed.unpersist()
    together = dict(zip(("first_year", "last_year"), study.cities.flow_years, strict=True))
    chosen = [F.col(name) == year for name, year in together.items()]
    firm = of_study(context, t.CITY_PAIRS).where(chosen[0] & chosen[1] & (F.col("grade") == "firm"))
    write_rows(context, t.CITY_FIRM_PAIRS, firm)
    gates = check_gates("city_pair_fits", of_study(context, t.CITY_PAIR_FITS), [_fitted("city_pair_fits")])
    number = of_study(context, t.CITY_FIRM_PAIRS).count()
    return Outcome(
        f"{number:,} pairs of cities write firmly more or less together than size explains", gates=tuple(gates)
    )


def _over_impact_gates(context: Context, cites: DataFrame) -> list[GateResult]:
    """Check in whole numbers that what each city cites beyond the others' output adds up to 0."""
    sums = ties.over_impact_sums(cites, of_study(context, t.CITY_MASSES), world=_world(context))
    balance = Gate(
        "largest sum of a city's over-impact over all cited cities, times the world's works",
        F.coalesce(F.max(F.abs("excess")), F.lit(0)),
        "fail",
        high=0,
        message="Citations made, output and the world's output are not of the same works: run `places` again.",
    )
    return check_gates("city_ties", sums, [balance])


def _world(context: Context) -> int:
    """Return the works of all cities in the impact years, as the coverage counts them."""
    placed = of_study(context, PLACE_COVERAGE).where(F.col("year").between(*context.the_study.cities.impact_years))
    row = placed.agg(F.coalesce(F.sum("works_with_city"), F.lit(0)).alias("works")).head()
    return int(row.works) if row else 0


def _fitted(table: str) -> Gate:
    return Gate(
        "networks of cities that could not be fitted",
        F.count_if(~F.col("status").isin("converged", "empty")),
        "warn",
        high=0,
        message=f"Their ties have no test; the rows of `{table}` say why.",
    )


def _matrices(context: Context, leading: DataFrame) -> DataFrame:
    """Return all pairs of the leading cities in the three networks, with their tests."""
    spark, keys, world = context.spark, ["network", "src", "dst"], _world(context)
    names = spark.createDataFrame([(name,) for name in ties.TIES], "network string")
    grid = names.crossJoin(leading.select(F.col("city").alias("src")))
    grid = grid.crossJoin(leading.select(F.col("city").alias("dst")))
    weights = of_study(context, t.CITY_TIES).select(*keys, "weight")
    cites = weights.where(F.col("network") == "impact")
    sizes = of_study(context, t.CITY_MASSES).join(leading.select("city"), "city", "left_semi")
    beyond = ties.over_impact(cites, sizes, world=world).select(
        F.lit("impact").alias("network"), "src", "dst", F.try_divide("excess", F.lit(world)).alias("beyond")
    )
    tested = of_study(context, t.CITY_TIE_TESTS).select(
        *keys, "expected", "z", "p_upper", "p_lower", "q_upper", "q_lower", "grade", "direction"
    )
    rows = grid.join(weights, keys, "left").na.fill({"weight": 0}).join(beyond, keys, "left")
    # a city that cites nobody, or has no works of its own, is expected nothing: what there is is beyond
    over = F.when(F.col("network") == "impact", F.coalesce("beyond", F.col("weight").cast("double")))
    return rows.withColumn("over_impact", over).join(tested, keys, "left")


def _sides(study: Study) -> tuple[Side, Side | None]:
    """Return where the cities of west and east are."""
    return _side(study, study.cities.west), None if study.cities.east is None else _side(study, study.cities.east)


def _side(study: Study, named: Sequence[str | int]) -> Side:
    places, year = Places(study), study.years.analysis[1]
    countries = {code for name in named if isinstance(name, str) for code in places.members(name, year)}
    return Side(countries=sorted(countries), cities=[name for name in named if isinstance(name, int)])


def problems(study: Study) -> Iterator[str]:
    """Yield what is wrong with the places and years of a study: unknown places, years that the corpus does not hold."""
    places, own = Places(study), study.cities
    for field, named in (("cities.west", own.west), ("cities.east", own.east or ())):
        for name in named:
            problem = places.name_problem(field, name) if isinstance(name, str) else None
            if problem:
                yield problem
    first, last = study.years.corpus
    for field, years in (("cities.impact_years", own.impact_years), ("cities.flow_years", own.flow_years)):
        if years[0] < first or years[1] > last:
            yield f"{field}: [{years[0]}, {years[1]}] leaves the corpus years [{first}, {last}]"
    if own.impact_years[1] + ties.WINDOW > study.years.citing_until:
        yield (
            f"cities.impact_years ends in {own.impact_years[1]}: citations within {ties.WINDOW} years need "
            f"years.citing_until of {own.impact_years[1] + ties.WINDOW} or later, and it is {study.years.citing_until}"
        )


GEOGRAPHY = ("geography.poles", "geography.blocs", "geography.cn_includes_hk_mo")
OF_YEARS = (t.CITIES, t.CITY_YEARS, t.SIDE_YEARS, t.VENUE_YEARS)
OF_TIES = (t.CITY_MASSES, t.CITY_MATRICES, t.CITY_FITS)
OF_PAIRS = (t.CITY_FIRM_PAIRS, t.CITY_PAIR_FITS)

STAGES = (
    Stage(
        name="cities",
        description="rank cities by impact, output and scientists, year by year; count the two sides' works in venues",
        task="report",
        section="cities",
        needs=("records", "places", "corpus_scientists"),
        writes=OF_YEARS,
        publishes=OF_YEARS,
        reads=(
            "cities.west", "cities.east", "cities.sides", "cities.scientists", "cities.impact_years", "cities.venues",
            "years.corpus", "years.citing_until", "years.analysis", *GEOGRAPHY,
        ),
        problems=problems,
        run=write_cities,
        whole_snapshot=True,
    ),
    Stage(
        name="city_ties",
        description="count who builds on, moves to and writes with whom between cities; test the leading ones' ties",
        task="report",
        section="cities",
        needs=("records", "places", "corpus_scientists", "cities"),
        writes=(t.CITY_TIES, t.CITY_TIE_TESTS, *OF_TIES),
        publishes=OF_TIES,
        reads=(
            "cities.scientists", "cities.impact_years", "cities.flow_years", "cities.top", "cities.tested",
            "significance.false_discovery_rate", "significance.threshold",
        ),
        problems=problems,
        run=write_city_ties,
        whole_snapshot=True,
    ),
    Stage(
        name="city_pairs",
        description="test who writes with whom between all cities against size, year by year and over the flow years",
        task="report",
        section="cities",
        needs=("places",),
        writes=(t.CITY_PAIRS, *OF_PAIRS),
        publishes=OF_PAIRS,
        reads=(
            "cities.flow_years", "years.corpus", "significance.false_discovery_rate", "significance.threshold",
        ),
        problems=problems,
        run=write_city_pairs,
    ),
)  # fmt: skip
