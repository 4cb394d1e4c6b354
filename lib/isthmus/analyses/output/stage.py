"""The stage of output: yearly output, totals, densities of regional clusters."""

from collections.abc import Mapping, Sequence

import pandas as pd

from isthmus.analyses.corpus.tables import CORPUS_COUNTRIES, CORPUS_WORKS
from isthmus.analyses.output.tables import DENSITIES, ENTITY_YEARS, STUDY_TOTALS
from isthmus.analyses.rows import in_both_networks, of_study, replace_rows, write_frames
from isthmus.analyses.significance.tables import SIGNIFICANT_PAIRS
from isthmus.analyses.stage import Context, Outcome, Stage
from isthmus.engine.concurrent import concurrently
from isthmus.geography.places import Places
from isthmus.indicators.output import yearly_output
from isthmus.indicators.regions import regional_densities
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
    dense = {DENSITIES.name: densities(context, regions)}
    concurrently(
        lambda: replace_rows(context, ENTITY_YEARS, output),
        lambda: replace_rows(context, STUDY_TOTALS, totals),
        lambda: write_frames(context, dense, (DENSITIES,)),
    )
    compared = f"{', '.join(places.compared)} year by year"
    return Outcome(f"{compared}; regions: {len(regions)}")


def densities(context: Context, regions: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Return the density of each region in both networks; no row where nothing was tested."""
    study = context.the_study
    if not (regions and study.enabled("significance")):
        return pd.DataFrame()
    tested = of_study(context, SIGNIFICANT_PAIRS).where(in_both_networks(study.networks.citation_year))
    pairs = tested.select("network", "src", "dst", "significant").toPandas()  # at most a row per network and pair
    return regional_densities(pairs, regions)


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
