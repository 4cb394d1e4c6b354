"""The panel: which pairs are kept, how they are smoothed and stretched, and that none is lost silently."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from isthmus.errors import TrajectoryError
from isthmus.trajectories.panel import EXPECTED_LINK_PROBABILITY, build_panel, rescale

YEARS = (2000, 2021)


@pytest.fixture
def z():
    return np.random.default_rng(0).normal(size=(6, 22, 2))


def kept(panel):
    return panel.src.tolist()


def test_z_lands_in_its_pair_year_and_network(make_ties, z):
    ties = make_ties(z).sample(frac=1, random_state=1)
    panel = build_panel(ties, years=YEARS)
    np.testing.assert_array_equal(panel.raw, z)
    assert kept(panel) == [f"A{n:04d}" for n in range(6)]
    assert panel.years.tolist() == list(range(2000, 2022))
    assert len(panel) == 6
    assert panel.counts == {"clustered": 6, "not finite in every year": 0, "flat": 0}


def test_smoothing_is_the_moving_average_with_a_fit_at_the_ends(make_ties, z):
    panel = build_panel(make_ties(z), years=YEARS)
    middle = np.stack([z[:, t - 2 : t + 3].mean(axis=1) for t in range(2, 20)], axis=1)
    np.testing.assert_allclose(panel.smooth[:, 2:-2], middle, rtol=1e-10, atol=1e-12)
    for pair in range(len(z)):
        slope, level = np.polyfit(np.arange(5), z[pair, :5], 1)
        np.testing.assert_allclose(panel.smooth[pair, :2], level + np.outer([0, 1], slope), atol=1e-12)


def test_a_straight_line_stays_one_and_becomes_minus_one_to_one(make_ties):
    line = np.linspace(3.0, 8.0, 22)
    panel = build_panel(make_ties(np.stack([line, -line], axis=1)[None]), years=YEARS)
    np.testing.assert_allclose(panel.smooth[0, :, 0], line)
    np.testing.assert_allclose(panel.scaled[0, :, 0], np.linspace(-1, 1, 22), atol=1e-12)
    np.testing.assert_allclose(panel.scaled[0, :, 1], np.linspace(1, -1, 22), atol=1e-12)


def test_every_candidate_has_a_status_and_they_add_up(make_ties, z):
    z[1, 5, 0] = np.nan  # no row in that year
    z[2, :, 1] = 0.25  # does not move
    ties = make_ties(z)
    ties.loc[(ties["src"] == "A0003") & (ties["year"] == 2010), "z"] = np.nan  # a row without a z
    ties = pd.concat([ties, ties.iloc[:1].assign(src="C", dst="D", year=1999)])  # not in these years
    panel = build_panel(ties, years=YEARS)
    assert kept(panel) == ["A0000", "A0004", "A0005"]
    assert panel.candidates["status"].tolist() == [
        "clustered",
        "not finite in every year",
        "flat",
        "not finite in every year",
        "clustered",
        "clustered",
    ]
    assert sum(panel.counts.values()) == len(panel.candidates) == 6


def test_the_rules_of_what_counts(make_ties, z):
    ties = make_ties(z)
    one = (ties["src"] == "A0001") & (ties["year"] == 2004) & (ties["network"] == "collaboration")
    ties.loc[one, "link_probability"] = EXPECTED_LINK_PROBABILITY * 0.999
    ties.loc[(ties["src"] == "A0002") & (ties["network"] == "collaboration"), "weight"] = 0
    ties.loc[(ties["src"] == "A0003") & (ties["year"] > 2000), "weight"] = 0  # linked in one year: that is enough
    ties.loc[(ties["src"] == "A0004") & (ties["year"] == 2011), "finite"] = False
    dropped = {
        rule: sorted(set(range(6)) - {int(name[1:]) for name in kept(build_panel(ties, years=YEARS, finite=rule))})
        for rule in ("expected_in_500_samples", "present", "linked", "sampled")
    }
    assert dropped == {"expected_in_500_samples": [1], "present": [], "linked": [2], "sampled": [4]}


def test_parity_asks_for_one_link_in_500_realisations_more_likely_than_not(make_ties, z):
    assert pytest.approx(0.5) == (1 - EXPECTED_LINK_PROBABILITY) ** 500
    assert pytest.approx(0.0014, abs=2e-5) == EXPECTED_LINK_PROBABILITY
    assert len(build_panel(make_ties(z, probability=EXPECTED_LINK_PROBABILITY), years=YEARS)) == 6
    assert len(build_panel(make_ties(z, probability=0.00138), years=YEARS)) == 0


def test_a_rule_needs_only_its_own_column(make_ties, z):
    bare = make_ties(z)[["network", "year", "src", "dst", "z"]]
    assert len(build_panel(bare, years=YEARS, finite="present")) == 6
    with pytest.raises(TrajectoryError, match=r"lack the columns \['link_probability'\]"):
        build_panel(bare, years=YEARS)


def test_ends_in_either_order_are_one_pair(make_ties, z):
    ties = make_ties(z)
    swap = ties["network"] == "collaboration"
    ties.loc[swap, ["src", "dst"]] = ties.loc[swap, ["dst", "src"]].to_numpy()
    panel = build_panel(ties, years=YEARS)
    np.testing.assert_array_equal(panel.raw, z)
    assert all(s < d for s, d in zip(panel.src, panel.dst, strict=True))


def test_no_pair_kept_is_an_empty_panel_not_an_error(make_ties, z):
    z[:, 3, 1] = np.nan
    panel = build_panel(make_ties(z), years=YEARS)
    assert panel.scaled.shape == (0, 22, 2)
    assert panel.counts["not finite in every year"] == 6


def test_other_windows_and_years(make_ties, z):
    panel = build_panel(make_ties(z), years=(2003, 2009), window=7, order=2)
    assert panel.raw.shape == (6, 7, 2)
    np.testing.assert_array_equal(panel.raw, z[:, 3:10])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"years": (2000, 2003)}, "4 years are fewer than the window of the filter"),
        ({"finite": "linkd"}, "did you mean 'linked'"),
        ({"window": 4}, "an odd window"),
        ({"order": 5}, "an order below it"),
        ({"years": (2030, 2040)}, "'collaboration' has no ties from 2030 to 2040"),
    ],
)
def test_what_cannot_be_is_refused(make_ties, z, options, message):
    with pytest.raises(TrajectoryError, match=message):
        build_panel(make_ties(z), **{"years": YEARS, **options})


def test_bad_ties_are_refused_by_name(make_ties, z):
    ties = make_ties(z)
    with pytest.raises(TrajectoryError, match=r"A0000 - B0000 is listed twice in network collaboration, 2000"):
        build_panel(pd.concat([ties, ties.iloc[:1]]), years=YEARS)
    with pytest.raises(TrajectoryError, match="'knowledge_exchange' has no ties"):
        build_panel(ties[ties["network"] == "collaboration"], years=YEARS)
    with pytest.raises(TrajectoryError, match="tied to itself"):
        build_panel(ties.assign(dst=ties["src"]), years=YEARS)
    with pytest.raises(TrajectoryError, match="lacks src or dst"):
        build_panel(ties.assign(dst=None), years=YEARS)


@settings(max_examples=50, deadline=None)
@given(arrays(float, (4, 7, 2), elements=st.floats(-1e6, 1e6)))
def test_rescaled_series_reach_both_ends_and_never_leave_them(series):
    scaled, moves = rescale(series)
    assert np.abs(scaled).max() <= 1
    np.testing.assert_array_equal(scaled[moves].min(axis=1), -1)
    np.testing.assert_array_equal(scaled[moves].max(axis=1), 1)
    spans = np.ptp(series, axis=1)
    np.testing.assert_array_equal(moves, (spans > 1e-9).all(axis=1))
    order = np.argsort(series, axis=1, kind="stable")
    sorted_scaled = np.take_along_axis(scaled, order, axis=1)
    assert np.all(np.diff(sorted_scaled, axis=1) >= 0)
