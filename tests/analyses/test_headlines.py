"""The first three answers of the page: their numbers are those of the statements."""

import pytest

from isthmus.analyses.sections import study_findings
from isthmus.analyses.significance.embedded_pairs import embed_pairs
from isthmus.analyses.significance.headlines import strongest_ties
from isthmus.analyses.significance.pair_table import pair_table
from isthmus.analyses.significance.tables import SIGNIFICANT_PAIRS
from isthmus.analyses.significance.ties import graded_ties, tie_statement, window_ties
from isthmus.analyses.trajectories.directions import direction_of
from isthmus.analyses.trajectories.headlines import headlines
from isthmus.report import load_results


@pytest.fixture
def results(results_dir):
    return load_results(results_dir)


def test_the_furthest_firm_tie_comes_first_in_the_words_of_its_statement(results):
    [headline] = strongest_ties(results)
    first = graded_ties(results, "collaboration", "firm").query("direction == 'stronger'").iloc[0]
    said = tie_statement(results, "collaboration", first["src"], first["dst"])
    assert said.words in headline.sentence
    assert "firm, q" in headline.sentence
    firm = window_ties(results).query("network == 'collaboration' and grade == 'firm' and direction == 'stronger'")
    assert f"{len(firm)} ties in collaboration" in headline.sentence
    assert "in collaboration in" not in headline.sentence
    assert headline.drawing.count("<circle") == min(5, len(firm))


def test_without_a_firm_tie_the_answer_is_not_settled(results):
    ties = results.table(SIGNIFICANT_PAIRS)
    ties.loc[ties["grade"] == "firm", ["grade", "direction"]] = None
    [headline] = strongest_ties(results)
    assert "not settled" in headline.sentence
    assert headline.drawing is None


def test_a_study_that_was_not_tested_claims_nothing(results):
    ties = results.table(SIGNIFICANT_PAIRS)
    ties[[column for column in ties if column.startswith(("p_", "q_"))]] = float("nan")
    assert strongest_ties(results) == ()


def test_the_poles_are_said_to_move_as_their_direction_says(results):
    poles, pairs = headlines(results)
    one, two = results.poles[:2]
    assert tie_statement(results, "collaboration", one, two).words in poles.sentence
    assert direction_of(results, one, two).words in poles.sentence
    assert poles.question.startswith("Do the United States and China")
    assert poles.drawing.count("<circle") == 14
    assert "not settled" in pairs.sentence
    assert pairs.drawing.count("<rect") == 4


def test_terminal_finding_headline_and_page_say_one_thing_of_a_tie(results_dir, results):
    """One object makes the words: number, range, grade and probability are the same wherever the tie is spoken of."""
    said = tie_statement(results, "collaboration", "US", "CN")
    assert said.words == "0.38 times what size explains (0.34 to 0.42), probable, p = 0.046"
    assert f"2017 to 2021: {said.sentence}." in pair_table(results_dir, "US", "CN")
    assert any(sentence.endswith(f"{said.sentence}.") for sentence in study_findings(results))
    assert f": {said.words}." in headlines(results)[0].sentence
    assert embed_pairs(results).statements["CN|US"]["collaboration"] == said.sentence
