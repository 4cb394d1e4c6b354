import json
import shutil

import pytest

from isthmus.errors import StoreError
from isthmus.report import load_results
from isthmus.report.words import pole_members


@pytest.fixture
def broken(results_dir, tmp_path):
    return shutil.copytree(results_dir, tmp_path / "broken")


def test_results_know_their_study(results_dir):
    results = load_results(results_dir)
    assert results.simulated
    assert results.poles == ("US", "CN")
    assert results.window == (2017, 2021)
    assert results.networks == (("collaboration", "publication_year"), ("knowledge_exchange", "cited"))
    assert results.switch("significance.finite") == "expected_in_500_samples"
    assert results.switch("no.such", "default") == "default"


def test_namibia_is_a_country_and_not_a_missing_value(results_dir):
    results = load_results(results_dir)
    assert "NA" in results.countries
    assert results.pair_tests[["src", "dst"]].notna().all(axis=None)


def test_truth_is_read_of_simulated_studies_only(results_dir, broken):
    assert len(load_results(results_dir).truth) == 8
    study = json.loads((broken / "study.json").read_text())
    (broken / "study.json").write_text(json.dumps(study | {"simulated": False}))
    assert load_results(broken).truth is None


def test_a_folder_without_results_says_where_they_lie(tmp_path):
    with pytest.raises(StoreError, match=r"no study\.json.*WAREHOUSE/results/STUDY"):
        load_results(tmp_path)


def test_a_missing_file_is_named(broken):
    (broken / "pair_tests.parquet").unlink()
    with pytest.raises(StoreError, match=r"pair_tests\.parquet is missing .*publish the study again"):
        load_results(broken)


def test_a_missing_column_is_named(broken):
    results = load_results(broken)
    results.pair_tests.drop(columns="expected").to_parquet(broken / "pair_tests.parquet")
    with pytest.raises(StoreError, match=r"pair_tests\.parquet lacks the columns expected; it has network"):
        load_results(broken)


def test_a_broken_file_is_named(broken):
    (broken / "null_model_fits.parquet").write_bytes(b"no parquet")
    with pytest.raises(StoreError, match=r"fits\.parquet is no readable Parquet"):
        load_results(broken)
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
