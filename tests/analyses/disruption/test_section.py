"""The section on disruption: readings, places, sentences with grades, and what it leaves out."""

import numpy as np
import pytest

from isthmus.analyses.disruption import charts, frames
from isthmus.analyses.disruption.section import section
from isthmus.analyses.sections import study_findings, study_report
from isthmus.report import load_results


@pytest.fixture
def results(publish):
    return load_results(publish())


def test_there_is_no_section_without_disruption(publish):
    assert section(load_results(publish(without=("disruption_years",)))) is None


def test_all_readings_that_go_one_way_are_a_finding(results):
    first = section(results).findings[0]
    assert first == (
        "Works of 2000–2019 disrupt less the later they are by all five readings (mean CD -0.100 per decade, "
        "-0.120 to -0.080; largest p of the five < 0.001): also with works without references, and beside what permuted citations give."
    )


@pytest.mark.parametrize(("direction", "words"), [(None, "does neither rise nor fall for certain"), ("rises", "rises")])
def test_readings_that_differ_settle_nothing(publish, tables, direction, words):
    trends = tables["disruption_trends"]
    last = (trends["place"] == "world") & (trends["measure"] == "above_expected")
    trends.loc[last, ["direction", "p_value"]] = direction, 0.3
    first = section(load_results(publish(tables={"disruption_trends": trends}))).findings[0]
    assert first == (
        "Whether works disrupt more or less over 2000–2019 is not settled: CD falls (p < 0.001), CD of the short window "
        "falls (p < 0.001), CD with works without references falls (p < 0.001), DI5 falls (p < 0.001) and CD less its "
        f"expectation {words} (p = 0.300)."
    )


@pytest.mark.parametrize(("last", "final"), [(None, 2016), (10, 2011)])
def test_trends_end_where_windows_are_over(publish, last, final):
    switches = {"disruption.places": ["CN"], "disruption.last": last, "disruption.short": 5, "years.citing_until": 2021}
    results = load_results(publish(switches=switches))
    assert frames.trend_years(results) == (2000, final)
    assert section(results).findings[0].startswith(f"Works of 2000–{final} disrupt less")


def test_places_are_told_with_their_grade_or_as_not_settled(results, unsupported):
    assert unsupported(section(results).findings) == []
    found = section(results).findings[1:]
    assert found == (
        "Works of China of 2015–2019 are more developmental than the world's of the same year and a like number of "
        "references: mean rank 0.460 (0.450 to 0.470), firm, q < 0.001.",
        "Works of the EU-27 of 2015–2019 are more disruptive than the world's of the same year and a like number of "
        "references: mean rank 0.520 (0.510 to 0.530), probable, p = 0.030.",
        "Whether works of 2015–2019 of the United States (mean rank 0.505, 0.495 to 0.515) are more disruptive than the "
        "world's is not settled.",
    )
    assert set(found) <= set(study_findings(results))


def test_places_are_those_of_the_study_then_the_largest_others(results, publish):
    assert frames.places(results) == ["CN", "US", "EU-27"]
    assert [row["who"] for row in frames.place_rows(results)] == ["World", "China", "United States", "EU-27", "France"]
    assert frames.place_rows(results)[1]["share_disruptive"] == pytest.approx(0.1)
    compared = load_results(publish(switches={"disruption.places": [], "geography.compare": ["FR"]}))
    assert frames.places(compared) == ["FR"]
    assert frames.places(load_results(publish(switches={}))) == ["US", "CN"], "the poles"


def test_every_figure_can_be_drawn_and_has_a_caption(results):
    own = section(results)
    assert [figure.name for figure in own.figures] == [
        "disruption_readings",
        "disruption_ranks",
        "disruption_references",
    ]
    for figure in own.figures:
        assert figure.draw().to_dict()["description"], figure.name
        assert figure.caption
        assert figure.heading


def test_the_readings_of_the_world_only(results):
    values = charts.readings_frame(results)
    assert len(values) == 5 * 20
    assert set(values["reading"]) == set(frames.READINGS.values())
    first = values[values["reading"] == "CD"].iloc[0]
    assert (first["mean"], first["low"], first["high"]) == pytest.approx((0.1, 0.09, 0.11))


def test_the_page_has_the_warnings_and_the_numbers(results, tmp_path):
    text = study_report(results, tmp_path / "report.html").path.read_text(encoding="utf-8")
    for words in (
        "Holst et al. (2024)",
        "Park, Leahey and Funk (2025)",
        "Petersen et al. 2023",
        "Leibel and Bornmann 2024",
        "disruption.minimum_references: 5",
        "8% of the works here have none",
        "more developmental (firm)",
        "<td>falls</td>",
        "not settled",
        "10% most disruptive or most developmental",
        "<td>Boston</td><td>United States</td>",
    ):
        assert words in text, words


def test_years_too_few_for_a_trend_are_said(publish, tables, tmp_path):
    trends = tables["disruption_trends"]
    of_china = (trends["place"] == "CN") & (trends["measure"] == "cd")
    trends.loc[of_china, "years"] = 1
    trends.loc[of_china, ["slope", "slope_low", "slope_high", "kendall_tau", "p_value"]] = np.nan
    trends.loc[of_china, "direction"] = None
    results = load_results(
        publish(tables={"disruption_trends": trends}, switches={"disruption.places": ["CN"], "disruption.short": 3})
    )
    text = study_report(results, tmp_path / "report.html").path.read_text(encoding="utf-8")
    assert "<td>has too few years</td>" in text
    assert "– to –" not in text
    assert "CD of 3 years" in text
    assert ">CD5<" not in text


def test_cities_with_most_disruptive_works_come_first(results):
    rows = frames.city_rows(results)
    assert [(row["name"], row["most_disruptive"]) for row in rows] == [("Beijing", 150.0), ("Boston", 100.0)]


def test_a_stricter_bound_is_said(publish, tmp_path):
    switches = {
        "disruption.minimum_references": 5,
        "disruption.last": 10,
        "disruption.strict": True,
        "disruption.places": ["CN"],
    }
    results = load_results(publish(switches=switches))
    text = study_report(results, tmp_path / "report.html").path.read_text(encoding="utf-8")
    assert "works with fewer than 5 have no index here" in text
    assert "Of the works of later years, until 10 years after it, that cite" in text


def test_results_without_places_and_trends_have_the_rest(publish):
    own = section(load_results(publish(without=("disruption_places", "disruption_trends", "disruption_cities"))))
    assert own.findings == ()
    assert own.values["compared"] == own.values["trends"] == own.values["cities"] == []


def test_years_without_an_index_draw_what_is_there(publish, tables):
    years = tables["disruption_years"]
    estimates = [name for name in years if years[name].dtype == float and not name.startswith("most_")]
    years[estimates] = float("nan")
    own = section(load_results(publish(tables={"disruption_years": years})))
    assert [figure.name for figure in own.figures] == ["disruption_references"]
