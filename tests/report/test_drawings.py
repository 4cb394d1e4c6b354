"""The small drawings of the first screen: where things stand, and that hostile names stay words."""

import math
import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.report.drawings import Interval, Part, intervals, series, shares

SVG = "{http://www.w3.org/2000/svg}"
positive = st.floats(1e-4, 1e6)


def parsed(drawing):
    return ElementTree.fromstring(str(drawing).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))


def numbers(drawing, tag, name):
    return [float(each.get(name)) for each in parsed(drawing).iter(f"{SVG}{tag}")]


def test_dots_of_intervals_stand_on_a_logarithmic_axis_that_holds_one():
    rows = [Interval("A – B", 100.0, 10.0, 1000.0), Interval("C – D", 10.0, 1.0, 100.0)]
    drawing = intervals(rows, "times")
    first, second = numbers(drawing, "circle", "cx")
    axis = zip(numbers(drawing, "line", "x1"), parsed(drawing).iter(f"{SVG}line"), strict=True)
    one = next(x for x, each in axis if each.get("stroke") == "var(--ink)")
    assert first - second == pytest.approx(second - one, abs=0.15), "each a factor of ten apart"
    assert [each.text for each in parsed(drawing).iter(f"{SVG}text")][-2:] == ["A – B", "C – D"]


def test_a_lower_bound_of_zero_is_drawn_at_the_end_of_the_axis():
    drawing = intervals([Interval("A", 0.5, 0.0, 2.0)], "times")
    assert all(math.isfinite(x) for x in numbers(drawing, "line", "x1"))
    assert min(numbers(drawing, "line", "x1")) >= 150


def test_a_year_without_papers_leaves_a_gap_in_the_line_and_keeps_its_band():
    rows = [Interval(str(year), value, 0.0, 4.0) for year, value in ((1, 2.0), (2, 0.0), (3, 2.0), (4, 3.0))]
    lines = [each.get("points").split() for each in parsed(series([1, 2, 3, 4], rows, "t")).iter(f"{SVG}polyline")]
    assert [len(line) for line in lines] == [1, 2]
    [band] = [each.get("points").split() for each in parsed(series([1, 2, 3, 4], rows, "t")).iter(f"{SVG}polygon")]
    assert len(band) == 8


def test_a_year_that_was_not_tested_has_no_band():
    rows = [Interval("1", 1.0, 0.5, 2.0), Interval("2", math.nan, math.nan, math.nan)]
    [band] = [each.get("points").split() for each in parsed(series([1, 2], rows, "t")).iter(f"{SVG}polygon")]
    assert len(band) == 2


def test_one_year_alone_is_drawn():
    assert len(numbers(series([2020], [Interval("2020", 2.0, 1.0, 3.0)], "t"), "circle", "cx")) == 1


def test_bars_are_in_proportion_and_carry_their_numbers():
    drawing = shares([Part("one", 1200, "pole-1"), Part("two", 300, "pole-2"), Part("none", 0, "pole-3")], "t")
    long, short, none = numbers(drawing, "rect", "width")
    assert long == pytest.approx(4 * short, abs=0.3)
    assert none == 0
    assert [each.text for each in parsed(drawing).iter(f"{SVG}text")][1::2] == ["1,200", "300", "0"]


def test_names_stay_words():
    bad = '</svg><script>alert("x")</script>&'
    for drawing in (
        intervals([Interval(bad[:20], 2, 1, 3)], bad),
        shares([Part(bad, 1, "pole-1")], bad),
        series([1], [Interval(bad, 2, 1, 3)], bad),
    ):
        assert "<script" not in drawing
        assert parsed(drawing).find(f"{SVG}title").text == bad


def test_a_long_name_is_cut():
    [name] = re.findall(r">([^<]*…)<", intervals([Interval("x" * 60, 2, 1, 3)], "t"))
    assert len(name) == 28


@given(st.lists(st.tuples(positive, positive, positive).map(sorted), min_size=1, max_size=6))
def test_everything_lies_inside_the_drawing(bounds):
    rows = [Interval("n", value, low, high) for low, value, high in bounds]
    for drawing in (intervals(rows, "t"), series(list(range(len(rows))), rows, "t")):
        tree = parsed(drawing)
        width, height = map(float, tree.get("viewBox").split()[2:])
        circles = list(tree.iter(f"{SVG}circle"))
        assert len(circles) == len(rows)
        assert all(0 <= float(each.get("cx")) <= width and 0 <= float(each.get("cy")) <= height for each in circles)
    order = sorted(zip([row.value for row in rows], numbers(intervals(rows, "t"), "circle", "cx"), strict=True))
    across = [x for _, x in order]
    assert across == sorted(across), "larger numbers stand further to the right"


def test_long_names_stay_within_the_picture():
    names = ["A – B", "American Samoa – Northern Mariana Islands"]
    short, long = re.findall(
        r"<text [^>]*text-anchor=.end. fill=.var\(--ink\).[^>]*>[^<]*",
        intervals([Interval(name, 2, 1, 3) for name in names], "t"),
    )
    assert "textLength" not in short
    room = int(re.search(r'textLength="(\d+)"', long)[1])
    assert room < int(re.search(r' x="(\d+)"', long)[1]), "it begins to the right of the edge"
    assert long.endswith("…")
