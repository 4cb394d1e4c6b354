"""The whole way on real OpenAlex records, checked against plain Python that shares no code with the library."""

import importlib.util
import json
from pathlib import Path

import pandas as pd
import pytest

from isthmus.config import load_study
from isthmus.pipeline import STAGES, Request, run_pipeline

pytestmark = pytest.mark.spark

WORKS_IN_FOLDER = 5_558 + 1_517 + 10 + 106  # lines of the files that hold works, as their README says
PAIR = ["network", "citation_year", "year", "src", "dst"]


def independent():
    """The counting by plain Python beside this file."""
    spec = importlib.util.spec_from_file_location("independent", Path(__file__).with_name("independent.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def request_of_all(openalex_records, tmp_path_factory):
    warehouse = tmp_path_factory.mktemp("real") / "warehouse"
    return Request(warehouse=str(warehouse), study=load_study("everything"), snapshot=str(openalex_records), quiet=True)


@pytest.fixture(scope="module")
def said(spark, request_of_all):
    return run_pipeline(spark, request_of_all)


@pytest.fixture(scope="module")
def results(said, request_of_all):
    return Path(request_of_all.results_folder) / "everything"


def test_every_stage_ran_and_a_second_run_has_nothing_to_do(spark, said, request_of_all):
    study = load_study("everything")
    assert list(said) == [stage.name for stage in STAGES if stage.enabled(study) and not stage.on_request]
    assert {"trajectories", "other_null_models", "output", "exports"} <= set(said)
    assert set(run_pipeline(spark, request_of_all).values()) == {"unchanged"}


def test_every_weight_of_every_network_equals_the_independent_count(results, openalex_records):
    years = load_study("everything").years
    expected = independent().networks(openalex_records, *years.corpus, years.citing_until, window=2)
    edges = pd.read_parquet(results / "country_edges.parquet")
    found = dict(zip(edges[PAIR].itertuples(index=False, name=None), edges.weight, strict=True))
    assert len(expected) > 30_000
    assert found == expected


def test_counts_add_up_to_the_lines_of_the_files(results):
    accounting = pd.read_parquet(results / "accounting.parquet").set_index("entity")
    works = accounting.loc["works"]
    assert works["read"] == WORKS_IN_FOLDER
    told = accounting[["kept", "rejected", "superseded", "deleted", "merged"]].sum(axis=1)
    assert (accounting["read"] == told).all()
    assert works["superseded"] > 1_000


def test_fractional_counts_of_a_year_add_up_to_its_international_works(results):
    edges = pd.read_parquet(results / "country_edges.parquet").query("network == 'collaboration'")
    nodes = pd.read_parquet(results / "country_years.parquet")
    in_2020 = edges.query("year == 2020")
    # a work of K countries stands K times among the international works of its countries
    assert in_2020.fractional.sum() < nodes.query("year == 2020").papers_international.sum()
    assert (edges.fractional <= edges.weight + 1e-9).all()


def test_every_year_is_fitted_and_expected_totals_are_the_observed_ones(results):
    fits = pd.read_parquet(results / "null_model_fits.parquet")
    assert set(fits.status) == {"converged"}
    assert fits.max_relative_error.max() < 1e-9
    ties = pd.read_parquet(results / "pair_tests.parquet")
    both = pd.concat(
        [ties.rename(columns={"src": "country"}), ties.rename(columns={"dst": "country"})], ignore_index=True
    )
    totals = both.groupby(["network", "citation_year", "year", "country"])[
        ["weight", "expected", "link_probability"]
    ].sum()
    links = both[both.weight > 0].groupby(["network", "citation_year", "year", "country"]).size()
    assert (totals.expected / totals.weight - 1).abs().max() < 1e-9
    assert (totals.link_probability / links.reindex(totals.index) - 1).abs().max() < 1e-9


def test_significant_ties_follow_from_the_yearly_z(results):
    study = json.loads((results / "study.json").read_text())
    ties = pd.read_parquet(results / "pair_tests.parquet")
    window = ties[ties.finite & ties.year.between(*study["significance_years"])]
    mean = window.groupby(["network", "citation_year", "src", "dst"]).z.agg(["mean", "count"])
    expected = set(mean[(mean["mean"] > 2) & (mean["count"] >= 3)].index)
    table = pd.read_parquet(results / "significant_pairs.parquet").query("significant")
    assert set(table[["network", "citation_year", "src", "dst"]].itertuples(index=False, name=None)) == expected
    assert expected


def test_the_report_is_one_file_that_names_countries(results):
    page = (results / "report.html").read_text(encoding="utf-8")
    assert "Saudi Arabia" in page
    assert "SIMULATED DATA" not in page
    assert len(page) < 15e6
