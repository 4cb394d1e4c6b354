import math

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from isthmus.indicators.regions import region_density, regional_densities

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


REGIONS = {
    "Balkans": ("AL", "BG", "HR", "RS"),  # Albania is in no network
    "Nowhere": ("AQ",),
    "Everywhere": ("BG", "DE", "HR", "RS", "US"),  # has no outside
}
TOGETHER = {"BG HR": True, "BG RS": True, "HR RS": False, "BG DE": True, "DE HR": False, "DE RS": False, "RS US": False, "DE US": True}  # fmt: skip


def test_a_row_per_network_and_region():
    tested = [("collaboration", *pair.split(), flag) for pair, flag in TOGETHER.items()]
    tested += [("knowledge_exchange", *pair.split(), False) for pair in ("DE HR", "DE US")]
    found = regional_densities(pd.DataFrame(tested, columns=["network", "src", "dst", "significant"]), REGIONS)
    rows = found.astype(object).where(found.notna(), None).sort_values(["network", "region"])
    assert list(map(tuple, rows.to_numpy())) == [
        ("collaboration", "Balkans", 4, 3, 3, 2, 4, 1, 2 / 3, 1 / 4, (2 / 3) / (1 / 4)),
        ("collaboration", "Everywhere", 5, 5, 8, 4, 0, 0, 1 / 2, None, None),
        ("collaboration", "Nowhere", 1, 0, 0, 0, 0, 0, None, None, None),
        ("knowledge_exchange", "Balkans", 4, 1, 0, 0, 1, 0, None, 0.0, None),
        ("knowledge_exchange", "Everywhere", 5, 3, 2, 0, 0, 0, 0.0, None, None),
        ("knowledge_exchange", "Nowhere", 1, 0, 0, 0, 0, 0, None, None, None),
    ]
