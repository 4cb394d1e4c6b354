"""Directions are said only where label and probability agree; trends of one network with their P."""

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.report.directions import Direction, Trend
from isthmus.trajectories.labels import LABELS

NAN = float("nan")


@pytest.mark.parametrize(
    ("direction", "words", "short"),
    [
        (Direction("SD", 0.97), "scientific divergence, P = 0.97", "SD, P = 0.97"),
        (Direction("SC", 0.9), "scientific convergence, P = 0.90", "SC, P = 0.90"),
        (Direction("KI", 0.9999), "knowledge integration, P > 0.99", "KI, P > 0.99"),
        (Direction("KD", 0.899), "not settled (label knowledge divergence, P = 0.89)", "KD, not settled"),
        (Direction("SD", 0.001), "not settled (label scientific divergence, P < 0.01)", "SD, not settled"),
        (Direction("SD", 0.97, told=False),
         "not settled (label scientific divergence, P = 0.97, no papers in one network)", "SD, not settled"),
        (Direction("SD", NAN), "not settled (label scientific divergence, no trend)", "SD, not settled"),
        (Direction(None, 0.99), "not settled (no label)", "–"),
        (Direction("3", 0.99), "not settled (no label)", "3, not settled"),
        (Direction("SD", 0.97, support=0.871), "scientific divergence, P = 0.97, support 87%", "SD, P = 0.97, support 87%"),
        (Direction("KD", 0.2, support=0.5),
         "not settled (label knowledge divergence, P = 0.20, support 50%)", "KD, not settled, support 50%"),
        (Direction("KD", NAN, support=1.0),
         "not settled (label knowledge divergence, no trend, support 100%)", "KD, not settled, support 100%"),
    ],
)  # fmt: skip
def test_directions_in_words(direction, words, short):
    assert direction.words == words
    assert direction.short == short
    assert direction.settled == (not words.startswith("not settled"))


@pytest.mark.parametrize(
    ("chances", "end"),
    [
        ((0.95, 0.01, 0.04), "rises, P = 0.95"),
        ((0.0, 0.999, 0.001), "falls, P > 0.99"),
        ((0.02, 0.05, 0.93), "level, P = 0.93"),
        ((0.6, 0.1, 0.3), "not settled (P of a rise 0.60, of a fall 0.10)"),
    ],
)
def test_trends_in_words(chances, end):
    rise, fall, level = chances
    trend = Trend(math.log(2.0), 0.1, rise=rise, fall=fall, level=level)
    assert trend.words == f"2.0 times per decade (1.6 to 2.4), {end}"


@given(st.sampled_from([*LABELS, None]), st.floats(min_value=0, max_value=1) | st.just(NAN), st.booleans())
def test_a_name_stands_with_its_p_or_with_not_settled(label, probability, told):
    direction = Direction(label, probability, told=told)
    named = re.search("convergence|divergence|integration", direction.words)
    assert not named or "not settled" in direction.words or re.search(r"P [=>] ", direction.words)
    assert direction.settled == (label is not None and told and probability >= 0.9)
