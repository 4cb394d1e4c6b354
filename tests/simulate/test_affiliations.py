"""What a record says of an affiliation, state by state of recording; the ids of institutions."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.simulate.records.affiliations import (
    NOBODYS,
    affiliation,
    institution_object,
    institution_url,
    lineage,
    ror,
)
from isthmus.simulate.world.facts import cities, countries
from isthmus.simulate.world.places import places
from isthmus.simulate.world.seats import COUNTRY, EMPTY, FULL, MISSING, OTHER_COUNTRY, STATELESS
from isthmus.simulate.world.works import build_works

HOSPITAL = next(k for k in range(len(places())) if places().kind[k] == "healthcare")
UNIVERSITY = int(places().parent[HOSPITAL])
institutions = st.integers(0, len(places()) - 1)


def code_of(institution):
    return countries().code[places().country[institution]]


@given(institutions)
def test_the_address_of_an_institution_is_its_number_in_openalex(institution):
    assert institution_url(institution) == f"https://openalex.org/I{210_000_001 + 37 * institution}"


def test_every_institution_has_a_ror_of_its_own_that_looks_like_one():
    found = [ror(k) for k in range(len(places()))]
    assert len(set(found)) == len(found)
    assert all(re.fullmatch(r"https://ror\.org/0[0-9a-hjkmnp-tv-z]{6}\d{2}", address) for address in found)


@given(institutions)
def test_a_lineage_is_an_institution_and_its_parent(institution):
    parent = int(places().parent[institution])
    assert set(lineage(institution)) == {institution_url(institution), institution_url(parent)}
    assert len(lineage(institution)) == 1 + (parent != institution)
    assert lineage(parent) == [institution_url(parent)], "a parent has none above it"
    assert code_of(parent) == code_of(institution)


def test_a_hospital_belongs_to_the_university_of_its_city():
    assert places().city[HOSPITAL] == places().city[UNIVERSITY]
    assert places().kind[UNIVERSITY] == "education"
    assert lineage(HOSPITAL) == [institution_url(UNIVERSITY), institution_url(HOSPITAL)]


@given(institutions)
def test_a_full_affiliation_says_name_city_and_country(institution):
    found = affiliation(institution, -1, FULL)
    where = places()
    town, nation = cities().name[where.city[institution]], countries().name[where.country[institution]]
    assert found["raw_affiliation_strings"] == [f"{where.name[institution]}, {town}, {nation}"]
    assert found["countries"] == [code_of(institution)]
    assert found["institutions"] == [institution_object(institution)]
    assert found["institutions"][0]["country_code"] == code_of(institution)
    assert [a["institution_ids"] for a in found["affiliations"]] == [[institution_url(institution)]]


def test_two_institutions_are_two_texts_and_one_country():
    found = affiliation(HOSPITAL, UNIVERSITY, FULL)
    assert [i["id"] for i in found["institutions"]] == [institution_url(HOSPITAL), institution_url(UNIVERSITY)]
    assert len(found["raw_affiliation_strings"]) == len(found["affiliations"]) == 2
    assert found["countries"] == [code_of(HOSPITAL)]


@given(institutions)
def test_a_missing_affiliation_is_empty_in_every_field(institution):
    assert set(map(str, affiliation(institution, -1, MISSING).values())) == {"[]"}


@given(institutions)
def test_an_address_that_names_the_country_only_has_no_institution(institution):
    found = affiliation(institution, -1, COUNTRY)
    assert found["institutions"] == []
    assert found["countries"] == [code_of(institution)]
    (text,) = found["raw_affiliation_strings"]
    assert text.endswith(f", {countries().name[places().country[institution]]}")
    assert found["affiliations"] == [{"raw_affiliation_string": text, "institution_ids": []}]


@given(institutions)
def test_an_empty_institution_has_a_text_and_nothing_else(institution):
    found = affiliation(institution, -1, EMPTY)
    assert found["institutions"] == [NOBODYS]
    assert not any(NOBODYS.values())
    assert found["countries"] == []
    assert [a["institution_ids"] for a in found["affiliations"]] == [[]]
    assert found["raw_affiliation_strings"] == affiliation(institution, -1, FULL)["raw_affiliation_strings"]


@given(institutions)
def test_a_stateless_institution_has_an_id_and_no_country(institution):
    found = affiliation(institution, -1, STATELESS)
    assert found["institutions"] == [institution_object(institution) | {"country_code": None}]
    assert found["countries"] == []


@given(institutions)
def test_where_the_address_disagrees_the_institution_keeps_its_country(institution):
    found = affiliation(institution, -1, OTHER_COUNTRY)
    assert [i["country_code"] for i in found["institutions"]] == [code_of(institution)]
    (named,) = found["countries"]
    assert named in countries().code
    assert named != code_of(institution)


@pytest.mark.parametrize("recorded", [FULL, MISSING, COUNTRY, EMPTY, STATELESS, OTHER_COUNTRY])
@pytest.mark.parametrize("second", [-1, UNIVERSITY])
def test_every_state_has_the_same_fields_and_a_match_per_text(recorded, second):
    found = affiliation(HOSPITAL, second, recorded)
    assert list(found) == ["institutions", "countries", "raw_affiliation_strings", "affiliations"]
    assert [a["raw_affiliation_string"] for a in found["affiliations"]] == found["raw_affiliation_strings"]
    assert all(set(i) == set(NOBODYS) for i in found["institutions"])


def test_every_state_is_recorded_somewhere(small_plan):
    works = build_works(small_plan, np.arange(small_plan.world.works))
    states, count = np.unique(works.seats.recorded, return_counts=True)
    assert states.tolist() == sorted([FULL, MISSING, COUNTRY, EMPTY, STATELESS, OTHER_COUNTRY])
    assert count[FULL] > count[MISSING] > count[COUNTRY] > count[EMPTY]
