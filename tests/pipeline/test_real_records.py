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
#: Members of today without the United Kingdom.
EUROPEAN_UNION = {
    "AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IE", "IT", "LV", "LT", "LU", "MT", "NL",
    "PL", "PT", "RO", "SK", "SI", "ES", "SE",
}  # fmt: skip
ENTITIES = {"CN": {"CN"}, "US": {"US"}, "EU-27": EUROPEAN_UNION, "GB": {"GB"}}
STUDY = load_study(
    "everything",
    ["blocs.entities=[CN, US, EU-27, GB]", "blocs.organisation_papers=3", "blocs.replicates=20",
     "active_researchers.papers=[1, 2]", "active_researchers.windows=[1, 3]"],
)  # fmt: skip
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
    return Request(warehouse=str(warehouse), study=STUDY, snapshot=str(openalex_records), quiet=True)


@pytest.fixture(scope="module")
def said(spark, request_of_all):
    return run_pipeline(spark, request_of_all)


@pytest.fixture(scope="module")
def results(said, request_of_all):
    return Path(request_of_all.results_folder) / "everything"


def test_every_stage_ran_and_a_second_run_has_nothing_to_do(spark, said, request_of_all):
    assert list(said) == [stage.name for stage in STAGES if stage.enabled(STUDY) and not stage.on_request]
    assert {"trajectories", "other_null_models", "output", "exports"} <= set(said)
    assert set(run_pipeline(spark, request_of_all).values()) == {"unchanged"}


def test_every_weight_of_every_network_equals_the_independent_count(results, openalex_records):
    years = STUDY.years
    expected = independent().networks(openalex_records, *years.corpus, years.citing_until, window=2)
    edges = pd.read_parquet(results / "country_edges.parquet")
    found = dict(zip(edges[PAIR].itertuples(index=False, name=None), edges.weight, strict=True))
    assert len(expected) > 30_000
    assert found == expected


def test_compared_blocs_equal_the_independent_count(results, openalex_records):
    first, last = STUDY.years.corpus
    expected = independent().compared(openalex_records, first, last, STUDY.years.citing_until, ENTITIES)
    years = pd.read_parquet(results / "bloc_years.parquet").set_index(["entity", "year"])
    assert len(years) == 4 * (last - first + 1)
    columns = {"papers": "papers", "abroad": "papers_international", "internal": "papers_internal",
               "made": "citations_made", "to_date": "citations_to_date"}  # fmt: skip
    for name, column in columns.items():
        counted = years[column]
        assert {key: counted[key] for key in counted.index} == {key: expected[name][key] for key in counted.index}, name
    assert expected["papers"]["CN", 2020] > 20
    partners = pd.read_parquet(results / "bloc_partners.parquet").query("among == 'blocs'")
    joint = dict(
        zip(
            partners[["entity", "partner", "year"]].itertuples(index=False, name=None),
            partners.papers_joint,
            strict=True,
        )
    )
    assert joint == {key: expected["joint"][key] for key in joint}
    assert sum(joint.values()) == sum(expected["joint"].values()) > 100
    world = pd.read_parquet(results / "bloc_world_years.parquet").set_index("year")
    assert world.citations_made.to_dict() == {year: expected["made"]["world", year] for year in world.index}


def test_large_organisations_and_active_researchers_equal_the_independent_count(results, openalex_records):
    first, last = STUDY.years.corpus
    papers = independent().compared(openalex_records, first, last, STUDY.years.citing_until, ENTITIES)["organisations"]
    large = pd.read_parquet(results / "large_organisations.parquet").query("level == 'listed' and above_papers")
    found = dict(zip(large[["institution_id", "year"]].itertuples(index=False, name=None), large.papers, strict=True))
    assert found == {key: number for key, number in papers.items() if number > 3}
    assert len(found) > 10
    active = pd.read_parquet(results / "active_researchers.parquet").query("entity == 'CN'")
    for (least, window), rows in active.groupby(["least_papers", "window_years"]):
        expected = independent().active_authors(openalex_records, first, last, least, window)
        assert rows.set_index("year").world_researchers.to_dict() == expected, (least, window)
    assert (active.world_located <= active.world_researchers).all()
    assert active.world_located.sum() > 0


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
