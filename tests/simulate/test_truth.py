"""The answer key against the files it lies beside, read with the standard library alone."""

from collections import Counter, defaultdict
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from isthmus.simulate import World, build_plan, simulate_snapshot
from isthmus.simulate.world.facts import countries
from isthmus.simulate.world.people import MIGRANT_BASE
from isthmus.simulate.writing.truth import fact_table, tie_table

WORLD = World(works=8_000, seed=9)
ON_AI = "https://openalex.org/subfields/1702"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("truth") / "snapshot"
    simulate_snapshot(folder, world=WORLD, processes=1)
    return folder


@pytest.fixture(scope="module")
def works(plain, folder):
    return list(plain.read(folder))


@pytest.fixture(scope="module")
def truth(folder):
    return {file.stem: pd.read_parquet(file) for file in (Path(folder) / "truth").glob("*.parquet")}


def on_ai(work):
    return not work["is_xpac"] and ((work["primary_topic"] or {}).get("subfield") or {}).get("id") == ON_AI


def test_joint_papers_of_the_records_are_the_drawn_ones_but_for_what_is_missing(truth, works, plain):
    counted, complete = Counter(), Counter()
    for work in filter(on_ai, works):
        signing = sorted(set().union(*map(plain.countries_of, work["authorships"]), set()))
        counted.update((work["publication_year"], *pair) for pair in combinations(signing, 2))
        complete[work["publication_year"]] += 1
    drawn = truth["weights"].query("network == 'collaboration'").set_index(["year", "src", "dst"])["drawn"]
    assert all(n <= drawn.get(key, 0) for key, n in counted.items()), "no pair writes more than was drawn"
    shown = sum(counted.values()) / drawn.sum()
    assert 0.75 < shown < 0.95, "affiliations go missing, and works lose their topic"


def test_migrants_sign_from_where_they_are_in_the_year(truth, works, plain):
    moves = truth["migrants"].set_index("author_id")
    seen = defaultdict(set)
    for work in works:
        for authorship in work["authorships"]:
            author = plain.author_of(authorship)
            if author in moves.index:
                listed = {plain.number(i["id"]) for i in authorship["institutions"] if i["id"]}
                seen[author].add((work["publication_year"], frozenset(listed)))
    both = 0
    for author, rows in seen.items():
        move = moves.loc[author]
        for year, listed in rows:
            own = move["institution_after"] if year >= move["year"] else move["institution_before"]
            assert not listed or own in listed
        sides = {year >= move["year"] for year, listed in rows if listed}
        both += len(sides) == 2
    assert len(seen) > 100
    assert both > 10, "some sign before and after their move"
    assert min(moves.index) == MIGRANT_BASE


def test_planned_shares_add_up_and_are_what_works_come_from(truth, works, plain):
    planned = truth["countries"]
    for name in ("output_share", "tie_share"):
        assert planned.groupby("year")[name].sum().to_numpy() == pytest.approx(1.0)
    count = Counter(work["publication_year"] for work in works)
    expected = planned["output_share"] * planned["year"].map(count)
    expected = expected.groupby(planned["country"]).sum()
    found = dict.fromkeys(countries().code, 0.0)
    for work in works:
        for code, share in plain.fractions_of(work).items():
            found[code] += share
    found = pd.Series(found) / sum(found.values())
    largest = expected.nlargest(20).index
    assert np.corrcoef(found[largest], expected[largest])[0, 1] > 0.98


def test_strong_ties_are_those_of_large_ratio_and_weight(truth):
    ties = truth["ties"]
    ends = ties[[f"{network}_{year}" for network in ("collaboration", "exchange") for year in (2000, 2021)]].to_numpy()
    static = (ties["switch"] == "ties").to_numpy()
    departs = np.maximum(ends[:, 0], 1 / ends[:, 0])
    changes = np.maximum(ends.reshape(-1, 2, 2).max(axis=2) / ends.reshape(-1, 2, 2).min(axis=2), 0).max(axis=1)
    ratio = np.where(static, departs, changes)
    assert ties["ratio"].to_numpy() == pytest.approx(ratio)
    heaviest = ties[["expected_2000", "expected_2021", "expected_window"]].max(axis=1)
    assert np.array_equal(ties["is_strong"], (ratio >= 3) & (heaviest >= 30))


def test_expected_weights_of_a_tie_are_its_multiplier_times_size(truth):
    weights = truth["weights"].query("network == 'collaboration'").set_index(["src", "dst", "year"])
    for tie in truth["ties"].itertuples():
        for year in (2000, 2021):
            row = weights.loc[(tie.src, tie.dst, year)]
            assert getattr(tie, f"size_{year}") == pytest.approx(row["size"])
            assert getattr(tie, f"expected_{year}") == pytest.approx(row["size"] * row["multiplier"])
            assert row["multiplier"] == pytest.approx(getattr(tie, f"collaboration_{year}"))


def test_facts_say_what_is_on_and_how_large():
    on, off = fact_table(build_plan(WORLD)), fact_table(build_plan(WORLD.without("bridge", "ties")))
    assert on["planted"].all()
    assert set(off.loc[~off["planted"], "switch"]) == {"bridge", "ties"}
    assert (off.loc[~off["planted"], "size"] == 0).all()
    pairs = tie_table(build_plan(WORLD)).groupby("switch").size()
    sizes = on.set_index("switch")["size"]
    assert {name: sizes[name] for name in pairs.index} == pairs.to_dict()
