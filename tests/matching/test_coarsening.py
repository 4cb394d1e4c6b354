import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.errors import MatchingError
from isthmus.matching.coarsening import (
    MISSING,
    Coarsening,
    bin_codes,
    bin_name,
    coarsening,
    cut_points,
    n_bins,
    summary,
)  # fmt: skip


def cuts_of(values, asked):
    how = coarsening(asked)
    return cut_points(how, summary(values, how))


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        ("exact", Coarsening("exact")),
        (" Sturges", Coarsening("sturges")),
        ("scott", Coarsening("scott")),
        ("quantiles:4", Coarsening("quantiles", bins=4)),
        ("width:3", Coarsening("equal width", bins=3)),
        (7, Coarsening("equal width", bins=7)),
        ([1, 2.5], Coarsening("cut points", (1.0, 2.5))),
        ("log:sturges", Coarsening("sturges", log=True)),
    ],
)
def test_words_become_rules(asked, wanted):
    assert coarsening(asked) == wanted
    assert coarsening(wanted) is wanted
    assert wanted.text


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ("sturgess", "age: there is no rule 'sturgess'; did you mean 'sturges'"),
        ("quantiles", "lacks its number of bins; write quantiles:5"),
        ("quantiles:0", "0 bins; expected 1 to 10,000"),
        ("log:exact", "'log:' goes before"),
        ([3, 3], "do not rise"),
        ([], "one finite cut point or more"),
        ([math.nan], "one finite cut point or more"),
        (["a"], "are no numbers"),
        (2.5, "is no coarsening"),
        (True, "is no coarsening"),
    ],
)
def test_wrong_words_are_refused(asked, message):
    with pytest.raises(MatchingError, match=message):
        coarsening(asked, "age")


def test_a_value_on_a_cut_point_belongs_to_the_bin_above():
    codes = bin_codes([1, 2, 2.5, 3, 99, np.nan], [2, 3])
    assert codes.tolist() == [0, 1, 1, 2, 2, MISSING]
    assert [bin_name(code, (2.0, 3.0)) for code in (0, 1, 2, MISSING)] == [
        "below 2", "2 to 3", "3 and above", "missing",
    ]  # fmt: skip
    assert bin_name(0, ()) == "all"


def test_the_rules_by_hand():
    eight = [0, 1, 2, 3, 4, 5, 6, 7, np.nan]
    assert cuts_of(eight, "sturges") == (1.75, 3.5, 5.25)  # log2(8) + 1 = 4 bins
    assert cuts_of(eight, 2) == (3.5,)
    assert cuts_of(eight, "quantiles:4") == (1.75, 3.5, 5.25)
    assert cuts_of([0, 0, 0, 0, 9], "quantiles:4") == (0.0,)  # equal quantiles are one cut point
    assert cuts_of(eight, "scott") == (3.5,)  # 7 / (3.5 * 2.449 / 2) = 1.6 -> 2 bins
    logs = cuts_of([0, math.e**2 - 1], "log:width:2")
    assert logs == pytest.approx((math.e - 1,))
    assert cuts_of([4, 4, 4], "sturges") == cuts_of([np.nan], "scott") == ()
    assert summary([], coarsening("sturges")).n == 0


@pytest.mark.parametrize("seed", range(4))
def test_sturges_and_scott_against_numpy(seed):
    x = np.random.default_rng(seed).gamma(2, size=300 + 100 * seed)
    sturges, scott = coarsening("sturges"), coarsening("scott")
    assert n_bins(sturges, summary(x, sturges)) == len(np.histogram_bin_edges(x, "sturges")) - 1
    # numpy's constant is 3.49, and it divides by n; R's, and so ours, is 3.5 with n - 1
    assert abs(n_bins(scott, summary(x, scott)) - len(np.histogram_bin_edges(x, "scott")) + 1) <= 1
    for rule in (sturges, scott):
        cuts = cut_points(rule, summary(x, rule))
        wanted = np.linspace(x.min(), x.max(), n_bins(rule, summary(x, rule)) + 1)[1:-1]
        np.testing.assert_allclose(cuts, wanted)


def test_scotts_rule_with_one_far_value_says_what_to_do():
    with pytest.raises(MatchingError, match="give cut points or quantiles instead"):
        cuts_of([0.0] * 10**6 + [1e-9] * 10**5 + [1e9, 1e9 + 1] * 1 + [0.0] * 10**7, "scott")


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=50), st.sampled_from(["sturges", "scott", "quantiles:5", 4]))
def test_bins_keep_the_order_of_values(values, asked):
    cuts = cuts_of(values, asked)
    codes = bin_codes(values, cuts)
    assert list(cuts) == sorted(set(cuts))
    order = np.argsort(values, kind="stable")
    assert (np.diff(codes[order]) >= 0).all()
    assert codes.min() >= 0
    assert codes.max() <= len(cuts)
