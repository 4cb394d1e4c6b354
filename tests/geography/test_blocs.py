import pytest

from isthmus.errors import ConfigError
from isthmus.geography import (
    COUNTRIES,
    Membership,
    bloc_members,
    blocs,
    find_bloc,
    memberships_over_years,
    region_members,
)

EU_27 = {
    "AT",
    "BE",
    "BG",
    "HR",
    "CY",
    "CZ",
    "DK",
    "EE",
    "FI",
    "FR",
    "DE",
    "GR",
    "HU",
    "IE",
    "IT",
    "LV",
    "LT",
    "LU",
    "MT",
    "NL",
    "PL",
    "PT",
    "RO",
    "SK",
    "SI",
    "ES",
    "SE",
}


def test_fixed_unions_are_the_studies_lists_in_every_year():
    for year in (None, 1990, 2024):
        assert bloc_members("EU-27", year) == EU_27
        assert bloc_members("EU-28", year) == EU_27 | {"GB"}


@pytest.mark.parametrize(
    ("year", "size"),
    [
        (1957, 0),
        (1958, 6),
        (1973, 9),
        (1981, 10),
        (1986, 12),
        (1995, 15),
        (2004, 25),
        (2007, 27),
        (2013, 28),
        (2020, 27),
    ],
)
def test_the_union_grows_and_shrinks_as_history_says(year, size):
    assert len(bloc_members("EU", year)) == size


def test_a_year_belongs_to_who_was_in_for_most_of_it():
    assert "HR" in bloc_members("EU", 2013)
    assert "GB" in bloc_members("EU", 2019)
    assert "GB" not in bloc_members("EU", 2020)
    assert bloc_members("EU") == EU_27


def test_other_blocs():
    assert bloc_members("EFTA") == {"CH", "IS", "LI", "NO"}
    assert bloc_members("EFTA", 1961) == {"AT", "CH", "DK", "GB", "NO", "PT", "SE"}
    assert bloc_members("G7", 2000) == {"CA", "DE", "FR", "GB", "IT", "JP", "US"}
    assert bloc_members("BRICS", 2015) == {"BR", "CN", "IN", "RU", "ZA"}
    assert "ET" in bloc_members("BRICS", 2024)


def test_groupings_have_the_same_members_in_all_years():
    sizes = {"South America": 16, "Former Soviet Union": 15, "Balkans": 11, "Arab countries": 22}
    for name, size in sizes.items():
        assert len(bloc_members(name)) == size
        assert bloc_members(name, 1950) == bloc_members(name, 2021) == bloc_members(name)
    assert bloc_members("South America") == region_members("South America")
    assert {"EE", "KZ", "RU", "UA"} <= bloc_members("former soviet union")
    assert {"AL", "RS", "XK"} <= bloc_members("Balkans")
    assert not bloc_members("Balkans") & (bloc_members("Former Soviet Union") | {"TR", "HU"})
    assert {"EG", "SA", "TN"} <= bloc_members("Arab countries")
    assert not bloc_members("Arab countries") & {"IL", "IR", "TR"}


def test_parts_have_years_only_where_they_change():
    members = {2018: {"DE", "GB"}, 2019: {"DE", "GB"}, 2020: {"DE"}, 2021: {"DE", "GB"}}
    assert memberships_over_years("EU", members.__getitem__, (2018, 2021)) == (
        Membership("EU", "DE"),
        Membership("EU", "GB", 2018, 2019),
        Membership("EU", "GB", 2021, 2021),
    )
    assert memberships_over_years("nobody", lambda year: (), (2018, 2021)) == ()


def test_every_member_is_a_country_and_every_bloc_is_described():
    for bloc in blocs():
        assert bloc.members() <= set(COUNTRIES), bloc.name
        assert bloc.description


def test_names_are_forgiving_and_errors_helpful():
    assert find_bloc("eu 27").name == "EU-27"
    with pytest.raises(ConfigError, match="did you mean 'BRICS'"):
        bloc_members("BRIC")
    with pytest.raises(ConfigError, match="region of UN M49"):
        bloc_members("Africa")
    with pytest.raises(ConfigError, match="valid: EU-28, EU-27"):
        bloc_members("zzzzzz")
