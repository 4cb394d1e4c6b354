"""The example of the how-to page runs, and the committed tables of the documentation are what the benchmark computes."""

import importlib.util
import re
import shlex
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from isthmus.cli.match import match as match_command

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "methods" / "matching.md").read_text(encoding="utf-8")
SECTION = (ROOT / "docs" / "how-to" / "units-of-your-own.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def bench():
    spec = importlib.util.spec_from_file_location("bench_matching", ROOT / "scripts" / "bench" / "matching.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def papers():
    rng = np.random.default_rng(3)
    n = 600
    frame = pd.DataFrame(
        {"institution": rng.integers(1, 6, n), "year": rng.integers(2010, 2013, n), "team": rng.integers(1, 9, n)}
    )
    frame["abroad"] = (rng.random(n) < frame["team"] / 10).astype(int)
    frame["citations"] = rng.poisson(2 + frame["team"] + 2 * frame["abroad"])
    return frame


def test_the_example_runs(papers, tmp_path, monkeypatch):
    [python] = re.findall(r"```python\n(.*?)```", SECTION, re.DOTALL)
    names = {"papers": papers}
    exec(python, names)
    effect = names["effect"]
    assert effect.main.low < 2 < effect.main.high
    assert effect.difference > 3
    [command] = re.findall(r"```bash\nisthmus match (.*?)\n```", SECTION, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    papers.to_csv("papers.csv", index=False)
    done = CliRunner().invoke(match_command, shlex.split(command), catch_exceptions=False)
    assert f"effect on the treated (SATT) {effect.satt:,.6g}" in done.output
    assert Path("weights.csv").is_file()


def test_a_row_of_the_table_of_seeds_is_recomputed(bench):
    assert bench.seed_row(11) in PAGE.splitlines()


def test_the_naive_difference_is_biased_as_planted(bench):
    rows = [
        row.split("|")[1:-1]
        for row in PAGE.splitlines()
        if re.match(r"\| \d+ \| \d\.\d{3} \| \d\.\d{3} \| \d\.\d{3} to", row)
    ]
    assert [int(row[0]) for row in rows] == list(bench.SEEDS)
    naive = np.array([float(row[1]) for row in rows])
    planted = bench.planted_bias()
    assert f"too large by {planted:.4f}" in PAGE
    assert f"mean of the naive differences is {naive.mean():.3f}" in PAGE
    error = naive.std(ddof=1) / len(naive) ** 0.5
    assert abs(naive.mean() - bench.EFFECT - planted) < 3 * error
    matched = np.array([float(row[2]) for row in rows])
    assert abs(matched.mean() - bench.EFFECT) < 3 * matched.std(ddof=1) / len(matched) ** 0.5
    assert sum("yes" in row[4] for row in rows) == 18


def test_the_planted_bias_is_that_of_a_large_world(bench):
    frame = bench.confounded(0, n=400_000)
    naive = frame.loc[frame["t"], "y"].mean() - frame.loc[~frame["t"], "y"].mean()
    assert naive - bench.EFFECT == pytest.approx(bench.planted_bias(), abs=0.04)
