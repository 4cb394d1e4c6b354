"""The section on joint papers: what it shows of small published results, its grades, and what it leaves out."""

from collections import namedtuple

import pytest

from isthmus.analyses.partnership import frames
from isthmus.analyses.partnership.section import section
from isthmus.analyses.sections import study_report
from isthmus.report import load_results

FIGURES = [
    "partnership_papers", "partnership_effects", "partnership_pairs", "partnership_outcomes", "partnership_balance",
    "partnership_institutions",
]  # fmt: skip


@pytest.fixture
def results(publish):
    return load_results(publish())


def test_every_figure_can_be_drawn_and_has_a_caption(results):
    own = section(results)
    assert [figure.name for figure in own.figures] == FIGURES
    for figure in own.figures:
        assert figure.draw().to_dict()["description"], figure.name
        assert figure.caption


def test_an_interval_of_a_few_papers_does_not_squeeze_the_others(publish, tables):
    effects = tables["partnership_effects"]
    wide = effects.assign(
        percent_weighted_high=effects["percent_weighted_high"].where(effects["partner"] != "KR", 3_000_000.0)
    )
    drawn = {
        figure.name: figure.draw().to_dict()
        for figure in section(load_results(publish({"partnership_effects": wide}))).figures
    }
    limits = [scale["domain"] for scale in scales(drawn["partnership_pairs"])]
    assert all(low <= 0 and high < 1_000 for low, high in limits)
    assert limits


def scales(drawn):
    """Scales of numbers of a chart, wherever they stand in it."""
    if isinstance(drawn, dict):
        domain = drawn.get("domain")
        if isinstance(domain, list) and all(isinstance(end, int | float) for end in domain):
            yield drawn
        for part in drawn.values():
            yield from scales(part)
    elif isinstance(drawn, list):
        for part in drawn:
            yield from scales(part)


def test_there_is_no_section_without_matches_and_one_without_what_is_not_there(publish, tables):
    assert section(load_results(publish(without=("partnership_effects",)))) is None
    bare = section(
        load_results(publish(without=("partnership_factors", "partnership_balance", "partnership_institutions")))
    )
    assert [figure.name for figure in bare.figures] == FIGURES[:4]
    effects = tables["partnership_effects"]
    one = section(
        load_results(publish({"partnership_effects": effects[effects["first_year"] == effects["last_year"]]}))
    )
    assert one.values["pooled"] is None
    assert not any("beside others" in sentence for sentence in one.findings)


def test_sentences_have_both_estimates_the_published_one_and_a_grade(results):
    own = section(results)
    assert own.findings[0] == (
        "Papers of the United States with China, 2015–2018: +57 % citations within two years (+51 to +65 %) beside "
        "others of the same institution, team size and year, p = 0.001; +59 % without weights, as the paper seems to "
        "report; +35 % by a model (+22 to +49 %): firm."
    )
    placebo = [sentence for sentence in own.findings if sentence.startswith("The placebo: papers of Canada")]
    assert placebo[0].endswith("not settled.")
    assert "Papers of the United States with China by where citations come from" in " ".join(own.findings)


Row = namedtuple(
    "Row", "home partner outcome percent_weighted_low percent_weighted_high n_joint low high", defaults=(-1, 1)
)


@pytest.mark.parametrize(
    ("row", "grade"),
    [
        (Row("US", "CN", "c2", 0.1, 2.0, 500), "firm"),
        (Row("US", "CN", "c2", -0.1, 2.0, 500), "not settled"),
        (Row("US", "CN", "c2", -3.0, -2.0, 500), "not settled"),  # the model says the opposite
        (Row("US", "CN", "c2", 0.1, 2.0, 29), "few papers"),
        (Row("US", "CN", "in_venue", 0.1, 2.0, 500), "probable"),  # no model of it
        (Row("US", "CN", "c2", None, None, 500), "not settled"),
        (Row("US", "CN", "c2", None, None, 500, 1.0, 3.0), "firm"),  # a mean of 0: no percentage
    ],
)
def test_a_grade_needs_two_estimates_that_agree(results, row, grade):
    assert frames.grade(results, row) == grade


def test_the_page_holds_tables_and_figures(publish, tmp_path):
    page = study_report(load_results(publish()), tmp_path / "report.html").path.read_text(encoding="utf-8")
    for name in FIGURES:
        assert f'id="chart-{name}"' in page
    assert "years together, two authors or more" in page
    assert "None" not in page.split('id="partnership"')[1].split("</section>")[0]


def test_institutions_without_a_name_are_told_by_number(results):
    assert frames.institution_frame(results)["label"].tolist() == [
        "1. Institute of Seven", "2. institution 8", "3. Nine",
    ]  # fmt: skip
