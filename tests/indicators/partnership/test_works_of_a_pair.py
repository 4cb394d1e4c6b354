"""Which papers are joint ones, where they stand in their year, who cites them: literal rows for every definition."""

import pytest
from chispa import assert_df_equality

from isthmus.geography import Membership
from isthmus.indicators.partnership.audiences import audiences, citations_within, self_citations
from isthmus.indicators.partnership.works import Pair, in_venues, leading_institutions, pair_works, percentiles

pytestmark = pytest.mark.spark

PLACES = (
    "work_id bigint, year int, n_authors int, last_institution_id bigint, last_country string, "
    "last_countries array<string>, other_countries array<string>"
)


def whole(name):
    return (Membership(name, name),)


US_CN = Pair("US", "CN", "poles", whole("US"), whole("CN"), (2010, 2015))
ROWS = [
    (1, 2010, 3, 7, "US", ["US"], ["CN", "US"]),  # another author in both countries, or two others
    (2, 2010, 2, 7, "US", ["US"], ["US"]),
    (3, 2011, 1, 8, "US", ["US"], []),  # one author
    (4, 2011, 1, 8, "US", ["US", "CN"], []),  # one author with an affiliation in each
    (5, 2012, 2, 7, "US", ["US", "CN"], ["DE"]),  # the last author's own second affiliation
    (6, 2012, 2, 9, "CN", ["CN", "US"], ["US"]),  # the last author is at the first place listed
    (7, 2012, 2, None, "US", ["US"], ["CN"]),  # the institution is not known
    (8, 2016, 2, 7, "US", ["US"], ["CN"]),  # after the years
    (9, 2012, 200, None, None, [], ["CN", "US"]),  # the list of authors is cut off
]


def joint_of(spark, pairs, **asked):
    rows = pair_works(spark.createDataFrame(ROWS, PLACES), pairs, **asked)
    return {(row.home, row.work_id): row.joint for row in rows.collect()}


def test_papers_of_a_place_are_joint_with_another_author_at_the_partners(spark):
    found = pair_works(spark.createDataFrame(ROWS, PLACES), [US_CN])
    expected = [
        (1, 2010, "US", "CN", "poles", True, 3, 7), (2, 2010, "US", "CN", "poles", False, 2, 7),
        (3, 2011, "US", "CN", "poles", False, 1, 8), (4, 2011, "US", "CN", "poles", False, 1, 8),
        (5, 2012, "US", "CN", "poles", False, 2, 7), (7, 2012, "US", "CN", "poles", True, 2, None),
    ]  # fmt: skip
    types = "work_id bigint, year int, home string, partner string, kind string, joint boolean, n_authors int, "
    wanted = spark.createDataFrame(expected, types + "institution_id bigint")
    assert_df_equality(found, wanted, ignore_row_order=True, ignore_nullable=True)


def test_a_second_affiliation_counts_where_it_is_asked_for_and_the_other_way_has_its_own_papers(spark):
    other = Pair("CN", "US", "poles", whole("CN"), whole("US"), (2010, 2015))
    found = joint_of(spark, [US_CN, other], own_affiliations=True)
    assert [number for (home, number), joint in found.items() if home == "US" and joint] == [1, 4, 5, 7]
    assert found[("CN", 6)] is True


def test_a_bloc_is_its_members_of_the_year(spark):
    bloc = (Membership("B", "CN", 2012, 2020), Membership("B", "DE"))
    found = joint_of(spark, [Pair("US", "B", "poles", whole("US"), bloc, (2010, 2015))])
    assert {number for (_, number), joint in found.items() if joint} == {5, 7}, "China belongs to it from 2012 on"


def test_percentiles_put_ties_in_the_middle_and_leave_out_what_is_not_known(spark):
    rows = [(1, 2010, 0), (2, 2010, 4), (3, 2010, 4), (4, 2010, 9), (5, 2011, 3), (6, 2011, None)]
    found = percentiles(spark.createDataFrame(rows, "work_id bigint, year int, c2 bigint"))
    expected = [(1, 0, 12.5), (2, 4, 50.0), (3, 4, 50.0), (4, 9, 87.5), (5, 3, 50.0), (6, None, None)]
    wanted = spark.createDataFrame(expected, "work_id bigint, c2 bigint, c2_percentile double")
    assert_df_equality(found, wanted, ignore_row_order=True, ignore_nullable=True)


def test_leading_institutions_have_most_citations_the_lower_number_first(spark):
    cited = [(1, 2010, 3), (2, 2010, 4), (3, 2011, 5), (4, 2011, 2), (5, 2012, None), (8, 2016, 50), (6, 2012, 1)]
    found = leading_institutions(
        spark.createDataFrame(ROWS, PLACES),
        spark.createDataFrame(cited, "work_id bigint, year int, c2 bigint"),
        years=(2010, 2012),
        number=2,
    )
    expected = [(7, 1, 2, 7), (8, 2, 2, 7)]
    wanted = spark.createDataFrame(expected, "institution_id bigint, position int, works bigint, c2 bigint")
    assert_df_equality(found, wanted, ignore_row_order=True, ignore_nullable=True)


def test_works_of_a_venue_are_told_by_their_source(spark):
    works = spark.createDataFrame([(1, 5), (2, 6), (3, None)], "work_id bigint, source_id bigint")
    sources = spark.createDataFrame([("NeurIPS", 5), ("also NeurIPS", 5)], "venue string, source_id bigint")
    wanted = spark.createDataFrame([(1,)], "work_id bigint")
    assert_df_equality(in_venues(works, sources), wanted, ignore_nullable=True)


def test_citations_are_told_apart_by_where_they_come_from(spark):
    types = "citing_work_id bigint, cited_work_id bigint, lag int, from_corpus boolean"
    cites = [
        (20, 1, 0, True),
        (21, 1, 1, False),
        (22, 1, 2, True),
        (23, 1, 2, True),
        (24, 1, 3, True),
        (21, 2, 1, False),
    ]
    citations = spark.createDataFrame(cites, types)
    assert sorted(citations_within(citations, from_corpus=True).collect()) == [(20, 1), (22, 1), (23, 1)]
    within = citations_within(citations, from_corpus=False)
    where = [(20, 2010, "US"), (21, 2011, "CN"), (22, 2012, "DE"), (23, 2012, None)]
    citing = spark.createDataFrame(where, "work_id bigint, year int, last_country string")
    works = pair_works(spark.createDataFrame(ROWS, PLACES), [US_CN])
    found = audiences(works, within, citing, [US_CN])
    expected = [(1, "US", "CN", 1, 1, 1), (2, "US", "CN", 0, 1, 0)]
    names = "work_id bigint, home string, partner string, c2_home bigint, c2_partner bigint, c2_elsewhere bigint"
    wanted = spark.createDataFrame(expected, names)
    assert_df_equality(found, wanted, ignore_row_order=True, ignore_nullable=True)


def test_a_citation_by_a_work_with_an_author_in_common_is_ones_own(spark):
    citations = spark.createDataFrame(
        [(20, 1), (21, 1), (22, 1), (20, 2)], "citing_work_id bigint, cited_work_id bigint"
    )
    signed = [(1, 5), (1, 6), (2, 8), (20, 5), (20, 6), (20, 5), (21, 9), (22, None), (1, None)]
    authorships = spark.createDataFrame(signed, "work_id bigint, author_id bigint")
    wanted = spark.createDataFrame([(1, 1)], "work_id bigint, c2_self bigint")
    assert_df_equality(self_citations(citations, authorships), wanted, ignore_nullable=True)
