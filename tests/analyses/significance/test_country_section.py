"""Any country: names that people write, and studies that have nothing to name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.analyses.significance.country_section import aliases, plain, section
from isthmus.analyses.significance.ties import graded_ties
from isthmus.analyses.trajectories.directions import trend_of
from isthmus.analyses.trajectories.tables import PAIR_TRENDS
from isthmus.geography import COUNTRIES, find_country
from isthmus.report import load_results


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("US", "US"), ("USA", "US"), ("U.S.A.", "US"), ("China", "CN"), ("PRC", "CN"), ("Türkiye", "TR"),
        ("turkiye", "TR"), ("Turkey", "TR"), ("UK", "GB"), ("Great Britain", "GB"), ("Deutschland", "DE"),
        ("côte d\u2019ivoire", "CI"), ("Cote d'Ivoire", "CI"), ("south  korea", "KR"),
    ],
)  # fmt: skip
def test_what_people_write_is_known(written, code):
    assert aliases(list(COUNTRIES))[plain(written)] == code


@given(st.sampled_from(list(COUNTRIES)), st.data())
def test_each_name_belongs_to_the_country_that_the_terminal_finds(code, data):
    known = aliases(list(COUNTRIES))
    country = COUNTRIES[code]
    name = data.draw(st.sampled_from([country.code, country.alpha3, country.name, *country.aliases]))
    assert known[plain(name)] == find_country(name).code == code


@given(st.text())
def test_a_plain_name_is_plain_already(text):
    assert plain(plain(text)) == plain(text)


def test_a_bloc_that_is_one_node_has_its_name_alone():
    assert aliases(["EU-27"]) == {"eu 27": "EU-27"}


def test_the_first_pole_is_shown_first(results_dir, make_results):
    own = section(load_results(results_dir))
    assert own.data["defaultCountry"] == "US"
    assert own.values["first"] == "United States"
    blocs = section(load_results(make_results(poles=("EU-27", "BRICS"))))
    assert blocs.data["defaultCountry"] in blocs.data["aliases"].values()


def test_a_tie_s_trend_stands_beside_it_where_it_is_settled(make_results, put_table):
    folder = make_results(uncertainty=False)
    first = graded_ties(load_results(folder), called="probable").iloc[0]
    table = load_results(folder).table(PAIR_TRENDS).copy()
    own = (table["network"] == first["network"]) & (table["src"] == first["src"]) & (table["dst"] == first["dst"])
    table[["p_rise", "p_fall", "p_level"]] = (0.4, 0.3, 0.3)
    table.loc[own, ["p_rise", "p_fall", "p_level"]] = (0.02, 0.95, 0.03)
    put_table(folder, "pair_trends", table)
    results = load_results(folder)
    found = section(results)
    assert found.values["has_trends"]
    pair = f"{first['src']}|{first['dst']}"
    assert found.data["trends"] == {first["network"]: {pair: "falls, P = 0.95"}}
    assert trend_of(results, first["network"], first["src"], first["dst"]).words.endswith(", falls, P = 0.95")
    bare = section(load_results(make_results(trajectories=False)))
    assert bare.data["trends"] is None
    assert not bare.values["has_trends"]


def test_without_tested_pairs_there_is_nothing_to_name(plain_study):
    assert section(load_results(plain_study)) is None
