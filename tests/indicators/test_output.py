"""`yearly_output`: papers, international papers and citations of countries and blocs, year by year."""

import pytest
from chispa import assert_approx_df_equality

from isthmus.analyses.output.tables import ENTITY_YEARS
from isthmus.geography import Membership
from isthmus.indicators.output import yearly_output

pytestmark = pytest.mark.spark

RELEASE = "2026-06-25"
ENTITIES = {
    "US": [Membership("US", "US")],
    "EU-28": [Membership("EU-28", code) for code in ("DE", "FR", "GB")],
    "EU": [Membership("EU", "DE"), Membership("EU", "FR"), Membership("EU", "HR", 2013, 2014)],
}
WORKS = (
    (1, 2010, True, {"US": 0.75, "DE": 0.25}),
    (2, 2010, True, "DE FR"),  # international for no bloc
    (3, 2011, True, "US"),
    (4, 2012, True, "HR"),
    (5, 2013, True, "HR FR"),  # Croatia is in now
    (6, 2011, True, "GB JP"),
    (20, 2010, False, "DE"),
    (21, 2012, False, "US DE JP"),
    (22, 2014, False, "CN"),
    (23, 2014, False, "FR"),
)
CITATIONS = (
    (20, 1),  # from Germany, in the year itself
    (21, 1),
    (22, 1),
    (3, 1),  # a corpus work cites, too
    (20, 2),
    (23, 2),
    (21, 2),
    (1, 3),  # of a later work: none
    (22, 5),
    (23, 5),
    (21, 20),  # of a work outside the corpus: none
    (98, 2),  # by a work without a country: none
    (22, 99),
    (5, 6),
)


@pytest.fixture(scope="module")
def world(make_countries, make_citations):
    return make_countries(*WORKS).cache(), make_citations(*CITATIONS).cache()


def output(world, study, entities=ENTITIES):
    return yearly_output(*world, entities, study=study, release=RELEASE)


def row(entity, year, *numbers):
    papers, fractional, international, cited, foreign = numbers
    return (
        *("s", RELEASE, entity, year, papers, fractional, international),
        international / papers if papers else None,
        *(cited, foreign),
        1 - foreign / cited if cited else None,
    )


def test_rows_of_the_table(world, make_study, make_rows):
    expected = make_rows(
        ENTITY_YEARS,
        # papers, fractional, international; citations received, of these foreign
        row("EU", 2010, 2, 1.25, 1, 7, 4),  # of 1: DE 20 | US DE JP 21, CN 22, US 3; of 2: DE, FR | 21
        row("EU", 2011, 0, 0.0, 0, 0, 0),
        row("EU", 2012, 0, 0.0, 0, 0, 0),
        row("EU", 2013, 1, 1.0, 0, 2, 1),
        row("EU-28", 2010, 2, 1.25, 1, 7, 4),
        row("EU-28", 2011, 1, 0.5, 1, 1, 1),
        row("EU-28", 2012, 0, 0.0, 0, 0, 0),
        row("EU-28", 2013, 1, 0.5, 1, 2, 1),
        row("US", 2010, 1, 0.75, 1, 4, 3),  # of 1: all but 3
        row("US", 2011, 1, 1.0, 0, 0, 0),
        row("US", 2012, 0, 0.0, 0, 0, 0),
        row("US", 2013, 0, 0.0, 0, 0, 0),
    )
    actual = output(world, make_study()).select(*ENTITY_YEARS.columns).orderBy("entity", "year")
    assert_approx_df_equality(actual, expected, 1e-9, ignore_nullable=True)


def cited(frame, entity):
    rows = frame.where(f"entity = '{entity}'").orderBy("year").collect()
    return [(row.citations_received, row.citations_received_foreign) for row in rows]


def test_the_citation_year_decides_the_year_of_a_citation(world, make_study):
    citing = output(world, make_study(networks={"citation_year": "citing"}))
    assert cited(citing, "US") == [(1, 1), (1, 0), (1, 1), (0, 0)]  # 2014 is no year of the corpus
    assert cited(citing, "EU-28") == [(2, 0), (1, 1), (2, 2), (1, 1)]
    window = output(world, make_study(networks={"citation_year": "cited_window", "citation_window": 2}))
    assert cited(window, "US") == [(3, 2), (0, 0), (0, 0), (0, 0)]


def test_the_cap_leaves_out_corpus_works_as_in_the_networks(make_countries, make_citations, make_study):
    works = ((1, 2010, True, "US"), (2, 2010, True, "US CN JP"), (3, 2011, True, "DE FR GB"), (4, 2011, False, "A B C"))
    world = make_countries(*works), make_citations((3, 1), (4, 1), (4, 2))
    capped = output(world, make_study(corpus={"max_countries": 2}))
    assert cited(capped, "US")[0] == (1, 1)
    assert capped.where("entity = 'US' AND year = 2010").first().papers == 2
    assert cited(output(world, make_study()), "US")[0] == (3, 3)


def test_a_pole_that_is_a_bloc_is_compared_by_its_node(make_countries, make_citations, make_study):
    works = (
        (1, 2010, True, "EU-27 US"),
        (2, 2010, True, "GB EU-27"),
        (3, 2011, False, "GB"),
        (4, 2011, False, "EU-27"),
    )
    entities = {
        "EU-27": [Membership("EU-27", "EU-27")],
        "EU-28": [Membership("EU-28", "EU-27"), Membership("EU-28", "GB")],
    }
    world = make_countries(*works), make_citations((3, 1), (4, 2), (3, 2))
    frame = output(world, make_study(), entities).where("year = 2010").orderBy("entity")
    rows = [
        (r.papers, r.papers_international, r.citations_received, r.citations_received_foreign) for r in frame.collect()
    ]
    assert rows == [(2, 2, 3, 2), (2, 1, 3, 0)]
