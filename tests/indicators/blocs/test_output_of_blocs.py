"""Papers, citations and partners of entities by year, on literal works."""

import pytest

from isthmus.indicators.blocs.citations import PLACED, WORLD, cited_works, entity_citations, world_citations
from isthmus.indicators.blocs.output import bloc_world_years, bloc_years, entity_papers, world_papers
from isthmus.indicators.blocs.partners import bloc_partners

pytestmark = pytest.mark.spark

WORKS = (
    (1, 2010, {"CN": 0.75, "DE": 0.25}),
    (2, 2010, "DE FR"),
    (3, 2010, "CN"),
    (4, 2010, "BR"),
    (5, 2011, "CN GB"),
    (6, 2011, "DE GB"),
)
PAPERS = (
    "entity string, year int, papers bigint, papers_fractional double, papers_international bigint, "
    "papers_international_fractional double, papers_internal bigint, papers_internal_fractional double"
)
CITATIONS = (
    "entity string, year int, citations_made bigint, citations_made_fractional double, citations_to_date bigint, "
    "citations_to_date_fractional double"
)


@pytest.fixture(scope="module")
def corpus(spark):
    """The works above, a seventh without a country, and two that only cite."""
    rows = [(work, year, True) for work, year, _ in WORKS] + [(7, 2010, True), (8, 2011, False), (9, 2009, False)]
    return spark.createDataFrame(rows, "work_id bigint, year int, is_corpus boolean")


@pytest.fixture(scope="module")
def cited(spark, corpus, make_placed):
    pairs = [
        (5, 1), (8, 1), (8, 2), (8, 7),  # made in 2011
        (3, 1),  # made in 2010
        (9, 1),  # by a work of an earlier year: none
        (8, 9),  # of a work outside the corpus: none
        (99, 1),  # by a work that is not read: none
    ]  # fmt: skip
    citations = spark.createDataFrame(pairs, "citing_work_id bigint, cited_work_id bigint")
    return cited_works(corpus, citations, make_placed(*WORKS))


def test_papers_with_others_and_among_members(make_sets, same):
    rows = [
        ("CN", 2010, 2, 1.75, 1, 0.75, 0, 0.0),
        ("CN", 2011, 1, 0.5, 1, 0.5, 0, 0.0),
        ("Union", 2010, 2, 1.25, 1, 0.25, 1, 1.0),
        ("Union", 2011, 1, 0.5, 1, 0.5, 0, 0.0),
        ("GB", 2011, 2, 1.0, 2, 1.0, 0, 0.0),
    ]
    same(entity_papers(make_sets(*WORKS)), rows, PAPERS)


def test_a_citation_counts_in_both_years_once_for_each_entity(cited, entities, same):
    rows = [
        ("CN", 2010, 1, 0.75, 3, 2.25),
        ("CN", 2011, 2, 1.5, 0, 0.0),
        ("Union", 2010, 1, 0.25, 4, 1.75),
        ("Union", 2011, 3, 1.5, 0, 0.0),
        (WORLD, 2010, 1, 1.0, 5, 5.0),
        (WORLD, 2011, 4, 4.0, 0, 0.0),
        (PLACED, 2010, 1, 1.0, 4, 4.0),
        (PLACED, 2011, 3, 3.0, 0, 0.0),
    ]
    found = entity_citations(cited, entities)
    same(found, rows, CITATIONS)
    world = [(2010, 1, 1, 5, 4), (2011, 4, 3, 0, 0)]
    schema = "year int, citations_made bigint, citations_made_placed bigint, citations_to_date bigint, "
    same(world_citations(found), world, schema + "citations_to_date_placed bigint")


def test_a_cited_work_belongs_to_the_bloc_that_its_country_belonged_to_in_its_year(spark, make_placed, entities, same):
    corpus = spark.createDataFrame(
        [(1, 2010, True), (2, 2011, True), (3, 2020, True)], "work_id bigint, year int, is_corpus boolean"
    )
    citations = spark.createDataFrame([(3, 1), (3, 2)], "citing_work_id bigint, cited_work_id bigint")
    cited = cited_works(corpus, citations, make_placed((1, 2010, "GB"), (2, 2011, "GB")))
    found = entity_citations(cited, entities).where("year = 2020 AND entity IN ('Union', 'GB')")
    same(found, [("Union", 1), ("GB", 2)], "entity string, citations_made bigint")


def test_shares_are_of_the_world_and_years_without_anything_have_rows(
    make_sets, corpus, cited, make_placed, entities, same
):
    papers, citations = entity_papers(make_sets(*WORKS)), entity_citations(cited, entities)
    world = world_papers(corpus, make_placed(*WORKS), entities)
    same(
        world,
        [(2010, 5, 4, 2), (2011, 2, 2, 2)],
        "year int, works bigint, works_with_country bigint, works_of_others bigint",
    )
    totals = bloc_world_years(world, world_citations(citations), papers, entities=entities, years=(2010, 2012))
    rows = [(2010, 5, 4, 1.0, 1.4, 1.0), (2011, 2, 2, 1 / 3, 1 / 3, 0.5), (2012, 0, 0, None, None, None)]
    schema = (
        "year int, works bigint, works_with_country bigint, ratio double, ratio_fractional double, ratio_union double"
    )
    same(totals, rows, schema)
    found = bloc_years(papers, citations, totals, entities=entities, years=(2010, 2012))
    assert found.count() == 9
    rows = [
        (2010, 2, 2 / 5, 1.75 / 5, 0.5, 0.75 / 1.75, 0.0, 1.0, 3 / 5, 2.25 / 5),
        (2011, 1, 1 / 2, 0.25, 1.0, 1.0, 0.0, 0.5, None, None),
        (2012, 0, None, None, None, None, None, None, None, None),
    ]
    schema = (
        "year int, papers bigint, share_papers double, share_papers_fractional double, share_international double, "
        "share_international_fractional double, share_internal double, share_citations_made double, "
        "share_citations_to_date double, share_citations_to_date_fractional double"
    )
    same(found.where("entity = 'CN'"), rows, schema)
    internal = found.where("entity = 'Union' AND year = 2010")
    same(internal, [(0.5, 0.8)], "share_internal double, share_internal_fractional double")


def test_partners_of_all_ordered_pairs_of_the_union_and_of_countries(make_sets, entities, same):
    sets = make_sets(*WORKS)
    found = bloc_partners(sets, entity_papers(sets), entities=entities, years=(2010, 2011))
    schema = "year int, among string, partner string, papers_joint bigint, papers_joint_fractional double, share double, share_fractional double"
    of_china = [
        (2010, "blocs", "Union", 1, 0.75, 0.5, 0.75 / 1.75),
        (2010, "blocs", "GB", 0, 0.0, 0.0, 0.0),
        (2010, "any", "any of the others", 1, 0.75, 0.5, 0.75 / 1.75),
        (2010, "countries", "DE", 1, 0.75, 0.5, 0.75 / 1.75),
        (2011, "blocs", "Union", 0, 0.0, 0.0, 0.0),
        (2011, "blocs", "GB", 1, 0.5, 1.0, 1.0),
        (2011, "any", "any of the others", 1, 0.5, 1.0, 1.0),
        (2011, "countries", "GB", 1, 0.5, 1.0, 1.0),
    ]
    same(found.where("entity = 'CN'"), of_china, schema)
    of_britain = [
        (2010, "blocs", "CN", 0, 0.0, None, None),
        (2010, "blocs", "Union", 0, 0.0, None, None),
        (2010, "any", "any of the others", 0, 0.0, None, None),
    ]
    same(found.where("entity = 'GB' AND year = 2010"), of_britain, schema)
