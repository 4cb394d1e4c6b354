"""Published values on disruption: since when a city has most works at either end of the year."""

import pytest

from isthmus.analyses.disruption.scores import RULES, leading_since
from isthmus.analyses.disruption.tables import DISRUPTION_CITIES
from isthmus.analyses.sections import study_scorecard
from isthmus.report import load_results
from isthmus.report.scoring import NotComparableError, Published

DISRUPTIVE, DEVELOPMENTAL = "first_year_rank1_disruptive_top10pct", "first_year_rank1_developmental_top10pct"


def published(quantity, scope="Beijing", last=2019, value="2005"):
    return Published("X", "alshebli2022_beijing", quantity, scope, 2000, last, value, "year")


@pytest.fixture
def results(publish):
    return load_results(publish(paper="alshebli2022"))


def test_first_in_every_year_since(results):
    table = results.table(DISRUPTION_CITIES)
    assert leading_since(table, "most_developmental", 1) == 2005
    assert leading_since(table, "most_disruptive", 1) == 2008, "another has as many in 2007"
    assert leading_since(table, "most_disruptive", 2) is None
    assert leading_since(table[table["city"] == 1], "most_disruptive", 1) == 2000, "alone it leads"


@pytest.mark.parametrize(("value", "inside"), [("2005", True), ("2011", True), ("2012", False)])
def test_within_three_years(results, value, inside):
    rule, printed = RULES[DISRUPTIVE], published(DISRUPTIVE, value=value)
    ours = rule.compute(results, printed)
    assert (ours.value, ours.text) == (2008.0, "2008")
    assert ours.how.startswith("first in every year since; 30 of its works of 2019")
    assert rule.inside(ours, printed) is inside


def test_a_city_that_does_not_lead_is_outside(results):
    printed = published(DEVELOPMENTAL, scope="Boston")
    ours = RULES[DEVELOPMENTAL].compute(results, printed)
    assert ours.text == "not first in 2019"
    assert not RULES[DEVELOPMENTAL].inside(ours, printed)


@pytest.mark.parametrize(("scope", "last"), [("Atlantis", 2019), ("Beijing", 2030)])
def test_what_is_not_there_cannot_be_compared(results, scope, last):
    with pytest.raises(NotComparableError, match=f"called {scope}"):
        RULES[DISRUPTIVE].compute(results, published(DISRUPTIVE, scope, last))


def test_a_study_without_places_says_what_it_needs(publish):
    with pytest.raises(NotComparableError, match="needs the section places"):
        RULES[DISRUPTIVE].compute(load_results(publish(without=("disruption_cities",))), published(DISRUPTIVE))


def test_the_scorecard_has_both_rows(results):
    scores = {score.quantity: score for score in study_scorecard(results).scores if score.quantity in RULES}
    assert {name: score.verdict for name, score in scores.items()} == {DISRUPTIVE: "inside", DEVELOPMENTAL: "inside"}
