"""The stage of bridges between the two sides of the world."""

import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from isthmus.analyses.bridging import tables as t
from isthmus.analyses.bridging.bridges import NETWORK, Options
from isthmus.analyses.bridging.fanout import fan_out_bridges
from isthmus.analyses.cities.tables import CITIES, CITY_MASSES, CITY_TIES
from isthmus.analyses.places.tables import CORPUS_CITATIONS, CORPUS_SCIENTISTS, WORK_PLACES
from isthmus.analyses.rows import of_study, write_rows
from isthmus.analyses.stage import Context, Outcome, Stage
from isthmus.corpus.scientists import DEFINITIONS
from isthmus.engine import Gate, check_gates
from isthmus.indicators.cities.ties import TIES, scientist_places
from isthmus.indicators.cities.units import collaboration_units, impact_units, migration_units, signatures

KINDS = {"bridges": t.CITY_BRIDGES, "influence": t.CITY_INFLUENCE, "notes": t.BRIDGE_NOTES}


def write_bridges(context: Context) -> Outcome:
    """Write the betweenness and the influence of the leading cities in every network."""
    study = context.the_study
    own = study.bridging
    cities = _cities(context)
    ties = of_study(context, CITY_TIES)
    for end in ("src", "dst"):
        ties = ties.where(F.col(end).isin([int(city) for city in cities["city"]]))
    options = Options(own.draws, own.level, own.worlds, study.seed, own.replicates)
    mixed = fan_out_bridges(ties, _units(context), cities, options).persist()
    try:
        for kind, spec in KINDS.items():
            write_rows(context, spec, mixed.where(F.col("kind") == kind))
    finally:
        mixed.unpersist()
    gates = check_gates("bridge_notes", of_study(context, t.BRIDGE_NOTES), [_complete()])
    best = of_study(context, t.CITY_BRIDGES).where(F.col("network") == "impact")
    leader = best.join(of_study(context, CITIES).select("city", "label"), "city").orderBy(F.desc("betweenness")).head()
    said = f"{leader.label} bridges most in impact" if leader else "no city bridges the two sides in impact"
    return Outcome(said, gates=tuple(gates))


def _units(context: Context) -> DataFrame:
    """Return what each citing work, scientist and paper adds to the networks of the leading cities, merged."""
    own, leading = context.the_study.cities, of_study(context, CITIES).select("city", "position")
    chosen = leading.where(F.col("position") <= context.the_study.bridging.top)
    places = of_study(context, WORK_PLACES)
    people = of_study(context, CORPUS_SCIENTISTS).where(DEFINITIONS[own.scientists])
    where = scientist_places(people, context.store.read("author_years"), own.flow_years)
    found = (
        impact_units(places, of_study(context, CORPUS_CITATIONS), chosen, own.impact_years),
        migration_units(where, chosen, own.flow_years),
        collaboration_units(places, chosen, own.flow_years),
    )
    named = [signatures(rows).withColumn("network", F.lit(name)) for name, rows in zip(TIES, found, strict=True)]
    return named[0].unionByName(named[1]).unionByName(named[2])


def _cities(context: Context) -> pd.DataFrame:
    """Return the leading cities with what the networks need of them: some hundred rows."""
    study = context.the_study
    names = {name: number for number, name in enumerate(study.cities.sides)}
    leading = of_study(context, CITIES).where(F.col("position") <= study.bridging.top)
    sized = leading.join(of_study(context, CITY_MASSES).drop("study", "release"), "city", "left")
    frame: pd.DataFrame = sized.select(
        "city", "side", "latitude", "longitude", "works", "citations_received"
    ).toPandas()
    works, received = (frame[name].fillna(0).astype("int64") for name in ("works", "citations_received"))
    sides = frame["side"].map(names).fillna(-1).astype(int)
    return frame.assign(side=sides, works=works, citations_received=received)


def _complete() -> Gate:
    return Gate(
        "networks of cities without a bridge's result",
        F.count_if(F.col("null_model") == NETWORK),
        "warn",
        high=0,
        message="`bridge_notes` says why.",
    )


STAGES = (
    Stage(
        name="bridging",
        description="find the cities through which the two sides' shortest ways lead, with what size and distance make",
        task="report",
        section="bridging",
        needs=("records", "places", "corpus_scientists", "cities", "city_ties"),
        writes=tuple(KINDS.values()),
        publishes=tuple(KINDS.values()),
        reads=(
            "seed", "bridging", "cities.sides", "cities.scientists", "cities.impact_years", "cities.flow_years",
        ),
        run=write_bridges,
        whole_snapshot=True,
    ),
)  # fmt: skip
