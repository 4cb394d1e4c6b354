import pandas as pd
import pytest

from isthmus.analyses.robustness.scores import RULES
from isthmus.report import load_results
from isthmus.report.scoring import NotComparableError, Published


def compute(results, quantity, scope):
    published = Published("X-1", "gallo2026", quantity, scope, 2000, 2021, "1", "boolean")
    return RULES[quantity].compute(results, published)


@pytest.fixture(scope="module")
def results(make_results):
    return load_results(make_results(simulated=False))


def test_labels_hold_under_another_null_model_when_most_pairs_keep_theirs(results):
    found = compute(results, "corroborated_by_null", "variance-corrected ECM")
    assert (found.value, found.how) == (1.0, "75% of 290 pairs keep their label")


def test_a_model_that_was_not_computed_cannot_be_compared(results, make_results):
    with pytest.raises(NotComparableError, match=r"labels under rewiring are not published: name it in other_null_mod"):
        compute(results, "corroborated_by_null", "local rewiring")
    bare = load_results(make_results(simulated=False, trajectories=False))
    with pytest.raises(NotComparableError, match="no z under ecm-variance-corrected"):
        compute(bare, "z_trend_variance_corrected_stronger", "United States-China, both")


def test_a_fall_is_stronger_when_both_z_fall_further(make_results):
    folder = make_results(simulated=False)
    other = pd.read_parquet(folder / "pair_tests_other_models.parquet")
    stronger = compute(load_results(folder), "z_trend_variance_corrected_stronger", "United States-China, both")
    other.assign(z=other["z"] / 30).to_parquet(folder / "pair_tests_other_models.parquet")
    weaker = compute(load_results(folder), "z_trend_variance_corrected_stronger", "United States-China, both")
    assert (stronger.value, weaker.value) == (1.0, 0.0)
    assert stronger.how.count(" becomes ") == 2
