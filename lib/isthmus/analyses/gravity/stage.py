"""The stage of gravity between all cities."""

from collections.abc import Iterator

from pyspark.sql import functions as F

from isthmus.analyses.cities.tables import CITIES, CITY_MASSES, CITY_TIES
from isthmus.analyses.gravity import tables as t
from isthmus.analyses.gravity.fanout import fan_out_gravity
from isthmus.analyses.gravity.models import SPECIFICATIONS, Options
from isthmus.analyses.rows import of_study, write_rows
from isthmus.analyses.stage import Context, Outcome, Stage
from isthmus.config import Study
from isthmus.engine import Gate, check_gates
from isthmus.errors import ConfigError
from isthmus.geography.frictions import read_frictions

KINDS = {"fit": t.GRAVITY_FITS, "coefficient": t.GRAVITY_COEFFICIENTS}


def write_gravity(context: Context) -> Outcome:
    """Write the gravity models of citations and of moves between all cities."""
    own = context.the_study.gravity
    named = of_study(context, CITIES).select("city", "country", "latitude", "longitude")
    sized = of_study(context, CITY_MASSES).select("city", "works", "citations_made", "scientists")
    cities = sized.join(named, "city", "left").toPandas()  # some thousand cities
    ties = of_study(context, CITY_TIES).select("network", "src", "dst", "weight")
    frictions = None if own.covariates is None else read_frictions(own.covariates)
    options = Options(own.least_km, frictions, own.effects_cities)
    mixed = fan_out_gravity(ties, cities, options, specifications=own.specifications).persist()
    try:
        for kind, spec in KINDS.items():
            write_rows(context, spec, mixed.where(F.col("kind") == kind))
    finally:
        mixed.unpersist()
    fits = of_study(context, t.GRAVITY_FITS)
    gates = check_gates("gravity_fits", fits, [_fitted()])
    done = fits.where("status = 'converged'").count()
    asked = sum(number in own.specifications for numbers in SPECIFICATIONS.values() for number in numbers)
    lacking = ", ".join(options.missing)
    missing = f"no table of countries tells of {lacking}: `gravity.covariates` names one" if lacking else ""
    return Outcome(f"{done} of {asked} gravity models fitted", notes=(missing,) if missing else (), gates=tuple(gates))


def problems(study: Study) -> Iterator[str]:
    """Yield what is wrong with the user's table of countries, before anything runs."""
    if study.gravity is not None and study.gravity.covariates is not None:
        try:
            read_frictions(study.gravity.covariates)
        except ConfigError as error:
            yield str(error)


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
        description="fit what size, distance and borders explain of who builds on whom and moves where between cities",
        task="report",
        section="gravity",
        needs=("cities", "city_ties"),
        writes=tuple(KINDS.values()),
        publishes=tuple(KINDS.values()),
        reads=("gravity",),
        problems=problems,
        run=write_gravity,
    ),
)
