"""The stage on a small world: the library's numbers, places by year, the same rows when it runs again, what it refuses."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from pyspark.sql import functions as F

from isthmus.analyses.corpus.tables import CORPUS_WORKS
from isthmus.analyses.disruption import tables as t
from isthmus.analyses.disruption.stage import STAGES, problems
from isthmus.analyses.places.tables import WORK_PLACES
from isthmus.analyses.stage import Context
from isthmus.config import Study, load_study
from isthmus.engine import TableStore
from isthmus.engine.ddl import spark_schema
from isthmus.errors import ConfigError
from isthmus.indicators.disruption.counts import disruption
from isthmus.indicators.disruption.expected import expected_cd, expected_counts
from isthmus.indicators.disruption.summary import MEANS, summarise
from isthmus.pipeline.run import Request, wanted_stages
from isthmus.tables.authorships import AUTHORSHIPS
from isthmus.tables.citations import CITATIONS
from isthmus.tables.citations_dated import CITATIONS_DATED
from isthmus.tables.entities import INSTITUTIONS

pytestmark = [pytest.mark.spark, pytest.mark.slow]

STUDY = Study(
    study="small",
    title="A small world",
    years={"corpus": (2015, 2019), "analysis": (2015, 2019), "significance": (2017, 2019), "citing_until": 2021},
    geography={"compare": ("CN", "EU", "US")},
    trajectories=None,
    disruption={"minimum_references": 2, "replicates": 20, "top_share": 0.2},
    places={},
)
COUNTRIES = ("CN", "DE", "US", "FR")
CITIES = (11, 12, None)  # of the last author; the second has no name


def world():
    """1,100 works of 2010 to 2022; those of 2015 to 2019 with an even number are the corpus."""
    rng = np.random.default_rng(7)
    years = np.sort(rng.integers(2010, 2023, 1100))
    citing = np.repeat(np.arange(1100), rng.integers(0, 12, 1100))
    cited = (citing * rng.random(citing.size) ** 0.5).astype(int)
    pairs = np.unique(np.column_stack([citing, cited]), axis=0)
    return years, pairs[pairs[:, 0] != pairs[:, 1]]


def of_corpus(years):
    return np.flatnonzero((years >= 2015) & (years <= 2019) & (np.arange(years.size) % 2 == 0))


def _frame(spark, spec, rows):
    """Rows of a table of which the first columns are given; the others are null, or false where they may not be."""
    rest = [None if f.nullable else False for f in spec.fields]
    return spark.createDataFrame([(*row, *rest[len(row) :]) for row in rows], spark_schema(spec))


@pytest.fixture(scope="module")
def context(spark, tmp_path_factory):
    store = TableStore(spark, str(tmp_path_factory.mktemp("disruption")))
    years, pairs = world()
    corpus = set(of_corpus(years).tolist())
    works = [("small", "r", w, int(y), w in corpus, 1, 0) for w, y in enumerate(years) if w in corpus or y > 2015]
    store.overwrite(CORPUS_WORKS, _frame(spark, CORPUS_WORKS, works))
    # two of three works of the corpus have a country, some two
    authorships = [(w, int(years[w]), at, "middle", w, 1, COUNTRIES[(w // 2 + at) % 4])
                   for w in sorted(corpus) if w % 3 for at in range(1 + (w % 5 == 0))]  # fmt: skip
    store.overwrite(AUTHORSHIPS, _frame(spark, AUTHORSHIPS, authorships))
    listed = [(int(c), int(r), int(years[c])) for c, r in pairs]
    store.overwrite(CITATIONS, _frame(spark, CITATIONS, listed))
    dated = [(c, r, y, int(years[r])) for c, r, y in listed]
    store.overwrite(CITATIONS_DATED, _frame(spark, CITATIONS_DATED, dated))
    placed = [
        ("small", "r", w, int(years[w]), 1, None, None, None, CITIES[w % 3], [], [], [], []) for w in sorted(corpus)
    ]
    store.overwrite(WORK_PLACES, _frame(spark, WORK_PLACES, placed))
    named = [
        (1, "A", "CN", None, None, None, "Beijing", None, 11),
        (2, "B", "CN", None, None, None, "Beijing Shi", None, 11),
    ]
    store.overwrite(
        INSTITUTIONS, _frame(spark, INSTITUTIONS, [*named, (3, "C", "US", None, None, None, None, None, 12)])
    )
    run = Context(spark, store, STUDY, None, "r", "")
    outcome = STAGES[0].run(run)
    assert outcome.summary == f"{len(corpus):,} works"
    assert [gate.passed for gate in outcome.gates] == [True]
    assert STAGES[1].run(run).summary == "2 cities"
    return run


def rows(context, spec, where="TRUE"):
    frame = context.store.read(spec).where(F.col("study") == "small").where(where).toPandas()
    return frame.drop(columns=["study", "release"])


def by_library():
    """The library over all citations by works of 2021 and before."""
    years, pairs = world()
    focal = of_corpus(years)
    seen = pairs[years[pairs[:, 0]] <= 2021].T
    found = disruption(*seen, years, focal=focal, minimum_references=2)
    expected = expected_counts(*seen, years, focal)
    enough = found.enough_references
    columns = {
        "expected_n_j": expected.n_j,
        "expected_n_k": expected.reached - expected.n_j,
        "expected_cd": expected_cd(found.n_i + found.n_j, expected),
    }
    return found.columns() | {name: np.where(enough, values, np.nan) for name, values in columns.items()}


def test_works_have_the_numbers_of_the_library_and_citers_outside_the_corpus_count(context):
    found, expected = rows(context, t.WORK_DISRUPTION).sort_values("work_id"), by_library()
    assert found["work_id"].tolist() == expected["focal"].tolist()
    for name in found.columns.drop(["work_id", "most_disruptive", "most_developmental"]):
        np.testing.assert_allclose(found[name], expected[name], atol=1e-9, err_msg=name)
    assert found["cd"].isna().any()
    assert found["expected_n_j"].sum() > 0


def test_a_fifth_of_each_year_is_at_either_end(context):
    found = rows(context, t.WORK_DISRUPTION)
    for _, year in found.dropna(subset="cd").groupby("year"):
        cut = np.quantile(year["cd"], 0.8, method="higher")
        assert (year["most_disruptive"] == (year["cd"] >= cut)).all()
        cut = np.quantile(-year["cd"], 0.8, method="higher")
        assert (year["most_developmental"] == (-year["cd"] >= cut)).all()
    assert found.loc[found["cd"].isna(), "most_disruptive"].isna().all()


def test_a_place_and_year_is_the_summary_of_its_works(context):
    works = rows(context, t.WORK_DISRUPTION).sort_values("work_id").set_index("work_id")
    years = rows(context, t.DISRUPTION_YEARS).set_index(["place_kind", "place", "year"]).sort_index()
    countries = {}
    for row in rows_of_authors(context):
        countries.setdefault(row.work_id, set()).add(row.country_code)
    members = {
        ("world", "world"): works.index,
        ("country", "CN"): [w for w in works.index if "CN" in countries.get(w, ())],
        ("bloc", "EU"): [w for w in works.index if countries.get(w, set()) & {"DE", "FR"}],
    }
    for place, ids in members.items():
        own = works.loc[ids]
        for year, of_year in own.groupby("year"):
            plain = summarise(of_year.to_dict("list"), np.random.default_rng(0), replicates=2)
            found = years.loc[(*place, year)]
            assert found["papers"] == len(of_year)
            assert found["without_references"] == (of_year["n_references"] == 0).sum()
            for name in (*MEANS, "median_cd", "share_positive", "observed_over_expected"):
                assert found[name] == pytest.approx(getattr(plain, name).value, nan_ok=True), name
            assert found["most_disruptive"] == of_year["most_disruptive"].sum()
    assert set(years.index.get_level_values("place")) == {"world", "EU", *COUNTRIES}
    known = years.dropna(subset="cd_low")
    assert (known["cd_low"] <= known["cd"] + 1e-12).all()
    # a country has too few works in a year for an interval of its mean
    assert set(known.index.get_level_values("place")) == {"world"}


def rows_of_authors(context):
    return context.store.read(AUTHORSHIPS).select("work_id", "country_code").collect()


def test_places_over_the_significance_years_and_trends_of_what_the_study_names(context):
    places = rows(context, t.DISRUPTION_PLACES).set_index(["place_kind", "place"])
    works = rows(context, t.WORK_DISRUPTION, "year BETWEEN 2017 AND 2019")
    assert places.loc[("world", "world"), "papers"] == len(works)
    assert places.loc[("world", "world"), "class_rank"] == pytest.approx(0.5)
    assert np.isnan(places.loc[("world", "world"), "p_value"])
    trends = rows(context, t.DISRUPTION_TRENDS)
    assert set(trends["place"]) == {"world", "EU", "CN", "US"}, "France is in the tables of years and places only"
    assert trends["years"].max() == 2, "of 2015 and 2016 five years are over in 2021"


def test_cities_by_the_last_author(context):
    works = rows(context, t.WORK_DISRUPTION).dropna(subset="cd")
    works["city"] = [CITIES[work % 3] for work in works["work_id"]]
    expected = works.dropna(subset="city").groupby(["city", "year"])[["most_disruptive", "most_developmental"]].sum()
    found = rows(context, t.DISRUPTION_CITIES).set_index(["city", "year"]).sort_index()
    assert found.index.tolist() == expected.index.tolist()
    for end in expected:
        assert found[end].tolist() == expected[end].tolist()
    assert found["measured"].sum() == works["city"].notna().sum()
    assert found.loc[11, "name"].unique().tolist() == ["Beijing"]
    assert found.loc[12, "name"].isna().all()


def test_without_places_there_are_no_cities(context):
    elsewhere = Study(**(STUDY.plain() | {"study": "elsewhere", "places": None}))
    outcome = STAGES[1].run(replace(context, study=elsewhere))
    assert "no section places" in outcome.summary
    assert context.store.read(t.DISRUPTION_CITIES).where("study = 'elsewhere'").count() == 0


def test_a_second_run_leaves_the_same_rows(context):
    def written():
        specs = [spec for stage in STAGES for spec in stage.writes]
        frames = {spec.name: rows(context, spec).astype(str) for spec in specs}  # a float's text is exact
        return {name: frame.sort_values(list(frame), ignore_index=True) for name, frame in frames.items()}

    before = written()
    for stage in STAGES:
        stage.run(context)
    for name, frame in written().items():
        pd.testing.assert_frame_equal(frame, before[name], obj=name)


def test_places_that_do_not_exist_are_refused_before_anything_runs():
    wrong = load_study("digitalscience2025", ["disruption.places=[CN, EU27x]"])
    assert list(problems(wrong)) == [
        "disruption.places: 'EU27x' is neither a country (such as US) nor a bloc; did you mean 'EU-27'?",
    ]
    with pytest.raises(ConfigError, match=r"study 'digitalscience2025': disruption.places: 'EU27x'"):
        wanted_stages(Request(warehouse="w", study=wrong))
    with pytest.raises(ConfigError, match="short is 5, and the window ends after 3 years"):
        load_study("digitalscience2025", ["disruption.last=3"])
