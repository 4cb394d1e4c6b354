"""Every rule for the values of Digital Science 2025, with results inside its tolerance and outside."""

import pandas as pd
import pytest

from isthmus.analyses.blocs.scores import RULES, place
from isthmus.analyses.sections import study_scorecard
from isthmus.errors import ConfigError
from isthmus.report import load_results
from isthmus.report.papers import PAPERS, published_values

VALUES = published_values(PAPERS["digitalscience2025"])


def verdicts(folder):
    return {score.id: score for score in study_scorecard(load_results(folder)).scores}


def changed(tables, name, column, value, **where):
    """The table with another value in the rows in which these columns have these values."""
    frame = tables[name].copy()
    chosen = pd.Series(True, index=frame.index)
    for field, wanted in where.items():
        chosen &= frame[field] == wanted
    assert chosen.any()
    frame[column] = frame[column].where(~chosen, value)
    return {name: frame}


def test_every_published_value_has_a_rule():
    assert {value.quantity for value in VALUES} == set(RULES)
    assert len(VALUES) == 28


def test_results_as_published_lie_inside(publish):
    found = verdicts(publish())
    assert {id: score.why for id, score in found.items() if score.verdict != "inside"} == {}


WRONG = {
    "DS25-001": ("bloc_years", "share_citations_made", 0.30, {"entity": "CN"}),
    "DS25-005": ("bloc_partners", "share", 0.2, {"entity": "CN", "among": "any"}),
    "DS25-006": ("bloc_partners", "share", 0.2, {"entity": "US", "partner": "CN"}),
    "DS25-010": ("active_researchers", "researchers", 60_000, {"entity": "EU-27"}),
    "DS25-012": ("organisation_counts", "organisations", 70, {"place": "CN"}),
    "DS25-017": ("organisation_counts", "organisations", 1, {"place": "Africa"}),
    "DS25-018": ("bloc_world_years", "ratio", 0.4, {"year": 2024}),
    "EXT-003": ("bloc_world_years", "ratio", 2.1, {"year": 2024}),
    "EXT-001": ("bloc_world_years", "works", 30_000, {"year": 2000}),
    "DS25-019": ("bloc_top_partners", "partner", "US", {"entity": "GB"}),
    "DS25-022": ("reliance_trends", "slope", 0.01, {"entity": "CN"}),
    "DS25-023": ("connected_countries", "pagerank", 0.2, {"country": "US"}),
    "DS25-024": ("active_researchers", "median_age", 12.0, {"entity": "CN"}),
    "DS25-025": ("large_organisations", "city", "Hefei", {"city": "Nanjing"}),
}


@pytest.mark.parametrize("value", WRONG)
def test_each_rule_can_fail(publish, tables, value):
    name, column, wrong, where = WRONG[value]
    score = verdicts(publish(changed(tables, name, column, wrong, **where)))[value]
    assert score.verdict == "outside", score.why
    assert score.why


def test_a_published_zero_is_met_by_zero_alone_and_a_country_without_a_row_has_none(publish, tables):
    assert verdicts(publish())["DS25-016"].ours == "0"
    counts = tables["organisation_counts"]
    france = counts[counts["place"] == "US"].assign(place="FR", place_kind="country", organisations=1)
    score = verdicts(publish({"organisation_counts": pd.concat([counts, france])}))["DS25-016"]
    assert (score.verdict, score.ours) == ("outside", "1")


def test_what_a_score_says_beside_the_number(publish):
    found = verdicts(publish())
    assert found["DS25-005"].ours == "8.0%"
    assert "with each: United States 4.8%, United Kingdom 3.2% and EU-27 3.5%" in found["DS25-005"].why
    assert "citations to date of papers of 2024 32.8%" in found["DS25-001"].why
    assert (
        "of all meanings of active the nearest to the published numbers, by which it was chosen"
        in found["DS25-009"].why
    )
    assert "(interval 147 to 153); at the top above them 150, above the same share of the world 150" in (
        found["DS25-012"].why[0].lower() + found["DS25-012"].why[1:]
    )
    assert found["DS25-020"].ours == "China"
    assert "-4.0 points per decade (-5.0 to -3.0); largest in 2001" in found["DS25-022"].why


@pytest.mark.parametrize(
    ("gone", "value"),
    [
        ("bloc_world_years", "EXT-002"),
        ("bloc_years", "DS25-001"),
        ("bloc_partners", "DS25-006"),
        ("active_researchers", "DS25-009"),
        ("organisation_counts", "DS25-012"),
        ("large_organisations", "DS25-025"),
        ("bloc_top_partners", "DS25-019"),
        ("reliance_trends", "DS25-022"),
        ("connected_countries", "DS25-023"),
    ],
)
def test_without_its_table_a_value_cannot_be_compared(publish, gone, value):
    assert verdicts(publish(without=(gone,)))[value].verdict == "cannot be compared"


def test_other_years_and_other_entities_cannot_be_compared(publish, tables):
    shorter = {name: f[f["year"] < 2024] for name, f in tables.items() if "year" in f and name != "reliance_trends"}
    found = verdicts(publish(shorter, years=[2000, 2023]))
    inside = {id for id, score in found.items() if score.verdict != "cannot be compared"}
    assert inside == {"EXT-001"}, "of 2000"
    others = publish(switches={"blocs.entities": ["US", "CN", "EU-27", "GB"]})
    assert verdicts(others)["DS25-018"].verdict == "cannot be compared"
    three = tables["bloc_partners"][tables["bloc_partners"]["partner"] != "GB"]
    fewer = publish({"bloc_partners": three}, switches={"blocs.entities": ["CN", "US", "EU-27"]})
    assert verdicts(fewer)["DS25-005"].verdict == "cannot be compared"


def test_scopes_are_places():
    assert [place(text) for text in ("UK", " EU", "EU-27", "United States", "CN", "EU-28")] == [
        "GB", "EU-27", "EU-27", "US", "CN", "EU-28",
    ]  # fmt: skip
    with pytest.raises(ConfigError):
        place("Atlantis")
