"""The scorecard with rules made up here."""

import json

import pandas as pd
import pytest

from isthmus.errors import ConfigError
from isthmus.report import load_results, scorecard_rows, write_scorecard
from isthmus.report import scorecard as scorecards
from isthmus.report.chance import CHANCE_WORLDS, chance_of, chances
from isthmus.report.papers import GALLO, PAPERS, all_published_values, published_values
from isthmus.report.scorecard import (
    COMPARISON,
    CURIOSITY,
    INSIDE,
    NO_RULE,
    NOT_COMPARABLE,
    OUTSIDE,
    VERDICTS,
    by_class,
    counted,
    identities,
    parameters,
    published_text,
    scorecard,
    standing,
    summary,
    years_text,
)
from isthmus.report.scoring import NotComparableError, Ours, Published, Rule, exact, magnitude, same


def refuse(results, published):
    raise NotComparableError("this study has no such thing")


RULES = {
    "n_clusters": exact(lambda *_: Ours(4.0, "4", "as configured")),
    "savgol_window": exact(lambda *_: Ours(99.0, "99", "as configured")),
    "rank_productivity": magnitude(refuse),
    "n_integration_groups": same(lambda *_: Ours(4.0, "4", "counted"), "the same number"),
    "raw_volume_trend": same(lambda *_: Ours(1.0, "rises", "as drawn"), "the same sign"),
}


@pytest.fixture(autouse=True)
def chance(monkeypatch):
    """The sign of the volumes is right in three worlds of four; worlds cannot give the number of groups."""
    monkeypatch.setattr(scorecards, "chance_of", {"GALLO26-061": 0.75, "GALLO26-024": 0.5}.get)


@pytest.fixture
def study(plain_study):
    """A function that changes study.json and returns the results: `study(paper="gallo2026")`."""

    def change(**fields):
        file = plain_study / "study.json"
        file.write_text(json.dumps(json.loads(file.read_text()) | fields))
        return load_results(plain_study)

    return change


def test_a_study_s_paper_picks_the_rows(study):
    for name, paper in PAPERS.items():
        card = scorecard(study(paper=name), {})
        assert card.paper is paper
        assert [score.id for score in card.scores] == [value.id for value in published_values(paper)]
        assert {score.verdict for score in card.scores} == {NO_RULE}


def test_a_paper_that_is_not_known_is_refused(study):
    with pytest.raises(ConfigError, match="paper: 'nobody1999'"):
        scorecard(study(paper="nobody1999"), {})


def test_without_a_paper_the_study_s_name_counts_then_its_corpus(study):
    assert standing(study(study="gallo2026")) == (GALLO, COMPARISON)
    assert standing(study(study="plain")) is None
    assert standing(study(study="plain"), countries={"US", "CN", "FR"}) == (GALLO, CURIOSITY)
    assert standing(study(study="plain", corpus={"rule": "ai_primary"})) == (GALLO, COMPARISON)
    assert standing(study(corpus={"rule": "primary_subfield", "ids": [1702]})) == (GALLO, COMPARISON)
    assert standing(study(corpus={"rule": "primary_subfield", "ids": [2725]})) is None
    assert standing(study(study="gallo2026", simulated=True)) is None


def test_each_verdict(study):
    card = scorecard(study(paper="gallo2026"), RULES)
    verdicts = {score.quantity: score for score in card.scores}
    assert verdicts["n_clusters"].verdict == INSIDE
    assert verdicts["savgol_window"].verdict == OUTSIDE
    rank = verdicts["rank_productivity"]
    assert (rank.verdict, rank.why, rank.ours, rank.ours_value) == (
        NOT_COMPARABLE, "This study has no such thing", "", None,
    )  # fmt: skip
    none = verdicts["collab_weight"]
    assert (none.verdict, none.tolerance_class) == (NO_RULE, "–")
    assert none.why == "No analysis of this version computes this quantity"


def test_an_error_that_is_no_lack_of_comparison_is_not_swallowed(study):
    def broken(results, published):
        raise KeyError("a mistake in a rule")

    with pytest.raises(KeyError, match="a mistake"):
        scorecard(study(paper="gallo2026"), {"n_clusters": Rule(broken, "E", "", lambda *_: True)})


def test_sums(study):
    scores = scorecard(study(paper="gallo2026"), RULES).scores
    assert summary(scores) == (
        "Of 75 published values, 2 can be compared with these results: 1 inside the tolerance, 1 outside. "
        "Chance alone gives 75%: of the 1 compared value that a simulated world can give, 0.8 lie inside on average in "
        "20 worlds in which nothing was planted; here 1 do (100%)."
    )
    assert summary(scorecard(study(), {}).scores) == "Of 77 published values, 0 can be compared with these results."
    table = by_class(scores).set_index("tolerance_class")
    assert list(table.columns) == list(VERDICTS)
    assert table.loc["S"].tolist() == [1, 1, 0, 0]
    assert table.loc["M"].tolist() == [0, 0, 2, 0]
    assert table.loc["–", NO_RULE] == 71
    assert table.to_numpy().sum() == 75


def test_parameters_of_the_method_stand_apart_and_have_no_chance(study):
    scores = scorecard(study(paper="gallo2026"), RULES).scores
    apart = {score.quantity: score for score in parameters(scores)}
    assert set(apart) == {"n_clusters", "savgol_window"}
    assert apart["n_clusters"].chance is None
    assert len(counted(scores)) + len(apart) == len(scores)
    assert {score.chance for score in counted(scores)} == {None, 0.75}


def test_without_a_chance_nothing_is_said_of_it(study, monkeypatch):
    monkeypatch.setattr(scorecards, "chance_of", {}.get)
    assert "hance" not in summary(scorecard(study(paper="gallo2026"), RULES).scores)


def test_the_table_of_chance_is_of_published_values():
    known = {value.id for value in all_published_values()}
    assert len(chances()) > 40
    assert set(chances()) <= known
    assert all(0 <= share <= 1 and round(share * CHANCE_WORLDS, 9) >= 0 for share in chances().values())
    assert chance_of("GALLO26-001") is None, "how large a world is made is a choice"


def value(text, unit, first=2017, last=2021):
    return Published("X", "x", "q", "s", first, last, text, unit)


@pytest.mark.parametrize(
    ("published", "text"),
    [
        (value("1", "boolean"), "yes"),
        (value("0", "boolean (majority)"), "no"),
        (value("-1", "sign"), "falls"),
        (value("0", "sign"), "neither"),
        (value("15", "percent (almost)"), "15%"),
        (value("1992760", "papers"), "1,992,760"),
        (value("2013", "year"), "2013"),
        (value("0.43", "PPML coefficient"), "0.43"),
        (value("<0.001", "p value chi2(1)"), "<0.001"),
        (value("SC_both", "label"), "SC_both"),
    ],
)
def test_published_values_as_a_reader_sees_them(published, text):
    assert published_text(published) == text


def test_every_published_value_has_a_text_and_years():
    for paper in PAPERS.values():
        for published in published_values(paper):
            assert published_text(published)
            years_text(published)
    assert years_text(value("1", "sign", None, None)) == ""
    assert years_text(value("1", "sign", 2021, 2021)) == "2021"
    assert years_text(value("1", "sign")) == "2017–2021"


def test_the_paper_s_own_arithmetic():
    assert [(i.computed, i.holds) for i in identities(GALLO)] == [("14.77%", True), ("5.45%", True)]
    assert identities(PAPERS["alshebli2022"]) == ()


def test_files_are_written_and_those_of_an_earlier_study_removed(study, tmp_path):
    card = scorecard(study(paper="alshebli2022"), RULES)
    files = write_scorecard(card, tmp_path / "new")
    assert [file.name for file in files] == ["scorecard.parquet", "scorecard.csv"]
    table = pd.read_parquet(files[0])
    assert len(table) == len(pd.read_csv(files[1])) == 96
    assert set(table["kind"]) == {COMPARISON}
    assert list(table.columns) == list(scorecard_rows(card)[0])
    assert write_scorecard(None, tmp_path / "new") == ()
    assert list((tmp_path / "new").iterdir()) == []
    assert scorecard_rows(None) == []
