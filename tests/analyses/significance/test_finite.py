"""Which z count: "linked" looks at all years and both networks of a pair, never at the one year alone."""

import pandas as pd
import pytest
from chispa import assert_df_equality

from isthmus.analyses.significance.finite import count_linked_pairs, counting, linked_pairs
from isthmus.nullmodels.frames import count_linked_pairs as count_linked_in_frame

EDGES = "network string, citation_year string, year int, src string, dst string, weight bigint"
TIES = [
    ("collaboration", "publication_year", 2001, "CN", "US", 3),
    ("knowledge_exchange", "cited", 2007, "CN", "US", 1),  # another year is enough
    ("collaboration", "publication_year", 2001, "DE", "US", 2),
    ("knowledge_exchange", "citing", 2001, "DE", "US", 2),  # in one citation year only
    ("collaboration", "publication_year", 2001, "FR", "US", 9),  # never cited
    ("knowledge_exchange", "cited", 2001, "GB", "US", 9),  # never together
    ("citation", "cited", 2001, "FR", "US", 9),  # directed, not one of the two networks
]


@pytest.mark.spark
def test_linked_pairs_have_a_tie_in_some_year_in_both_networks(spark):
    found = linked_pairs(spark.createDataFrame(TIES, EDGES)).orderBy("citation_year", "src")
    expected = spark.createDataFrame(
        [("cited", "CN", "US"), ("citing", "DE", "US")], "citation_year string, src string, dst string"
    )
    assert_df_equality(found, expected, ignore_nullable=True)


@pytest.mark.spark
def test_years_without_weight_count_where_the_pair_is_linked(spark):
    schema = "network string, citation_year string, year int, src string, dst string, weight bigint, finite boolean"
    own, cited, citing = (
        ("collaboration", "publication_year"),
        ("knowledge_exchange", "cited"),
        ("knowledge_exchange", "citing"),
    )
    rows = [
        (*own, 2001, "CN", "US", 3, True),
        (*own, 2002, "CN", "US", 0, True),  # no weight this year: it counts
        (*own, 2003, "CN", "US", 0, False),  # has no z
        (*own, 2001, "DE", "US", 2, True),  # linked under "citing" only, which is not the study's
        (*own, 2001, "FR", "US", 9, True),
        (*cited, 2002, "CN", "US", 0, True),
        (*cited, 2001, "DE", "US", 0, True),
        (*citing, 2001, "DE", "US", 2, True),
        (*cited, 2001, "GB", "US", 9, True),
    ]
    counts = [True, True, False, False, False, True, False, True, False]
    found = count_linked_pairs(spark.createDataFrame(rows, schema), spark.createDataFrame(TIES, EDGES), "cited")
    expected = spark.createDataFrame([(*row[:-1], flag) for row, flag in zip(rows, counts, strict=True)], schema)
    assert_df_equality(found, expected, ignore_nullable=True, ignore_row_order=True)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("expected_in_500_samples", [True, False, True, False]),
        ("linked", [True, True, False, False]),  # whatever this year's weight is
        ("present", [True, True, True, False]),
        ("sampled", [True, False, False, False]),
    ],
)
def test_another_rule_on_the_same_tests(rule, expected):
    ties = pd.DataFrame(
        {
            "src": ["CN", "CN", "FR", "CN"],
            "dst": "US",
            "z": [0.1, 0.1, 1.0, None],
            "link_probability": [0.5, 0.0001, 0.5, 0.5],
            "weight": [0, 0, 2, 2],
            "finite": [True, False, False, True],
        }
    )
    linked = pd.DataFrame({"src": ["CN"], "dst": ["US"]})
    assert counting(ties, rule, linked).tolist() == expected


def test_in_a_network_of_ones_own_a_year_is_enough_and_networks_are_apart():
    rows = [
        ("trade", 2001, "A", "B", 1, True),
        ("trade", 2002, "A", "B", 0, True),
        ("trade", 2002, "A", "C", 0, True),
        ("trade", 2002, "B", "C", 2, False),
        ("visits", 2001, "A", "B", 0, True),
    ]
    table = pd.DataFrame(rows, columns=["network", "year", "src", "dst", "weight", "finite"])
    assert count_linked_in_frame(table, by=("network", "year"))["finite"].tolist() == [True, True, False, False, False]
    assert count_linked_in_frame(table[:3])["finite"].tolist() == [True, True, False]
