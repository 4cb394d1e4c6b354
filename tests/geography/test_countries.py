import math

import pytest

from isthmus.errors import ConfigError
from isthmus.geography import COUNTRIES, country_name, find_country, is_west, region_members, regions


def test_every_iso_country_and_kosovo_is_listed_once():
    assert len(COUNTRIES) == 250
    assert list(COUNTRIES) == sorted(COUNTRIES)
    assert len({c.alpha3 for c in COUNTRIES.values()}) == 250
    assert [c.code for c in COUNTRIES.values() if c.numeric is None] == ["XK"]
    assert len({c.name for c in COUNTRIES.values()}) == 250


def test_codes_are_those_of_iso():
    assert [(COUNTRIES[c].alpha3, COUNTRIES[c].numeric) for c in ("AF", "GB", "UA", "ZW")] == [
        ("AFG", 4),
        ("GBR", 826),
        ("UKR", 804),
        ("ZWE", 716),
    ]


def test_na_is_namibia():
    assert country_name("NA") == "Namibia"
    assert find_country("na").code == "NA"
    assert COUNTRIES["NA"].subregion == "Southern Africa"


def test_points_are_on_earth_and_roughly_where_the_country_is():
    for country in COUNTRIES.values():
        assert -90 <= country.latitude <= 90, country
        assert -180 <= country.longitude <= 180, country
    for code, latitude, longitude in [
        ("FJ", -17.8, 178),
        ("CN", 34, 110),
        ("US", 39, -95),
        ("FR", 47, 2),
        ("XK", 42.6, 21),
    ]:
        country = COUNTRIES[code]
        assert math.hypot(country.latitude - latitude, country.longitude - longitude) < 6, country


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("China", "CN"),
        ("united states", "US"),
        ("USA", "US"),
        ("U.S.", "US"),
        ("uk", "GB"),
        ("deu", "DE"),
        (" fr ", "FR"),
        ("Cote d’Ivoire", "CI"),
        ("Ivory Coast", "CI"),
        ("St. Lucia", "LC"),
        ("The Netherlands", "NL"),
        ("Trinidad & Tobago", "TT"),
        ("turkey", "TR"),
        ("Guinea", "GN"),
        ("Kosovo", "XK"),
    ],
)
def test_a_country_is_found_by_what_people_write(text, code):
    assert find_country(text).code == code


def test_names_find_their_own_country():
    for country in COUNTRIES.values():
        assert find_country(country.name) is country
        assert find_country(country.alpha3.lower()) is country


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Chna", r"unknown country 'Chna': did you mean China \(CN\)"),
        ("Korea", r"could be North Korea \(KP\), South Korea \(KR\): use the code"),
        ("qqqqqqq", r"unknown country 'qqqqqqq': give a name"),
        ("", r"unknown country ''"),
    ],
)
def test_an_unknown_country_says_what_is_near(text, message):
    with pytest.raises(ConfigError, match=message):
        find_country(text)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("cn", "did you mean 'CN'"),
        ("USA", "did you mean 'US'"),
        ("Kenya", "did you mean 'KE'"),
        ("ZZ", "expected ISO 3166-1 alpha-2"),
        (float("nan"), "keep_default_na=False"),
    ],
)
def test_an_unknown_code_says_what_is_near(code, message):
    with pytest.raises(ConfigError, match=message):
        country_name(code)


def test_west_is_the_united_states_and_m49_europe():
    assert all(is_west(code) for code in ("US", "GB", "DE", "RU", "UA", "BY", "IS"))
    assert not any(is_west(code) for code in ("CA", "AU", "BR", "IL", "TR", "CY", "GE", "AM", "AZ", "CN", "JP"))
    assert is_west(COUNTRIES["FR"])
    with pytest.raises(ConfigError, match="unknown country code"):
        is_west("ZZ")


def test_regions_partition_the_world():
    assert regions()[:6] == ("Africa", "Americas", "Antarctica", "Asia", "Europe", "Oceania")
    assert sum(len(region_members(name)) for name in regions()[:6]) == len(COUNTRIES)
    assert region_members("eastern asia") == {"CN", "HK", "JP", "KP", "KR", "MN", "MO", "TW"}
    assert region_members("South-eastern Asia") >= {"VN", "TH", "SG"}
    with pytest.raises(ConfigError, match="did you mean 'Africa'"):
        region_members("Afrika")
