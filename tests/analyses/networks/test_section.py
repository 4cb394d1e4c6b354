import json

import pandas as pd
import pytest

from isthmus.analyses.networks.charts import volume_frame
from isthmus.analyses.networks.countries import (
    bloc_codes,
    countries,
    countries_by_size,
    country_options,
    pole_members,
    pole_pairs,
    ranked,
    strengths,
)
from isthmus.analyses.networks.section import section
from isthmus.analyses.networks.tables import COUNTRY_YEARS
from isthmus.report import load_results


@pytest.fixture(scope="module")
def results(results_dir):
    return load_results(results_dir)


def test_a_study_without_countries_has_no_section(plain_study):
    assert section(load_results(plain_study)) is None
    assert countries(load_results(plain_study)) == ()
    assert pole_pairs(load_results(plain_study)) == ()


def test_countries_are_those_of_edges_and_of_volumes(make_results):
    folder = make_results(sizes={"US": 90.0, "CN": 80.0, "FR": 50.0})
    nodes = pd.read_parquet(folder / "country_years.parquet")
    lonely = nodes[nodes["country"] == "FR"].assign(country="BT")
    pd.concat([nodes[nodes["country"] != "FR"], lonely]).to_parquet(folder / "country_years.parquet")
    assert countries(load_results(folder)) == ("BT", "CN", "FR", "US"), "France is in the edges only, Bhutan in none"


def test_poles_that_are_no_nodes_make_no_pair(make_results):
    results = load_results(make_results(poles=("US", "AQ", "CN", "FR")))
    assert pole_pairs(results) == (("US", "CN"), ("US", "FR"), ("CN", "FR"))


def test_options_are_in_the_order_of_names_not_of_codes(results):
    names = [option["name"] for option in country_options(results)]
    assert names == sorted(names, key=str.lower)
    assert {"code": "CH", "name": "Switzerland"} in country_options(results)


def test_the_largest_by_all_years_and_by_the_years_of_the_analysis(results):
    assert countries_by_size(results)[:2] == ranked(results)[:2] == ["US", "CN"]
    assert set(countries_by_size(results)) == set(countries(results))


def test_members_of_blocs_own_and_known(make_results):
    folder = make_results(poles=("Mine", "US"))
    file = folder / "study.json"
    study = json.loads(file.read_text())
    study["switches"]["geography.blocs"] = {"Mine": ["KE", "NA"]}
    file.write_text(json.dumps(study))
    results = load_results(folder)
    assert bloc_codes(results, "Mine") == pole_members(results, "Mine") == {"KE", "NA"}
    assert {"GB", "DE"} <= bloc_codes(results, "EU-28"), "a bloc with changing members: all who ever were"


def test_strengths_are_those_of_the_last_year_of_the_analysis(results):
    table = strengths(results, number=3)
    assert table["country"].tolist() == ["US", "CN", "GB"]
    last = results.table(COUNTRY_YEARS).query("year == 2021 and country == 'US'").iloc[0]
    assert table.iloc[0]["degree"] == last["collaboration_degree"]
    assert table.iloc[0]["ratio"] == last["collaboration_strength"] / last["papers_international"]


def test_volumes_of_a_bloc_are_the_sums_of_its_members(make_results):
    results = load_results(make_results(poles=("EU-27",)))
    nodes = results.table(COUNTRY_YEARS)
    members = nodes[nodes["country"].isin(pole_members(results, "EU-27")) & (nodes["year"] == 2021)]
    row = volume_frame(results).query("who == 'EU-27' and year == 2021").iloc[0]
    assert row["papers"] == members["papers"].sum()
    assert row["share"] == members["papers_international"].sum() / members["papers"].sum()


def test_the_section_counts_the_countries_and_tells_how_it_counts(results, make_results):
    own = section(results)
    assert own.facts == ("26 countries and territories",)
    assert own.method[0].text.endswith("Hong Kong, Macao and Taiwan are counted apart from China.")
    folder = make_results()
    file = folder / "study.json"
    study = json.loads(file.read_text())
    study["switches"]["geography.cn_includes_hk_mo"] = True
    file.write_text(json.dumps(study))
    assert section(load_results(folder)).method[0].text.endswith("Hong Kong and Macao count as China.")


def test_the_charts_name_the_poles(results):
    drawn = {figure.name: str(figure.draw().to_dict()) for figure in section(results).figures}
    assert set(drawn) == {"papers", "international"}
    assert "United States" in drawn["papers"]
    assert "World" in drawn["papers"]
    assert "'World'" not in drawn["international"].split("'domain'")[1].split("]")[0]
