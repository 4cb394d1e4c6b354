"""The section on novelty: what it shows of small published results, and what it says only with a grade."""

import numpy as np
import pytest

from isthmus.analyses.novelty import charts, frames
from isthmus.analyses.novelty.findings import findings, method
from isthmus.analyses.novelty.section import section
from isthmus.analyses.sections import study_report
from isthmus.report import load_results


@pytest.fixture
def results(publish):
    return load_results(publish())


def test_there_is_no_section_without_novelty(publish):
    assert section(load_results(publish(without=("novelty_years",)))) is None


def test_every_figure_can_be_drawn_and_has_a_caption(results):
    figures = section(results).figures
    assert [figure.name for figure in figures] == ["novelty_hits", "novelty_ranks"]
    for figure in figures:
        assert figure.draw().to_dict()["description"], figure.name
        assert figure.caption


def test_a_panel_for_each_measure_with_a_band_where_starts_differ(results):
    panels = charts.hits_chart(results).to_dict()["hconcat"]
    assert [panel["title"]["text"] for panel in panels] == [
        "Pairs of cited sources",
        "Concepts",
        "Cited sources as a combination",
    ]
    assert ["layer" in panel for panel in panels] == [False, True, True]
    assert all("layer" in panel for panel in charts.ranks_chart(results).to_dict()["hconcat"])


def test_mean_ranks_stand_beside_what_chance_makes_of_as_many_papers(results):
    row = frames.years_frame(results).iloc[0]
    draws = np.random.default_rng(0).random((400, int(row["scored"]))).mean(axis=1)
    assert np.mean(np.abs(draws - 0.5) <= row["strays"]) == pytest.approx(0.95, abs=0.03)
    assert (row["rank_low"], row["rank_high"]) == (0.51 - row["strays"], 0.51 + row["strays"])


def test_rows_follow_the_order_of_the_page(results):
    frame = frames.years_frame(results)
    assert frame["measure"].unique().tolist() == ["pairs", "content", "context"]
    assert frame["entity"].unique().tolist() == results.switch("novelty.entities")


def test_a_model_that_does_not_know_combinations_is_not_read(publish, tables, tmp_path):
    checks = tables["novelty_checks"]
    checks.loc[checks["measure"] == "content", "lift"] = 0.52
    results = load_results(publish({"novelty_checks": checks}))
    said = [sentence for sentence in findings(results) if "by concepts" in sentence.lower()]
    assert said == [
        "Novelty hits by concepts are not read: the model hardly tells real combinations from shuffled ones (chance that "
        "a shuffled one is newer: 0.52; 0.50 is a coin)."
    ]
    rows = {(row["about"], row["who"]): row["verdict"] for row in frames.hit_rows(results)}
    assert rows["concepts", "China"] == "not read"
    assert rows["pairs of cited sources", "United States"] == "more than expected (firm)"
    text = study_report(results, tmp_path / "report.html").path.read_text(encoding="utf-8")
    assert "what is said of it is not read" in text


def test_where_no_hit_is_expected_there_is_no_ratio(publish, tables):
    hits = tables["novelty_hits"]
    of_union = hits["entity"] == "EU-27"
    hits.loc[of_union, ["hits", "expected"]] = 0
    hits.loc[of_union, ["ratio", "ratio_low", "ratio_high"]] = np.nan
    hits.loc[of_union, ["p_two_sided", "q"]] = 1.0
    assert (
        "whether the EU-27 (no hit is expected) has more" in findings(load_results(publish({"novelty_hits": hits})))[2]
    )


def test_samples_are_shown_for_the_years_of_the_analysis(publish):
    rows = frames.agreement_rows(load_results(publish(years=[2005, 2010])))
    assert [row["year"] for row in rows] == list(range(2005, 2011))


def test_only_what_is_settled_is_called_more_or_fewer(results, unsupported):
    assert unsupported(findings(results)) == []
    assert findings(results)[:3] == (
        "The United States has 1.30 times as many novelty hits by pairs of cited sources as its papers of 2000–2020 make "
        "likely (1.20 to 1.40): more than expected (firm), q < 0.001.",
        "China has 0.93 times as many novelty hits by pairs of cited sources as its papers of 2000–2020 make likely "
        "(0.88 to 0.99): fewer than expected (probable), p = 0.022.",
        "By pairs of cited sources it is not settled whether the EU-27 (1.01 times as many, 0.95 to 1.07) has more or "
        "fewer novelty hits than expected.",
    )
    assert len(findings(results)) == 9
    rows = frames.hit_rows(results)
    assert [row["verdict"] for row in rows[:3]] == [
        "more than expected (firm)",
        "fewer than expected (probable)",
        "not settled",
    ]


def test_rows_are_those_of_the_last_author_and_the_years_of_the_analysis(publish):
    frame = frames.years_frame(load_results(publish(years=[2005, 2010])))
    assert set(frame["counting"]) == {"last_author"}
    assert (frame["year"].min(), frame["year"].max()) == (2005, 2010)
    assert set(frame["entity"]) == {"US", "CN", "EU-27"}


def test_shares_over_years_are_of_summed_hits(results):
    shares = frames.world_share(results, "pairs", 2000, 2020)
    assert shares["world"] == 100
    assert shares["US"] == pytest.approx(24, abs=0.1)
    assert frames.world_share(results, "pairs", 1990, 1995) == {}


def test_cities_with_most_hits_come_first_and_those_without_a_name_are_left_out(publish):
    rows = frames.city_rows(load_results(publish()))
    assert [(row["about"], row["name"], row["hits"]) for row in rows[:3]] == [
        ("pairs of cited sources", "Beijing", 21 * 9 + 10 * 20),
        ("pairs of cited sources", "Boston", 21 * 10),
        ("concepts", "Boston", 21 * 10),
    ]
    assert rows[0]["share"] == pytest.approx(389 / (389 + 210 + 21 * 8)), "of all cities, named or not"
    assert rows[0]["country"] == "China"
    assert frames.city_rows(load_results(publish(years=[2000, 2010])))[0]["name"] == "Boston"


def test_without_cities_there_are_no_rows(publish):
    assert frames.city_rows(load_results(publish(without=("novelty_cities",)))) == []


def test_the_page_names_what_the_numbers_rest_on(publish, tmp_path):
    text = study_report(load_results(publish()), tmp_path / "report.html").path.read_text(encoding="utf-8")
    for words in (
        "the works of the corpus",
        "Sampled exchanges, as published",
        "Does the model know combinations?",
        "How many papers have a novelty",
        "more than expected (firm)",
        "Cities with most novelty hits",
        "Fontana et al. (2020)",
        "Bornmann et al. (2019)",
        "20% of the papers here have no score of pairs of sources",
        "newer than a real one with chance 0.94",
        "<td>Boston</td><td>United States</td>",
    ):
        assert words in text, words
    without = publish(without=(), switches={"novelty.background": "all"})
    for name in ("novelty_hits", "novelty_checks", "novelty_coverage", "novelty_agreement"):
        (without / f"{name}.parquet").unlink()
    text = study_report(load_results(without), tmp_path / "other.html").path.read_text(encoding="utf-8")
    assert "all works of the same year" in text
    assert "Does the model know combinations?" not in text
    assert "Sampled exchanges" not in text


def test_the_method_speaks_of_samples_only_where_there_are_some(results, publish, tables):
    assert [paragraph.heading for paragraph in method(results)][-1] == "Sampled exchanges"
    none = load_results(publish({"novelty_agreement": tables["novelty_agreement"].iloc[:0]}))
    assert "Sampled exchanges" not in [paragraph.heading for paragraph in method(none)]
