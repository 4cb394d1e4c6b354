"""The sections on output, scientists, impact and hits: what they show of small published results."""

import pandas as pd
import pytest

from isthmus.analyses.hits.section import section as hits
from isthmus.analyses.hits.section import summed
from isthmus.analyses.scientists import frames
from isthmus.analyses.scientists.section import section
from isthmus.analyses.sections import study_report
from isthmus.report import load_results


@pytest.fixture
def results(publish):
    return load_results(publish())


def test_there_are_no_sections_without_their_tables(publish):
    found = load_results(publish(without=("country_output", "country_hits")))
    assert section(found) is None
    assert hits(found) is None


def test_a_world_without_any_hit_has_no_section_on_them(publish, tables):
    none = tables["country_hits"].assign(hits=None, hits_fractional=None, share=None, share_fractional=None)
    assert (
        hits(load_results(publish({"country_hits": none.astype({"hits": "float64", "hits_fractional": "float64"})})))
        is None
    )


def test_every_figure_can_be_drawn_and_has_a_caption(results):
    own = (*section(results).figures, *hits(results).figures)
    assert [figure.name for figure in own] == [
        "country_works", "pole_works", "country_scientists", "pole_scientists", "country_c2", "pole_mean_c2",
        "country_hits", "pole_hits",
    ]  # fmt: skip
    for figure in own:
        assert figure.draw().to_dict()["description"], figure.name
        assert figure.caption
        assert figure.heading


def test_countries_with_most_stand_first_under_their_names(results):
    assert frames.largest(results, "scientists")["name"].tolist() == ["India", "China", "United States", "Namibia"]
    assert frames.largest(results, "works", shown=1)["country"].tolist() == ["IN"]
    found = frames.sums(results).set_index("country")
    assert found["share_works"].sum() == pytest.approx(1)
    own = frames.output(results).query("country == 'US' and year <= 2018")
    assert found.loc["US", "mean_c2"] == pytest.approx(own["c2"].sum() / own["works"].sum()), (
        "of years whose window is over"
    )
    assert found.loc["CN", "scientists_other"] == PEOPLE_OF_CHINA + 100


PEOPLE_OF_CHINA = 105_103


def test_findings_name_the_first_two_with_their_shares(results, unsupported):
    found = section(results).findings
    assert unsupported([*found, *hits(results).findings]) == []
    assert found[0].startswith("Most papers of 2000–2020, of all with a country: India 3,486,000 (")
    assert "scientists" in found[2]
    told = hits(results).findings
    assert told[0] == (
        "Most hits (top 1% by citations within two years) of 2000–2018: the United States 45% and India 44%."
    )
    assert told[1] == "The share of hits of the United States falls over 2000–2018 (rank correlation, p < 0.001)."
    assert told[2].startswith("The share of hits of China rises over 2000–2018")


def test_a_share_without_a_settled_trend_is_called_so_and_a_constant_one_has_none(publish, tables):
    level = tables["country_hits"].assign(share=0.25, share_fractional=0.25)
    assert len(hits(load_results(publish({"country_hits": level}))).findings) == 1
    to_and_fro = level.assign(share=0.25 + 0.01 * (level["year"] % 2))
    told = hits(load_results(publish({"country_hits": to_and_fro}))).findings[1:]
    assert len(told) == 2
    start = "Whether the share of hits of the United States moves over 2000–2018 is not settled (rank correlation, p = "
    assert told[0].startswith(start)


def test_years_without_hits_are_said(results, tmp_path):
    assert hits(results).values["without"] == [2000]
    text = study_report(results, tmp_path / "report.html").path.read_text(encoding="utf-8")
    assert "Without hits, since the cut is no citation at all: 2000." in text
    assert "Namibia" in text
    assert summed(results)["share"].sum() == pytest.approx(1)


def test_the_year_of_catching_up_is_that_which_parts_behind_from_ahead(results, publish, tables):
    assert frames.caught_up(results, "CN", "US") == 2010
    assert frames.caught_up(results, "NA", "US") is None
    assert frames.caught_up(results, "XK", "US") is None
    noisy = tables["country_output"]
    early = (noisy["country"] == "CN") & (noisy["year"] == 2002)
    crossed = noisy.assign(works=noisy["works"].where(~early, 90_000))
    assert frames.caught_up(load_results(publish({"country_output": crossed})), "CN", "US") == 2010, "one year is noise"


def test_coverage_stands_beside_the_numbers(results):
    found = frames.coverage(results)
    assert found["works"] == pytest.approx(240 / 257)
    assert found["scientists"] == 1.0
    assert pd.notna(found["works"])
