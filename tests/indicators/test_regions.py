import math

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from isthmus.indicators.regions import region_density

NAMES = "ABCDEF"
PAIRS = [(a, b) for n, a in enumerate(NAMES) for b in NAMES[n + 1 :]]


def frame(flags):
    return pd.DataFrame({"src": [a for a, _ in PAIRS], "dst": [b for _, b in PAIRS], "significant": flags})


def test_ties_inside_and_to_the_outside_are_counted_apart():
    pairs = frame([pair in {("A", "B"), ("A", "C"), ("C", "D")} for pair in PAIRS])
    found = region_density(pairs, {"A", "B", "C"})
    assert (found.present, found.inside_possible, found.inside_significant) == (3, 3, 2)
    assert (found.outside_possible, found.outside_significant) == (9, 1)
    assert (found.inside, found.outside, found.ratio) == (2 / 3, 1 / 9, 6.0)


def test_a_region_without_pairs_has_no_density():
    found = region_density(frame([True] * len(PAIRS)), {"Z"})
    assert found.present == 0
    assert math.isnan(found.inside)
    assert math.isnan(found.outside)
    assert math.isnan(found.ratio)
    none_outside = region_density(frame([False] * len(PAIRS)), {"A", "B"})
    assert (none_outside.inside, none_outside.outside) == (0.0, 0.0)
    assert math.isnan(none_outside.ratio)


@given(st.lists(st.booleans(), min_size=len(PAIRS), max_size=len(PAIRS)), st.sets(st.sampled_from(NAMES)))
def test_every_pair_is_inside_across_or_among_the_others(flags, members):
    pairs = frame(flags)
    own, others = region_density(pairs, members), region_density(pairs, set(NAMES) - members)
    assert own.outside_possible == others.outside_possible
    assert own.inside_possible + own.outside_possible + others.inside_possible == len(PAIRS)
    assert own.inside_significant + own.outside_significant + others.inside_significant == sum(flags)
