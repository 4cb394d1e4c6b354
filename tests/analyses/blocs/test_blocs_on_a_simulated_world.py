"""The stages of blocs on a simulated world: every number against what is true there, which plain counting told.

The answer key beside the snapshot knows papers, partners, organisations and active researchers; citations are those of
`isthmus.simulate.networks`. None of it shares code with the stages.
"""

import math
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from isthmus.config import load_study
from isthmus.pipeline import Request, run_pipeline
from isthmus.simulate import World, build_plan, simulate_snapshot
from isthmus.simulate.blocs import ANY_OTHER, ENTITIES, LEAST_PAPERS, WINDOWS
from isthmus.simulate.networks import count_works
from isthmus.simulate.world.facts import countries

pytestmark = [pytest.mark.spark, pytest.mark.slow]

WORLD = World(works=4_000, seed=3, works_per_part=1_500)
MORE_THAN = 2
SETTINGS = [
    "blocs={entities: [CN, US, EU-27, GB], replicates: 20, organisation_papers: 2}",
    "active_researchers={papers: [1, 2, 3, 5], windows: [1, 3, 5]}",
]
STAGES = ("corpus", "blocs", "organisations", "active_researchers")
YEARS = range(2000, 2022)


@pytest.fixture(scope="module")
def simulated_tables(spark, tmp_path_factory):
    """The world, its snapshot, and the warehouse of the snapshot's tables."""
    folder = tmp_path_factory.mktemp("simulated")
    snapshot, warehouse = str(folder / "snapshot"), str(folder / "tables")
    simulate_snapshot(snapshot, world=WORLD, formats=("parquet",), processes=1)
    run_pipeline(spark, Request(warehouse=warehouse, snapshot=snapshot, stages=("parse", "records"), quiet=True))
    return SimpleNamespace(world=WORLD, snapshot=snapshot, warehouse=warehouse)


@pytest.fixture(scope="module")
def tables(spark, simulated_tables):
    """A function that reads a table of the study that ran on the world."""
    study = load_study("demonstration", SETTINGS)
    assert (study.years.corpus, study.years.citing_until) == ((YEARS[0], YEARS[-1]), 2023)
    run_pipeline(spark, Request(warehouse=simulated_tables.warehouse, study=study, stages=STAGES, quiet=True))

    def read(name):
        rows = spark.read.format("delta").load(f"{simulated_tables.warehouse}/{name}")
        return rows.where("study = 'demonstration'").drop("study", "release").toPandas()

    return read


@pytest.fixture(scope="module")
def truth(simulated_tables):
    """A function that reads a table of the answer key, the years of the study alone."""

    def read(name):
        frame = pd.read_parquet(Path(simulated_tables.snapshot) / "truth" / f"{name}.parquet")
        return frame[frame["year"].isin(YEARS)]

    return read


def by(frame, *key):
    """Return key -> value, for a frame whose last column is the value."""
    return {tuple(row[:-1]): row[-1] for row in frame[[*key, frame.columns[-1]]].itertuples(index=False)}


class TestOutput:
    """Papers of entities and of the world."""

    def test_papers_in_full_and_by_fractions(self, tables, truth):
        found = tables("bloc_years").set_index(["entity", "year"]).sort_index()
        expected = truth("bloc_papers").query("entity != 'world'").set_index(["entity", "year"])
        expected = expected.reindex(found.index).fillna(0.0)
        assert len(found) == len(ENTITIES) * len(YEARS)
        assert found["papers"].sum() > 500
        for name in ("papers", "papers_international", "papers_internal"):
            assert found[name].tolist() == expected[name].tolist(), name
        assert found["papers_fractional"].to_numpy() == pytest.approx(expected["papers_fractional"].to_numpy())

    def test_shares_are_those_of_all_works(self, tables, truth):
        found = tables("bloc_years").set_index(["entity", "year"])
        world = truth("bloc_papers").query("entity == 'world'").set_index("year")["papers"]
        assert tables("bloc_world_years").set_index("year")["works"].to_dict() == world.to_dict()
        for (entity, year), row in found.iterrows():
            assert row["share_papers"] == pytest.approx(row["papers"] / world[year]), (entity, year)
            if row["papers"]:
                assert row["share_international"] == pytest.approx(row["papers_international"] / row["papers"])

    def test_the_first_entity_against_the_others(self, tables, truth):
        papers = truth("bloc_papers").set_index(["year", "entity"])["papers"].unstack(fill_value=0)
        expected = papers["CN"] / papers[["US", "EU-27", "GB"]].sum(axis=1)
        assert tables("bloc_world_years").set_index("year")["ratio"].to_dict() == pytest.approx(expected.to_dict())


class TestCitations:
    """Citations in both readings of the year."""

    @pytest.fixture(scope="class")
    def expected(self, simulated_tables):
        counted, code = count_works(build_plan(simulated_tables.world)), np.array(countries().code)
        citing, cited = counted.year[counted.citing], counted.year[counted.cited]
        rows = {}
        for entity, codes in ENTITIES.items():
            inside = counted.countries[:, np.flatnonzero(np.isin(code, codes))].sum(axis=1)[counted.cited] > 0
            for year in YEARS:
                rows[entity, year] = (int((inside & (citing == year)).sum()), int((inside & (cited == year)).sum()))
        for year in YEARS:
            rows["world", year] = (int((citing == year).sum()), int((cited == year).sum()))
        return rows

    def test_citations_made_in_a_year_and_to_works_of_a_year(self, tables, expected):
        names = ["citations_made", "citations_to_date"]
        found = tables("bloc_years").set_index(["entity", "year"])[names]
        world = tables("bloc_world_years").assign(entity="world").set_index(["entity", "year"])[names]
        assert {key: tuple(row) for key, row in zip(found.index, found.to_numpy().tolist(), strict=True)} == {
            key: row for key, row in expected.items() if key[0] != "world"
        }
        assert {key: tuple(row) for key, row in zip(world.index, world.to_numpy().tolist(), strict=True)} == {
            key: row for key, row in expected.items() if key[0] == "world"
        }
        assert sum(made for made, _ in expected.values()) > 1_000


class TestPartners:
    """Joint papers, who leads, and since when."""

    def test_joint_papers_with_every_partner(self, tables, truth):
        found = tables("bloc_partners")[["entity", "year", "among", "partner", "papers_joint"]]
        expected = by(truth("bloc_partners"), "entity", "year", "among", "partner")
        some = found[found["papers_joint"] > 0]
        assert by(some, "entity", "year", "among", "partner") == expected
        always = found[(found["among"] == "blocs") | (found["partner"] == ANY_OTHER)]
        assert len(always) == len(ENTITIES) * len(ENTITIES) * len(YEARS), "three others and all of them"

    def test_shares_are_those_of_the_entity_s_papers(self, tables, truth):
        papers = truth("bloc_papers").set_index(["entity", "year"])["papers"]
        for row in tables("bloc_partners").itertuples():
            own = papers.get((row.entity, row.year), 0)
            assert (row.share == pytest.approx(row.papers_joint / own)) if own else np.isnan(row.share)

    @pytest.mark.parametrize("among", ["blocs", "countries"])
    def test_the_leader_has_most_joint_papers_and_stays_while_he_has(self, tables, truth, among):
        joint = truth("bloc_partners").query("among == @among")
        tops = tables("bloc_top_partners").query("among == @among")
        checked = 0
        for entity, years in tops.sort_values("year").groupby("entity"):
            own = joint[joint["entity"] == entity].set_index(["year", "partner"])["papers_joint"]
            leader = years.set_index("year")["partner"].to_dict()
            for year, partner in leader.items():
                counts = own.get(year)
                assert own[year, partner] == counts.max(), (entity, year)
                checked += 1
            for before, year in pairwise(leader):
                if leader[before] != leader[year]:
                    assert own.get((year, leader[before]), 0) < own[year].max(), "who has as many stays"
        assert checked > 60

    @pytest.mark.parametrize("among", ["blocs", "countries"])
    def test_since_when_the_last_leader_is_ahead_of_all_others(self, tables, truth, among):
        joint = by(truth("bloc_partners").query("among == @among"), "entity", "partner", "year")
        tops = tables("bloc_top_partners").query("among == @among").sort_values("year")
        leads = tables("bloc_overtakings").query("among == @among").set_index("entity")
        assert set(leads.index) == set(tops["entity"])
        overtook = 0
        for entity, years in tops.groupby("entity"):
            lead, leader = leads.loc[entity], years["partner"].iloc[-1]
            rivals = {partner for of, partner, _ in joint if of == entity} - {leader}
            splits = {rival: best_split(joint, entity, leader, rival) for rival in rivals}
            latest = max(split for split, _ in splits.values())
            last = {rival for rival, (split, _) in splits.items() if split == latest}
            assert lead["partner"] == leader
            assert lead["since"] == min(YEARS[0] + latest, YEARS[-1])
            if pd.isna(lead["overtook"]):
                assert not all(splits[rival][1] for rival in last)
            else:
                assert lead["overtook"] in last
                assert splits[lead["overtook"]][1], "who was never ahead is not overtaken"
                overtook += 1
        assert overtook > 0


def best_split(joint, entity, leader, rival):
    """Return after how many years "behind before, ahead after" fits best, and whether the rival was ahead before.

    The differences of the square roots add up to least before the split; of equal splits the last.
    """
    total, least, split = 0.0, 0.0, 0
    for past, year in enumerate(YEARS, start=1):
        own, other = (joint.get((entity, one, year), 0) for one in (leader, rival))
        total += math.sqrt(own) - math.sqrt(other)
        if total <= least:
            least, split = total, past
    return split, least < 0


class TestOrganisations:
    """Organisations with more than so many papers in a year."""

    def test_counts_by_country_entity_and_world(self, tables, truth):
        expected = truth("organisations").query("more_than == @MORE_THAN").drop(columns="more_than")
        found = tables("organisation_counts").query("threshold == 'papers'")
        assert set(found["more_than"]) == {MORE_THAN}
        columns = ["year", "level", "place", "organisations"]
        of_countries = found[found["place_kind"] == "country"]
        assert by(of_countries[of_countries["organisations"] > 0][columns], "year", "level", "place") == by(
            expected[["year", "level", "country", "organisations"]], "year", "level", "country"
        )
        sums = {"world": {"world": None}, "entity": ENTITIES}
        for kind, places in sums.items():
            rows = found[found["place_kind"] == kind].set_index(["place", "level", "year"])["organisations"]
            for place, codes in places.items():
                inside = expected if codes is None else expected[expected["country"].isin(codes)]
                total = inside.groupby(["level", "year"])["organisations"].sum()
                for (level, year), count in rows[place].items():
                    assert count == total.get((level, year), 0), (place, level, year)
        assert expected["organisations"].sum() > 100


class TestResearchers:
    """Active researchers under every meaning of active."""

    def test_every_cell(self, tables, truth):
        expected = truth("researchers")
        expected = expected[expected["year"] - expected["window_years"] + 1 >= YEARS[0]]
        found = tables("active_researchers")
        key = ("entity", "year", "least_papers", "window_years")
        own = by(expected.query("entity != 'world'"), *key)
        assert by(found[[*key, "researchers"]], *key) == own
        assert len(own) == len(ENTITIES) * len(LEAST_PAPERS) * sum(len(YEARS) - window + 1 for window in WINDOWS)
        of_world = expected.query("entity == 'world'").set_index(list(key[1:]))["researchers"].to_dict()
        seen = found.drop_duplicates(list(key[1:])).set_index(list(key[1:]))["world_researchers"].to_dict()
        assert seen == of_world
        assert sum(own.values()) > 1_000
