"""The stage of what countries publish, who works there, and how much they are cited."""

from pyspark.sql import functions as F

from isthmus.analyses.places.tables import CORPUS_SCIENTISTS, WORK_CITATIONS, WORK_PLACES
from isthmus.analyses.rows import of_study, write_rows
from isthmus.analyses.scientists import tables as t
from isthmus.analyses.stage import Context, Outcome, Stage
from isthmus.engine import Gate, check_gates
from isthmus.engine.concurrent import concurrently
from isthmus.geography.places import Places
from isthmus.indicators.country_output import country_output, output_totals, scientist_totals

LEAST_PLACED = 0.5


def write_scientists(context: Context) -> Outcome:
    """Write output, scientists and citations of countries by year, and the scientists counted once."""
    study, merged = context.the_study, Places(context.the_study).counted_as_china()
    places, cited = of_study(context, WORK_PLACES), of_study(context, WORK_CITATIONS)
    people, years = of_study(context, CORPUS_SCIENTISTS), context.store.read("author_years")
    output = country_output(places, cited, people, years, years=study.years.analysis, merged=merged)
    once = scientist_totals(people, years, until=study.years.analysis[1], merged=merged)
    concurrently(
        lambda: write_rows(context, t.COUNTRY_OUTPUT, output),
        lambda: write_rows(context, t.SCIENTIST_TOTALS, once),
        lambda: write_rows(context, t.OUTPUT_TOTALS, output_totals(places)),
    )
    gates = check_gates(
        "output_totals",
        of_study(context, t.OUTPUT_TOTALS),
        [
            Gate(
                "share of works whose last author has a country",
                F.try_divide(F.sum("works_with_country"), F.sum("works")),
                "warn",
                low=LEAST_PLACED,
                message="Most works belong to no country by their last author: read their numbers beside this share.",
            )
        ],
    )
    number = of_study(context, t.COUNTRY_OUTPUT).select("country").distinct().count()
    return Outcome(f"{number:,} countries", gates=tuple(gates))


TABLES = (t.COUNTRY_OUTPUT, t.SCIENTIST_TOTALS, t.OUTPUT_TOTALS)

STAGES = (
    Stage(
        name="scientists",
        description="count papers, scientists and citations of countries by year",
        task="report",
        section="scientists",
        needs=("records", "places", "corpus_scientists"),
        writes=TABLES,
        publishes=TABLES,
        reads=(
            "years.analysis",
            "years.corpus",
            "years.citing_until",
            "geography.cn_includes_hk_mo",
            "geography.poles",
            "geography.blocs",
        ),
        run=write_scientists,
    ),
)
