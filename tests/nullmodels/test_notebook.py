"""The notebook runs from top to bottom on two of the real years, and is stored without outputs."""

import json
from pathlib import Path

import pytest

NOTEBOOK = Path(__file__).resolve().parents[2] / "notebooks" / "null_models.ipynb"


def test_the_notebook_is_stored_without_outputs():
    cells = json.loads(NOTEBOOK.read_text())["cells"]
    assert all(not cell.get("outputs") and cell.get("execution_count") is None for cell in cells)


def test_the_notebook_runs(real_edges, tmp_path, monkeypatch):
    nbformat = pytest.importorskip("nbformat", reason="the extra `notebook` is not installed")
    nbclient = pytest.importorskip("nbclient", reason="the extra `notebook` is not installed")
    edges = real_edges[real_edges["year"].isin([1991, 1999])].rename(columns={"src": "source", "dst": "target"})
    edges.to_csv(tmp_path / "edges.csv", index=False)
    monkeypatch.setenv("ISTHMUS_EDGES", str(tmp_path / "edges.csv"))
    book = nbformat.read(NOTEBOOK, as_version=4)
    nbclient.NotebookClient(book, timeout=300, kernel_name="python3").execute(cwd=str(tmp_path))
    text = json.dumps([cell.get("outputs") for cell in book.cells if cell.cell_type == "code"])
    assert "status='converged'" in text
    assert "sign agreement with ecm" in text
    assert "times what size explains (" in text
    assert "mean z > 2" in text
