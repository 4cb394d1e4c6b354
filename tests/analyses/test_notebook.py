"""The notebook that reads a study, executed on small results: it reads and shows, and defines nothing."""

import ast
from pathlib import Path

import pytest

nbformat = pytest.importorskip("nbformat", reason="nbformat (extra `test`) is not installed")
nbclient = pytest.importorskip("nbclient", reason="nbclient (extra `test`) is not installed")
NOTEBOOK = Path(__file__).resolve().parents[2] / "notebooks" / "read_a_study.ipynb"


@pytest.fixture(scope="module")
def notebook():
    return nbformat.read(NOTEBOOK, as_version=4)


def test_it_defines_nothing_and_carries_no_output(notebook):
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert cell.outputs == []
            kinds = {type(node) for node in ast.walk(ast.parse(cell.source))}
            assert not kinds & {ast.FunctionDef, ast.ClassDef, ast.Lambda}


def test_it_runs_on_published_results(notebook, results_dir, monkeypatch, tmp_path):
    pytest.importorskip("ipykernel", reason="ipykernel (extra `test`) is not installed")
    monkeypatch.setenv("ISTHMUS_RESULTS", str(results_dir))
    nbclient.NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(tmp_path)}}).execute()
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    text = "\n".join(output.get("text", "") for output in outputs)
    assert "SIMULATED DATA" in text
    assert "of 325 pairs of countries 6 worked together more and 0 less than size explains (firm)" in text
    assert "called by the published rule: {'knowledge_exchange': 7, 'collaboration': 6} of 650 pairs" in text
    pictures = [output["data"]["image/svg+xml"] for output in outputs if "image/svg+xml" in output.get("data", {})]
    assert len(pictures) == 11
    assert "Hong Kong" in pictures[0]
    assert "SC with China only: Canada" in text
    assert "http://" not in "".join(pictures).replace("http://www.w3.org/", "")
    tables = [output["data"]["text/html"] for output in outputs if "text/html" in output.get("data", {})]
    assert any("Hong Kong" in table for table in tables)
    assert any("null model: variance-corrected" in table for table in tables)
    assert "no published value is compared" in text, "no scorecard of simulated data"
    assert not any("<tbody>\n  </tbody>" in table for table in tables), "no empty frames"
