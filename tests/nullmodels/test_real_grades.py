"""What the README says of the real years is what the code calls on them."""

import re
from pathlib import Path

import pytest

from isthmus.nullmodels.frames import significance_frames
from isthmus.nullmodels.window_frames import window_tests

README = Path(__file__).resolve().parents[2] / "README.md"


@pytest.fixture(scope="module")
def nine_years(real_edges):
    """Five real networks, 2015 to 2023, and their window."""
    years = real_edges[real_edges["year"].between(2015, 2023)]
    pairs, _ = significance_frames(years, by=["year"])
    return pairs, window_tests(pairs, (2015, 2023), 0.05, 2.0, keys=())


def numbers(row):
    """The numbers of a row of the README's table."""
    [line] = [line for line in README.read_text(encoding="utf-8").splitlines() if line.startswith(f"| {row}")]
    return [int(text.replace(",", "")) for text in re.findall(r"\d[\d,]*", line.split("|")[2])]


def test_the_readme_says_how_many_ties_each_rule_calls(nine_years):
    pairs, tested = nine_years
    [count] = re.findall(r"\| ([\d,]+) pairs of countries, all fields, odd years 2015 to 2023", README.read_text())
    assert int(count.replace(",", "")) == len(tested)
    called = tested.groupby(["grade", "direction"]).size()
    for grade in ("firm", "probable"):
        assert numbers(grade) == [called.get((grade, side), 0) for side in ("stronger", "weaker")]
    assert numbers("few papers") == [called["few papers", "stronger"]]
    assert numbers("published rule") == [(tested["mean_z"] > 2).sum()]
    single = pairs[pairs["finite"] & (pairs["q_value"] < 0.05)]
    assert numbers("q < 0.05 in any") == [single.groupby(["src", "dst"]).ngroups]
