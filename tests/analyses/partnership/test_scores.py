"""Published values on joint papers: inside where they hold, outside where they do not, and what cannot be compared."""

import pytest

from isthmus.analyses.partnership.scores import RULES
from isthmus.analyses.sections import study_scorecard
from isthmus.report import load_results
from isthmus.report.papers import find_paper, published_values
from isthmus.report.scoring import NotComparableError

COVERED = {
    *(f"SHEBLI24-{number:03d}" for number in (*range(37, 289), 296, 297, 298, 299, 300, 301, 302)),
    "SHEBLI24-PUB-013",
}  # fmt: skip


def scores(folder):
    card = study_scorecard(load_results(folder))
    return {score.id: score for score in card.scores if score.quantity in RULES}


def judged(folder, *ids):
    """Verdict and explanation of some values alone, which is quicker than a scorecard."""
    results, found = load_results(folder), {}
    for value in published_values(find_paper("alshebli2024")):
        if value.id in ids:
            rule = RULES[value.quantity]
            try:
                ours = rule.compute(results, value)
                found[value.id] = ("inside" if rule.inside(ours, value) else "outside", ours.how)
            except NotComparableError as error:
                found[value.id] = ("cannot be compared", str(error))
    return found


def test_every_covered_value_holds_in_a_world_made_so(publish):
    found = scores(publish())
    assert set(found) == COVERED
    outside = {
        id: (score.quantity, score.scope, score.ours, score.why)
        for id, score in found.items()
        if score.verdict != "inside"
    }
    assert set(outside) <= {"SHEBLI24-301", "SHEBLI24-302"}, outside
    assert found["SHEBLI24-037"].why == "All papers, with and without an institution"
    assert found["SHEBLI24-262"].why == "Without papers of one author"
    assert "what the published numbers of papers suggest" in found["SHEBLI24-263"].why


@pytest.mark.parametrize(
    ("value", "table", "change"),
    [
        ("SHEBLI24-037", "partnership_years", lambda f: f.assign(works=9)),
        ("SHEBLI24-039", "partnership_effects", lambda f: f.assign(n_joint=9)),
        ("SHEBLI24-041", "partnership_effects", lambda f: f.assign(l1_after=0.99)),
        ("SHEBLI24-042", "partnership_effects", lambda f: f.assign(mean_joint=70.0)),
        ("SHEBLI24-044", "partnership_effects", lambda f: f.assign(percent=3.0)),
        ("SHEBLI24-267", "partnership_effects", lambda f: f.assign(mean_others=70.0)),
        ("SHEBLI24-296", "partnership_years", lambda f: f.assign(works=9)),
        ("SHEBLI24-297", "partnership_years", lambda f: f.assign(works=9)),
        ("SHEBLI24-298", "partnership_contrasts", lambda f: f.assign(p_value=0.5)),
        ("SHEBLI24-299", "partnership_contrasts", lambda f: f.assign(joint=0.1)),
        ("SHEBLI24-300", "partnership_effects", lambda f: f.assign(percent=f["percent"].where(f["home"] == "US", -99.0))),
        ("SHEBLI24-PUB-013", "partnership_effects", lambda f: f.assign(low=-1.0)),
    ],
)  # fmt: skip
def test_a_value_that_does_not_hold_is_outside(publish, tables, value, table, change):
    found = judged(publish({table: change(tables[table])}), value)
    assert found[value][0] == "outside", found[value]


@pytest.mark.parametrize(
    ("value", "verdict"), [(lambda f: f.assign(low=0.2), "inside"), (lambda f: f.assign(low=-0.2), "outside")]
)
def test_an_effect_in_every_year_is_one_in_every_year(publish, tables, value, verdict):
    found = judged(
        publish({"partnership_effects": value(tables["partnership_effects"])}), "SHEBLI24-301", "SHEBLI24-302"
    )
    assert [said for said, _ in found.values()] == [verdict, verdict]


@pytest.mark.parametrize(
    ("gone", "values"),
    [
        ("partnership_effects", {"SHEBLI24-037", "SHEBLI24-044", "SHEBLI24-300", "SHEBLI24-301", "SHEBLI24-PUB-013"}),
        ("partnership_years", {"SHEBLI24-037", "SHEBLI24-296", "SHEBLI24-297"}),
        ("partnership_contrasts", {"SHEBLI24-298", "SHEBLI24-299"}),
    ],
)
def test_what_is_not_there_cannot_be_compared(publish, gone, values):
    found = judged(publish(without=(gone,)), *values)
    assert set(found) == values
    assert {said for said, _ in found.values()} == {"cannot be compared"}


def test_papers_of_others_and_other_years_cannot_be_compared(publish, tables):
    effects = tables["partnership_effects"]
    others = effects.assign(home="FR", partner="DE")
    found = judged(publish({"partnership_effects": others}), "SHEBLI24-042")
    assert found["SHEBLI24-042"][0] == "cannot be compared"
    empty = effects.assign(percent=None, mean_joint=None, reason="no stratum has both arms")
    found = judged(publish({"partnership_effects": empty}), "SHEBLI24-044")
    assert found["SHEBLI24-044"] == ("cannot be compared", "no stratum has both arms")
    without = tables["partnership_years"].query("joint == False")
    found = judged(publish({"partnership_years": without}), "SHEBLI24-296")
    assert found["SHEBLI24-296"][0] == "cannot be compared"
