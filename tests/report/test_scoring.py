import pytest

from isthmus.report.scoring import (
    NO,
    YES,
    NotComparableError,
    Ours,
    Published,
    equal,
    exact,
    magnitude,
    same,
    sign_of,
    sign_text,
    switch_value,
    within_factor,
    within_points,
    yes_or_no,
)


def published(value, unit="papers", **changes):
    fields = {"id": "X-1", "paper": "x", "quantity": "q", "scope": "s", "year_from": 2000, "year_to": 2001}
    return Published(**(fields | {"value": value, "unit": unit} | changes))


@pytest.mark.parametrize(("ours", "inside"), [(22.9, False), (23, True), (46, True), (92, True), (92.1, False)])
def test_sizes_agree_within_a_factor_of_two(ours, inside):
    assert within_factor(Ours(ours, "", ""), published("46")) is inside


@pytest.mark.parametrize(("ours", "inside"), [(9.9, False), (10, True), (20, True), (20.1, False)])
def test_shares_agree_within_five_points(ours, inside):
    assert within_points(Ours(ours, "", ""), published("15")) is inside


def test_words_and_numbers_are_equal_as_such():
    assert equal(Ours("SC_both", "", ""), published("SC_both"))
    assert not equal(Ours("SC", "", ""), published("SD"))
    assert equal(Ours(2.0, "", ""), published("2"))
    assert not equal(Ours(2.0, "", ""), published("3"))


def test_a_sign_needs_all_values_on_one_side():
    assert [sign_of(values) for values in ([1.0, 2.0], [-1.0, -0.1], [1.0, -1.0], [0.0, 1.0])] == [1, -1, 0, 0]
    assert [sign_text(sign) for sign in (1.0, -1.0, 0.0)] == ["rises", "falls", "mixed"]


def test_classes_of_rules():
    compute = switch_value("a.b", "what it is")
    assert exact(compute).tolerance_class == "E"
    assert same(compute, "the same rank").tolerance == "the same rank"
    assert magnitude(compute).inside is within_factor


def test_a_parameter_is_read_from_the_configuration_or_cannot_be_compared():
    class Study:
        def switch(self, name):
            return {"trajectories.clusters": 4}.get(name)

    ours = switch_value("trajectories.clusters", "k")(Study(), published("4"))
    assert (ours.value, ours.text, ours.how) == (4.0, "4", "the field trajectories.clusters: k")
    with pytest.raises(NotComparableError, match=r"do not list the field no\.such"):
        switch_value("no.such", "?")(Study(), published("4"))


def test_a_value_without_years_cannot_be_asked_for_them():
    value = published("-1", "sign", year_from=None, year_to=None)
    with pytest.raises(NotComparableError, match="names no year"):
        _ = value.first
    assert (published("1").first, published("1").last) == (2000, 2001)


def test_statements_hold_or_do_not():
    assert (yes_or_no(True, "why").value, yes_or_no(True, "why").text) == (1.0, YES)
    assert (yes_or_no(False, "why").value, yes_or_no(False, "why").text) == (0.0, NO)
    assert published("1", "boolean (majority)").boolean
    assert not published("1").boolean
