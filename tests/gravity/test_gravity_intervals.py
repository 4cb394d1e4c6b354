"""How often intervals of gravity hold what is planted: one world at random has to be what the published table says of it."""

import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

ROOT = Path(__file__).resolve().parents[2]
TABLE, PAGE = (ROOT / "docs" / "methods" / name for name in ("gravity_intervals.csv", "gravity.md"))


@pytest.fixture(scope="module")
def bench():
    spec = importlib.util.spec_from_file_location("gravity_intervals", ROOT / "scripts/bench/gravity_intervals.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def rows():
    return pd.read_csv(TABLE)


def test_one_world_at_random_is_what_the_table_says(bench, rows):
    row = rows.iloc[int(np.random.default_rng().integers(len(rows)))]
    found = bench.row_of(int(row["cities"]), float(row["own"]), int(row["seed"]))
    for name, value in found.items():
        assert float(value) == pytest.approx(float(row[name]), abs=1e-4, rel=1e-4), (row[:3].to_dict(), name)


def test_the_page_has_the_table_and_intervals_hold_as_often_as_they_say(bench, rows):
    assert bench.table(rows) in PAGE.read_text(encoding="utf-8"), "scripts/bench.sh gravity_intervals prints the table"
    assert len(rows) == len(bench.WORLDS) * len(bench.SEEDS)
    held = pd.Series({name: rows[name].dropna().astype(bool).mean() for name in rows if name.endswith(": cities")})
    least = binom.ppf(0.005, [rows[name].notna().sum() for name in held.index], 0.93) / [
        rows[name].notna().sum() for name in held.index
    ]
    assert (held >= least).all(), held
