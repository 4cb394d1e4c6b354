"""`nearest_score`: the score at which a corpus comes nearest to a size."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.corpus.nearest import nearest_score

works_by_score = st.dictionaries(st.integers(0, 40).map(lambda n: n / 40), st.integers(1, 30), max_size=12)


def nearest(works, *, by_source=0, target):
    scores = list(works)
    return nearest_score(
        np.array(scores, float),
        np.array([works[s] for s in scores], np.int64),
        by_source=by_source,
        year=2024,
        target=target,
    )


@settings(deadline=None)
@given(works=works_by_score, by_source=st.integers(0, 50), target=st.integers(1, 250))
def test_no_other_score_comes_nearer(works, by_source, target):
    found = nearest(works, by_source=by_source, target=target)
    every = {score: by_source + sum(n for s, n in works.items() if s >= score) for score in works or {0.0: 0}}
    assert found.works == every[found.min_score]
    assert abs(found.works - target) == min(abs(total - target) for total in every.values())
    as_near = [score for score, total in every.items() if abs(total - target) == abs(found.works - target)]
    assert found.min_score == max(as_near), "of equally near totals the smaller one"
    assert (found.fewest, found.most) == (min(every.values()), max(every.values()))


@pytest.mark.parametrize(
    ("target", "score", "works"),
    [(1, 0.9, 2), (3, 0.9, 2), (4, 0.5, 5), (5, 0.5, 5), (7, 0.5, 5), (8, 0.1, 10), (10, 0.1, 10), (99, 0.1, 10)],
)
def test_works_of_one_score_come_in_together(target, score, works):
    found = nearest({0.5: 3, 0.1: 5, 0.9: 2}, target=target)
    assert (found.min_score, found.works) == (score, works)


def test_of_two_totals_equally_near_the_smaller_one():
    assert nearest({0.9: 2, 0.5: 2}, target=3).min_score == 0.9


@pytest.mark.parametrize(
    ("target", "reachable", "words"),
    [
        (40, True, "score of the concept at least 0.5: 40 works in 2024, nearest to the 40 asked for"),
        (9, False, "the 9 asked for are out of reach, any score gives 10 to 1,040"),
        (60_000, False, "0.1: 1,040 works in 2024; the 60,000 asked for are out of reach, any score gives 10 to 1,040"),
    ],
)
def test_a_target_out_of_reach_is_said(target, reachable, words):
    found = nearest({0.9: 3, 0.5: 30, 0.1: 1000}, by_source=7, target=target)
    assert found.reachable == reachable
    assert words in found.sentence


def test_without_any_scored_work_the_sources_are_all_there_is():
    found = nearest({}, by_source=4, target=10)
    assert (found.min_score, found.works, found.fewest, found.most) == (0.0, 4, 4, 4)
    assert not found.reachable
