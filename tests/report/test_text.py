import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.report.text import (
    capital,
    count,
    equals,
    in_sentence,
    joined,
    measure,
    number,
    p_value,
    percent,
    place_name,
    plural,
    pole_name,
    span,
)


def test_names_never_fail():
    assert place_name("NA") == "Namibia"
    assert place_name("QQ") == "unknown place “QQ”"


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("US", "the United States"),
        ("CN", "China"),
        ("NL", "the Netherlands"),
        ("EU-27", "the EU-27"),
        ("Visegrad", "Visegrad"),
    ],
)
def test_names_stand_in_a_sentence(code, words):
    assert in_sentence(code) == words


def test_numbers_as_people_read_them():
    assert count(1992760) == "1,992,760"
    assert number(-0.614) == "−0.61"
    assert number(-0.001) == "0.00"
    assert number(1234.6) == "1,235"
    assert number(math.nan) == "–"
    assert [measure(value) for value in (0, 0.0004, 0.0126, 1.26, 12.64, 1033.2)] == [
        "0.000",
        "< 0.001",
        "0.013",
        "1.26",
        "12.6",
        "1,033",
    ]
    assert p_value(0.0004) == "< 0.001"
    assert p_value(0.05) == "0.050"
    assert p_value(math.nan) == "–"


def test_shares_keep_a_decimal_only_near_the_ends():
    assert [percent(part, 1000) for part in (0, 5, 870, 995, 1000)] == ["0%", "0.5%", "87%", "99.5%", "100%"]
    assert percent(1, 0) == "–"


def test_lists_and_spans():
    assert [joined(words) for words in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == ["", "a", "a and b", "a, b and c"]
    assert span([2004, 2001, 2005, 2006]) == "2001, 2004–2006"
    assert plural(1, "country", "countries") == "1 country"
    assert plural(1200, "country", "countries") == "1,200 countries"


@pytest.mark.parametrize(
    ("text", "words"),
    [("", ""), ("a", "A"), ("the EU-27 and China", "The EU-27 and China"), ("État", "État"), ("10 pairs", "10 pairs")],
)
def test_a_sentence_begins_with_a_capital(text, words):
    assert capital(text) == words


def test_poles_have_their_own_names():
    assert [pole_name(pole) for pole in ("US", "EU-27", "My bloc")] == ["United States", "EU-27", "My bloc"]


@given(st.floats(allow_nan=True, allow_infinity=True))
def test_every_number_can_be_read(value):
    said = number(value)
    if not math.isfinite(value):
        assert said == "–"
        return
    assert "-" not in said, "a true minus sign"
    read = float(said.replace("−", "-").replace(",", ""))
    assert read == pytest.approx(value, abs=0.5 if abs(value) >= 99.99 else 0.00501)
    assert said not in ("−0.00", "−0"), "zero has no sign"


@given(st.integers(0, 10**6), st.integers(1, 10**6))
def test_a_share_is_near_and_only_all_is_100_percent(part, more):
    whole = part + more
    said = percent(part, whole)
    assert said.endswith("%")
    assert float(said[:-1]) == pytest.approx(100 * part / whole, abs=0.51)
    if part and 100 * part / whole < 0.94:
        assert "." in said, "a small share keeps a decimal"


@given(st.floats(0, 1))
def test_a_probability_is_never_printed_as_zero(value):
    said = p_value(value)
    assert said == "< 0.001" if value < 0.001 else float(said) == pytest.approx(value, abs=0.00051)


@given(st.sets(st.integers(1900, 2100)))
def test_a_span_holds_exactly_its_years(years):
    found = set()
    for part in filter(None, span(years).split(", ")):
        first, _, last = part.partition("–")
        found |= set(range(int(first), int(last or first) + 1))
    assert found == years


@pytest.mark.parametrize(
    ("shown", "said"), [("0.020", "= 0.020"), ("< 0.001", "< 0.001"), ("> 0.99", "> 0.99"), ("–", "= –")]
)
def test_a_bound_stands_without_an_equals_sign(shown, said):
    assert equals(shown) == said
