"""The stages of output, scientists and hits on literal rows: what they write, and the same rows when they run again."""

import pandas as pd
import pytest
from chispa import assert_df_equality
from pyspark.sql import functions as F

from isthmus.analyses.hits import tables as h
from isthmus.analyses.hits.stage import STAGES as HIT_STAGES
from isthmus.analyses.places.tables import CORPUS_SCIENTISTS, WORK_CITATIONS, WORK_PLACES
from isthmus.analyses.scientists import tables as t
from isthmus.analyses.scientists.stage import STAGES
from isthmus.analyses.stage import Context
from isthmus.config import Study
from isthmus.engine import TableStore
from isthmus.engine.ddl import spark_schema
from isthmus.geography import Membership
from isthmus.indicators.country_output import scientist_totals
from isthmus.tables.author_years import AUTHOR_YEARS

pytestmark = pytest.mark.spark

STUDY = Study(
    study="small",
    title="A literal world",
    years={"corpus": (2000, 2003), "analysis": (2001, 2003), "significance": (2002, 2003), "citing_until": 2004},
    geography={"cn_includes_hk_mo": True},
    significance={"min_finite_years": 2},
    trajectories=None,
    places={},
    corpus_scientists={},
    scientists={},
    hits={"share": 0.25},
)
#: work -> year, country of the last author (Hong Kong is China's already), c2.
WORKS = {
    1: (2000, "US", 9),
    2: (2001, "US", 5), 3: (2001, "CN", 2), 4: (2001, "CN", 2), 5: (2001, None, 0),
    6: (2002, "US", 0), 7: (2002, "CN", 0), 8: (2002, "CN", 0), 9: (2002, "CN", 0), 10: (2002, "CN", 0),
    11: (2003, "CN", None),
}  # fmt: skip
AUTHORS = [  # author, year, works, country
    (1, 2001, 1, "US"), (1, 2003, 2, "CN"), (2, 2001, 3, "HK"), (3, 2002, 1, None), (4, 2005, 9, "US"), (4, 2002, 1, "DE"),
    (5, 2001, 4, "US"),
]  # fmt: skip
PEOPLE = [(1, 3, 2, True), (2, 3, 3, True), (3, 4, 2, False), (4, 10, 6, True)]


@pytest.fixture(scope="module")
def context(spark, tmp_path_factory):
    store = TableStore(spark, str(tmp_path_factory.mktemp("scientists")))

    def put(spec, rows):
        listed = [tuple(row.get(name) for name in spec.columns) for row in rows]
        store.overwrite(spec, spark.createDataFrame(listed, spark_schema(spec)))

    head = {"study": "small", "release": "r"}
    empty = {"last_countries": [], "last_cities": [], "other_countries": [], "other_cities": []}
    put(
        WORK_PLACES,
        [head | empty | {"work_id": w, "year": y, "n_authors": 1, "last_country": c} for w, (y, c, _) in WORKS.items()],
    )
    put(WORK_CITATIONS, [head | {"work_id": w, "year": y, "c2": c2, "c5": c2} for w, (y, _, c2) in WORKS.items()])
    names = ("author_id", "works", "corpus_works", "is_majority")
    put(CORPUS_SCIENTISTS, [head | dict(zip(names, p, strict=True)) | {"is_at_least_half": True} for p in PEOPLE])
    names = ("author_id", "year", "works", "country_code")
    put(
        AUTHOR_YEARS,
        [dict(zip(names, a, strict=True)) | {"n_countries": 1, "n_cities": 0, "has_orcid": False} for a in AUTHORS],
    )
    run = Context(spark, store, STUDY, None, "r", "")
    for stage in (*STAGES, *HIT_STAGES):
        stage.run(run)
    return run


def rows(context, spec):
    return context.store.read(spec).where(F.col("study") == "small").drop("study", "release").toPandas()


def test_output_of_countries_by_year_with_hong_kong_as_china(context):
    found = rows(context, t.COUNTRY_OUTPUT).set_index(["year", "country"]).sort_index()
    assert found["works"].to_dict() == {
        (2001, "CN"): 2, (2001, "US"): 1, (2002, "CN"): 4, (2002, "DE"): 0, (2002, "US"): 1, (2003, "CN"): 1,
    }  # fmt: skip
    assert found.loc[(2001, "CN"), ["c2", "mean_c2"]].tolist() == [4, 2.0]
    assert pd.isna(found.loc[(2003, "CN"), "c2"]), "the window is not over: null, not small"
    assert found["majority"].to_dict()[2001, "CN"] == 1
    assert found.loc[(2002, "DE"), ["majority", "at_least_half"]].tolist() == [1, 1]
    totals = rows(context, t.OUTPUT_TOTALS).set_index("year")
    assert totals.loc[2001, ["works", "works_with_country"]].tolist() == [4, 3]


def test_a_scientist_counts_once_where_he_was_last(context, spark):
    found = rows(context, t.SCIENTIST_TOTALS).set_index("country")
    assert found["majority"].to_dict() == {"CN": 2, "DE": 1, None: 0}
    assert found["at_least_half"].sum() == len(PEOPLE)
    schema = "author_id bigint, year int, country_code string"
    years = spark.createDataFrame([(1, 2000, "HK"), (1, 2001, None), (1, 2009, "US")], schema)
    people = spark.createDataFrame([(1, True, True)], "author_id bigint, is_majority boolean, is_at_least_half boolean")
    expected = spark.createDataFrame([("CN", 1, 1)], "country string, majority bigint, at_least_half bigint")
    once = scientist_totals(people, years, until=2005, merged=[Membership("CN", "HK")])
    assert_df_equality(once, expected, ignore_nullable=True)


def test_hits_by_both_rules_of_ties_and_none_at_a_cut_of_no_citation(context):
    years = rows(context, h.HIT_YEARS).set_index("year")
    assert sorted(years.index) == [2001, 2002], "c2 of 2003 is not known"
    assert years.loc[2001, ["works", "works_with_country", "cut", "hits", "realised"]].tolist() == [4, 3, 5, 1, 0.25]
    assert years.loc[2002, "cut"] == 0
    assert pd.isna(years.loc[2002, "hits"])
    found = rows(context, h.COUNTRY_HITS).set_index(["year", "country"])
    assert found.loc[2001, "hits"].to_dict() == {"CN": 0, "US": 1}
    assert found.loc[(2001, "US"), ["share", "share_fractional"]].tolist() == [1.0, 1.0]
    assert found.loc[2002, ["hits", "share"]].isna().all(axis=None)


def test_the_gate_says_which_years_have_no_hits(context):
    outcome = HIT_STAGES[0].run(context)
    assert [(gate.observed, gate.passed) for gate in outcome.gates] == [(1.0, False)]
    assert outcome.summary == "hits: 1"


@pytest.mark.parametrize("stage", [*STAGES, *HIT_STAGES], ids=lambda stage: stage.name)
def test_a_second_run_leaves_the_same_rows(context, stage):
    def written():
        frames = {spec.name: rows(context, spec).astype(str) for spec in stage.writes}
        return {name: frame.sort_values(list(frame), ignore_index=True) for name, frame in frames.items()}

    before = written()
    stage.run(context)
    for name, frame in written().items():
        pd.testing.assert_frame_equal(frame, before[name], obj=name)
