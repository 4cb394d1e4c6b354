"""The three stages on a literal world: what they write, the same rows when they run again, and what they refuse."""

import pandas as pd
import pytest
from pyspark.sql import functions as F

from isthmus.analyses.blocs import tables as t
from isthmus.analyses.blocs.stage import STAGES, problems
from isthmus.analyses.corpus.tables import CORPUS_WORKS
from isthmus.analyses.stage import Context
from isthmus.config import Study, load_study
from isthmus.engine import TableStore
from isthmus.engine.ddl import spark_schema
from isthmus.errors import ConfigError
from isthmus.pipeline.run import Request, wanted_stages
from isthmus.tables.author_years import AUTHOR_YEARS, author_years_rows
from isthmus.tables.authorships import AUTHORSHIPS
from isthmus.tables.citations import CITATIONS
from isthmus.tables.entities import INSTITUTIONS

pytestmark = [pytest.mark.spark, pytest.mark.slow]  # every run has these stages in tests/pipeline

STUDY = Study(
    study="small",
    title="A literal world",
    years={"corpus": (2018, 2021), "analysis": (2018, 2021), "significance": (2019, 2021), "citing_until": 2021},
    geography={"cn_includes_hk_mo": True},
    trajectories=None,
    blocs={"entities": ("CN", "EU", "GB"), "organisation_papers": 3, "organisation_share": 0.2, "replicates": 20},
    active_researchers={"papers": (1, 2), "windows": (1, 2)},
)
#: Institution -> country: an academy (1) above an institute in Hong Kong (2), a German (3) and a British one (4).
PLACES = {1: "CN", 2: "HK", 3: "DE", 4: "GB"}
#: Institutions of each author, in order, of the works of each year.
WORKS = {
    2018: [[[2], [3]], [[3], [4]], [[3], [4]], [[1]]],
    2019: [[[2], [1]], [[3], [4]], [[2], [3]]],
    2020: [[[2], [3]], [[1], [3]], [[3], [4]], [[]]],
    2021: [[[2, 1]], [[2], [3]], [[1], [3]], [[2], [3]], [[3], [4]], [[2]]],
}


def _frame(spark, spec, rows):
    """Rows of a table of which the first columns are given; the others are null, or false where they may not be."""
    rest = [None if f.nullable else False for f in spec.fields]
    return spark.createDataFrame([(*row, *rest[len(row) :]) for row in rows], spark_schema(spec))


@pytest.fixture(scope="module")
def context(spark, tmp_path_factory):
    store = TableStore(spark, str(tmp_path_factory.mktemp("blocs")))
    listed = [(year, authors) for year, works in WORKS.items() for authors in works]
    works, authorships = [], []
    for number, (year, authors) in enumerate(listed, start=1):
        works.append(("small", "r", number, year, True, len(authors), 0))
        for seat, institutions in enumerate(authors):
            author = institutions[0] if institutions else 99  # one author at each institution
            places = [(i, PLACES[i]) for i in institutions] or [(None, None)]
            authorships += [(number, year, seat, "middle", author, *place) for place in places]
    store.overwrite(CORPUS_WORKS, _frame(spark, CORPUS_WORKS, works))
    store.overwrite(AUTHORSHIPS, _frame(spark, AUTHORSHIPS, authorships))
    store.overwrite(CITATIONS, _frame(spark, CITATIONS, [(17, 1, 2021), (16, 1, 2021), (17, 11, 2021), (1, 17, 2018)]))
    records = [(i, f"Institution {i}", PLACES[i], None, "education", [i, 1] if i == 2 else [i]) for i in PLACES]
    store.overwrite(INSTITUTIONS, _frame(spark, INSTITUTIONS, records))
    store.overwrite(AUTHOR_YEARS, author_years_rows(store.read(AUTHORSHIPS), store.read(INSTITUTIONS)))
    run = Context(spark, store, STUDY, None, "r", "")
    for stage in STAGES:
        stage.run(run)
    return run


def rows(context, spec, where="TRUE"):
    frame = context.store.read(spec).where(F.col("study") == "small").where(where).toPandas()
    return frame.drop(columns=["study", "release"])


def test_output_follows_members_that_leave_and_hong_kong_counts_as_china(context):
    years = rows(context, t.BLOC_YEARS).set_index(["entity", "year"])
    assert years.loc["CN", "papers"].to_dict() == {2018: 2, 2019: 2, 2020: 2, 2021: 5}
    assert years.loc["EU", "papers"].to_dict() == {2018: 3, 2019: 2, 2020: 3, 2021: 4}
    assert years.loc["EU", "papers_internal"].to_dict() == {2018: 2, 2019: 1, 2020: 0, 2021: 0}, "until Britain left"
    assert years.loc[("CN", 2021), "papers_international"] == 3
    world = rows(context, t.BLOC_WORLD_YEARS).set_index("year")
    assert world[["works", "works_with_country"]].loc[2020].tolist() == [4, 3]
    assert world.loc[2021, "ratio"] == 5 / (4 + 1)
    assert world.loc[2021, "ratio_union"] == 5 / 4


def test_citations_in_both_readings(context):
    years = rows(context, t.BLOC_YEARS).set_index(["entity", "year"])
    assert years.loc["CN", "citations_made"].to_dict() == {2018: 0, 2019: 0, 2020: 0, 2021: 2}
    assert years.loc["CN", "citations_to_date"].to_dict() == {2018: 2, 2019: 0, 2020: 0, 2021: 0}
    world = rows(context, t.BLOC_WORLD_YEARS).set_index("year")
    assert world.loc[2021, ["citations_made", "citations_made_placed"]].tolist() == [3, 2], (
        "one is of a work of nowhere"
    )
    assert years.loc[("CN", 2021), "share_citations_made"] == pytest.approx(2 / 3)


def test_china_overtakes_britain_as_partner_of_the_union(context):
    found = rows(context, t.BLOC_OVERTAKINGS, "entity = 'EU' AND among = 'blocs'").iloc[0]
    assert (found["partner"], found["since"], found["overtook"]) == ("CN", 2020, "GB")
    assert 0 <= found["support"] <= 1
    tops = rows(context, t.BLOC_TOP_PARTNERS, "entity = 'EU' AND among = 'blocs'").sort_values("year")
    assert tops["partner"].tolist() == ["GB", "GB", "CN", "CN"], "of equals in 2019 Britain, who led before"
    assert set(rows(context, t.RELIANCE_TRENDS)["entity"]) == {"CN", "EU", "GB"}
    connected = rows(context, t.CONNECTED_COUNTRIES, "year = 2021").set_index("country")
    assert connected.loc["DE", ["degree", "strength"]].tolist() == [2, 4]
    assert "HK" not in connected.index


def test_organisations_at_both_levels_with_intervals_in_the_last_year(context):
    counts = rows(context, t.ORGANISATION_COUNTS, "threshold = 'papers'")
    keys = ["year", "level", "place_kind", "place"]
    found = counts.set_index(keys)["organisations"].sort_index()
    assert found[2021, "listed", "world", "world"] == 2  # the institute and the German one have four works each
    assert found[2021, "listed", "country", "CN"] == 1, "the institute in Hong Kong"
    assert found[2021, "top", "entity", "CN"] == 1
    assert found[2021, "listed", "entity", "GB"] == 0
    bounds = counts.set_index(keys).sort_index()
    assert bounds.loc[2021, "high"].loc["listed", "world", "world"] >= 2
    assert bounds.loc[2021, "high"].loc["listed", "continent", "Africa"] == 0
    assert counts.loc[counts["year"] < 2021, ["low", "high"]].isna().all(axis=None)
    large = rows(context, t.LARGE_ORGANISATIONS, "year = 2021 AND level = 'top' AND above_papers")
    assert dict(zip(large["institution_id"], large["papers"], strict=True)) == {1: 5, 3: 4}


def test_active_researchers_of_every_meaning(context):
    found = (
        rows(context, t.ACTIVE_RESEARCHERS).set_index(["entity", "least_papers", "window_years", "year"]).sort_index()
    )
    researchers = found["researchers"]
    assert researchers["CN", 1, 1, 2021] == 2, "the author in Hong Kong, too"
    assert researchers["EU", 1, 1].to_dict() == {2018: 2, 2019: 2, 2020: 1, 2021: 1}, "Britain left"
    assert researchers["GB", 2, 2].to_dict() == {2019: 1, 2020: 1, 2021: 1}, "no window before the corpus"
    nowhere = found.loc["CN", 1, 1].loc[2020]
    assert (nowhere["world_researchers"], nowhere["world_located"]) == (5, 4)
    assert found.loc[("CN", 1, 1, 2021), "median_age"] == 3.0


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)
def test_a_second_run_leaves_the_same_rows(context, stage):
    def written():
        frames = {spec.name: rows(context, spec).astype(str) for spec in stage.writes}  # a float's text is exact
        return {name: frame.sort_values(list(frame), ignore_index=True) for name, frame in frames.items()}

    before = written()
    stage.run(context)
    for name, frame in written().items():
        pd.testing.assert_frame_equal(frame, before[name], obj=name)


def test_places_that_do_not_exist_are_refused_before_anything_runs():
    wrong = load_study("digitalscience2025", ["blocs.entities=[CN, EU27x, GB]"])
    assert list(problems(wrong)) == [
        "blocs.entities: 'EU27x' is neither a country (such as US) nor a bloc; did you mean 'EU-27'?",
    ]
    with pytest.raises(ConfigError, match=r"study 'digitalscience2025': blocs.entities: 'EU27x' is neither"):
        wanted_stages(Request(warehouse="w", study=wrong))


def test_a_study_turns_them_on_and_one_off():
    names = {stage.name for stage in wanted_stages(Request(warehouse="w", study=load_study("digitalscience2025")))}
    assert {"blocs", "organisations", "active_researchers"} <= names
    fewer = load_study("digitalscience2025", ["active_researchers=null"])
    assert "active_researchers" not in {s.name for s in wanted_stages(Request(warehouse="w", study=fewer))}
    assert not {"blocs", "organisations"} & {
        s.name for s in wanted_stages(Request(warehouse="w", study=load_study("gallo2026")))
    }
