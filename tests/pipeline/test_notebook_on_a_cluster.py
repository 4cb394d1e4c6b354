"""What the page on notebooks shows, cell by cell, in a session that is there already."""

import re
from pathlib import Path

import pandas as pd
import pytest

from isthmus.simulate import World, simulate_snapshot

pytestmark = [pytest.mark.spark, pytest.mark.slow]

PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "notebooks.md"
SETTINGS = ["years.corpus=[2010, 2021]", "years.analysis=[2010, 2021]", "trajectories=null", "trends=null"]


def cells(places):
    """The page's Python with other places and a study that takes minutes; every place is on the page."""
    found = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    for shown, meant in places.items():
        assert any(shown in cell for cell in found), shown
        found = [cell.replace(shown, meant) for cell in found]
    return found


def test_the_cells_of_the_page_run_in_the_session_that_is_there(spark, tmp_path, capsys):
    world, tables, results = (str(tmp_path / name) for name in ("world", "tables", "results"))
    simulate_snapshot(world, world=World(works=3_000, seed=2), formats=["jsonl"], processes=1)
    run, as_pandas, as_spark = cells(
        {
            's3://openalex': world,
            '"science.isthmus"': f'"{tables}"',
            '/Volumes/science/isthmus/results': results,
            'load_study("gallo2026"),': f'load_study("demonstration", {SETTINGS}),',
            '/gallo2026")': '/demonstration")',
            "study = 'gallo2026'": "study = 'demonstration'",
        }
    )  # fmt: skip
    notebook = {}
    exec(run, notebook)
    assert notebook["spark"] is spark
    exec(as_pandas, notebook)
    exec(as_spark, notebook)
    assert isinstance(notebook["ties"], pd.DataFrame)
    own = notebook["tables"].read("significant_pairs").where("study = 'demonstration'")
    assert own.count() == len(notebook["ties"]) > 0
    assert "publication_year" in capsys.readouterr().out
    exec(run.replace("run_pipeline(", "again = run_pipeline("), notebook)
    assert set(notebook["again"].values()) == {"unchanged"}
