"""What the README says of the real years is what the code calls on them."""

import re
from pathlib import Path

import numpy as np
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


def in_proportion(tested):
    """What each pair would weigh if weights were a product of two sizes, with the observed strength of every country."""
    names = sorted(set(tested["src"]) | set(tested["dst"]))
    i, j = (np.searchsorted(names, tested[end]) for end in ("src", "dst"))
    full = np.zeros((len(names), len(names)))
    full[i, j] = tested["weight"]
    strength = full.sum(axis=0) + full.sum(axis=1)
    size = np.sqrt(strength)
    for _ in range(300):
        size = np.sqrt(size * strength / (size.sum() - size))
    assert (size * (size.sum() - size))[strength > 0] == pytest.approx(strength[strength > 0], rel=1e-6)
    return size[i] * size[j]


def test_the_page_says_what_the_null_model_makes_of_hubs(nine_years):
    _, tested = nine_years
    tested = tested.assign(proportion=in_proportion(tested))

    def of(table, *codes):
        return table[table["src"].isin(codes) | table["dst"].isin(codes)]

    def top(column):
        ordered = np.sort(of(tested, "US")[column])[::-1]
        return f"{ordered[:10].sum() / ordered.sum():.0%}".replace("%", " %")

    firm = tested[tested["grade"] == "firm"]
    hubs = [of(firm, "US"), of(firm, "GB"), firm.drop(of(firm, "US", "GB").index)]
    above = [(ties["weight"] > ties["proportion"]).sum() for ties in hubs]
    poles = of(of(tested, "US"), "CN").iloc[0]
    page = " ".join((README.parent / "docs" / "methods" / "what-holds.md").read_text(encoding="utf-8").split())
    for said in (
        f"to hold {top('expected')} of its works of 2015 to 2023; they hold {top('weight')}, and in proportion to "
        f"sizes it would be {top('proportion')}",
        f"{len(hubs[0])} are those of the United States and {len(hubs[1])} those of the United Kingdom",
        f"only {above[0]} and {above[1]} have more works than sizes in proportion would give, of the other "
        f"{len(hubs[2])} ties {above[2]}",
        f"stand at {poles['propensity']:.2f} times what this model expects, and at "
        f"{poles['weight'] / poles['proportion']:.2f} times proportion",
    ):
        assert said in page, said
