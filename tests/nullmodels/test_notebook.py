"""The notebook runs from top to bottom on two of the real years, and is stored without outputs."""

import json
from pathlib import Path

import pytest

from isthmus.nullmodels.edgelists import read_edges

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


def test_three_real_years_come_with_it(tmp_path):
    shipped = NOTEBOOK.parent / "data" / "country_coauthorship.csv.gz"
    edges = read_edges(shipped)
    assert sorted(edges["year"].unique()) == [2019, 2021, 2023]
    assert (edges["source"] < edges["target"]).all()
    assert {"CN", "US", "NA"} <= set(edges["source"])
    provenance = (shipped.parent / "PROVENANCE.md").read_text(encoding="utf-8")
    assert f"{len(edges):,} pairs" in provenance
    assert "CC0" in provenance


def test_the_notebook_says_how_to_install_what_it_needs():
    first = "".join(json.loads(NOTEBOOK.read_text())["cells"][0]["source"])
    assert 'pip install ".[notebook]"' in first
