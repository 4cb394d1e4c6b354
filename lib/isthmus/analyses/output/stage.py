"""The stage of output: yearly output, totals, densities of regional clusters."""

from isthmus.analyses.corpus.tables import CORPUS_COUNTRIES, CORPUS_WORKS
from isthmus.analyses.output.tables import DENSITIES, ENTITY_YEARS, STUDY_TOTALS
from isthmus.analyses.rows import of_study, replace_rows
from isthmus.analyses.significance.tables import SIGNIFICANT_PAIRS
from isthmus.analyses.stage import Context, Outcome, Stage
from isthmus.engine.concurrent import concurrently
from isthmus.engine.ddl import spark_schema
from isthmus.geography.places import Places
from isthmus.indicators.densities import regional_densities
from isthmus.indicators.output import yearly_output
from isthmus.indicators.totals import study_totals


def write_output(context: Context) -> Outcome:
    """Write the tables `entity_years`, `study_totals` and `densities` of the study."""
    study, places = context.the_study, Places(context.the_study)
    countries, name = of_study(context, CORPUS_COUNTRIES), study.study
    output = yearly_output(
        countries, context.store.read("citations"), places.entities(), study=study, release=context.release
    )
    totals = study_totals(of_study(context, CORPUS_WORKS), countries, study=name, release=context.release)
    regions = places.regions()
    densities = (
        regional_densities(of_study(context, SIGNIFICANT_PAIRS), regions, study=study)
        if regions and study.enabled("significance")
        else context.spark.createDataFrame([], spark_schema(DENSITIES))
    )
    tables = ((ENTITY_YEARS, output), (STUDY_TOTALS, totals), (DENSITIES, densities))
    concurrently(*((lambda s=spec, r=rows: replace_rows(context, s, r)) for spec, rows in tables))
    compared = f"{', '.join(places.compared)} year by year"
    return Outcome(f"{compared}; regions: {len(regions)}")


STAGES = (
    Stage(
        name="output",
        description="count the compared countries' papers and citations, the study's totals, the density of regions",
        task="report",
        needs=("records", "corpus", "significance"),
        writes=(ENTITY_YEARS, STUDY_TOTALS, DENSITIES),
        publishes=(ENTITY_YEARS, STUDY_TOTALS, DENSITIES),
        reads=(
            "geography",
            "networks.citation_year",
            "networks.citation_window",
            "years.corpus",
            "years.citing_until",
            "years.significance",
            "corpus.max_countries",
        ),
        run=write_output,
    ),
)
