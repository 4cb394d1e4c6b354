"""Who is compared, what they had done, and joint work with the origin, on literal careers."""

import numpy as np
import pandas as pd
import pytest
from chispa import assert_df_equality

from isthmus.corpus.careers import moves
from isthmus.geography import Membership
from isthmus.indicators.migration import compared, origin_ties
from isthmus.indicators.migration.clustered_trend import SUMS
from isthmus.indicators.migration.fanout import fan_out_comparisons, fan_out_profiles
from isthmus.indicators.migration.names import MEASURES
from isthmus.indicators.migration.profiles import comparisons, profile

pytestmark = pytest.mark.spark

CAREERS = "author_id bigint, year int, works int, country_code string"
SIGNED = "work_id bigint, publication_year int, author_sequence int, author_id bigint, country_code string"
WHO = (
    "destination string, origin string, author_id bigint, group string, year int, career_age int, works int, "
    "citations bigint"
)


@pytest.fixture(scope="module")
def careers(spark):
    rows = [
        (1, 2000, 2, "CN"), (1, 2003, 3, "US"),
        (2, 2001, 4, "US"),  # always there
        (3, 2000, 1, "DE"), (3, 2002, 2, "US"),  # came from elsewhere
        (4, 1998, 1, "CN"), (4, 1999, 1, "US"),  # came before the years
    ]  # fmt: skip
    return spark.createDataFrame(rows, CAREERS)


def test_movers_and_others_at_the_destination(spark, careers):
    found = compared.compared_scientists(
        careers, moves(careers), origin="CN", destination="US", gap=5, seed=1, years=(2000, 2005)
    )
    expected = spark.createDataFrame(
        [
            ("US", "CN", 1, "moved from there", 2003, 3, 3),
            ("US", "CN", 2, "never moved", 2001, 0, 4),
            ("US", "CN", 3, "moved elsewhere", 2002, 2, 2),
        ],
        "destination string, origin string, author_id bigint, group string, year int, career_age int, works int",
    )
    assert_df_equality(found.orderBy("author_id"), expected, ignore_nullable=True)


@pytest.fixture(scope="module")
def who(spark):
    rows = [("US", "CN", 1, "moved from there", 2003, 3, 3, 0), ("US", "CN", 2, "never moved", 2001, 0, 4, 0)]
    return spark.createDataFrame(rows, WHO)


@pytest.fixture(scope="module")
def signed(spark):
    rows = [
        (10, 2002, 0, 1, "CN"), (10, 2002, 1, 7, "CN"),  # before the move, with somebody in China
        (11, 2004, 0, 1, "US"), (11, 2004, 0, 1, "CN"), (11, 2004, 1, 8, "US"),  # the second affiliation is his own
        (12, 2005, 0, 8, "US"), (12, 2005, 1, 1, "US"), (12, 2005, 2, None, "CN"),  # an author without a number
        (13, 2005, 0, 1, "US"), (13, 2005, 1, 1, "CN"),  # he stands twice in the list
        (14, 2003, 0, 1, "US"), (14, 2003, 1, 2, "HK"),  # in the year of the move
        (15, None, 0, 1, "US"),  # no year
    ]  # fmt: skip
    return spark.createDataFrame(rows, SIGNED)


def test_a_work_is_joint_by_another_author_in_the_origin(spark, who, signed):
    works = compared.works_of(who, signed)
    hong_kong = [Membership("CN", "HK")]
    found = origin_ties.works_with_origin(works, signed, ["CN", "US"], merged=hong_kong)
    rows = found.where("author_id = 1").orderBy("since", "joint").collect()
    assert [(row.since, row.joint) for row in rows] == [(-1, True), (0, True), (1, False), (2, False), (2, True)]
    apart = origin_ties.works_with_origin(works, signed, ["CN", "US"]).where("since = 0").collect()
    assert [row.joint for row in apart] == [False]
    assert works.where("author_id = 2").count() == 1


def test_citations_until_the_year_of_works_until_the_year(spark, who, signed):
    cited = spark.createDataFrame(
        [(90, 10, 2001), (91, 10, 2002), (92, 10, 2003), (93, 10, 2004), (94, 11, 2003), (95, 14, 2003)],
        "citing_work_id bigint, cited_work_id bigint, citing_year smallint",
    )
    found = compared.citations_until_the_year(compared.works_of(who, signed), cited)
    expected = spark.createDataFrame(
        [("US", "CN", 1, 3)], "destination string, origin string, author_id bigint, citations bigint"
    )
    assert_df_equality(found, expected, ignore_nullable=True)


WORKED = "destination string, origin string, author_id bigint, group string, since int, joint boolean"


@pytest.fixture(scope="module")
def worked(spark):
    rng = np.random.default_rng(8)
    rows = [
        ("US", "CN", author, "moved from there", int(since), bool(rng.random() < 0.5 - 0.03 * since))
        for author in range(25)
        for since in rng.integers(-3, 8, rng.integers(1, 9))
    ]
    return spark.createDataFrame(rows, WORKED)


def test_shares_by_year_and_their_errors_are_those_of_pandas(worked):
    frame = worked.toPandas()
    found = origin_ties.by_years_since(worked, most=5).toPandas().set_index("since")
    assert found.index.max() == 5
    for since, rows in frame[frame["since"].abs() <= 5].groupby("since"):
        own = rows.groupby("author_id")["joint"].agg(["size", "sum"]).astype(float)
        share, n = own["sum"].sum() / own["size"].sum(), len(own)
        error = np.sqrt(((own["sum"] - share * own["size"]) ** 2).sum() * n / (n - 1)) / own["size"].sum()
        assert found.loc[since, "share"] == pytest.approx(share)
        assert found.loc[since, "standard_error"] == pytest.approx(error)
        assert found.loc[since, "scientists"] == n


def test_the_scientist_is_the_unit_after_the_move(worked):
    frame = worked.toPandas()
    own = frame[frame["since"] > 0].groupby("author_id")["joint"].mean()
    row = origin_ties.after_the_move(worked).collect()[0]
    assert row.scientists == len(own)
    assert row.share == pytest.approx(own.mean(), abs=1e-6)
    assert row.sd == pytest.approx(own.std(), abs=1e-5)


def test_the_sums_of_the_trend_are_those_of_plain_python(worked):
    frame = worked.toPandas().query("since >= 1 and since <= 7")
    sums = origin_ties.trend_sums(worked, most=7)
    x, y = frame["since"], frame["joint"].astype(int)
    own = pd.DataFrame({"n": 1, "x": x, "y": y, "xx": x * x, "xy": x * y}).groupby(frame["author_id"]).sum()
    assert [int(sums[name][0]) for name in SUMS] == own.sum().tolist()
    assert int(sums["x_xy"][0]) == (own["x"] * own["xy"]).sum()
    trend = origin_ties.trends(sums).iloc[0]
    assert trend["slope"] == pytest.approx(np.polyfit(x, y, 1)[0])


def test_one_scientist_has_no_error(spark):
    rows = spark.createDataFrame(
        [("US", "CN", 1, "never moved", 1, True), ("US", "CN", 1, "never moved", 2, False)], WORKED
    )
    assert origin_ties.by_years_since(rows, most=3).where("standard_error IS NOT NULL").count() == 0
    after = origin_ties.after_the_move(rows).collect()[0]
    assert (after.share, after.sd) == (0.5, None)
    assert origin_ties.trends(origin_ties.trend_sums(rows, most=3))["slope"].isna().all()


def test_profiles_and_comparisons_of_value_counts(spark):
    rows = [
        ("US", "CN", author, group, 2000 + author % 2, author % 5, author % 3 + 1, author * 7 % 11)
        for author, group in enumerate(["moved from there"] * 8 + ["never moved"] * 12 + ["moved elsewhere"] * 3)
    ]
    counts = compared.value_counts(spark.createDataFrame(rows, WHO))
    frame = counts.toPandas()
    own = pd.DataFrame(rows, columns=["d", "o", "a", "group", "year", "career_age", "works", "citations"])
    profiles = fan_out_profiles(counts).toPandas().set_index(["measure", "group"])
    for measure in MEASURES:
        movers = own.loc[own["group"] == "moved from there", measure]
        row = profiles.loc[(measure, "moved from there")]
        assert (row["scientists"], row["mean"]) == (8, pytest.approx(movers.mean()))
        quartiles = np.quantile(movers, [0.25, 0.5, 0.75], method="inverted_cdf")
        assert row[["q25", "median", "q75"]].tolist() == quartiles.tolist()
    found = fan_out_comparisons(counts).toPandas()
    assert set(found["against"]) == {"all others", "never moved", "moved elsewhere"}
    by_hand = comparisons(frame[frame["measure"] == "citations"]).set_index("against")
    written = found[found["measure"] == "citations"].set_index("against").loc[by_hand.index, by_hand.columns]
    pd.testing.assert_frame_equal(written, by_hand, check_dtype=False)
    assert (by_hand["n_first"] <= 8).all()


def test_a_group_alone_is_compared_with_nobody():
    alone = pd.DataFrame({"group": ["never moved"], "year": [2000], "value": [3], "scientists": [2]})
    assert comparisons(alone).empty
    assert profile(alone)["median"].tolist() == [3.0]
