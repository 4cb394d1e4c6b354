"""A corpus in which no work has a country: an honest page and exports without a network, no error."""

import shutil

import pandas as pd
import pytest

from isthmus.analyses.networks.exports import export_networks
from isthmus.analyses.networks.nowhere import SENTENCE, section
from isthmus.analyses.sections import study_findings, study_report, study_scorecard
from isthmus.report import load_results, write_scorecard


@pytest.fixture
def nowhere(results_dir, tmp_path):
    """A study all of whose tables but those that every study has are empty."""
    folder = tmp_path / "nowhere"
    shutil.copytree(results_dir, folder)
    for file in folder.glob("*.parquet"):
        if file.stem not in ("coverage", "accounting", "gates"):
            pd.read_parquet(file).iloc[:0].to_parquet(file, index=False)
    return folder


def test_the_page_says_that_there_is_no_country(nowhere):
    results = load_results(nowhere)
    study_report(results, nowhere / "report.html", figures=True)
    page = (nowhere / "report.html").read_text(encoding="utf-8")
    assert "No work of this corpus names a country" in page
    assert "What the records cover" in page
    assert "nan" not in page.partition("<body")[2].partition("<script")[0].lower().split()
    assert SENTENCE.partition(":")[0] + "." in study_findings(results)
    write_scorecard(study_scorecard(results), nowhere)


def test_there_is_no_network_to_export(nowhere, tmp_path):
    written = export_networks(nowhere, tmp_path / "out")
    assert [file.name for file in written] == ["README.md"]


def test_a_study_with_countries_has_no_such_section(results_dir):
    assert section(load_results(results_dir)) is None
