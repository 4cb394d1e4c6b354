"""`isthmus pair` and `isthmus report`: which results are meant, what is written, what is said when there are none."""

import json
import os
import shutil

import pandas as pd
import pytest

from isthmus.cli.read import find_results
from isthmus.errors import StoreError


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A working folder of its own: nothing lies under `warehouse` yet."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def published(small_results, here, name, age=0, paper=None):
    """Copy the results to where `isthmus run` puts them, as old as wanted (seconds)."""
    folder = here / "warehouse" / "openalex" / "results" / name
    shutil.copytree(small_results, folder)
    facts = json.loads((folder / "study.json").read_text()) | {
        "title": f"The study {name}",
        "paper": paper,
        "simulated": paper is None,
    }
    (folder / "study.json").write_text(json.dumps(facts))
    when = (folder / "study.json").stat().st_mtime - age
    os.utime(folder / "study.json", (when, when))
    return folder


def test_without_a_name_the_newest_results_are_meant(isthmus, small_results, here):
    published(small_results, here, "newer", age=10)
    published(small_results, here, "older", age=1000)
    code, out, _ = isthmus("pair", "CN", "US")
    assert code == 0
    assert out.splitlines()[0] == "China (CN) and United States (US)"
    assert out.splitlines()[1].startswith("The study newer; release ")
    assert find_results(None).name == "newer"


def test_a_folder_that_is_named_is_taken_however_old_it_is(isthmus, small_results, here):
    published(small_results, here, "newer")
    old = published(small_results, here, "older", age=1000)
    code, out, _ = isthmus("pair", "Namibia", "france", "--results", old)
    assert code == 0
    assert out.splitlines()[:2][0] == "Namibia (NA) and France (FR)"
    assert "The study older" in out


def test_without_any_results_it_says_where_they_were_looked_for(isthmus, here):
    code, out, err = isthmus("report")
    assert (code, out) == (1, "")
    assert f"no published results under {here / 'warehouse'}" in err
    assert "--results" in err


@pytest.mark.parametrize("command", [["pair", "CN", "US"], ["report"]])
def test_a_folder_without_results_is_named(isthmus, tmp_path, command):
    code, _, err = isthmus(*command, "--results", tmp_path)
    assert code == 1
    assert (
        err == f"isthmus: {tmp_path} holds no published results (no study.json); they lie in WAREHOUSE/results/STUDY\n"
    )


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        ("Chna", "US", "did you mean China"),
        ("CN", "china", "are both China: a tie needs two countries"),
        ("CN", "Norway", "is not in the networks of study"),
    ],
)
def test_a_country_that_is_not_there_is_an_error_in_a_sentence(isthmus, small_results, first, second, message):
    code, out, err = isthmus("pair", first, second, "--results", small_results)
    assert (code, out) == (1, "")
    assert err.startswith("isthmus: ")
    assert message in err


def test_a_country_too_few_is_a_word_that_is_not_understood(isthmus, small_results):
    code, _, err = isthmus("pair", "CN", "--results", small_results)
    assert code == 2
    assert "Missing argument 'SECOND'" in err


def test_the_report_stands_in_its_folder_and_the_scores_beside_it(isthmus, small_results, here):
    folder = published(small_results, here, "mine", paper="gallo2026")
    code, out, _ = isthmus("report", "--results", folder)
    assert (code, out) == (0, f"Report: {folder / 'report.html'}\n")
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "<h1>The study mine</h1>" in page
    assert len(pd.read_csv(folder / "scorecard.csv")) == len(pd.read_parquet(folder / "scorecard.parquet")) > 20
    before = (folder / "report.html").read_bytes()
    assert isthmus("report", "--results", folder)[0] == 0
    assert (folder / "report.html").read_bytes() == before, "the same results make the same page"


def test_a_study_of_ones_own_has_no_published_values_and_no_old_scores(isthmus, small_results, here):
    folder = published(small_results, here, "own")
    (folder / "scorecard.csv").write_text("of an earlier study")
    assert isthmus("report", "--results", folder)[0] == 0
    assert not list(folder.glob("scorecard*"))


def test_the_report_goes_where_it_is_wanted_and_leaves_the_results_alone(isthmus, small_results, tmp_path):
    there = sorted(file.name for file in small_results.iterdir())
    page = tmp_path / "a" / "b" / "page.html"
    code, out, _ = isthmus("report", "--results", small_results, "--out", page)
    assert (code, out) == (0, f"Report: {page}\n")
    assert page.is_file()
    assert sorted(file.name for file in small_results.iterdir()) == there
    assert f"<code>{'pair_tests.parquet'}</code>" in page.read_text(encoding="utf-8"), "no link to files elsewhere"


def test_results_under_an_address_get_their_report_there(isthmus, small_results, here):
    folder = published(small_results, here, "far", paper="gallo2026")
    code, out, _ = isthmus("report", "--results", f"file://{folder}/")
    assert (code, out) == (0, f"Report: file://{folder}/report.html\n")
    assert (folder / "report.html").is_file()
    assert list(folder.glob("scorecard*")), "and the scores"
    code, out, _ = isthmus("pair", "US", "FR", "--results", f"file://{folder}")
    assert (code, out.splitlines()[0]) == (0, "United States (US) and France (FR)")


def test_an_address_without_results_is_named(isthmus, tmp_path):
    code, _, err = isthmus("pair", "US", "FR", "--results", f"file://{tmp_path}")
    assert code == 1
    assert f"file://{tmp_path} holds no published results" in err


def test_a_table_that_is_broken_is_named_with_what_to_do(isthmus, small_results, here):
    folder = published(small_results, here, "broken")
    (folder / "pair_tests.parquet").write_bytes(b"PAR1 this is not Parquet")
    for words in (["pair", "CN", "US"], ["report"]):
        code, _, err = isthmus(*words, "--results", folder)
        assert code == 1
        assert f"{folder / 'pair_tests.parquet'} is no readable Parquet file" in err
        assert "publish the study again" in err
    assert not (folder / "report.html").exists(), "half a page is no page"


def test_find_results_prefers_the_name(small_results, tmp_path):
    assert find_results(str(small_results)) == small_results
    with pytest.raises(StoreError, match=f"no published results under {tmp_path}"):
        find_results(None, tmp_path)


def test_a_pair_as_json_has_the_numbers_of_its_table(isthmus, small_results):
    code, out, err = isthmus("pair", "China", "US", "--results", small_results, "--format", "json")
    assert (code, err) == (0, "")
    found = json.loads(out)
    assert (found["first"], found["second"]["code"]) == ({"code": "CN", "name": "China"}, "US")
    tested = pd.read_parquet(small_results / "pair_tests.parquet")
    for network in found["networks"]:
        kept = tested[
            (tested["network"] == network["network"])
            & (tested["citation_year"] == network["citation_year"])
            & (tested["src"] == "CN")
            & (tested["dst"] == "US")
        ].sort_values("year")
        assert [row["year"] for row in network["years"]] == kept["year"].tolist() == [2017, 2018, 2019, 2020, 2021]
        assert [row["weight"] for row in network["years"]] == kept["weight"].tolist()
        assert network["window"]["observed"] == kept["weight"].sum()
        said = isthmus("pair", "CN", "US", "--results", small_results)[1]
        assert network["window"]["sentence"] in said
    assert found["direction"] in said


def test_a_pair_that_never_met_has_no_window(isthmus, small_results, tmp_path):
    folder = tmp_path / "apart"
    shutil.copytree(small_results, folder)
    tested = pd.read_parquet(folder / "significant_pairs.parquet")
    tested[~((tested["src"] == "CN") & (tested["dst"] == "US"))].to_parquet(folder / "significant_pairs.parquet")
    found = json.loads(isthmus("pair", "CN", "US", "--results", folder, "--format", "json")[1])
    assert [network["window"] for network in found["networks"]] == [None] * len(found["networks"])
