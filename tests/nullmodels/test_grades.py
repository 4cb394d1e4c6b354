import numpy as np
import pytest

from isthmus.nullmodels.grades import grade_pairs

NOTHING = {
    "p_upper": 0.5,
    "p_lower": 0.6,
    "q_upper": 1.0,
    "q_lower": 1.0,
    "expected": 20.0,
    "years_seen": 3,
    "mean_z": 0.0,
}


def graded(**changed):
    row = NOTHING | changed
    found = grade_pairs(
        **{name: np.array([value]) for name, value in row.items()}, false_discovery_rate=0.05, threshold=2.0
    )
    return found.grade[0], found.direction[0]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, (None, None)),
        ({"p_upper": 1e-6, "q_upper": 0.01}, ("firm", "stronger")),
        ({"p_upper": 1e-6, "q_upper": 0.01, "years_seen": 2}, ("firm", "stronger")),
        ({"p_upper": 1e-6, "q_upper": 0.01, "years_seen": 1}, ("probable", "stronger")),
        ({"p_upper": 1e-6, "q_upper": 0.05}, ("probable", "stronger")),  # strictly below
        ({"p_upper": 0.049}, ("probable", "stronger")),
        ({"p_upper": 0.05}, (None, None)),
        ({"p_lower": 1e-6, "q_lower": 0.01, "years_seen": 0}, ("firm", "weaker")),
        ({"p_lower": 1e-6, "q_lower": 0.01, "expected": 10.0}, ("firm", "weaker")),
        ({"p_lower": 1e-6, "q_lower": 0.01, "expected": 9.99}, ("probable", "weaker")),
        ({"p_lower": 0.04}, ("probable", "weaker")),
        ({"mean_z": 2.1}, ("few papers", "stronger")),
        ({"mean_z": 2.0}, (None, None)),
        ({"mean_z": 2.1, "p_upper": 0.04}, ("probable", "stronger")),
        ({"mean_z": 2.1, "p_lower": 0.04}, ("probable", "weaker")),
        ({"mean_z": np.nan}, (None, None)),
        ({"p_upper": np.nan, "p_lower": np.nan, "q_upper": np.nan, "q_lower": np.nan}, (None, None)),
    ],
)
def test_rules(changed, expected):
    assert graded(**changed) == expected


def test_thresholds_are_arguments():
    row = {name: np.array([value]) for name, value in (NOTHING | {"p_upper": 0.08, "q_upper": 0.09}).items()}
    strict = grade_pairs(**row, false_discovery_rate=0.05, threshold=2.0)
    loose = grade_pairs(**row, false_discovery_rate=0.10, threshold=2.0)
    assert (strict.grade[0], loose.grade[0]) == (None, "firm")
    assert grade_pairs(**row, false_discovery_rate=0.1, threshold=2, firm_years_seen=4).grade[0] is None
    assert (
        grade_pairs(**row, false_discovery_rate=0.1, threshold=2, firm_years_seen=4, probable_level=0.1).grade[0]
        == "probable"
    )
