"""Disruption, novelty and moves on the real records, beside an independent count in plain Python."""

import importlib.util
from pathlib import Path

import pandas as pd
import pytest

from isthmus.analyses.novelty.tables import WORK_NOVELTY
from isthmus.config import load_study
from isthmus.engine import TableStore
from isthmus.pipeline import Request, run_pipeline

pytestmark = [pytest.mark.spark, pytest.mark.slow]

STUDY = load_study(
    "everything",
    ["disruption.replicates=20", "migration.scientists=everyone", "novelty={groups: 5, starts: 2}"],
)


def independent():
    """The counting by plain Python beside this file."""
    spec = importlib.util.spec_from_file_location("independent", Path(__file__).with_name("independent.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def request_of_all(openalex_records, tmp_path_factory):
    warehouse = tmp_path_factory.mktemp("works") / "warehouse"
    return Request(warehouse=str(warehouse), study=STUDY, snapshot=str(openalex_records), quiet=True)


@pytest.fixture(scope="module")
def said(spark, request_of_all):
    return run_pipeline(spark, request_of_all)


@pytest.fixture(scope="module")
def results(said, request_of_all):
    return Path(request_of_all.results_folder) / "everything"


def test_disruption_of_every_work_equals_the_independent_count(spark, said, request_of_all, openalex_records):
    first, last = STUDY.years.corpus
    expected = independent().disruption(openalex_records, first, last, STUDY.years.citing_until)
    counted = TableStore(spark, request_of_all.warehouse).read("disruption_counts").toPandas().set_index("work_id")
    columns = ["n_references", "n_i", "n_j", "n_k"]
    found = dict(zip(counted.index, counted[columns].itertuples(index=False, name=None), strict=True))
    assert found == expected
    assert counted["n_j"].sum() > 1_000
    assert counted["expected_n_j"].sum() < counted["n_j"].sum(), "papers are cited together with what they build upon"


def test_moves_equal_the_independent_count(results, openalex_records):
    first, last = STUDY.years.analysis
    table = pd.read_parquet(results / "migration_flows.parquet").query("movers > 0")
    key = ["year", "origin", "destination"]
    for whose, with_orcid in (("with_orcid", True), ("everyone", False)):
        expected = independent().moves(openalex_records, first, last, STUDY.migration.gap, with_orcid=with_orcid)
        flows = table[table["scientists"] == whose]
        assert dict(zip(flows[key].itertuples(index=False, name=None), flows.movers, strict=True)) == expected
        assert sum(expected.values()) > 100
    pairs = pd.read_parquet(results / "migration_pairs.parquet").query("scientists == 'everyone'")
    in_window = flows[flows.year.between(*STUDY.years.significance)]
    assert pairs.weight.sum() == in_window.movers.sum()
    assert (pairs.p_upper + pairs.p_lower >= 1 - 1e-9).all()


def test_novelty_agrees_with_exchanges_drawn_by_plain_python(spark, results, request_of_all, openalex_records):
    first, last = STUDY.years.corpus
    cited = independent().sources_cited(openalex_records, first, last)
    found = TableStore(spark, request_of_all.warehouse).read(WORK_NOVELTY).toPandas().set_index("work_id")
    assert {work: len(references) for work, references in cited.items()} == found.n_references.to_dict()
    year = 2020
    works = set(found.index[found.year == year])
    drawn = independent().novelty_by_exchanges({w: r for w, r in cited.items() if w in works}, 300, seed=1)
    both = pd.DataFrame({"exact": found.z10, "drawn": pd.Series(drawn)}).loc[sorted(drawn)].dropna()
    assert len(both) > 100
    assert both.corr("spearman").iloc[0, 1] > 0.98
    assert (both.exact - both.drawn).abs().median() < 0.15
    years = pd.read_parquet(results / "novelty_years.parquet").query("entity == 'world' and counting == 'full'")
    assert set(years.measure) == {"pairs", "content", "context"}
    assert years.query("year == @year").scored.min() > 50
    checks = pd.read_parquet(results / "novelty_checks.parquet").query("measure == 'content' and year > 2010")
    assert checks.lift.median() > 0.85, "concepts of real works are told from shuffled ones"
