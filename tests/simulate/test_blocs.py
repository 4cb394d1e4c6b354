"""The answer key on countries and blocs is what a plain reader counts in the files."""

from collections import Counter, defaultdict
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from isthmus.simulate import World, build_plan, simulate_snapshot
from isthmus.simulate.blocs import (
    CARRIED,
    ENTITIES,
    LARGEST_COUNTED,
    LEAST_PAPERS,
    MORE_THAN,
    WINDOWS,
    bloc_tables,
    leaders,
)

SMALL = World(works=2_500, works_per_part=700, seed=5)
YEARS = range(SMALL.first_year, SMALL.last_year + 1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("blocs") / "snapshot"
    simulate_snapshot(folder, world=SMALL, processes=1)
    return folder


@pytest.fixture(scope="module")
def works(plain, folder):
    return list(plain.read(folder))


@pytest.fixture(scope="module")
def studied(plain, works):
    return [work for work in works if plain.in_study(work)]


@pytest.fixture(scope="module")
def truth(folder):
    return {file.stem: pd.read_parquet(file) for file in (Path(folder) / "truth").glob("*.parquet")}


def as_dict(frame, *key):
    return {tuple(row[:-1]): row[-1] for row in frame[[*key, frame.columns[-1]]].itertuples(index=False)}


def test_papers_are_those_of_the_records(truth, studied, plain):
    expected = defaultdict(lambda: [0, 0.0, 0, 0])
    for work in studied:
        expected["world", work["publication_year"]][0] += 1
        shares = plain.fractions_of(work)
        for entity, codes in ENTITIES.items():
            inside = [code for code in shares if code in codes]
            if inside:
                row = expected[entity, work["publication_year"]]
                row[0] += 1
                row[1] += sum(shares[code] for code in inside)
                row[2] += len(inside) < len(shares)
                row[3] += len(inside) > 1
    found = truth["bloc_papers"].fillna(0).set_index(["entity", "year"])
    assert set(found.index) == set(expected)
    assert sum(row[0] for (entity, _), row in expected.items() if entity == "world") == len(studied) > 1_000
    for key, (papers, fractional, international, internal) in expected.items():
        row = found.loc[key]
        assert row["papers"] == papers
        if key[0] != "world":
            assert row["papers_fractional"] == pytest.approx(fractional)
            assert (row["papers_international"], row["papers_internal"]) == (international, internal)


def test_joint_papers_have_two_countries_one_of_each_side(truth, studied, plain):
    expected = Counter()
    for work in studied:
        signing, year = set(plain.fractions_of(work)), work["publication_year"]
        for entity, codes in ENTITIES.items():
            own = signing & set(codes)
            expected.update((entity, year, "countries", code) for code in signing - own if own)
            joint = {
                other
                for other, theirs in ENTITIES.items()
                if other != entity and len(own | (signing & set(theirs))) > 1 and own and signing & set(theirs)
            }
            expected.update((entity, year, "blocs", other) for other in joint)
            expected[entity, year, "any", "any of the others"] += bool(joint)
    found = as_dict(truth["bloc_partners"], "entity", "year", "among", "partner")
    assert found == {key: n for key, n in expected.items() if n}
    assert {key[2] for key in found} == {"blocs", "countries", "any"}


def test_organisations_above_each_bound(truth, studied, folder, plain):
    records = {plain.number(i["id"]): i for i in plain.read(folder, "institutions")}
    papers = Counter()
    for work in studied:
        listed = plain.organisations_of(work)
        above = {
            plain.number(next((u for u in records[i]["lineage"] if plain.number(u) != i), records[i]["id"]))
            for i in listed
        }
        papers.update(("listed", work["publication_year"], i) for i in listed)
        papers.update(("top", work["publication_year"], i) for i in above)
    expected = Counter(
        (year, level, records[i]["country_code"], bound)
        for (level, year, i), n in papers.items()
        for bound in MORE_THAN
        if n > bound
    )
    assert as_dict(truth["organisations"], "year", "level", "country", "more_than") == expected
    assert len({key[3] for key in expected}) > 2


def test_active_researchers_live_where_their_last_known_country_is(truth, works, studied, plain):
    home = plain.homes(works)
    papers = defaultdict(Counter)
    for work in studied:
        for author in filter(None, map(plain.author_of, work["authorships"])):
            papers[author][work["publication_year"]] += 1
    expected = Counter()
    for author, by_year in papers.items():
        for year in YEARS:
            known = [y for y in range(year, year - CARRIED - 1, -1) if (author, y) in home]
            entities = ["world", *(e for e, codes in ENTITIES.items() if known and home[author, known[0]] in codes)]
            for window in WINDOWS:
                recent = sum(by_year[y] for y in range(year - window + 1, year + 1))
                if year - window + 1 >= YEARS[0]:
                    expected.update((e, year, k, window) for e in entities for k in LEAST_PAPERS if recent >= k)
    found = as_dict(truth["researchers"], "entity", "year", "least_papers", "window_years")
    assert {key: n for key, n in found.items() if n} == expected
    assert len(found) == 5 * len(LEAST_PAPERS) * sum(len(YEARS) - window + 1 for window in WINDOWS)


def test_leaders_are_the_largest_expected_weights(truth):
    found = truth["leaders"]
    assert (found["expected"] >= found["following_expected"]).all()
    assert (found["partner"] != found["entity"]).all()
    ties = truth["weights"].query("network == 'collaboration'")
    planned = ties.assign(planned=ties["size"] * ties["multiplier"].fillna(1.0).astype(float))
    for row in found.itertuples():
        mine = planned[
            (planned["year"] == row.year) & ((planned["src"] == row.entity) | (planned["dst"] == row.entity))
        ]
        assert mine["planned"].max() <= row.expected * (1 + 1e-12)


def test_the_first_partner_of_china_changes_because_the_poles_part():
    planted, level = (leaders(build_plan(world)) for world in (World(), World().without("poles")))
    of_china = planted[planted["entity"] == "CN"].set_index("year")
    assert set(of_china.loc[:2006, "partner"]) == {"US"}
    assert set(of_china.loc[2007:, "partner"]) == {"HK"}
    assert (of_china["expected"] / of_china["following_expected"]).loc[[2000, 2012]].min() > 1.4
    assert "US" not in set(level.loc[level["entity"] == "CN", "partner"]), "at their sizes the poles never lead"


def test_the_page_names_partners_and_growth(folder):
    page = (Path(folder) / "truth" / "README.md").read_text(encoding="utf-8")
    assert "* China is planned to write most with United States from 1996" in page
    assert "* Organisations with more than 0 papers grew most in number in" in page


def test_the_key_does_not_depend_on_how_works_are_cut_into_parts(truth):
    other = bloc_tables(build_plan(replace(SMALL, works_per_part=300)))
    for name, frame in other.items():
        pd.testing.assert_frame_equal(frame, truth[name], check_dtype=False)


def test_a_world_too_large_to_count_has_no_key():
    large = World(works=LARGEST_COUNTED + 1)
    assert bloc_tables(replace(build_plan(SMALL), world=large)) == {}
