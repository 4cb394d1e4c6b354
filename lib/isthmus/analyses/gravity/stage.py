"""The stage of gravity between all cities."""

from pyspark.sql import functions as F

from isthmus.analyses.cities.tables import CITIES, CITY_MASSES, CITY_TIES
from isthmus.analyses.gravity import tables as t
from isthmus.analyses.gravity.fanout import fan_out_gravity
from isthmus.analyses.rows import of_study, write_rows
from isthmus.analyses.stage import Context, Outcome, Stage
from isthmus.engine import Gate, check_gates

KINDS = {"fit": t.GRAVITY_FITS, "coefficient": t.GRAVITY_COEFFICIENTS}


def write_gravity(context: Context) -> Outcome:
    """Write the gravity models of citations between all cities."""
    own = context.the_study.gravity
    named = of_study(context, CITIES).select("city", "country", "latitude", "longitude")
    sized = of_study(context, CITY_MASSES).select("city", "works", "citations_made", "scientists")
    cities = sized.join(named, "city", "left").toPandas()  # some thousand cities
    ties = of_study(context, CITY_TIES).where(F.col("network") == "impact").select("src", "dst", "weight")
    mixed = fan_out_gravity(ties, cities, specifications=own.specifications, least_km=own.least_km).persist()
    try:
        for kind, spec in KINDS.items():
            write_rows(context, spec, mixed.where(F.col("kind") == kind))
    finally:
        mixed.unpersist()
    fits = of_study(context, t.GRAVITY_FITS)
    gates = check_gates("gravity_fits", fits, [_fitted()])
    done = fits.where("status = 'converged'").count()
    return Outcome(f"{done} of {len(own.specifications)} gravity models fitted", gates=tuple(gates))


def _fitted() -> Gate:
    return Gate(
        "gravity models that could not be fitted",
        F.count_if(F.col("status") != "converged"),
        "warn",
        high=0,
        message="`gravity_fits` says why.",
    )


STAGES = (
    Stage(
        name="gravity",
        description="fit what output, scientists, distance and borders explain of who builds on whom between cities",
        task="report",
        section="gravity",
        needs=("cities", "city_ties"),
        writes=tuple(KINDS.values()),
        publishes=tuple(KINDS.values()),
        reads=("gravity",),
        run=write_gravity,
    ),
)
