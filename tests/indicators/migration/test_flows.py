"""Flows of scientists on literal moves: every rule, every population, and what countries win and lose."""

import pytest
from chispa import assert_df_equality

from isthmus.indicators.migration.flows import by_population, country_years, edges, flows, with_orcid_again

pytestmark = pytest.mark.spark

MOVES = (
    "author_id bigint, year int, origin string, destination string, years_between int, works_before bigint, "
    "works_after bigint, return_year int, in_field boolean, has_orcid boolean"
)


@pytest.fixture(scope="module")
def moves(spark):
    rows = [
        (1, 2005, "CN", "US", 1, 2, 5, 2010, True, True),  # back within five years
        (2, 2005, "CN", "US", 5, 1, 9, 2011, True, False),  # one work before; back too late
        (3, 2005, "CN", "US", 6, 3, 3, 2007, False, True),  # too long ago
        (4, 2005, "US", "CN", 2, 2, 2, None, False, None),
        (1, 2010, "US", "CN", 2, 5, 1, None, True, None),
        (5, 1999, "US", "CN", 1, 2, 2, None, True, True),  # before the years
    ]
    return spark.createDataFrame(rows, MOVES)


def of(moves, main="field"):
    return flows(by_population(moves, main), gap=5, strict_works=2, years=(2000, 2010))


def test_moves_count_by_every_rule_for_everyone_the_field_and_those_with_an_orcid(spark, moves):
    expected = spark.createDataFrame(
        [
            ("everyone", 2005, "CN", "US", 2, 1, 3, 1),
            ("everyone", 2005, "US", "CN", 1, 1, 1, 0),
            ("everyone", 2010, "US", "CN", 1, 0, 1, 0),
            ("field", 2005, "CN", "US", 2, 1, 2, 1),
            ("field", 2010, "US", "CN", 1, 0, 1, 0),
            ("with_orcid", 2005, "CN", "US", 1, 1, 1, 1),
        ],
        "scientists string, year int, origin string, destination string, movers bigint, movers_strict bigint, "
        "movers_any_gap bigint, returned bigint",
    )
    found = of(moves).orderBy("scientists", "year", "origin")
    assert_df_equality(found, expected, ignore_nullable=True)


def test_a_study_of_everyone_takes_those_with_an_orcid_of_everyone(moves):
    found = of(moves, "everyone").where("scientists = 'with_orcid'").collect()
    assert [tuple(row)[1:] for row in found] == [(2005, "CN", "US", 1, 1, 2, 1)]


def test_movers_stand_again_among_those_with_an_orcid(moves):
    rows = with_orcid_again(moves.select("author_id", "year", "has_orcid"), "field").orderBy(
        "whose", "author_id", "year"
    )
    assert [tuple(row) for row in rows.collect()] == [
        ("field", 1, 2005), ("field", 1, 2010), ("field", 2, 2005), ("field", 3, 2005), ("field", 4, 2005),
        ("field", 5, 1999), ("with_orcid", 1, 2005), ("with_orcid", 3, 2005), ("with_orcid", 5, 1999),
    ]  # fmt: skip


def test_a_country_loses_movers_in_a_year_in_which_nobody_is_there(spark, moves):
    placed = spark.createDataFrame(
        [
            ("everyone", 1, 2005, "US"), ("everyone", 2, 2005, "US"), ("everyone", 4, 2005, "CN"),
            ("everyone", 9, 2005, None), ("everyone", 9, 2004, "DE"), ("everyone", 1, 1999, "CN"),
            ("everyone", 1, 2010, "CN"),
        ],
        "scientists string, author_id bigint, year int, country_code string",
    )  # fmt: skip
    expected = spark.createDataFrame(
        [
            ("everyone", 2004, "DE", 1, 0, 0, 0),
            ("everyone", 2005, "CN", 1, 1, 2, -1),
            ("everyone", 2005, "US", 2, 2, 1, 1),
            ("everyone", 2010, "CN", 1, 1, 0, 1),
            ("everyone", 2010, "US", 0, 0, 1, -1),
        ],
        "scientists string, year int, country string, present bigint, arrivals bigint, departures bigint, net bigint",
    )
    everyone = of(moves).where("scientists = 'everyone'")
    found = country_years(placed, everyone, years=(2000, 2010)).orderBy("year", "country")
    assert_df_equality(found, expected, ignore_nullable=True)


def test_the_network_has_the_flows_with_movers(moves):
    rows = edges(of(moves).where("scientists = 'field'")).orderBy("year").collect()
    assert [tuple(row) for row in rows] == [("field", 2005, "CN", "US", 2), ("field", 2010, "US", "CN", 1)]
    long_ago = flows(by_population(moves, "field"), gap=4, strict_works=2, years=(2005, 2005)).where(
        "scientists = 'field'"
    )
    assert edges(long_ago).collect()[0].weight == 1, "the longer gap is a flow without a mover by the rule"
