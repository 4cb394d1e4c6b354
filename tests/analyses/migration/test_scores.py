"""Published values on migration: inside where they hold, outside where they do not, and what cannot be compared."""

import pytest

from isthmus.analyses.migration.scores import RULES
from isthmus.analyses.sections import study_scorecard
from isthmus.report import load_results

COVERED = {
    *(f"SHEBLI24-{number:03d}" for number in (*range(17, 23), *range(25, 37), 289, 290, 291, 292, 293, 294, 295)),
    *(f"SHEBLI24-PUB-{number:03d}" for number in (3, 4, 5, 6, 7, 8, 9, 10, 11)),
}


def scores(folder):
    card = study_scorecard(load_results(folder))
    return {score.id: score for score in card.scores if score.quantity in RULES}


def test_every_covered_value_holds_in_a_world_made_so(publish):
    found = scores(publish())
    assert set(found) == COVERED
    outside = {id: (score.ours, score.why) for id, score in found.items() if score.verdict != "inside"}
    assert outside == {}
    assert found["SHEBLI24-289"].ours == "China"
    assert found["SHEBLI24-017"].why == "380 scientists as they are, before matching"
    assert found["SHEBLI24-291"].ours == "rises"
    assert found["SHEBLI24-PUB-006"].why.endswith("movers from leading universities; of all movers 37.0%")


@pytest.mark.parametrize(
    ("value", "table", "change"),
    [
        ("SHEBLI24-289", "migration_flows", lambda f: f.assign(movers=f["movers"].where(f["origin"] != "CN", 0))),
        ("SHEBLI24-291", "migration_flows", lambda f: f.assign(movers=2020 - f["year"])),
        ("SHEBLI24-292", "migration_flows", lambda f: f.assign(movers=5)),
        ("SHEBLI24-293", "migration_profiles", lambda f: f.assign(mean=f["mean"].where(f["destination"] == "US", 1.0))),
        ("SHEBLI24-294", "migration_comparisons", lambda f: f.assign(superiority=0.4)),
        ("SHEBLI24-295", "migration_comparisons", lambda f: f.assign(p_value=f["p_value"].where(f["measure"] != "works", 0.2))),
        ("SHEBLI24-017", "origin_ties", lambda f: f.assign(share=0.1)),
        ("SHEBLI24-020", "origin_ties", lambda f: f.assign(share=0.1)),
        ("SHEBLI24-021", "origin_ties", lambda f: f.assign(share=0.1)),
        ("SHEBLI24-026", "matched_movers", lambda f: f.assign(n_treated=90)),
        ("SHEBLI24-028", "matched_movers", lambda f: f.assign(l1_after=0.9)),
        ("SHEBLI24-029", "matched_movers", lambda f: f.assign(mean_treated=0.3)),
        ("SHEBLI24-036", "matched_movers", lambda f: f.assign(mean_control=0.2)),
        ("SHEBLI24-PUB-003", "ancestry_shares", lambda f: f.assign(share=0.5)),
        ("SHEBLI24-PUB-005", "university_movers", lambda f: f.assign(from_leading=f["with_institution"] // 2)),
        ("SHEBLI24-PUB-006", "university_movers", lambda f: f.assign(from_leading=f["from_leading"].where(f["origin"] != "CN", 1))),
        ("SHEBLI24-PUB-010", "origin_ties", lambda f: f.assign(slope=0.01)),
        ("SHEBLI24-PUB-011", "origin_ties", lambda f: f.assign(p_value=0.3)),
    ],
)  # fmt: skip
def test_a_value_lies_outside_where_the_study_says_otherwise(publish, tables, value, table, change):
    score = scores(publish({table: change(tables[table])}))[value]
    assert score.verdict == "outside", score.why
    assert score.why


@pytest.mark.parametrize(
    ("gone", "value"),
    [
        ("migration_flows", "SHEBLI24-289"),
        ("migration_profiles", "SHEBLI24-293"),
        ("migration_comparisons", "SHEBLI24-294"),
        ("origin_ties", "SHEBLI24-017"),
        ("origin_ties", "SHEBLI24-PUB-010"),
        ("matched_movers", "SHEBLI24-025"),
        ("university_movers", "SHEBLI24-PUB-005"),
        ("ancestry_shares", "SHEBLI24-PUB-004"),
        ("university_movers", "SHEBLI24-PUB-007"),
    ],
)
def test_without_its_table_a_value_cannot_be_compared(publish, gone, value):
    assert scores(publish(without=(gone,)))[value].verdict == "cannot be compared"


def test_other_years_and_other_countries_cannot_be_compared(publish, tables):
    shorter = scores(publish(years=[2005, 2020]))
    assert shorter["SHEBLI24-289"].verdict == "cannot be compared"
    assert shorter["SHEBLI24-291"].verdict == "inside", "of 2010 to 2020"
    europe = {
        name: tables[name].replace({"CN": "DE"})
        for name in (
            "migration_flows",
            "migration_profiles",
            "migration_comparisons",
            "origin_ties",
            "university_movers",
        )
    }
    found = scores(publish(europe, poles=["US", "DE"]))
    cannot = {id for id, score in found.items() if score.verdict == "cannot be compared"}
    assert {
        "SHEBLI24-PUB-005",
        "SHEBLI24-PUB-007",
        "SHEBLI24-290",
        "SHEBLI24-293",
        "SHEBLI24-294",
        "SHEBLI24-017",
        "SHEBLI24-022",
    } <= cannot
