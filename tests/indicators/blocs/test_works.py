"""Works with their countries and the sets of partners of an entity, on literal rows."""

import pytest

from isthmus.indicators.blocs.works import country_pairs_of, partner_sets, work_countries

pytestmark = pytest.mark.spark

SETS = "entity string, year int, blocs array<string>, countries array<string>, several_members boolean, works bigint, fraction double"


def test_a_row_per_work_its_countries_by_code(spark, same):
    shares = [(1, 2010, "US", 0.25), (1, 2010, "CN", 0.75), (2, 2011, "NA", 1.0)]
    found = work_countries(spark.createDataFrame(shares, "work_id bigint, year int, country string, fraction double"))
    rows = [(1, 2010, [("CN", 0.75), ("US", 0.25)]), (2, 2011, [("NA", 1.0)])]
    same(found, rows, "work_id bigint, year int, places array<struct<country:string,fraction:double>>")


def test_a_work_in_two_entities_is_joint_for_both_and_divided(same, make_placed, entities):
    works = make_placed((1, 2005, {"CN": 0.75, "DE": 0.25}), (2, 2005, {"CN": 0.5, "DE": 0.5}), (3, 2005, "CN"))
    rows = [
        ("CN", 2005, ["Union"], ["DE"], False, 2, 1.25),
        ("CN", 2005, [], [], False, 1, 1.0),
        ("Union", 2005, ["CN"], ["CN"], False, 2, 0.75),
    ]
    same(partner_sets(works, entities), rows, SETS)


def test_a_country_that_leaves_a_bloc_becomes_its_partner(same, make_placed, entities):
    works = make_placed((1, 2010, "DE GB"), (2, 2011, "DE GB"), (3, 2010, "GB"), (4, 2011, "GB"))
    rows = [
        # inside, a British and German work is internal to the Union, and joint work of the United Kingdom with it
        ("Union", 2010, ["GB"], [], True, 1, 1.0),
        ("GB", 2010, ["Union"], ["DE"], False, 1, 0.5),
        # a British work alone is no joint work with the bloc that it belongs to
        ("Union", 2010, [], [], False, 1, 1.0),
        ("GB", 2010, [], [], False, 1, 1.0),
        ("Union", 2011, ["GB"], ["GB"], False, 1, 0.5),
        ("GB", 2011, ["Union"], ["DE"], False, 1, 0.5),
        ("GB", 2011, [], [], False, 1, 1.0),
    ]
    same(partner_sets(works, entities), rows, SETS)


def test_partners_outside_all_entities_are_countries_only_and_other_works_are_no_ones(make_placed, entities):
    works = make_placed((1, 2005, "BR CN NA"), (2, 2005, "BR NA"))
    found = partner_sets(works, entities).collect()
    assert [(row.entity, row.countries, row.works, row.fraction) for row in found] == [
        ("CN", ["BR", "NA"], 1, pytest.approx(1 / 3, abs=1e-10))
    ]


def test_pairs_of_countries_by_year(same, make_placed):
    works = make_placed((1, 2005, "BR CN NA"), (2, 2005, "BR CN"), (3, 2006, "CN"))
    rows = [(2005, "BR", "CN", 2), (2005, "BR", "NA", 1), (2005, "CN", "NA", 1)]
    same(country_pairs_of(works), rows, "year int, src string, dst string, weight bigint")
