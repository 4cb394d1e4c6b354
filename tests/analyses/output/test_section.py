import pandas as pd
import pytest

from isthmus.analyses.output.charts import densities_chart, entities, foreign_chart, output_chart, output_frame
from isthmus.analyses.output.section import section
from isthmus.analyses.output.tables import DENSITIES, ENTITY_YEARS
from isthmus.report import load_results


@pytest.fixture(scope="module")
def results(results_dir):
    return load_results(results_dir)


def test_domestic_and_international_papers_add_up(results):
    frame = output_frame(results)
    assert (frame["domestic"] + frame["international"] == frame["papers"]).all()
    states = results.table(ENTITY_YEARS).query("entity == 'US' and year == 2021").iloc[0]
    row = frame.query("who == 'United States' and year == 2021").iloc[0]
    assert row["foreign"] == states["citations_received_foreign"]
    assert row["share"] == pytest.approx(states["papers_international"] / states["papers"])


def test_poles_come_first_then_the_others(make_results):
    results = load_results(make_results(poles=("CN",)))
    assert entities(results) == ["China", "United States", "EU-28"]
    assert output_frame(results)["who"].drop_duplicates().tolist() == entities(results)


def test_without_output_the_section_says_what_turns_it_on(make_results):
    results = load_results(make_results(trajectories=False))
    own = section(results)
    assert own.figures == ()
    assert own.values["output_rows"] == own.values["density_rows"] == []
    assert own.contents == ()
    assert [each.setting.partition("=")[0] for each in own.absent] == ["geography.compare", "geography.regions"]
    assert output_chart(results) is foreign_chart(results) is densities_chart(results) is None


def test_there_is_no_section_without_output_regions_and_countries(plain_study):
    assert section(load_results(plain_study)) is None


def test_figures_are_left_out_one_by_one(make_results, put_table):
    folder = make_results()
    output = pd.read_parquet(folder / "entity_years.parquet")
    put_table(folder, "entity_years", output.assign(citations_received_foreign=0))
    densities = pd.read_parquet(folder / "densities.parquet")
    put_table(folder, "densities", densities.assign(network="knowledge_exchange"))
    results = load_results(folder)
    assert [figure.name for figure in section(results).figures] == ["output"]
    assert len(section(results).values["density_rows"]) == 2
    assert section(results).contents == (("output", "Output and citations"),)
    assert section(results).absent == (), "regions were compared, in the other network"


def test_figures_that_are_offered_can_be_drawn(results):
    for figure in section(results).figures:
        assert figure.draw().to_dict()["description"], figure.name


def test_the_densest_region_stands_first(results):
    spec = str(densities_chart(results).to_dict())
    assert spec.index("South America") < spec.index("Arab countries")
    assert results.table(DENSITIES).sort_values("density_inside")["region"].tolist()[-1] == "South America"
