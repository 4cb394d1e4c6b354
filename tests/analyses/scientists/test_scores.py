"""Published values on output, scientists, impact and hits: inside where they hold, outside where they do not."""

import pytest

from isthmus.analyses.hits.scores import RULES as HITS
from isthmus.analyses.scientists.scores import RULES, country
from isthmus.analyses.sections import study_scorecard
from isthmus.report import load_results
from isthmus.report.scoring import NotComparableError

COVERED = {
    *(f"SHEBLI24-{number:03d}" for number in (*range(1, 15), 23, 304, 305, 307, 308)),
    "SHEBLI24-PUB-001",
    "SHEBLI24-PUB-002",
}


def scores(folder):
    card = study_scorecard(load_results(folder))
    named = {name.rpartition("/")[2] for name in (*RULES, *HITS)}
    return {score.id: score for score in card.scores if score.quantity in named}


def test_every_covered_value_holds_in_a_world_made_so(publish):
    found = scores(publish())
    assert set(found) == COVERED
    assert {id: score.ours for id, score in found.items() if score.verdict != "inside"} == {}
    assert found["SHEBLI24-007"].ours == "2010"
    assert found["SHEBLI24-305"].ours == "falls"
    assert found["SHEBLI24-008"].ours == "105,103"


@pytest.mark.parametrize(
    ("value", "table", "change"),
    [
        ("SHEBLI24-001", "output_totals", lambda f: f.assign(works=10)),
        ("SHEBLI24-003", "country_output", lambda f: f.assign(works=10)),
        ("SHEBLI24-008", "scientist_totals", lambda f: f.assign(majority=7)),
        ("SHEBLI24-010", "country_output", lambda f: f.assign(c2=10.0)),
        ("SHEBLI24-012", "country_output", lambda f: f.assign(c2=f["c2"].where(f["country"] != "IN", 0.0))),
        ("SHEBLI24-013", "country_hits", lambda f: f.assign(hits=1.0)),
        ("SHEBLI24-304", "country_hits", lambda f: f.assign(share=0.3)),
        ("SHEBLI24-307", "country_output", lambda f: f.assign(mean_c2=f["mean_c2"].where(f["country"] != "CN", 1.0))),
        ("SHEBLI24-308", "country_output", lambda f: f.assign(works=f["works"].where(f["country"] != "CN", (f["year"] >= 2016) * 90_000))),
    ],
)  # fmt: skip
def test_a_value_lies_outside_where_the_study_says_otherwise(publish, tables, value, table, change):
    score = scores(publish({table: change(tables[table])}))[value]
    assert score.verdict == "outside", (score.ours, score.why)


@pytest.mark.parametrize(
    ("gone", "value"),
    [
        ("output_totals", "SHEBLI24-001"),
        ("country_output", "SHEBLI24-003"),
        ("country_output", "SHEBLI24-007"),
        ("scientist_totals", "SHEBLI24-002"),
        ("country_hits", "SHEBLI24-013"),
    ],
)
def test_without_its_table_a_value_cannot_be_compared(publish, gone, value):
    assert scores(publish(without=(gone,)))[value].verdict == "cannot be compared"


def test_other_hits_and_other_years_cannot_be_compared(publish, tables):
    other = scores(publish(switches={"hits.share": 0.05}))
    assert other["SHEBLI24-013"].verdict == "cannot be compared"
    short = {
        name: tables[name][tables[name]["year"] < 2015] for name in ("country_output", "country_hits", "output_totals")
    }
    found = scores(publish(short))
    assert {found[id].verdict for id in ("SHEBLI24-001", "SHEBLI24-003", "SHEBLI24-013")} == {"cannot be compared"}


def test_scopes_are_countries_or_not():
    assert [country(text) for text in ("United States (last author)", "China", "CN")] == ["US", "CN", "CN"]
    with pytest.raises(NotComparableError, match="'Beijing' is no country"):
        country("Beijing")
