"""The section on cities: what it shows of small published results, what it says, and what it leaves out."""

import pandas as pd
import pytest

from isthmus.analyses.cities import charts, frames
from isthmus.analyses.cities.section import section
from isthmus.analyses.sections import study_report
from isthmus.report import load_results


@pytest.fixture
def results(publish):
    return load_results(publish())


def test_there_is_no_section_without_cities(publish, tables):
    assert section(load_results(publish(without=("city_years",)))) is None
    nobody = tables["cities"].assign(position=pd.array([pd.NA] * len(tables["cities"]), dtype="Int32"))
    assert section(load_results(publish(tables={"cities": nobody}))) is None


def test_the_first_side_stands_first_and_within_it_impact_decides(results):
    order = frames.leading(results, 20)
    assert order["side"].tolist() == ["East"] * 8 + ["West"] * 12
    assert order["label"].tolist()[:3] == ["Beijing", "Shanghai", "Hong Kong"]
    assert order["label"].tolist()[8] == "Mountain View"
    assert frames.sizes(results) == [20], "fifty were asked for, and there are not fifty"


def test_firm_pairs_of_all_cities_most_works_beyond_first(results, publish, tables):
    found = frames.firm_pairs(results)
    assert (found["pairs"], found["linked"], found["more"], found["less"], found["unfitted"]) == (780, 200, 2, 1, 1)
    assert [row["weight"] for row in found["first"]] == [90, 50]
    assert section(load_results(publish(without=("city_pair_fits",)))).values["firm"] is None
    only = tables["city_pair_fits"].query("first_year == last_year")
    assert frames.firm_pairs(load_results(publish(tables={"city_pair_fits": only}))) is None


def test_leaders_with_their_first_year_and_the_second(results):
    rows = {row["metric"]: row for row in frames.leaders(results)}
    assert [(row["year"], row["since"], row["ratio"]) for row in rows.values()] == [
        (2017, 2007, 2.0),
        (2019, 2002, 3.0),
        (2019, 1995, 3.0),
    ]
    assert {row["second"] for row in rows.values()} == {"Mountain View"}


def test_who_leads_since_when():
    years = pd.DataFrame(
        [(1, 2000, 5), (2, 2000, 5), (1, 2001, 1), (2, 2001, 5), (1, 2002, 7), (2, 2002, 5), (1, 2003, 7)],
        columns=["city", "year", "works"],
    )
    assert frames.first_year_leading(years, "works", 1) == 2002
    assert frames.first_year_leading(years, "works", 2) is None, "it has no works in the last year"
    assert frames.first_year_leading(years[years["year"] == 2000], "works", 1) == 2000, "equals both lead"


def test_classes_are_fifths_of_what_is_there():
    values = pd.Series([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, -10])
    assert frames.steps(values).tolist() == [0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    assert frames.steps(pd.Series([0, 0])).tolist() == [0, 0]
    assert frames.steps(pd.Series([0, 7, 7])).tolist() == [0, 5, 5], "equals are of one class"
    assert frames.steps(pd.Series([], dtype=float)).tolist() == []


def test_cells_tell_their_numbers_and_their_grade(results):
    cells = frames.matrix(results, "impact", 20).set_index(["source", "target"])
    assert len(cells) == 400
    assert cells.loc[("Beijing", "Hong Kong"), "hue"] == "East"
    assert cells.loc[("Beijing", "Paris"), "hue"] == "across"
    assert cells.loc[("Wuhan", "Beijing"), "words"] == (
        "100 citations, +30 against output alone; 50.0 expected by size: more than size explains, firm"
    )
    assert cells.loc[("Paris", "Tokyo"), "words"] == (
        "20 citations, -30 against output alone; 50.0 expected by size: not settled"
    )
    assert frames.matrix(results, "migration", 20)["words"].iloc[0] == "900 scientists"


def test_quadrants_add_up_and_leave_cities_with_themselves_to_their_own_row(results):
    rows = {(row["from"], row["to"]): row for row in frames.quadrants(results, "impact", 20)}
    assert {key: row["pairs"] for key, row in rows.items()} == {
        ("East", "East"): 56, ("East", "West"): 96, ("West", "East"): 96, ("West", "West"): 132,
    }  # fmt: skip
    for row in rows.values():
        parts = ("firm_more", "firm_less", "probable_more", "probable_less", "unsettled")
        assert sum(row[name] for name in parts) == row["pairs"]
    assert rows["West", "West"]["firm_more"] == 132
    assert rows["West", "East"]["unsettled"] == 96
    assert frames.home(results, "impact", 20)["firm_more"] == 20


def test_where_no_tie_is_settled_the_finding_says_that_alone(publish, tables):
    open_ = tables["city_matrices"].assign(grade=None, direction=None)
    said = section(load_results(publish(tables={"city_matrices": open_}))).findings
    about = [sentence for sentence in said if "size explains" in sentence]
    assert len(about) == 6
    assert all(sentence.startswith("Whether leading cities of ") for sentence in about)
    assert (
        "lose scientists to those of West more or less than size explains is not settled for any of 96 pairs"
        in about[2]
    )


def test_sentences_have_a_grade_wherever_they_say_more_or_less(results, unsupported):
    found = section(results).findings
    assert unsupported(found) == []
    assert found[0] == (
        "Beijing has most citations within two years in 2017, and in every year since 2007: 2,000, 2.0 times those of "
        "Mountain View."
    )
    across = [sentence for sentence in found if "size explains" in sentence]
    assert len(across) == 6, "two directions of each network"
    assert across[0] == (
        "Of 96 pairs of leading cities, those of East cite works of those of West more than size explains in 16 and "
        "less in 80 (firm), more in 0 and less in 0 (probable); 0 are not settled."
    )
    assert all("not settled" in sentence for sentence in across)
    assert [("(firm)" in sentence) for sentence in across] == [True] + [False] * 5, (
        "ties of one direction of citations alone are"
    )


def test_every_figure_can_be_drawn_and_has_a_caption(results):
    own = section(results)
    names = {figure.name for figure in own.figures}
    assert {"city_ranks_c2", "city_ranks_works", "city_ranks_scientists", "city_ranks_c5", "city_shares"} <= names
    assert {f"city_matrix_{name}_20" for name in ("impact", "over_impact", "migration", "collaboration")} <= names
    for figure in own.figures:
        assert figure.draw().to_dict()["description"], figure.name
        assert figure.caption
        assert figure.heading


def test_over_impact_has_a_colour_for_more_and_one_for_less(results):
    spec = charts.matrix_chart(results, "impact", 20, over=True).to_dict()
    values = spec["data"]["values"]
    assert {row["hue"] for row in values} == {charts.MORE, charts.LESS}
    assert [row["at"] for row in spec["layer"][2]["data"]["values"]] == ["Tokyo"], "between the sides"


def test_coverage_stands_on_the_page_and_names_instead_of_numbers(publish, tmp_path):
    out = tmp_path / "report.html"
    study_report(load_results(publish()), out)
    page = out.read_text(encoding="utf-8")
    body = page[page.index('<section id="cities"') :]
    body = body[: body.index("</section>")]
    assert "Coverage: 73% of the works, with 80% of the citations" in body
    assert 'id="chart-city_matrix_over_impact_20"' in body
    assert "Mountain View" in body


def test_without_a_fit_no_tie_is_graded(publish, tables, tmp_path):
    out = tmp_path / "report.html"
    study_report(load_results(publish(tables={"city_fits": tables["city_fits"].head(0)})), out)
    assert "What size does not explain, by side" not in out.read_text(encoding="utf-8")
