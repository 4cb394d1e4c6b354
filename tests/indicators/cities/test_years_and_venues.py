"""Cities and sides by year, works in venues, and the graded ties, on literal rows."""

import numpy as np
import pytest
from chispa import assert_df_equality

from isthmus.indicators.cities.fanout import LEAST_EXPECTED, graded, ties_against_size
from isthmus.indicators.cities.venues import venue_sources, venue_years
from isthmus.indicators.cities.years import city_years, side_years
from isthmus.nullmodels import directed_pair_significance, fit_directed_ecm
from isthmus.nullmodels.fanout import fits_of

pytestmark = pytest.mark.spark


def alike(actual, expected):
    assert_df_equality(actual.select(*expected.columns), expected, ignore_row_order=True, ignore_nullable=True)


def test_a_city_year_holds_output_impact_and_people_with_ranks(spark):
    places = spark.createDataFrame(
        [(1, 2010, 1), (2, 2010, 1), (3, 2010, 2), (4, 2016, 2), (5, 2020, 2)],
        "work_id bigint, year int, last_city bigint",
    )
    citations = spark.createDataFrame(
        [(1, 2, 5), (2, 0, 1), (3, 4, 4), (4, 3, None), (5, None, None)], "work_id bigint, c2 bigint, c5 bigint"
    )
    scientists = spark.createDataFrame(
        [(1, False, True)], "author_id bigint, is_majority boolean, is_at_least_half boolean"
    )
    careers = spark.createDataFrame(
        [(1, 2010, "CN", 1), (1, 2016, "FR", 3)],
        "author_id bigint, year int, country_code string, geonames_city_id bigint",
    )
    how = {"definition": "at_least_half", "years": (2010, 2016), "last": 2018}
    found = city_years(places, citations, scientists, careers, **how)
    columns = (
        "city bigint, year int, works bigint, c2 bigint, c5 bigint, scientists bigint, rank_works int, rank_c2 int"
    )
    expected = spark.createDataFrame(
        [(1, 2010, 2, 2, 6, 1, 1, 2), (2, 2010, 1, 4, 4, 0, 2, 1), (2, 2016, 1, 3, None, 0, 1, 1),
         (3, 2016, 0, 0, None, 1, 2, 2)],
        columns,
    )  # fmt: skip
    alike(found, expected)
    cities = spark.createDataFrame([(1, "East"), (2, "West"), (3, None)], "city bigint, side string")
    sums = spark.createDataFrame(
        [("world", 2010, 2, 3, 6, 10, 1), ("East", 2010, 1, 2, 2, 6, 1), ("West", 2010, 1, 1, 4, 4, 0),
         ("world", 2016, 1, 1, 3, None, 1), ("West", 2016, 1, 1, 3, None, 0)],
        "side string, year int, cities bigint, works bigint, c2 bigint, c5 bigint, scientists bigint",
    )  # fmt: skip
    alike(side_years(found, cities), sums)


def test_venues_by_name_and_by_issn(spark):
    sources = spark.createDataFrame(
        [(1, "Neural Information Processing Systems", None), (2, "Machine Learning", "0885-6125"), (3, "Other", "1-1")],
        "source_id bigint, display_name string, issn_l string",
    )
    venues = {
        "NeurIPS": ["neural information processing systems "],
        "ML": ["0885-6125", "Machine learning"],
        "X": ["x"],
    }
    found = venue_sources(sources, venues)
    alike(found, spark.createDataFrame([("NeurIPS", 1), ("ML", 2)], "venue string, source_id bigint"))
    works = spark.createDataFrame(
        [(1, 1), (2, 1), (3, 2), (4, 3), (5, None), (6, 2), (7, 1)], "work_id bigint, source_id bigint"
    )
    places = spark.createDataFrame(
        [(n, 2010 + n // 7, city) for n, city in ((1, 1), (2, 1), (3, 2), (4, 1), (5, 1), (6, None))],
        "work_id bigint, year int, last_city bigint",
    )
    cities = spark.createDataFrame([(1, "East"), (2, "West")], "city bigint, side string")
    expected = [("NeurIPS", 2010, "East", 2), ("ML", 2010, "West", 1), ("ML", 2010, None, 1)]
    columns = "venue string, year int, side string, works bigint"
    alike(venue_years(works, places, cities, found), spark.createDataFrame(expected, columns))


def test_ties_are_tested_as_by_the_null_model_itself_with_loops_and_without(spark):
    rng = np.random.default_rng(5)
    n = 14
    weights = rng.integers(0, 40, (n, n)) * (rng.random((n, n)) < 0.8)
    weights[2, 5] = 400
    weights[3, 6] = weights[6, 3] = 300
    rows = [
        (network, 10 + i, 10 + j, int(weights[i, j]), 2)
        for network in ("impact", "migration")
        for i in range(n)
        for j in range(n)
        if weights[i, j]
    ]
    ties = spark.createDataFrame(
        [*rows, ("impact", 10, 99, 5, 1)], "network string, src bigint, dst bigint, weight bigint, years_seen int"
    )
    cities = spark.createDataFrame([(10 + i,) for i in range(n)], "city bigint")
    mixed = ties_against_size(ties, cities).persist()
    found = graded(mixed, ties, rate=0.05, threshold=2.0).toPandas()
    fits = {row.network: (row.null_model, row.status) for row in fits_of(mixed, keys=("network",)).collect()}
    assert fits == {"impact": ("directed-ecm-loops", "converged"), "migration": ("directed-ecm", "converged")}
    for network, loops in (("impact", True), ("migration", False)):
        own = weights if loops else weights * (1 - np.eye(n, dtype=int))
        table = directed_pair_significance(own, fit_directed_ecm(own, loops))
        wanted = {
            (10 + int(i), 10 + int(j)): (mu, p, q)
            for i, j, w, mu, p, q in zip(
                table.i, table.j, table.weight, table.expected, table.p_upper, table.q_value, strict=True
            )
            if w > 0 or mu >= LEAST_EXPECTED
        }
        rows = found[found["network"] == network]
        assert set(zip(rows["src"], rows["dst"], strict=True)) == set(wanted)
        for row in rows.itertuples():
            np.testing.assert_allclose(
                (row.expected, row.p_upper, row.q_upper), wanted[row.src, row.dst], rtol=1e-8, atol=1e-14
            )
    stronger = (found["p_upper"] <= found["p_lower"]) & (found["p_upper"] < 0.05)
    firm = stronger & (found["q_upper"] < 0.05)  # all ties were seen in two years
    assert (found.loc[firm, "grade"] == "firm").all()
    assert (found.loc[stronger & ~firm, "grade"] == "probable").all()
    assert (found.loc[stronger, "direction"] == "stronger").all()
    weaker = (found["p_lower"] < found["p_upper"]) & (found["p_lower"] < 0.05)
    assert set(found.loc[weaker, "direction"]) <= {"weaker"}
    assert found.loc[~stronger & ~weaker & (found["z"] <= 2.0), "grade"].isna().all()
    assert stronger.any()
