"""The study of the United States and China on a simulated world: its moves are found again, and it ends in a report."""

from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from isthmus.config import load_study
from isthmus.pipeline import Request, run_pipeline
from isthmus.simulate import World, simulate_snapshot
from isthmus.simulate.moves import judge_moves
from isthmus.simulate.records.orcids import have_orcid

pytestmark = [pytest.mark.spark, pytest.mark.slow]

WORLD = World(works=12_000, seed=5, works_per_part=4_000)
SETTINGS = ["migration={scientists: everyone, years_after: 8}", "hits.share=0.1", "novelty=null"]


@pytest.fixture(scope="module")
def world(spark, tmp_path_factory):
    folder = tmp_path_factory.mktemp("moves")
    snapshot, warehouse = str(folder / "snapshot"), str(folder / "tables")
    simulate_snapshot(snapshot, world=WORLD, formats=("parquet",), processes=1)
    study = load_study("alshebli2024_uschina", SETTINGS)
    request = Request(warehouse=warehouse, study=study, snapshot=snapshot, quiet=True)
    run_pipeline(spark, request)

    def read(name):
        rows = spark.read.format("delta").load(f"{warehouse}/{name}")
        return rows.toPandas()

    migrants = pd.read_parquet(Path(snapshot) / "truth" / "migrants.parquet")
    inside = migrants[migrants["year"].between(*study.years.analysis)]
    years = read("author_years").query("year <= @study.years.analysis[1]")
    results = Path(request.results_folder) / study.study
    return SimpleNamespace(read=read, migrants=inside, years=years, study=study, results=results)


def test_planted_moves_are_found_and_few_others(world):
    moves = world.read("author_moves")
    near = moves[moves["years_between"] <= world.study.migration.gap]
    judged = judge_moves(near, world.migrants, world.years, gap=world.study.migration.gap)
    assert judged.observable > 250
    assert judged.recovered_share > 0.97, judged
    assert judged.false_share < 0.10, judged
    strict = near[(near["works_before"] >= 2) & (near["works_after"] >= 2)]
    severe = judge_moves(strict, world.migrants, world.years, gap=world.study.migration.gap)
    assert 0 < severe.found < judged.found
    assert severe.false_share <= judged.false_share, (severe, judged)


def test_the_study_ends_in_a_report_with_all_its_sections(world):
    page = (world.results / "report.html").read_text(encoding="utf-8")
    assert "Who moves where" in page
    assert "Who publishes, who works where, who is cited" in page
    figures = {file.stem for file in (world.results / "figures").glob("*.png")}
    assert {"migration_flows", "migration_ties", "country_works", "pole_scientists"} <= figures
    assert (world.results / "exports" / "migration_2016-2020.graphml").is_file()
    output = pd.read_parquet(world.results / "country_output.parquet")
    totals = pd.read_parquet(world.results / "output_totals.parquet")
    assert output["works"].sum() == totals.loc[totals["year"].between(2000, 2020), "works_with_country"].sum() > 100


def test_flows_are_the_moves_counted(world):
    moves, flows = world.read("author_moves"), world.read("migration_flows")
    near = moves[moves["years_between"] <= world.study.migration.gap]
    key = ["year", "origin", "destination"]
    for whose, own, every in (
        ("everyone", near, moves),
        ("with_orcid", near[near["has_orcid"]], moves[moves["has_orcid"]]),
    ):
        rows = flows[flows["scientists"] == whose]
        assert rows[rows["movers"] > 0].set_index(key)["movers"].to_dict() == own.groupby(key).size().to_dict()
        assert rows["movers_any_gap"].sum() == len(every)


def test_those_have_an_orcid_who_were_given_one(world):
    moves, years = world.read("author_moves"), world.read("author_years")
    for table in (moves, years):
        assert table["has_orcid"].tolist() == have_orcid(table["author_id"].to_numpy()).tolist()
    assert 0.3 < moves["has_orcid"].mean() < 0.5


def test_those_who_moved_work_with_whom_they_left(world):
    ties = world.read("origin_ties").query("whose == 'everyone'").set_index(["destination", "group"])
    planted = ties.loc[("US", "moved from there")]
    others = ties.loc[("US", "never moved")]
    reach = 1.96 * planted["sd"] / planted["scientists"] ** 0.5
    assert planted["share"] - reach > 3 * others["share"], (
        "joint papers are signed by migrants between the two countries"
    )


def test_every_year_with_moves_is_fitted(world):
    fits = world.read("migration_fits").query("scientists == 'everyone'")
    assert set(fits["status"]) == {"converged"}
    assert fits["max_relative_error"].max() < 1e-9
