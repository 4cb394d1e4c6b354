"""The stage of the indicators: yearly output, totals, densities of regional clusters."""

from isthmus.analyses.corpus.tables import CORPUS_COUNTRIES, CORPUS_WORKS
from isthmus.analyses.output.tables import DENSITIES, ENTITY_YEARS, STUDY_TOTALS
from isthmus.analyses.rows import of_study, replace_rows, sections
from isthmus.analyses.significance.tables import SIGNIFICANT_PAIRS
from isthmus.analyses.stage import Outcome, Run, Stage
from isthmus.engine.concurrent import concurrently
from isthmus.engine.ddl import spark_schema
from isthmus.geography.places import Places
from isthmus.indicators.densities import regional_densities
from isthmus.indicators.output import yearly_output
from isthmus.indicators.totals import study_totals


def write_indicators(run: Run) -> Outcome:
    """Write the tables `output`, `totals` and `densities` of the study."""
    study, places = run.the_study, Places(run.the_study)
    countries, name = of_study(run, CORPUS_COUNTRIES), study.study
    output = yearly_output(countries, run.store.read("citations"), places.entities(), study=study, release=run.release)
    totals = study_totals(of_study(run, CORPUS_WORKS), countries, study=name, release=run.release)
    regions = places.regions()
    densities = (
        regional_densities(of_study(run, SIGNIFICANT_PAIRS), regions, study=study)
        if regions
        else run.spark.createDataFrame([], spark_schema(DENSITIES))
    )
    tables = ((ENTITY_YEARS, output), (STUDY_TOTALS, totals), (DENSITIES, densities))
    concurrently(*((lambda s=spec, r=rows: replace_rows(run, s, r)) for spec, rows in tables))
    compared = f"{', '.join(places.compared)} year by year"
    return Outcome(f"{compared}; regions: {len(regions)}")


INDICATORS = Stage(
    name="indicators",
    says="count the compared countries' papers and citations, the study's totals, and the density of regional clusters",
    scope="study",
    needs=("records", "corpus", "networks", "significance"),
    writes=(ENTITY_YEARS, STUDY_TOTALS, DENSITIES),
    rooms=("indicators", "geography", "pipeline.places", "pipeline.indicator_stage"),
    configuration=sections("geography", "networks", "years", "corpus"),
    run=write_indicators,
)
