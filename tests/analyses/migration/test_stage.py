"""The stages of migration on a literal world: what they write, the same rows when they run again, what they refuse."""

import gzip
from dataclasses import replace

import pandas as pd
import pytest
from pyspark.sql import functions as F

from isthmus.analyses.migration import tables as t
from isthmus.analyses.migration.published import fingerprint
from isthmus.analyses.migration.stage import STAGES, problems
from isthmus.analyses.stage import Context
from isthmus.config import Study
from isthmus.config.migration import AncestryNumbers, PublishedFlows
from isthmus.engine import TableStore
from isthmus.engine.ddl import spark_schema
from isthmus.errors import ConfigError, StoreError
from isthmus.tables.author_years import AUTHOR_YEARS, author_years_rows
from isthmus.tables.authorships import AUTHORSHIPS
from isthmus.tables.citations_dated import CITATIONS_DATED
from isthmus.tables.entities import INSTITUTIONS

pytestmark = [pytest.mark.spark, pytest.mark.slow]

SECTIONS = {
    "study": "small",
    "title": "A literal world",
    "years": {"corpus": (2000, 2010), "analysis": (2001, 2010), "significance": (2006, 2010), "citing_until": 2010},
    "geography": {"poles": ("US", "CN"), "cn_includes_hk_mo": True},
    "trajectories": None,
}
STUDY = Study(**SECTIONS, migration={"scientists": "everyone", "years_after": 4})
#: Authors who have an ORCID; it stands on the first of their works alone.
WITH_ORCID = {2, 5}
#: Author -> (year, country) of his works.
CAREERS = {
    1: [(2000, "CN"), (2003, "US"), (2004, "US"), (2006, "CN")],
    2: [(2002, "HK"), (2003, "CN"), (2005, "US"), (2005, "US"), (2007, "US")],
    3: [(2001, "US"), (2005, "US")],
    4: [(2001, "DE"), (2008, "US")],  # seven years
    5: [(2003, "FR"), (2007, "DE"), (2008, "US")],
    6: [(1999, "US"), (2000, "CN")],  # before the years
    7: [(2006, "CN"), (2011, "US")],  # after them
}


def _frame(spark, spec, rows):
    """Rows of a table of which the first columns are given; the others are null, or false where they may not be."""
    rest = [None if f.nullable else False for f in spec.fields]
    return spark.createDataFrame([(*row, *rest[len(row) :]) for row in rows], spark_schema(spec))


@pytest.fixture(scope="module")
def context(spark, tmp_path_factory):
    store = TableStore(spark, str(tmp_path_factory.mktemp("migration")))
    rows, number = [], 0
    for author, works in CAREERS.items():
        for year, country in works:
            number += 1
            is_first = author in WITH_ORCID and author not in {row[4] for row in rows}
            rows.append((number, year, 0, "first", author, None, country, None, None, is_first))
            if (author, year) == (1, 2004):  # with somebody in Hong Kong
                rows.append((number, year, 1, "last", 99, None, "HK"))
    store.overwrite(AUTHORSHIPS, _frame(spark, AUTHORSHIPS, rows))
    store.overwrite(INSTITUTIONS, spark.createDataFrame([], spark_schema(INSTITUTIONS)))
    store.overwrite(CITATIONS_DATED, _frame(spark, CITATIONS_DATED, [(9, 1, 2003, 2000), (8, 1, 2002, 2000)]))
    store.overwrite(AUTHOR_YEARS, author_years_rows(store.read(AUTHORSHIPS), store.read(INSTITUTIONS)))
    run = Context(spark, store, STUDY, None, "2026-06-25", "")
    for stage in STAGES:
        stage.run(run)
    return run


def rows(context, spec, where="TRUE", *, with_orcid=False):
    """Rows of the study: of all authors and those of the field, or of those with an ORCID alone."""
    frame = context.store.read(spec).where(F.col("study") == context.the_study.study).where(where).toPandas()
    named = next((name for name in ("whose", "scientists") if name in frame), None)
    if named:
        frame = frame[(frame[named] == "with_orcid") == with_orcid].reset_index(drop=True)
    return frame.drop(columns=["study", "release", "whose"], errors="ignore")


def test_every_move_of_the_years_with_its_return_and_hong_kong_as_china(context):
    found = rows(context, t.AUTHOR_MOVES).sort_values(["author_id", "year"])
    assert found[["author_id", "year", "origin", "destination", "years_between"]].to_numpy().tolist() == [
        [1, 2003, "CN", "US", 3], [1, 2006, "US", "CN", 2], [2, 2005, "CN", "US", 2], [4, 2008, "DE", "US", 7],
        [5, 2007, "FR", "DE", 4], [5, 2008, "DE", "US", 1],
    ]  # fmt: skip
    assert found["return_year"].fillna(0).tolist() == [2006, 0, 0, 0, 0, 0]
    assert not found["in_field"].any()
    assert set(found.loc[found["has_orcid"], "author_id"]) == WITH_ORCID


def test_flows_and_what_countries_win(context):
    flows = rows(context, t.MIGRATION_FLOWS).set_index(["year", "origin", "destination"]).sort_index()
    assert flows.loc[(2008, "DE", "US"), ["movers", "movers_any_gap"]].tolist() == [1, 2]
    assert flows.loc[(2005, "CN", "US"), "movers_strict"] == 1
    assert flows.loc[(2003, "CN", "US"), ["movers_strict", "returned"]].tolist() == [0, 1]
    assert set(flows["scientists"]) == {"everyone"}
    countries = rows(context, t.MIGRATION_COUNTRIES)
    assert countries["net"].sum() == 0
    assert countries["arrivals"].sum() == flows["movers"].sum() == 5
    china = countries[countries["country"] == "CN"].set_index("year")
    assert china.loc[2006, ["present", "arrivals", "departures"]].tolist() == [2, 1, 0]


def test_every_year_is_tested_and_the_window_keeps_what_moved(context):
    fits = rows(context, t.MIGRATION_FITS)
    assert sorted(fits["year"]) == [2003, 2005, 2006, 2007, 2008]
    assert fits["status"].isin(["converged", "failed"]).all()
    pairs = rows(context, t.MIGRATION_PAIRS, "weight > 0").set_index(["origin", "destination"])
    assert pairs["weight"].to_dict() == {("US", "CN"): 1, ("FR", "DE"): 1, ("DE", "US"): 1}
    assert pairs["p_upper"].between(0, 1).all()


def test_movers_stand_beside_others_with_what_they_had_done(context):
    found = rows(context, t.COMPARED_SCIENTISTS).set_index(["destination", "author_id"]).sort_index()
    assert found.loc["US", "group"].to_dict() == {
        1: "moved from there", 2: "moved from there", 3: "never moved", 4: "never moved", 5: "moved elsewhere",
    }  # fmt: skip
    assert found.loc[("US", 1), ["year", "career_age", "works", "citations"]].tolist() == [2003, 3, 1, 2]
    assert found.loc[("CN", 1), "group"] == "moved from there"
    assert (found.loc["CN", "year"] >= 2001).all()
    profiles = rows(context, t.MIGRATION_PROFILES).set_index(["destination", "measure", "group"])
    assert profiles.loc[("US", "career_age", "moved from there"), ["scientists", "mean"]].tolist() == [2, 3.0]


def test_movers_without_anybody_who_is_alike_are_said_to_have_none(context):
    found = rows(context, t.MATCHED_MOVERS).set_index("destination")
    assert set(found.index) == {"US", "CN"}
    assert (found["n_treated"] == 0).all()
    assert found["reason"].str.len().min() > 10
    later = rows(context, t.COMPARED_SCIENTISTS).set_index(["destination", "author_id"])
    assert later.loc[("US", 1), ["later_works", "later_joint"]].tolist() == [2, 1]
    assert later.loc[("US", 4), ["later_works", "later_joint"]].tolist() == [0, 0]


def test_joint_work_with_the_origin_after_the_move(context):
    yearly = rows(context, t.ORIGIN_TIES_BY_YEAR).set_index(["destination", "group", "since"]).sort_index()
    assert yearly.loc[("US", "moved from there", 1), ["scientists", "works", "works_joint"]].tolist() == [1, 1, 1]
    after = rows(context, t.ORIGIN_TIES).set_index(["destination", "group"])
    movers = after.loc[("US", "moved from there")]
    assert movers["scientists"] == 2
    assert movers["share"] == pytest.approx((1 / 2 + 0) / 2)


def test_movers_to_the_poles_are_counted_where_no_institution_is_known(context):
    found = rows(context, t.UNIVERSITY_MOVERS).sort_values(["destination", "year"])
    assert found.to_numpy().tolist() == [
        ["CN", "US", 2006, 1, 0, 0], ["US", "CN", 2003, 1, 0, 0], ["US", "CN", 2005, 1, 0, 0],
        ["US", "DE", 2008, 1, 0, 0],
    ]  # fmt: skip
    assert rows(context, t.LEADING_UNIVERSITIES).empty


def test_authors_with_an_orcid_are_counted_again_by_themselves(context):
    flows = rows(context, t.MIGRATION_FLOWS, with_orcid=True).sort_values(["year", "origin"])
    assert flows[["year", "origin", "destination", "movers"]].to_numpy().tolist() == [
        [2005, "CN", "US", 1], [2007, "FR", "DE", 1], [2008, "DE", "US", 1],
    ]  # fmt: skip
    countries = rows(context, t.MIGRATION_COUNTRIES, with_orcid=True)
    own = {(2002, "CN"), (2003, "CN"), (2003, "FR"), (2005, "US"), (2007, "US"), (2007, "DE"), (2008, "US")}
    assert {(row.year, row.country) for row in countries.itertuples() if row.present} == own
    fits = rows(context, t.MIGRATION_FITS, with_orcid=True)
    assert sorted(fits["year"]) == [2005, 2007, 2008]
    ties = rows(context, t.ORIGIN_TIES, "destination = 'US'", with_orcid=True)
    assert ties[["destination", "origin", "group", "scientists", "share"]].to_numpy().tolist() == [
        ["US", "CN", "moved from there", 1, 0.0]
    ]
    profiles = rows(context, t.MIGRATION_PROFILES, with_orcid=True).set_index(["destination", "measure", "group"])
    assert profiles.loc[("US", "career_age", "moved from there"), ["scientists", "mean"]].tolist() == [1, 3.0]
    assert set(profiles.loc["US"].loc["works"].index) == {"moved elsewhere", "moved from there"}
    compared = rows(context, t.MIGRATION_COMPARISONS, with_orcid=True)
    assert (compared["n_first"] <= 1).all()
    assert len(rows(context, t.MATCHED_MOVERS, with_orcid=True)) == 2
    universities = rows(context, t.UNIVERSITY_MOVERS, with_orcid=True).sort_values("year")
    assert universities.to_numpy().tolist() == [["US", "CN", 2005, 1, 0, 0], ["US", "DE", 2008, 1, 0, 0]]


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)
def test_a_second_run_leaves_the_same_rows(context, stage):
    def written():
        frames = {
            (spec.name, own): rows(context, spec, with_orcid=own).drop(columns="seconds", errors="ignore")
            for spec in stage.writes
            for own in (False, True)
        }
        text = {name: frame.astype(str) for name, frame in frames.items()}  # a float's text is exact
        return {name: frame.sort_values(list(frame), ignore_index=True) for name, frame in text.items()}

    before = written()
    stage.run(context)
    for name, frame in written().items():
        pd.testing.assert_frame_equal(frame, before[name], obj=str(name))


def test_scientists_of_a_field_have_flows_of_their_own(context):
    study = Study(**SECTIONS | {"study": "field"}, migration={"scientists": "majority"}, corpus_scientists={})
    own = context.spark.createDataFrame(
        [("field", 1, True), ("field", 2, False)], "study string, author_id long, is_majority boolean"
    )
    run = replace(context, study=study, store=_Instead(context.store, "corpus_scientists", own))
    for stage in STAGES[:3]:  # moves, tests, movers
        stage.run(run)
    flows = rows(run, t.MIGRATION_FLOWS).groupby("scientists")["movers"].sum()
    assert flows.to_dict() == {"everyone": 5, "field": 2}
    assert set(rows(run, t.COMPARED_SCIENTISTS)["author_id"]) == {1}
    assert rows(run, t.MIGRATION_COUNTRIES, "scientists = 'field'")["present"].sum() == 3
    assert rows(run, t.MIGRATION_FLOWS, with_orcid=True).empty, "the one with an ORCID is none of the field"


class _Instead:
    """A store in which other rows stand for one table."""

    def __init__(self, store, spec, rows):
        self._store, self._spec, self._rows = store, spec, rows

    def __getattr__(self, name):
        return getattr(self._store, name)

    def read(self, spec):
        return self._rows if spec == self._spec else self._store.read(spec)


def test_tables_that_do_not_tell_who_has_an_orcid_are_refused(context):
    earlier = context.store.read(AUTHOR_YEARS).drop("has_orcid")
    with pytest.raises(StoreError, match=r"does not tell who has an ORCID.*Read the snapshot again"):
        STAGES[0].run(replace(context, store=_Instead(context.store, "author_years", earlier)))


CSV = "year,origin,destination,moved\n2003,CHN,USA,4\n2003,NAM,USA,1\n2005,CN,US,2\n2005,France,Germany,3\n"


def test_numbers_of_ancestry_are_those_of_a_named_file(context, tmp_path):
    file = tmp_path / "groups.csv"
    file.write_text("origin,destination,ancestry,movers\nCHN,USA,Asian,9\nCHN,USA,others,1\nDEU,USA,others,4\n")
    named = STUDY.migration.model_copy(update={"ancestry": AncestryNumbers(file=str(file))})
    run = replace(context, study=STUDY.model_copy(update={"migration": named}))
    stage = next(stage for stage in STAGES if stage.name == "ancestry_shares")
    assert stage.run(run).summary == "10 movers between the poles in the named file"
    assert rows(run, t.ANCESTRY_SHARES).sort_values("ancestry").to_numpy().tolist() == [
        ["US", "CN", "Asian", 9, 0.9], ["US", "CN", "others", 1, 0.1],
    ]  # fmt: skip
    assert stage.inputs(run) != stage.inputs(context) == {}
    stage.run(context)
    assert rows(context, t.ANCESTRY_SHARES).empty


def test_published_flows_are_compared_where_a_file_is_named(context, tmp_path):
    file = tmp_path / "flows.csv.gz"
    file.write_bytes(gzip.compress((CSV + "2007,FRA,DEU,1\n2006,DEU,USA,2\n").encode()))
    named = STUDY.migration.model_copy(update={"published_flows": PublishedFlows(file=str(file), movers="moved")})
    run = replace(context, study=STUDY.model_copy(update={"migration": named}))
    stage = STAGES[-1]
    told = fingerprint(run)
    assert stage.run(run).summary.startswith("largest rank correlation")
    found = rows(run, t.MIGRATION_AGREEMENT).set_index(["rule", "compared"])
    assert len(found) == 4, "by the strict rule too few countries have a move"
    row = found.loc[("movers", "flows")]
    assert row[["first_year", "last_year", "countries", "linked_both"]].tolist() == [2003, 2007, 4, 2]
    file.write_bytes(gzip.compress(CSV.encode()))
    assert fingerprint(run) != told
    stage.run(context)
    assert rows(context, t.MIGRATION_AGREEMENT).empty
    assert fingerprint(context) == {}


def test_a_file_that_is_not_there_is_refused(context):
    named = STUDY.migration.model_copy(update={"published_flows": PublishedFlows(file="nowhere/flows.csv")})
    with pytest.raises(ConfigError, match=r"there is no file nowhere/flows\.csv"):
        fingerprint(replace(context, study=STUDY.model_copy(update={"migration": named})))


def test_what_a_study_cannot_ask_is_said_before_anything_runs():
    one_pole = Study(**SECTIONS | {"geography": {"poles": ("US",)}}, migration={})
    assert list(problems(one_pole)) == [
        "migration.scientists is 'majority' and corpus_scientists is off: turn it on, or write everyone",
        "migration compares the poles with each other; expected two or more in geography.poles",
    ]
    assert list(problems(STUDY)) == []
