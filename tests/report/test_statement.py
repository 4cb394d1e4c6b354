"""What is said of a tie, sentence by sentence on literal rows; no comparison without its grade."""

import math
import re
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.report.statement import counts_words, factor, grade_counts, interval, statement

NAN = float("nan")
COMPARISON = re.compile(r"\b(more|less|fewer|stronger|weaker|converg\w*|diverg\w*|rises?|falls?)\b")
GRADED = re.compile(r"\b(firm|probable|few papers|not settled|not tested)\b")


def row(**changes):
    """A row of `significant_pairs`: 32 papers where 10 are expected, firm."""
    fields = {
        "weight": 32, "expected": 10.0, "propensity": 3.2, "propensity_low": 2.13, "propensity_high": 4.61,
        "p_upper": 0.0004, "p_lower": 0.9999, "p_two_sided": 0.0007, "q_upper": 0.001, "q_lower": 1.0,
        "grade": "firm", "direction": "stronger",
    }  # fmt: skip
    return SimpleNamespace(**(fields | changes))


def weaker(**changes):
    """A row of 3 papers where 20 are expected."""
    fields = {
        "weight": 3, "expected": 20.0, "propensity": 0.15, "propensity_low": 0.031, "propensity_high": 0.438,
        "p_upper": 0.998, "p_lower": 0.0021, "p_two_sided": 0.004, "q_upper": 1.0, "q_lower": 0.012,
        "grade": "firm", "direction": "weaker",
    }  # fmt: skip
    return row(**(fields | changes))


ROWS = {
    "firm, upper": (
        row(),
        "3.2 times what size explains (2.1 to 4.6), firm, q = 0.001",
        "more than size explains (firm)",
    ),
    "firm, lower": (
        weaker(),
        "0.15 times what size explains (0.03 to 0.44), firm, q = 0.012",
        "less than size explains (firm)",
    ),
    "probable, upper": (
        row(grade="probable", p_upper=0.013, q_upper=0.3),
        "3.2 times what size explains (2.1 to 4.6), probable, p = 0.013",
        "more than size explains (probable)",
    ),
    "probable, lower": (
        weaker(grade="probable", p_lower=0.04, q_lower=0.5),
        "0.15 times what size explains (0.03 to 0.44), probable, p = 0.040",
        "less than size explains (probable)",
    ),
    "few papers": (
        row(weight=1, expected=0.04, propensity=25.0, propensity_low=0.63, propensity_high=139.3, p_upper=0.08,
            q_upper=0.9, grade="few papers"),
        "25 times what size explains (0.63 to 139), few papers, p = 0.080",
        "not settled (few papers)",
    ),
    "no grade": (
        row(weight=11, propensity=1.1, propensity_low=0.55, propensity_high=1.97, p_upper=0.44, p_lower=0.66,
            p_two_sided=0.87, grade=None, direction=None),
        "1.1 times what size explains (0.55 to 2.0), not settled, p = 0.870",
        "not settled",
    ),
    "nothing observed": (
        weaker(weight=0, propensity=0.0, propensity_low=0.0, propensity_high=0.184, p_lower=0.0003, q_lower=0.0004),
        "0 times what size explains (at most 0.18), firm, q < 0.001",
        "less than size explains (firm)",
    ),
    "nothing observed, not settled": (
        row(weight=0, expected=0.5, propensity=0.0, propensity_low=0.0, propensity_high=7.38, p_upper=1.0,
            p_two_sided=1.0, grade=None, direction=None),
        "0 times what size explains (at most 7.4), not settled, p = 1.000",
        "not settled",
    ),
    "window not tested": (
        row(p_upper=None, p_lower=None, p_two_sided=None, q_upper=None, q_lower=None, grade=None, direction=None),
        "3.2 times what size explains (2.1 to 4.6), not tested",
        "not tested",
    ),
    "p missing, as pandas reads it": (
        row(p_upper=NAN, p_lower=NAN, p_two_sided=NAN, q_upper=NAN, q_lower=NAN, grade=NAN, direction=NAN),
        "3.2 times what size explains (2.1 to 4.6), not tested",
        "not tested",
    ),
    "nothing expected": (
        row(expected=0.0, propensity=NAN, propensity_low=NAN, propensity_high=NAN, p_two_sided=NAN, grade=None,
            direction=None),
        "nothing was expected, not tested",
        "not tested",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ROWS)
def test_each_row_has_its_words(name):
    given_row, words, verdict = ROWS[name]
    said = statement(given_row, "papers")
    assert said.words == words
    assert said.verdict == verdict


def test_the_sentence_begins_with_what_was_counted():
    assert statement(row(), "papers").sentence.startswith("32 papers, 10.0 expected: 3.2 times what size explains (")
    assert statement(row(weight=1), "citations").sentence.startswith("1 citation, 10.0 expected: ")
    assert statement(row(weight=1234, expected=2345.6), "papers").sentence.startswith("1,234 papers, 2,346 expected: ")


def test_probabilities_are_those_of_the_tail_that_the_direction_names():
    assert (statement(row(), "papers").p, statement(row(), "papers").q) == (0.0004, 0.001)
    assert (statement(weaker(), "papers").p, statement(weaker(), "papers").q) == (0.0021, 0.012)
    none = statement(row(grade=None, direction=None), "papers")
    assert none.p == 0.0007
    assert math.isnan(none.q)


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (0.004, "< 0.01"), (0.53, "0.53"), (0.996, "1.0"), (3.24, "3.2"), (9.96, "10"), (47.2, "47"),
     (1120.4, "1,120"), (NAN, "–")],
)  # fmt: skip
def test_factors_have_two_digits(value, text):
    assert factor(value) == text


def test_a_range_without_a_lower_end_is_an_upper_bound():
    assert interval(0.0, 0.31) == "at most 0.31"
    assert interval(2.1, 4.6) == "2.1 to 4.6"
    assert interval(NAN, NAN) == "–"


def test_grades_are_counted_by_side():
    grades = ["firm", "firm", "probable", "few papers", None, "firm"]
    sides = ["stronger", "weaker", "weaker", "stronger", None, "stronger"]
    words = counts_words(grade_counts(grades, sides), "worked together")
    assert words == (
        "2 worked together more and 1 less than size explains (firm); 0 more and 1 less (probable); 1 stands out on few "
        "papers only"
    )
    assert counts_words(grade_counts([], []), "weigh").endswith("0 more and 0 less (probable)")


numbers = st.floats(min_value=0, max_value=1e6)
chances = st.floats(min_value=0, max_value=1) | st.just(NAN)
rows = st.builds(
    row,
    weight=st.integers(0, 10**7),
    expected=numbers,
    propensity=numbers | st.just(NAN),
    propensity_low=numbers,
    propensity_high=numbers | st.just(NAN),
    p_upper=chances,
    p_lower=chances,
    p_two_sided=chances,
    q_upper=chances,
    q_lower=chances,
    grade=st.sampled_from(["firm", "probable", "few papers", None]),
    direction=st.sampled_from(["stronger", "weaker", None]),
)


@given(rows)
def test_no_sentence_compares_without_its_grade(any_row):
    said = statement(any_row, "papers")
    for words in (said.words, said.sentence, said.verdict, said.standing):
        assert GRADED.search(words), words
        assert not COMPARISON.search(words) or re.search(r"\((firm|probable)\)", words), words


@given(rows)
def test_what_is_not_settled_never_says_more_or_less(any_row):
    said = statement(any_row, "papers")
    if said.grade not in ("firm", "probable"):
        assert not COMPARISON.search(said.verdict + said.sentence)
