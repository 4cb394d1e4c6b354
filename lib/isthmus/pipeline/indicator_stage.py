"""The stage of the indicators: yearly output, totals, densities of regional clusters."""

from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from isthmus.corpus import CORPUS_COUNTRIES, CORPUS_WORKS
from isthmus.engine import TableSpec
from isthmus.indicators import DENSITIES, OUTPUT, TOTALS, regional_densities, study_totals, yearly_output
from isthmus.pipeline.places import Places
from isthmus.pipeline.significance import SIGNIFICANT
from isthmus.pipeline.stage import Outcome, Run, Stage
from isthmus.tables.built import concurrently


def write_indicators(run: Run) -> Outcome:
    """Write the tables `output`, `totals` and `densities` of the study."""
    study, places = run.the_study, Places(run.the_study)
    countries, name = _rows(run, CORPUS_COUNTRIES), study.study
    output = yearly_output(countries, run.store.read("citations"), places.entities(), study=study, release=run.release)
    totals = study_totals(_rows(run, CORPUS_WORKS), countries, study=name, release=run.release)
    regions = places.regions()
    densities = (
        regional_densities(_rows(run, SIGNIFICANT), regions, study=study)
        if regions
        else run.spark.createDataFrame([], DENSITIES.schema)
    )
    tables = ((OUTPUT, output), (TOTALS, totals), (DENSITIES, densities))
    concurrently(*((lambda s=spec, r=rows: run.store.replace(s, r, {"study": name})) for spec, rows in tables))
    compared = f"{', '.join(places.compared)} year by year"
    return Outcome(f"{compared}; regions: {len(regions)}")


def _rows(run: Run, spec: TableSpec) -> DataFrame:
    return run.store.read(spec).where(F.col("study") == run.the_study.study)


def _configuration(run: Run) -> Any:
    study = run.the_study.model_dump(mode="json")
    return {name: study[name] for name in ("geography", "networks", "years", "corpus")}


INDICATORS = Stage(
    name="indicators",
    says="count the compared countries' papers and citations, the study's totals, and the density of regional clusters",
    scope="study",
    needs=("tables", "corpus", "networks", "significance"),
    writes=(OUTPUT, TOTALS, DENSITIES),
    rooms=("indicators", "geography", "pipeline.places", "pipeline.indicator_stage"),
    configuration=_configuration,
    run=write_indicators,
)
