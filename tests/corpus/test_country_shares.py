"""`country_shares`: the countries of each work, in full and by author fractions."""

import pytest
from chispa import assert_approx_df_equality, assert_df_equality
from pyspark.sql import functions as F

from isthmus.analyses.corpus.tables import CORPUS_COUNTRIES
from isthmus.corpus.countries import country_shares
from isthmus.geography import Membership

pytestmark = pytest.mark.spark

KEY = ("study", "work_id", "country")


# what a work has -> (author, institution, country) of its authorships, and the fraction of each country
CASES = {
    "one author": ([(0, 5, "US")], {"US": 1}),
    "authors count equally": ([(0, 5, "US"), (1, 5, "US"), (2, 6, "CN")], {"US": 2 / 3, "CN": 1 / 3}),
    "parent and child institution are one country": (
        [(0, 5, "US"), (0, 6, "US"), (1, 7, "CN")],
        {"US": 1 / 2, "CN": 1 / 2},
    ),
    "an author in two countries is halved": (
        [(0, 5, "US"), (0, 6, "CN"), (1, 6, "CN")],
        {"US": 1 / 4, "CN": 3 / 4},
    ),
    "authors without a country do not count": ([(0, 5, "US"), (1, None, None), (2, 7, None)], {"US": 1}),
    "countries of the address, without institution": (
        [(0, None, "DE"), (0, None, "FR"), (1, 5, "DE")],
        {"DE": 3 / 4, "FR": 1 / 4},
    ),
    "Namibia is a country": ([(0, 5, "NA"), (1, 6, "ZA")], {"NA": 1 / 2, "ZA": 1 / 2}),
    "China and its neighbours": (
        [(0, 5, "HK"), (0, 6, "CN"), (1, 7, "MO"), (2, 8, "TW")],
        {"HK": 1 / 6, "CN": 1 / 6, "MO": 1 / 3, "TW": 1 / 3},
    ),
    "no country at all": ([(0, None, None), (1, 5, None)], {}),
}
SWITCHED = {"China and its neighbours": {"CN": 2 / 3, "TW": 1 / 3}}  # Hong Kong and Macao are parts of China


@pytest.fixture(scope="module")
def works_of_cases(make_corpus_works, make_authorships):
    """One work for each case."""
    works = make_corpus_works(*((number, 2010, True, 9, 0) for number in range(len(CASES))))
    rows = [(number, *row) for number, (authorships, _) in enumerate(CASES.values()) for row in authorships]
    return works, make_authorships(*rows)


def by_case(shares):
    found = {case: {} for case in CASES}
    for row in shares.collect():
        found[list(CASES)[row.work_id]][row.country] = pytest.approx(row.fraction)
    return found


@pytest.fixture(scope="module")
def separate(works_of_cases):
    return by_case(country_shares(*works_of_cases))


@pytest.fixture(scope="module")
def joined(works_of_cases):
    return by_case(country_shares(*works_of_cases, merged=[Membership("CN", "HK"), Membership("CN", "MO")]))


@pytest.mark.parametrize("case", CASES)
def test_fractions_of_one_work(separate, case):
    assert separate[case] == CASES[case][1]


@pytest.mark.parametrize("case", CASES)
def test_hong_kong_and_macao_can_count_as_china(joined, case):
    assert joined[case] == SWITCHED.get(case, CASES[case][1])


def test_rows_of_the_table(make_rows, make_corpus_works, make_authorships):
    works = make_corpus_works((1, 2010, True, 2, 0), (2, 2011, False, 1, 0))
    authorships = make_authorships((1, 0, 5, "US"), (1, 1, 6, "CN"), (2, 0, 7, "DE"), (3, 0, 8, "FR"))
    expected = make_rows(
        CORPUS_COUNTRIES,
        ("s", "2026-06-25", 1, 2010, True, "CN", 0.5, 2),
        ("s", "2026-06-25", 1, 2010, True, "US", 0.5, 2),
        ("s", "2026-06-25", 2, 2011, False, "DE", 1.0, 1),
    )
    actual = country_shares(works, authorships).orderBy(*KEY)
    assert_approx_df_equality(actual, expected, 1e-12, ignore_nullable=True)


EU = [Membership("EU-27", code) for code in ("DE", "FR", "IT")]


def test_a_bloc_is_one_country_of_a_work(make_rows, make_corpus_works, make_authorships):
    works = make_corpus_works((1, 2010, True, 3, 0), (2, 2010, False, 1, 0), (3, 2011, True, 2, 0))
    authorships = make_authorships(
        *[(1, 0, 5, "DE"), (1, 1, 6, "FR"), (1, 1, 7, "US"), (1, 2, 8, "US")],
        *[(2, 0, 5, "IT"), (2, 0, 6, "DE"), (2, 0, 7, "NO")],  # an author of two members and another country
        *[(3, 0, 5, "DE"), (3, 1, 9, "IT")],  # only of members: not international
    )
    expected = make_rows(
        CORPUS_COUNTRIES,
        ("s", "2026-06-25", 1, 2010, True, "EU-27", 0.5, 2),
        ("s", "2026-06-25", 1, 2010, True, "US", 0.5, 2),
        ("s", "2026-06-25", 2, 2010, False, "EU-27", 0.5, 2),
        ("s", "2026-06-25", 2, 2010, False, "NO", 0.5, 2),
        ("s", "2026-06-25", 3, 2011, True, "EU-27", 1.0, 1),
    )
    actual = country_shares(works, authorships, merged=EU).orderBy(*KEY)
    assert_approx_df_equality(actual, expected, 1e-9, ignore_nullable=True)


def test_membership_follows_the_year_of_the_work(make_corpus_works, make_authorships):
    works = make_corpus_works(*((year, year, True, 1, 0) for year in (2003, 2004, 2019, 2020)))
    authorships = make_authorships(
        *((y, n, n, code) for y in (2003, 2004, 2019, 2020) for n, code in enumerate(("PL", "GB")))
    )
    union = [Membership("EU", "PL", 2004, 2023), Membership("EU", "GB", 2000, 2019)]
    found = country_shares(works, authorships, merged=union).orderBy("year", "country").collect()
    assert [(row.year, row.country, row.fraction, row.n_countries) for row in found] == [
        (2003, "EU", 0.5, 2), (2003, "PL", 0.5, 2),
        (2004, "EU", 1.0, 1),
        (2019, "EU", 1.0, 1),
        (2020, "EU", 0.5, 2), (2020, "GB", 0.5, 2),
    ]  # fmt: skip


def test_fractions_of_every_work_sum_to_one(make_corpus_works, make_authorships):
    codes = ("US", "CN", "DE", "NA", None, "FR", "JP")
    rows = [
        (work, author, affiliation, codes[(work * 5 + author * 3 + affiliation * affiliation) % len(codes)])
        for work in range(1, 31)
        for author in range(work % 8)
        for affiliation in range(1 + (work + author) % 3)
    ]
    works = make_corpus_works(*((work, 2010, work % 2 == 0, 1, 0) for work in range(1, 31)))
    shares = country_shares(works, make_authorships(*rows))
    sums = shares.groupBy("work_id").agg(F.sum("fraction").alias("total"), F.count("*").alias("n")).collect()
    placed = {(work, code) for work, _, _, code in rows if code is not None}
    assert {row.work_id: row.n for row in sums} == {w: sum(w == p for p, _ in placed) for w in {w for w, _ in placed}}
    assert [row.total for row in sums] == [pytest.approx(1)] * len(sums)
    assert all(row.n_countries == sum(row.work_id == p for p, _ in placed) for row in shares.collect())


def test_two_studies_share_a_work_without_counting_it_twice(make_corpus_works, make_authorships):
    both = make_corpus_works((1, 2010, True, 2, 0), study="a").union(
        make_corpus_works((1, 2010, False, 2, 0), study="b")
    )
    authorships = make_authorships((1, 0, 5, "US"), (1, 1, 6, "CN"))
    apart = [country_shares(both.where(F.col("study") == name), authorships) for name in ("a", "b")]
    together = country_shares(both, authorships)
    assert_df_equality(together.orderBy(*KEY), apart[0].union(apart[1]).orderBy(*KEY), ignore_nullable=True)
