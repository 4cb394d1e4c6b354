"""`merged`: two configurations laid over each other."""

from isthmus.config import merged


def test_the_second_wins_field_by_field():
    assert merged({"a": 1, "b": {"c": 2, "d": 3}}, {"b": {"d": 4, "e": 5}}) == {"a": 1, "b": {"c": 2, "d": 4, "e": 5}}


def test_a_value_replaces_a_section_and_a_section_a_value():
    assert merged({"a": {"b": 1}, "c": 2}, {"a": 3, "c": {"d": 4}}) == {"a": 3, "c": {"d": 4}}


def test_neither_is_changed():
    base, over = {"a": {"b": 1}}, {"a": {"c": 2}}
    merged(base, over)
    assert (base, over) == ({"a": {"b": 1}}, {"a": {"c": 2}})
