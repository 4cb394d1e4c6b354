import altair as alt
import pandas as pd

from isthmus.report.charts import finish, inline, one_two_five, unconfigured, year_axis


def bars():
    return alt.Chart(inline(values=[{"year": 2020, "n": 1}])).mark_bar().encode(x=year_axis(), y="n:Q")


def test_ticks_are_one_two_five_around_the_values():
    papers = pd.Series([3.0, 40.0, 700.0])
    ticks = one_two_five(papers)
    assert ticks == [2, 5, 10, 20, 50, 100, 200, 500, 1000]
    assert one_two_five(papers[:0]) == [1.0]
    assert one_two_five(pd.Series([7.0])) == [5, 10]


def test_over_many_magnitudes_only_powers_of_ten_are_ticks():
    assert one_two_five(pd.Series([1.0, 2e6])) == [1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000]


def test_a_finished_chart_has_size_style_description_and_a_line_above():
    spec = finish(bars(), width=300, height=100, description="what is seen", above="Papers").to_dict()
    assert (spec["width"], spec["height"], spec["description"]) == (300, 100, "what is seen")
    assert spec["title"]["text"] == "Papers"
    assert "axis" in spec["config"]


def test_a_part_of_a_larger_chart_has_no_style_of_its_own():
    finished = finish(bars())
    assert "axisX" not in unconfigured(finished).to_dict().get("config", {})
    assert "axisX" in finished.to_dict()["config"], "the original keeps its style"
