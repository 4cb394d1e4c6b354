"""Which ties are significant, from the yearly z of literal rows."""

import pytest
from chispa import assert_df_equality

from isthmus.analyses.significance.pairs import (
    clustered_rows,
    converged_rows,
    significant_pairs,
    with_pooled_test,
)
from isthmus.analyses.significance.tables import SIGNIFICANT_PAIRS
from isthmus.config import load_study
from isthmus.nullmodels.window_fanout import POOLED_TYPES

pytestmark = pytest.mark.spark

COLUMNS = "study string, release string, network string, citation_year string, year int, src string, dst string"


def ties(spark, rows):
    full = [("s", "r", "collaboration", "publication_year", *row) for row in rows]
    return spark.createDataFrame(full, f"{COLUMNS}, weight bigint, z double, finite boolean")


def found(spark, rows):
    study = load_study("gallo2026")
    columns = ["src", "dst", "finite_years", "mean_z", "significant", "weight"]
    return significant_pairs(ties(spark, rows), study).select(*columns).orderBy("src", "dst")


def expected(spark, rows):
    schema = "src string, dst string, finite_years int, mean_z double, significant boolean, weight bigint"
    return spark.createDataFrame(rows, schema)


def years(src, dst, values, weight=5, first=2017):
    return [(first + i, src, dst, weight, z, z is not None) for i, z in enumerate(values)]


def test_the_mean_is_strictly_above_the_threshold_over_the_finite_years_of_the_window(spark):
    rows = [
        *years("AT", "BE", [3.0, 3.0, 3.0, 3.0, 3.0]),
        *years("CA", "CH", [2.0, 2.0, 2.0, 2.0, 2.0]),  # exactly the threshold is not above it
        *years("DE", "DK", [9.0, None, None, None, 9.0]),  # two finite years are too few
        *years("ES", "FI", [4.0, None, 1.0, None, 4.0], weight=1),
        *years("FR", "GB", [9.0, 9.0, 9.0, 0.0, 0.0, 0.0, 0.0, 0.0], first=2014),  # strong before the window only
    ]
    assert_df_equality(
        found(spark, rows),
        expected(
            spark,
            [
                ("AT", "BE", 5, 3.0, True, 25),
                ("CA", "CH", 5, 2.0, False, 25),
                ("DE", "DK", 2, 9.0, False, 25),
                ("ES", "FI", 3, 3.0, True, 5),
                ("FR", "GB", 5, 0.0, False, 25),
            ],
        ),
        ignore_nullable=True,
    )


def test_a_pair_that_is_never_finite_is_listed_without_a_mean(spark):
    rows = [(2017, "NA", "NO", 0, float("nan"), True), (2018, "NA", "NO", 2, 5.0, False)]
    assert_df_equality(found(spark, rows), expected(spark, [("NA", "NO", 0, None, False, 2)]), ignore_nullable=True)


def test_networks_and_citation_years_are_kept_apart(spark):
    one = ties(spark, years("AT", "BE", [3.0] * 5))
    rows = one.unionByName(one.replace("publication_year", "citing", "citation_year"))
    table = significant_pairs(rows, load_study("gallo2026"))
    assert set(table.columns) == {*SIGNIFICANT_PAIRS.columns} - {*POOLED_TYPES}
    assert [r.citation_year for r in table.orderBy("citation_year").collect()] == ["citing", "publication_year"]


def with_law(spark, rows, work_variance="CAST(NULL AS BIGINT)"):
    columns = ("0.5D AS link_probability", "2.0D AS expected", f"{work_variance} AS work_variance")
    return ties(spark, rows).selectExpr("*", *columns)


def test_a_window_is_pooled_where_the_law_is_exact_and_null_where_it_is_not(spark):
    rows = [(year, "AT", "BE", 40, 9.0, True) for year in range(2017, 2022)]
    law = with_law(spark, rows)
    study = load_study("gallo2026")
    [tested] = with_pooled_test(significant_pairs(law, study), law, study).collect()
    assert (tested.grade, tested.direction, tested.years_seen, tested.expected) == ("firm", "stronger", 5, 10.0)
    assert tested.propensity == 20.0
    assert tested.significant
    rewired = load_study("gallo2026", ("significance.null_model=rewiring",))
    [untested] = with_pooled_test(significant_pairs(law, rewired), law, rewired).collect()
    assert [untested[name] for name in POOLED_TYPES] == [None] * len(POOLED_TYPES)
    assert untested.significant, "the published rule stays"


def test_citations_of_one_paper_are_no_firm_tie(spark):
    """Six citations a year: of six papers, and all to one."""
    rows = [(year, "AT", "BE", 6, 9.0, True) for year in range(2017, 2022)]
    study = load_study("gallo2026")
    found = {}
    for name, variance in (("papers", "6L"), ("one", "36L")):
        law = with_law(spark, rows, variance)
        [found[name]] = with_pooled_test(significant_pairs(law, study), law, study).collect()
    assert (found["papers"].design_effect, found["papers"].grade) == (1.0, "firm")
    assert (found["one"].design_effect, found["one"].grade) == (6.0, "few papers")
    assert found["papers"].p_upper == pytest.approx(0.0157, abs=1e-4)
    assert found["one"].p_upper == pytest.approx(0.0640, abs=1e-4)


def test_years_of_a_null_model_that_did_not_converge_are_left_out(spark):
    rows = ties(spark, years("AT", "BE", [3.0, 3.0, 3.0]))
    status = [(2017, "converged"), (2018, "not converged"), (2019, "converged")]
    fits = spark.createDataFrame(
        [("collaboration", "publication_year", *row) for row in status],
        "network string, citation_year string, year int, status string",
    )
    kept = converged_rows(rows, fits)
    assert_df_equality(
        kept.select("year").orderBy("year"), spark.createDataFrame([(2017,), (2019,)], "year int"), ignore_nullable=True
    )
    assert set(kept.columns) == set(rows.columns)


def test_only_the_exchange_has_clusters(spark):
    rows = ties(spark, years("AT", "BE", [3.0]))
    rows = rows.unionByName(rows.replace("collaboration", "knowledge_exchange", "network"))
    clusters = spark.createDataFrame(
        [("publication_year", 2017, "AT", "BE", 25), ("publication_year", 2018, "AT", "BE", 9)],
        "citation_year string, year int, src string, dst string, work_variance bigint",
    )
    found = clustered_rows(rows, clusters).select("network", "year", "work_variance").orderBy("network")
    expected = [("collaboration", 2017, None), ("knowledge_exchange", 2017, 25)]
    schema = "network string, year int, work_variance bigint"
    assert_df_equality(found, spark.createDataFrame(expected, schema), ignore_nullable=True)
