"""The section on countries and blocs: what it shows of small published results, and what it leaves out."""

import pytest

from isthmus.analyses.blocs import charts, frames
from isthmus.analyses.blocs.section import section
from isthmus.analyses.sections import study_report
from isthmus.report import load_results

PARTS = ("bloc_partners", "bloc_overtakings", "reliance_trends", "connected_countries", "large_organisations",
         "organisation_counts", "active_researchers", "bloc_top_partners", "bloc_world_years")  # fmt: skip


@pytest.fixture
def results(publish):
    return load_results(publish())


def test_there_is_no_section_without_compared_entities(publish):
    assert section(load_results(publish(without=("bloc_years",)))) is None


def test_entities_stand_in_the_order_of_the_study(results, publish):
    assert frames.entities(results) == ["CN", "US", "EU-27", "GB"]
    assert frames.years_frame(results)["who"].drop_duplicates().tolist() == charts.names(results)
    assert charts.names(results) == ["China", "United States", "EU-27", "United Kingdom"]
    other = load_results(publish(switches={}))
    assert frames.entities(other) == ["CN", "EU-27", "GB", "US"], "of results that name none, by code"


def test_every_figure_can_be_drawn_and_has_a_caption(results):
    own = section(results)
    assert [figure.name for figure in own.figures] == [
        "bloc_output",
        "bloc_reliance",
        "bloc_citations",
        "bloc_partners",
    ]
    assert list(own.charts) == [f"bloc_partners_{entity}" for entity in frames.entities(results)]
    assert all(draw().to_dict()["description"] for draw in own.charts.values())
    for figure in own.figures:
        assert figure.draw().to_dict()["description"], figure.name
        assert figure.caption
        assert figure.heading


def test_lines_of_both_readings_and_a_panel_for_each_entity(results):
    spec = charts.citations_chart(results).to_dict()
    values = next(iter(spec["datasets"].values()))
    assert len(values) == 2 * 4 * 25
    assert {row["reading"] for row in values} == set(charts.READINGS.values())
    panels = charts.partners_chart(results).to_dict()
    titles = [panel["title"]["text"] for row in panels["vconcat"] for panel in row["hconcat"]]
    assert titles == [
        f"Papers of {name} with" for name in ("China", "the United States", "the EU-27", "the United Kingdom")
    ]


def test_the_matrix_has_no_diagonal_and_ends_with_any_of_the_others(results):
    china = frames.partner_matrix(results)[0]
    assert china["who"] == "China"
    assert china["cells"][0] is None
    assert china["cells"][1].share == pytest.approx(1500 / 31_000)
    assert china["any"].share == 0.08
    assert frames.partner_matrix(results)[2]["internal"] == 0.1


def test_a_lead_from_the_start_overtook_nobody(results):
    rows = {(row["who"], row["among"]): row for row in frames.overtaking_rows(results)}
    assert (rows["China", "blocs"]["overtook"], rows["China", "blocs"]["interval"]) == (None, None)
    assert rows["EU-27", "blocs"] == {
        "who": "EU-27", "among": "blocs", "partner": "China", "since": 2020, "overtook": "United States",
        "interval": "2019–2022", "support": 0.97,
    }  # fmt: skip
    assert rows["EU-27", "countries"]["overtook"] == "United Kingdom"


def test_findings_tell_the_ratio_the_overtakings_and_how_who_relies(results, unsupported):
    found = section(results).findings
    assert unsupported(found) == []
    assert found[0] == (
        "In 2024 China published 1.07 times as many papers as the United States, the EU-27 and the United Kingdom "
        "together (1.20 by author fractions)."
    )
    assert found[1] == (
        "Since 2009 (interval 2008–2010) the United States publishes most joint papers with China, which overtook the EU-27."
    )
    assert not any(sentence.startswith("Since 2018") for sentence in found), "the lead holds in few resamples"
    assert found[-2:] == (
        "China (−4.0 points per decade, −5.0 to −3.0) relies less on foreign partners over 2000–2024.",
        "The United States (4.0 points per decade, 3.0 to 5.0), the EU-27 (4.0 points per decade, 3.0 to 5.0) and the "
        "United Kingdom (4.0 points per decade, 3.0 to 5.0) rely more on foreign partners over 2000–2024.",
    )


def test_a_reliance_whose_interval_holds_no_change_is_not_settled(publish, tables):
    wide = tables["reliance_trends"].assign(slope_low=-0.1, slope_high=0.1)
    wide.loc[wide["entity"] == "GB", ["slope_low", "slope_high"]] = None
    found = section(load_results(publish({"reliance_trends": wide}))).findings
    assert found[-1] == (
        "Whether China, the United States and the EU-27 rely more or less on foreign partners over 2000–2024 is not "
        "settled."
    )


def test_the_nearest_meaning_is_marked_as_what_it_is(results, publish, tmp_path):
    nearest = section(results).values["nearest"]
    assert (nearest.least_papers, nearest.window_years) == (2, 3)
    assert nearest.words == "at least 2 papers in 3 years"
    assert 1 < nearest.factor < 1.2
    text = study_report(results, tmp_path / "report.html").path.read_text(encoding="utf-8")
    assert text.count("<mark>") == 4
    assert "<mark>29,000</mark>" in text
    assert "It was chosen by these numbers, so that it is near says nothing for them." in text
    for changes in ({"paper": None}, {"simulated": True}, {"paper": "gallo2026"}):
        assert section(load_results(publish(**changes))).values["nearest"] is None


def test_organisations_of_every_place_with_intervals(results, tmp_path):
    rows = {row["who"]: row["cells"] for row in frames.organisation_rows(results)}
    assert list(rows) == ["China", "United States", "EU-27", "United Kingdom", "Africa", "Asia", "World"]
    assert [cell.organisations for cell in rows["China"]] == [150] * 4
    assert frames.thresholds(results) == {"papers": 50.0, "share": 51.7}
    cities = frames.city_rows(results)
    assert (cities[0]["city"], cities[0]["country"], cities[0]["organisations"]) == ("Beijing", "China", 2)
    assert len(cities) == 5, "who has no city is in none"
    text = study_report(results, tmp_path / "report.html").path.read_text(encoding="utf-8")
    assert '150 <span class="soft">(75)</span> 147–153' in text
    assert "2024: 95% of the papers name an institution" in text


def test_connected_countries_have_their_ranks_by_each_measure(results):
    first = frames.connected_rows(results)[0]
    assert (first["name"], first["rank_strength"], first["rank_degree"], first["rank_pagerank"]) == ("China", 1, 2, 1)


def test_coverage_stands_beside_each(results, tmp_path):
    assert frames.coverage(results) == {
        "works": pytest.approx(0.9, abs=1e-3), "citations": 0.95, "institutions": 0.95, "researchers": 0.9,
    }  # fmt: skip
    text = study_report(results, tmp_path / "report.html").path.read_text(encoding="utf-8")
    assert "90% of the papers name a country, and 95% of the citations are of such papers" in text
    assert "90% of the authors counted in these tables have a home" in text


@pytest.mark.parametrize("gone", PARTS)
def test_each_part_is_left_out_by_itself(publish, tables, tmp_path, gone):
    of_the_same_stage = gone in ("bloc_world_years", "bloc_partners")  # they are there, if empty
    results = load_results(
        publish(
            {gone: tables[gone].iloc[:0]} if of_the_same_stage else {}, without=() if of_the_same_stage else (gone,)
        )
    )
    page = study_report(results, tmp_path / "report.html").path.read_text(encoding="utf-8")
    assert "Countries and blocs side by side" in page
    targets = [target for target, _ in section(results).contents]
    assert ("bloc-organisations" in targets) == (gone != "organisation_counts")
    assert ("bloc-researchers" in targets) == (gone != "active_researchers")
    assert all(f'id="{target}"' in page for target in targets)


def test_the_method_tells_how_it_was_counted_located_and_resampled(results, publish):
    assert [point.heading for point in section(results).method] == [
        "Countries and blocs", "Active researchers", "Resampled papers",
    ]  # fmt: skip
    folder = publish(switches={})
    (folder / "active_researchers.parquet").unlink()
    assert [point.heading for point in section(load_results(folder)).method] == ["Countries and blocs"]
