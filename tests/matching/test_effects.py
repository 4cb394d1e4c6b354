import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from tests.matching.conftest import weights_by_hand

from isthmus.errors import MatchingError
from isthmus.matching.effects import effect
from isthmus.matching.strata import stratify
from isthmus.matching.sums import add_sums, block_sums

TOY_VALUES = {
    "n_treated": 3, "n_control": 4, "n_strata": 2, "satt": 3.0, "mean_treated": 6.333333333333, "mean_control": 3.75,
    "mean_control_weighted": 3.333333333333, "percent": 68.888888888889, "bootstrap_error": 0.628539,
    "effective_controls": 2.076923,
}  # fmt: skip
TOY_ERRORS = {"robust": 1.518067, "robust_hc0": 1.283001, "clustered": 1.460593, "stratified": 2.009238}


def effect_of(stratum, treated, y, **options):
    return effect(block_sums(stratify(np.asarray(stratum), treated).of_unit, treated, y), **options)


def some_units(seed, n=400, strata=25):
    rng = np.random.default_rng(seed)
    stratum = rng.integers(0, strata, n)
    treated = rng.random(n) < 0.1 + 0.5 * stratum / strata
    return stratum, treated, rng.poisson(3 + stratum / 4 + treated).astype(float)


@pytest.mark.parametrize("name", TOY_VALUES)
def test_the_toy(toy, name):
    assert getattr(effect_of(*toy), name) == pytest.approx(TOY_VALUES[name], rel=1e-6)


def test_the_toys_errors_and_p_values(toy):
    found = effect_of(*toy)
    for method, error in TOY_ERRORS.items():
        assert found.estimate(method).error == pytest.approx(error, abs=5e-7)
    assert found.estimate("student").p == pytest.approx(0.208226, abs=5e-7)
    assert found.estimate("welch").p == pytest.approx(0.229005, abs=5e-7)
    assert found.main.method == "stratified"
    assert any("1 of 4 treated units have no control" in note for note in found.notes)
    assert any("few units" in note for note in found.notes)


@pytest.mark.parametrize("seed", range(3))
def test_every_sum_against_units_scipy_and_statsmodels(seed):
    regression = pytest.importorskip("statsmodels.api", reason="statsmodels is the oracle of the robust errors")
    stratum, treated, y = some_units(seed)
    found, w = effect_of(stratum, treated, y), weights_by_hand(stratum, treated)
    kept = w > 0
    t, c = treated & kept, ~treated & kept
    assert (found.n_treated, found.n_control) == (t.sum(), c.sum())
    student, welch = (stats.ttest_ind(y[t], y[c], equal_var=equal) for equal in (True, False))
    for mine, theirs in ((found.estimate("student"), student), (found.estimate("welch"), welch)):
        assert mine.p == pytest.approx(theirs.pvalue, rel=1e-10)
        assert mine.degrees == pytest.approx(theirs.df)
        interval = theirs.confidence_interval(0.95)
        assert (mine.low, mine.high) == pytest.approx((interval.low, interval.high))
    design = regression.add_constant(treated[kept].astype(float))
    model = regression.WLS(y[kept], design, weights=w[kept])
    robust = model.fit(cov_type="HC0", use_t=True)
    assert found.satt == pytest.approx(robust.params[1])
    assert found.estimate("robust_hc0").error == pytest.approx(robust.bse[1])
    assert found.estimate("robust_hc0").p == pytest.approx(robust.pvalues[1])
    # statsmodels' HC1 of a weighted fit counts n / (n - k) as R's vcovHC does
    assert found.estimate("robust").error == pytest.approx(model.fit(cov_type="HC1").bse[1])
    clustered = model.fit(cov_type="cluster", cov_kwds={"groups": stratum[kept]}, use_t=True)
    assert found.estimate("clustered").error == pytest.approx(clustered.bse[1])
    assert found.estimate("clustered").p == pytest.approx(clustered.pvalues[1])


@pytest.mark.parametrize("seed", range(3))
def test_stratified_permutation_and_bootstrap_errors_stratum_by_stratum(seed):
    stratum, treated, y = some_units(seed, n=90)
    found = effect_of(stratum, treated, y)
    arms = [(y[treated & (stratum == s)], y[~treated & (stratum == s)]) for s in np.unique(stratum)]
    arms = [(t, c) for t, c in arms if t.size and c.size]
    m_t = sum(t.size for t, _ in arms)
    satt = sum(t.size / m_t * (t.mean() - c.mean()) for t, c in arms)
    assert found.satt == pytest.approx(satt)
    several = [[arm[i] for arm in arms if arm[i].size > 1] for i in (0, 1)]
    pooled = [sum(((a - a.mean()) ** 2).sum() for a in side) / sum(a.size - 1 for a in side) for side in several]

    def spread(a, i):
        return a.var(ddof=1) if a.size > 1 else pooled[i]

    neyman = sum((t.size / m_t) ** 2 * (spread(t, 0) / t.size + spread(c, 1) / c.size) for t, c in arms)
    assert found.estimate("stratified").error == pytest.approx(neyman**0.5)
    boot = sum((t.size / m_t) ** 2 * (t.var() / t.size + c.var() / c.size) for t, c in arms)
    assert found.bootstrap_error == pytest.approx(boot**0.5)
    dealt = sum((t.size / m_t) ** 2 * np.concatenate([t, c]).var(ddof=1) * (1 / t.size + 1 / c.size) for t, c in arms)
    assert found.estimate("permutation").error == pytest.approx(dealt**0.5)
    assert found.estimate("permutation").low is None


units = st.lists(st.tuples(st.integers(0, 6), st.booleans(), st.integers(-5, 40)), min_size=4, max_size=60).filter(
    lambda rows: any({r[1] for r in rows if r[0] == s} == {True, False} for s in range(7))
)


@settings(max_examples=150, deadline=None)
@given(rows=units, data=st.data())
def test_names_order_and_blocks_of_strata_change_nothing(rows, data):
    stratum, treated, y = (np.array(column) for column in zip(*rows, strict=True))
    whole = effect_of(stratum, treated, y)
    order = np.array(data.draw(st.permutations(range(len(rows)))))
    names = np.array(data.draw(st.permutations(range(7))))
    assert effect_of(names[stratum][order], treated[order], y[order]) == whole
    block = np.array(data.draw(st.lists(st.integers(0, 2), min_size=7, max_size=7)))[stratum]
    parts = [block_sums(stratum[block == b], treated[block == b], y[block == b]) for b in set(block.tolist())]
    assert effect(add_sums(parts)) == whole


@settings(max_examples=60, deadline=None)
@given(rows=units)
def test_a_histogram_of_values_says_as_much_as_the_units(rows):
    stratum, treated, y = (np.array(column) for column in zip(*rows, strict=True))
    distinct, count = np.unique(np.column_stack([stratum, treated, y]), axis=0, return_counts=True)
    assert effect(block_sums(*distinct.T, count)) == effect(block_sums(stratum, treated, y))


@settings(max_examples=60, deadline=None)
@given(rows=units, shift=st.integers(-1000, 1000))
def test_a_constant_added_to_the_outcome_moves_means_only(rows, shift):
    stratum, treated, y = (np.array(column) for column in zip(*rows, strict=True))
    one, two = effect_of(stratum, treated, y), effect_of(stratum, treated, y + shift)
    assert two.satt == pytest.approx(one.satt, abs=1e-9)
    assert two.mean_treated == pytest.approx(one.mean_treated + shift)
    for a, b in zip(one.estimates, two.estimates, strict=True):
        if a.reason is None and b.reason is None:
            assert a.error == pytest.approx(b.error, abs=1e-5)


def test_a_centre_keeps_the_digits_of_values_far_from_zero():
    stratum, treated, y = some_units(0)
    near, far = y / 7, y / 7 + 1e8
    centred = effect(block_sums(stratum, treated, far, centre=1e8))
    wanted = effect(block_sums(stratum, treated, near))
    assert centred.estimate("stratified").error == pytest.approx(wanted.estimate("stratified").error, rel=1e-6)
    assert centred.mean_control == pytest.approx(wanted.mean_control + 1e8)


def test_small_arms_and_zero_means_are_said():
    found = effect_of([0, 0], [1, 0], [5, 0])
    assert (found.satt, found.percent, found.percent_weighted) == (5, None, None)
    assert {e.method for e in found.estimates if e.error is None} == {
        "student", "welch", "robust", "robust_hc0", "clustered", "stratified",
    }  # fmt: skip
    said = " ".join(found.notes)
    for words in ("mean of the control units is 0", "one treated unit is matched", "one stratum is matched"):
        assert words in said
    constant = effect_of([0, 0, 0, 0, 1, 1], [1, 0, 1, 0, 1, 0], [2.0] * 6)
    assert constant.estimate("welch").reason == "the outcome does not vary: an error of 0 tests nothing"
    unequal = effect_of([0] * 100, [1] * 95 + [0] * 5, np.arange(100))
    assert any("read Welch's" in note for note in unequal.notes)


def test_nothing_matched_and_wrong_numbers_are_refused(toy):
    with pytest.raises(MatchingError, match="no stratum has both arms: 2 treated and 1 control units lie in 3 strata"):
        effect_of([0, 1, 2], [1, 1, 0], [1, 2, 3])
    with pytest.raises(MatchingError, match="level of the intervals is 95"):
        effect_of(*toy, level=95)
    with pytest.raises(MatchingError, match="outcome of row 1 is nan"):
        block_sums([0, 0], [1, 0], [1, np.nan])
    with pytest.raises(MatchingError, match="expected one length"):
        block_sums([0, 0], [1, 0], [1])
    with pytest.raises(MatchingError, match="different centres"):
        add_sums([block_sums([0], [1], [1]), block_sums([0], [1], [1], centre=1.0)])
    with pytest.raises(MatchingError, match="no error 'bootstrap'; valid: student"):
        effect_of(*toy).estimate("bootstrap")
