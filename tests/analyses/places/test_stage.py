"""The stages of places and scientists on a literal world: what they write, twice the same, and when they are off."""

import pandas as pd
import pytest
from pyspark.sql import functions as F

from isthmus.analyses.corpus.tables import CORPUS_WORKS
from isthmus.analyses.places import tables as t
from isthmus.analyses.places.stage import STAGES
from isthmus.analyses.stage import Context
from isthmus.config import Study, load_study
from isthmus.engine import TableStore
from isthmus.engine.ddl import spark_schema
from isthmus.pipeline.run import Request, wanted_stages
from isthmus.tables.author_years import AUTHOR_YEARS, author_years_rows
from isthmus.tables.authorships import AUTHORSHIPS
from isthmus.tables.citations import CITATIONS
from isthmus.tables.citations_dated import CITATIONS_DATED, citations_dated_rows
from isthmus.tables.entities import INSTITUTIONS
from isthmus.tables.works import WORKS

pytestmark = pytest.mark.spark

STUDY = Study(
    study="small",
    title="A literal world",
    years={"corpus": (2010, 2016), "analysis": (2010, 2016), "significance": (2012, 2016), "citing_until": 2016},
    places={},
    corpus_scientists={},
    trajectories=None,
)
CITIES = {1: (10, "CN"), 2: (20, "US"), 3: (None, "DE")}
#: Work -> year, institution of each author in order; author 100 + institution. Work 7 is no work of the corpus.
PAPERS = {1: (2010, [1, 2]), 2: (2011, [1]), 3: (2013, [2, 3]), 4: (2015, [1]), 5: (2016, [2]), 7: (2012, [2])}
CITED = [(2, 1), (3, 1), (4, 1), (7, 1), (5, 3), (4, 3), (5, 4)]


def _frame(spark, spec, rows):
    """Rows of a table of which some columns are given by name; the others are null, false or 0."""
    empty = {"boolean": False, "int": 0, "string": "", "bigint": 0}
    filled = [tuple(row.get(f.name, None if f.nullable else empty[f.type]) for f in spec.fields) for row in rows]
    return spark.createDataFrame(filled, spark_schema(spec))


@pytest.fixture(scope="module")
def context(spark, tmp_path_factory):
    store = TableStore(spark, str(tmp_path_factory.mktemp("places")))
    years = {work: year for work, (year, _) in PAPERS.items()}
    tables = [
        (WORKS, [{"work_id": w, "publication_year": y} for w, y in years.items()]),
        (CORPUS_WORKS, [
            {"study": "small", "release": "r", "work_id": w, "year": y, "is_corpus": w != 7, "n_authors": len(PAPERS[w][1])}
            for w, y in years.items()
        ]),
        (AUTHORSHIPS, [
            {"work_id": w, "publication_year": y, "author_sequence": seat, "author_id": 100 + place,
             "institution_id": place, "country_code": CITIES[place][1], "place_sequence": 0}
            for w, (y, places) in PAPERS.items() for seat, place in enumerate(places)
        ]),
        (INSTITUTIONS, [
            {"institution_id": place, "geonames_city_id": city, "country_code": country}
            for place, (city, country) in CITIES.items()
        ]),
        (CITATIONS, [{"citing_work_id": a, "cited_work_id": b, "citing_year": years[a]} for a, b in CITED]),
    ]  # fmt: skip
    for spec, rows in tables:
        store.overwrite(spec, _frame(spark, spec, rows))
    store.overwrite(CITATIONS_DATED, citations_dated_rows(store.read(CITATIONS), store.read(WORKS)))
    store.overwrite(AUTHOR_YEARS, author_years_rows(store.read(AUTHORSHIPS), store.read(INSTITUTIONS)))
    run = Context(spark, store, STUDY, None, "2026-06-25", "")
    for stage in STAGES:
        stage.run(run)
    return run


def rows(context, spec):
    frame = context.store.read(spec).where(F.col("study") == "small").toPandas().drop(columns=["study", "release"])
    return frame.sort_values(list(frame.columns[:2]), ignore_index=True)


def test_what_is_written(context):
    places = rows(context, t.WORK_PLACES).set_index("work_id")
    assert places["last_country"].to_dict() == {1: "US", 2: "CN", 3: "DE", 4: "CN", 5: "US"}
    assert places["last_city"].dropna().to_dict() == {1: 20, 2: 10, 4: 10, 5: 20}
    received = rows(context, t.WORK_CITATIONS).set_index("work_id")
    assert received["c2"].dropna().to_dict() == {1: 2, 2: 0, 3: 1}, "of work 1 by 2 and 7"
    assert received["c5"].dropna().to_dict() == {1: 4, 2: 0}
    flows = rows(context, t.PLACE_CITATIONS)
    assert flows["citations"].sum() == 6, "not by 7, which is no work of the corpus"
    own = flows[flows["citing_city"].eq(10) & flows["cited_city"].eq(20)].sort_values("lag")
    assert own[["lag", "citations"]].to_numpy().tolist() == [[1, 1], [5, 1]]
    coverage = rows(context, t.PLACE_COVERAGE).set_index("year")
    assert coverage["works_with_city"].to_dict() == {2010: 1, 2011: 1, 2013: 0, 2015: 1, 2016: 1}
    scientists = rows(context, t.CORPUS_SCIENTISTS)
    assert scientists[["author_id", "works", "corpus_works"]].to_numpy().tolist() == [[101, 3, 3], [102, 4, 3]]


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)
def test_a_second_run_leaves_the_same_rows(context, stage):
    before = [(spec, rows(context, spec).astype(str)) for spec in stage.writes]
    stage.run(context)
    for spec, frame in before:
        pd.testing.assert_frame_equal(rows(context, spec).astype(str), frame, obj=spec.name)


def test_a_study_that_asks_for_no_places_has_none_of_it():
    stages = {stage.name for stage in wanted_stages(Request(warehouse="w", study=load_study("gallo2026")))}
    assert not stages & {stage.name for stage in STAGES}
