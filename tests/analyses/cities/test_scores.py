"""Every rule for the values of AlShebli et al. 2022 on cities, with results inside its tolerance and outside."""

import pandas as pd
import pytest

from isthmus.analyses.cities.scores import RULES
from isthmus.analyses.sections import RULES as ALL_RULES
from isthmus.analyses.sections import study_scorecard
from isthmus.report import load_results
from isthmus.report.papers import PAPERS, published_values

NAMED = {name.removeprefix("alshebli2022_beijing/") for name in RULES}
VALUES = [value for value in published_values(PAPERS["alshebli2022"]) if value.quantity in NAMED]


def verdicts(folder):
    return {score.id: score for score in study_scorecard(load_results(folder)).scores}


def test_every_rule_belongs_to_a_published_value():
    assert {value.quantity for value in VALUES} == NAMED
    assert len(VALUES) == 37


def test_a_name_that_two_papers_use_has_a_rule_for_each():
    assert "rank_productivity" not in RULES, "of Gallo et al. 2026 it is the rank of a country"
    assert "rank_productivity" in ALL_RULES
    assert "alshebli2022_beijing/rank_productivity" in ALL_RULES


def test_results_as_published_lie_inside(publish):
    found = verdicts(publish())
    assert {v.id: (found[v.id].ours, found[v.id].why) for v in VALUES if found[v.id].verdict != "inside"} == {}


def changed(tables, name, column, value, where):
    frame = tables[name].copy()
    chosen = frame.eval(where)
    assert chosen.any()
    frame[column] = frame[column].where(~chosen, value)
    return {name: frame}


WRONG = {
    "SHEBLI22-001": ("place_coverage", "works_with_city", 20_000, "works > 0"),
    "SHEBLI22-002": ("city_years", "c2", 5_000, "city == 2 and year == 2012"),
    "SHEBLI22-003": ("city_years", "works", 9_000, "city == 2 and year == 2019"),
    "SHEBLI22-004": ("city_years", "scientists", 9_000, "city == 3 and year == 2010"),
    "SHEBLI22-005": ("city_years", "c2", 5_000, "city == 2 and year == 2017"),
    "SHEBLI22-006": ("city_years", "works", 2_900, "city == 2 and year == 2019"),
    "SHEBLI22-007": ("city_years", "scientists", 2_900, "city == 2 and year == 2019"),
    "SHEBLI22-008": ("side_years", "c2", 2_500, "year < 2014"),
    "SHEBLI22-009": ("side_years", "c2", 50_000, "year == 2017"),
    "SHEBLI22-010": ("side_years", "works", 900_000, "year > 0"),
    "SHEBLI22-011": ("side_years", "scientists", 900_000, "year > 0"),
    "SHEBLI22-014": ("city_matrices", "weight", 5_000, "network == 'impact' and src == 1 and dst == 3"),
    "SHEBLI22-015": ("city_matrices", "weight", 5_000, "network == 'impact' and src == 1 and dst == 3"),
    "SHEBLI22-016": ("city_masses", "works", 9_000, "city == 2"),
    "SHEBLI22-017": ("side_years", "works", 10_000, "year == 2017"),
    "SHEBLI22-018": ("city_matrices", "over_impact", 1.0, "network == 'impact'"),
    "SHEBLI22-019": ("cities", "side", "West", "position > 3"),
    "SHEBLI22-020": ("city_matrices", "over_impact", -1.0, "network == 'impact' and dst == 2 and src == 1"),
    "SHEBLI22-021": ("city_matrices", "over_impact", -1.0, "network == 'impact' and dst == 4 and src == 1"),
    "SHEBLI22-022": ("city_matrices", "over_impact", -1.0, "network == 'impact' and dst == 9 and src == 1"),
    "SHEBLI22-023": ("city_matrices", "over_impact", -1.0, "network == 'impact' and dst == 10 and src == 1"),
    "SHEBLI22-024": ("city_matrices", "over_impact", 1.0, "network == 'impact' and dst == 1"),
    "SHEBLI22-038": ("city_years", "rank_works", 20, "city == 21 and year == 2017"),
    "SHEBLI22-039": ("city_years", "rank_c2", 10, "city == 21 and year == 2017"),
    "SHEBLI22-082": ("city_matrices", "weight", 500, "network == 'migration' and src == 2"),
    "SHEBLI22-084": ("city_matrices", "weight", 5_000, "network == 'migration' and src == 2 and dst == 3"),
    "SHEBLI22-085": ("city_matrices", "weight", 1, "network == 'migration' and src == dst"),
    "SHEBLI22-086": ("city_matrices", "weight", 1, "network == 'collaboration'"),
    "SHEBLI22-087": ("city_matrices", "over_impact", -1.0, "network == 'impact' and src == 7 and dst == 7"),
    "SHEBLI22-088": ("city_matrices", "over_impact", 1.0, "network == 'impact'"),
    "SHEBLI22-089": ("city_matrices", "over_impact", -1.0, "network == 'impact'"),
    "SHEBLI22-090": ("city_matrices", "over_impact", 1.0, "network == 'impact' and src == 1 and dst == 3"),
    "SHEBLI22-091": ("city_matrices", "weight", 9_000, "network == 'impact' and src == 2"),
    "SHEBLI22-092": ("city_matrices", "weight", 900, "network == 'impact' and dst == 3"),
    "SHEBLI22-093": ("city_matrices", "weight", 900, "network == 'impact' and dst == 3"),
}


@pytest.mark.parametrize("value", WRONG)
def test_each_rule_can_fail(publish, tables, value):
    found = verdicts(publish(tables=changed(tables, *WRONG[value])))[value]
    assert found.verdict == "outside", found


@pytest.mark.parametrize(
    ("without", "ids"),
    [
        (("city_years",), ["SHEBLI22-002", "SHEBLI22-005", "SHEBLI22-038"]),
        (("city_matrices",), ["SHEBLI22-014", "SHEBLI22-018", "SHEBLI22-084"]),
        (("city_masses",), ["SHEBLI22-016"]),
    ],
)
def test_what_is_not_there_cannot_be_compared(publish, without, ids):
    found = verdicts(publish(without=without))
    for one in ids:
        assert found[one].verdict == "cannot be compared"
        assert without[0] in found[one].why


def test_a_small_corpus_without_twenty_cities_is_not_compared(publish, tables):
    few = pd.DataFrame(tables["cities"].head(9))
    found = verdicts(publish(tables={"cities": few}))
    assert found["SHEBLI22-018"].verdict == "cannot be compared"
    assert "Fewer than 20 cities" in found["SHEBLI22-018"].why
    assert found["SHEBLI22-039"].why == "No work comes from a city called Jeddah"
