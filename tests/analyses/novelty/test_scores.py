"""Every rule for the preprint's values of novelty, with results inside its tolerance and outside."""

import pytest

from isthmus.analyses.novelty.scores import RULES
from isthmus.analyses.sections import study_scorecard
from isthmus.report import load_results

VALUES = {"SHEBLI24-015", "SHEBLI24-016", "SHEBLI24-303", "SHEBLI24-306"}


def scores(folder):
    return {score.id: score for score in study_scorecard(load_results(folder)).scores if score.quantity in RULES}


def test_results_as_published_lie_inside(publish):
    found = scores(publish())
    assert set(found) == VALUES
    assert {id: score.why for id, score in found.items() if score.verdict != "inside"} == {}


def test_shares_are_of_all_years_together(publish, tables):
    years = tables["novelty_years"]
    years.loc[(years["entity"] == "US") & (years["year"] < 2010), "hits"] = 120
    found = scores(publish({"novelty_years": years}))
    assert found["SHEBLI24-015"].verdict == "outside"
    assert found["SHEBLI24-016"].verdict == "inside"


def test_the_order_of_means_is_by_most_years(publish, tables):
    years = tables["novelty_years"]
    china = (years["entity"] == "CN") & (years["measure"] == "pairs")
    years.loc[china & (years["year"] < 2010), "mean_value"] = 0.5
    assert scores(publish({"novelty_years": years}))["SHEBLI24-303"].verdict == "inside"
    years.loc[china & (years["year"] < 2012), "mean_value"] = 0.5
    assert scores(publish({"novelty_years": years}))["SHEBLI24-303"].verdict == "outside"


def test_no_catching_up_where_the_distance_stays(publish, tables):
    years = tables["novelty_years"]
    years.loc[years["entity"] == "CN", "share_of_hits"] = 0.05
    years.loc[years["entity"] == "US", "share_of_hits"] = 0.15
    assert scores(publish({"novelty_years": years}))["SHEBLI24-306"].verdict == "outside"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda years: years[years["year"] > 2003], "No paper of 2000"),
        (lambda years: years[years["entity"] != "CN"], "China"),
        (lambda years: years.iloc[:0], "measures no novelty"),
    ],
)
def test_what_is_missing_cannot_be_compared(publish, tables, change, why):
    found = scores(publish({"novelty_years": change(tables["novelty_years"])}))
    missing = [score for score in found.values() if score.verdict == "cannot be compared"]
    assert len(missing) >= 3
    assert any(why in score.why for score in missing), [score.why for score in missing]
