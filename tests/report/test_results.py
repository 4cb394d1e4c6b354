import json
import shutil

import pandas as pd
import pytest

from isthmus.analyses.networks.countries import countries, pole_members
from isthmus.analyses.output.tables import DENSITIES
from isthmus.analyses.robustness.tables import BOOTSTRAP_PROPENSITIES
from isthmus.analyses.significance.tables import NULL_MODEL_FITS, PAIR_TESTS
from isthmus.analyses.significance.ties import shown_networks
from isthmus.analyses.trajectories.tables import TRAJECTORIES
from isthmus.errors import StoreError
from isthmus.report import load_results


@pytest.fixture
def broken(results_dir, tmp_path):
    return shutil.copytree(results_dir, tmp_path / "broken")


def test_results_know_their_study(results_dir):
    results = load_results(results_dir)
    assert results.simulated
    assert results.poles == ("US", "CN")
    assert results.window == (2017, 2021)
    assert shown_networks(results) == (("collaboration", "publication_year"), ("knowledge_exchange", "cited"))
    assert results.switch("significance.finite") == "expected_in_500_samples"
    assert results.switch("no.such", "default") == "default"


def test_namibia_is_a_country_and_not_a_missing_value(results_dir):
    results = load_results(results_dir)
    assert "NA" in countries(results)
    assert results.table(PAIR_TESTS)[["src", "dst"]].notna().all(axis=None)


def test_a_folder_without_results_says_where_they_lie(tmp_path):
    with pytest.raises(StoreError, match=r"no study\.json.*WAREHOUSE/results/STUDY"):
        load_results(tmp_path)


def test_a_missing_file_is_named(broken):
    (broken / "pair_tests.parquet").unlink()
    with pytest.raises(StoreError, match=r"pair_tests\.parquet is missing .*publish the study again"):
        load_results(broken).table(PAIR_TESTS)


def test_a_missing_column_is_named(broken):
    results = load_results(broken)
    results.table(PAIR_TESTS).drop(columns="expected").to_parquet(broken / "pair_tests.parquet")
    with pytest.raises(StoreError, match=r"pair_tests\.parquet lacks the columns expected; it has network"):
        load_results(broken).table(PAIR_TESTS)


def test_a_broken_file_is_named(broken):
    (broken / "null_model_fits.parquet").write_bytes(b"no parquet")
    with pytest.raises(StoreError, match=r"fits\.parquet is no readable Parquet"):
        load_results(broken).table(NULL_MODEL_FITS)
    (broken / "study.json").write_text("{")
    with pytest.raises(StoreError, match=r"study\.json is not valid JSON"):
        load_results(broken)
    (broken / "study.json").write_text('{"study": "x"}')
    with pytest.raises(StoreError, match=r"study\.json lacks title, release"):
        load_results(broken)


def test_poles_may_be_countries_blocs_and_own_blocs(make_results):
    folder = make_results(poles=("US", "EU-27", "Mine"))
    study = json.loads((folder / "study.json").read_text())
    study["switches"]["geography.blocs"] = {"Mine": ["KE", "NA"]}
    (folder / "study.json").write_text(json.dumps(study))
    results = load_results(folder)
    assert pole_members(results, "US") == {"US"}
    assert {"DE", "FR"} <= pole_members(results, "EU-27")
    assert pole_members(results, "Mine") == {"KE", "NA"}
    assert pole_members(results, "Nowhere") == frozenset()


def test_a_table_is_read_once_and_only_when_it_is_wanted(broken):
    (broken / "bootstrap_propensities.parquet").write_bytes(b"no parquet")
    results = load_results(broken)  # does not look at it
    assert results.table(PAIR_TESTS) is results.table(PAIR_TESTS)
    with pytest.raises(StoreError, match=r"bootstrap_propensities\.parquet is no readable Parquet"):
        results.has(BOOTSTRAP_PROPENSITIES)


def test_a_table_that_is_not_there_is_told_from_an_empty_one(broken):
    (broken / "densities.parquet").unlink()
    trajectories = pd.read_parquet(broken / "trajectories.parquet")
    trajectories.iloc[:0].to_parquet(broken / "trajectories.parquet")
    results = load_results(broken)
    assert (results.published(DENSITIES), results.has(DENSITIES), results.optional(DENSITIES)) == (False, False, None)
    assert (results.published(TRAJECTORIES), results.has(TRAJECTORIES)) == (True, False)
    assert results.optional(TRAJECTORIES) is None
    assert len(results.table(TRAJECTORIES)) == 0
    with pytest.raises(StoreError, match=r"densities\.parquet is missing"):
        results.table(DENSITIES)


def test_study_and_release_need_not_be_in_a_published_table(results_dir):
    assert "study" in PAIR_TESTS.columns
    assert "study" not in load_results(results_dir).table(PAIR_TESTS)


def test_four_files_make_a_study(broken):
    for file in broken.glob("*.parquet"):
        if file.stem not in ("coverage", "accounting", "gates"):
            file.unlink()
    results = load_results(broken)
    assert not results.published(PAIR_TESTS)
    (broken / "gates.parquet").unlink()
    with pytest.raises(StoreError, match=r"gates\.parquet is missing"):
        load_results(broken)
