"""`Places`: poles that are blocs are one node, and what is compared can be told apart."""

import pytest

from isthmus.config import Study, available_studies, load_study
from isthmus.errors import ConfigError
from isthmus.geography import Membership, bloc_members
from isthmus.geography.places import Places, pole_members

YEARS = {"corpus": (2000, 2021), "citing_until": 2023, "analysis": (2000, 2021), "significance": (2017, 2021)}
NORDIC = ("DK", "FI", "IS", "NO", "SE")


def a_study(matrix_bloc=None, **geography):
    return Study(study="s", title="A study", years=YEARS, geography=geography, report={"matrix_bloc": matrix_bloc})


def places(**geography):
    found = Places(a_study(**geography))
    found.check()
    return found


def test_countries_as_poles_leave_every_country_its_own_node():
    assert places(poles=("US", "CN")).merged() == ()
    assert places(poles=("US", "CN"), cn_includes_hk_mo=True).merged() == (
        Membership("CN", "HK"),
        Membership("CN", "MO"),
    )


def test_the_members_of_a_pole_are_one_node():
    assert set(places(poles=("US", "EU-27")).merged()) == {Membership("EU-27", code) for code in bloc_members("EU-27")}
    own = places(poles=("US", "Nordic"), blocs={"Nordic": NORDIC})
    assert own.merged() == tuple(Membership("Nordic", code) for code in NORDIC)


def test_members_that_join_and_leave_are_merged_by_year():
    merged = places(poles=("US", "EU")).merged()
    assert Membership("EU", "DE") in merged
    assert Membership("EU", "PL", 2004, 2023) in merged
    assert Membership("EU", "HR", 2013, 2023) in merged
    assert Membership("EU", "GB", 2000, 2019) in merged


def test_hong_kong_goes_where_china_goes():
    china = {"blocs": {"Neighbours": ("CN", "HK", "JP")}, "cn_includes_hk_mo": True}
    merged = places(poles=("US", "Neighbours"), **china).merged()
    assert set(merged) == {Membership("Neighbours", code) for code in ("CN", "HK", "JP", "MO")}
    brics = places(poles=("US", "BRICS"), cn_includes_hk_mo=True).merged()
    assert {
        Membership("CN", "HK", 2000, 2008),
        Membership("BRICS", "HK", 2009, 2023),
        Membership("BRICS", "CN", 2009, 2023),
    } <= set(brics)
    assert set(places(poles=("US", "Eastern Asia"), cn_includes_hk_mo=True).merged()) == {
        Membership("Eastern Asia", code) for code in ("CN", "HK", "JP", "KP", "KR", "MN", "MO", "TW")
    }


def test_compared_blocs_are_made_of_nodes():
    entities = places(poles=("US", "EU-27"), compare=("US", "EU-27", "EU-28", "CN")).entities()
    assert entities["US"] == (Membership("US", "US"),)
    assert entities["EU-27"] == (Membership("EU-27", "EU-27"),)
    assert entities["EU-28"] == (Membership("EU-28", "EU-27"), Membership("EU-28", "GB"))
    assert len(places(compare=("EU-28",)).entities()["EU-28"]) == 28
    assert Membership("EU", "GB", 2000, 2019) in places(compare=("EU",)).entities()["EU"]
    assert list(places(poles=("US", "CN")).entities()) == ["US", "CN"]  # none named: the poles


def test_parts_are_countries_even_where_a_pole_is_one_node():
    found = places(poles=("US", "EU-27")).parts(("EU-27", "EU", "GB"))
    assert {part.code for part in found["EU-27"]} == bloc_members("EU-27")
    assert Membership("EU", "GB", 2000, 2019) in found["EU"], "blocs may overlap"
    assert found["GB"] == (Membership("GB", "GB"),)


def test_hong_kong_counts_as_china_whatever_the_poles_are():
    assert places().counted_as_china() == ()
    found = places(poles=("US", "EU-27"), cn_includes_hk_mo=True)
    assert found.counted_as_china() == (Membership("CN", "HK"), Membership("CN", "MO"))
    assert [part.code for part in found.parts(("Eastern Asia",))["Eastern Asia"]] == [
        "CN",
        "JP",
        "KP",
        "KR",
        "MN",
        "TW",
    ]


def test_regions_are_those_of_the_last_significant_year():
    regions = places(regions=("Balkans", "EU", "Africa")).regions()
    assert {"HR", "RS"} <= set(regions["Balkans"])
    assert "GB" not in regions["EU"]
    assert {"KE", "NA"} <= set(regions["Africa"])


def test_pole_members_are_those_at_the_end_of_the_analysis():
    members = pole_members(a_study(poles=("US", "EU")))
    assert members["US"] == ("US",)
    assert set(members["EU"]) == bloc_members("EU-27")


@pytest.mark.parametrize("name", available_studies())
def test_the_studies_that_come_with_isthmus_name_places_that_exist(name):
    found = Places(load_study(name))
    found.check()
    assert all(found.entities().values())
    assert all(found.regions().values())


WRONG = {
    "no place": ({"poles": ("US", "EU27x")}, r"geography.poles: 'EU27x' is neither a country .* did you mean 'EU-27'"),
    "compared: no place": ({"compare": ("US", "Balkan")}, r"geography.compare: 'Balkan' .* did you mean 'Balkans'"),
    "matrix: no place": ({"matrix_bloc": "EU-29"}, r"report.matrix_bloc: 'EU-29' is neither"),
    "region: no place": ({"regions": ("South Amerika",)}, r"geography.regions: .* did you mean 'South America'"),
    "a region of one country": ({"regions": ("FR",)}, r"geography.regions: FR is one country; name a bloc"),
    "a matrix of one country": ({"matrix_bloc": "FR"}, r"report.matrix_bloc: FR is one country"),
    "a pole in a pole": ({"poles": ("EU-27", "DE")}, r"geography.poles: DE belongs to EU-27 \(2000\)"),
    "a pole in a pole for some years": ({"poles": ("PL", "EU")}, r"PL belongs to EU \(2004\)"),
    "poles that overlap": ({"poles": ("EU-27", "G7")}, r"EU-27 and G7 share DE, FR, IT \(2000\)"),
    "part of a pole": (
        {"poles": ("US", "EU-27"), "compare": ("US", "G7")},
        r"geography.compare: 'G7' cannot be told apart: it shares DE, FR, IT with the pole EU-27",
    ),
    "a member of a pole": ({"poles": ("US", "EU-27"), "compare": ("DE",)}, r"'DE' cannot be told apart: it shares DE with"),
    "a matrix of a pole": (
        {"poles": ("US", "EU-27"), "matrix_bloc": "EU-28"},
        r"AT, BE, BG, CY, CZ and 22 more with the pole EU-27.* report.matrix_bloc=null",
    ),
    "a region in a pole": ({"poles": ("US", "EU-27"), "regions": ("Balkans",)}, r"BG, GR, HR, RO, SI with the pole"),
    "an own bloc of no country": ({"blocs": {"Mine": ("DE", "ZZ")}}, "'ZZ' is no country code"),
    "an own bloc of nobody": ({"blocs": {"Mine": ()}}, "Mine has no members"),
    "an own bloc with a country's code": ({"blocs": {"NO": ("DE",)}}, "NO is the code of Norway"),
    "a pole that counts as China": ({"poles": ("US", "HK"), "cn_includes_hk_mo": True}, "'HK' holds HK, which counts as"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_errors_name_the_field_and_the_way_out(case):
    geography, message = WRONG[case]
    with pytest.raises(ConfigError, match=message):
        places(**geography)


def test_everything_that_is_wrong_with_a_comparison_is_said_at_once():
    wrong = {"compare": ("US", "FR"), "matrix_bloc": "EU-28", "regions": ("Balkans", "South America")}
    with pytest.raises(ConfigError) as error:
        places(poles=("US", "EU-27"), **wrong)
    lines = str(error.value).splitlines()
    assert [line.split(":")[1].strip() for line in lines] == [
        "geography.compare",
        "report.matrix_bloc",
        "geography.regions",
    ]


def test_places_that_a_field_lists_are_named_with_what_is_wrong():
    listed = Places(a_study(poles=("US", "CN")))
    said = list(listed.named_problems("blocs.entities", ["CN", "Atlantis", "EU-27"]))
    assert len(said) == 1
    assert said[0].startswith("blocs.entities")
    assert "Atlantis" in said[0]
    assert list(listed.named_problems("blocs.entities", ["CN", "EU-27"])) == []
