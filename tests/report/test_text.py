import math

import pytest

from isthmus.report.text import count, in_sentence, joined, measure, number, p_value, percent, place_name, plural, span


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
