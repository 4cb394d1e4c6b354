import json

import pandas as pd
import pytest

from isthmus.analyses.corpus.section import coverage_sentence, section
from isthmus.report import build_report, load_results
from isthmus.report.results import from_works


@pytest.fixture
def study(plain_study):
    """A function that changes study.json and coverage: `study(corpus={...}, coverage=frame)`."""

    def change(coverage=None, **fields):
        file = plain_study / "study.json"
        file.write_text(json.dumps(json.loads(file.read_text()) | fields))
        if coverage is not None:
            coverage.to_parquet(plain_study / "coverage.parquet")
        return load_results(plain_study)

    return change


def corpus_text(results):
    return section(results).method[0].text


def test_facts_count_works_and_those_with_a_country(study):
    results = study()
    works = f"{results.coverage['corpus_works'].sum():,}"
    assert section(results).facts == (f"{works} works in the corpus, 2008–2021, of which 87% name a country",)
    assert section(results).tiles == ()
    assert section(study(coverage=results.coverage.iloc[:0])) is None, "a network that was given has no works"


def test_an_empty_corpus_has_no_figure_and_says_so(study):
    results = study()
    empty = section(study(coverage=results.coverage.assign(corpus_works=0, corpus_with_country=0)))
    assert empty.figures == ()
    assert empty.values["sentence"] == "The corpus of this study holds no works."
    assert empty.facts == ("0 works in the corpus, 2008–2021",)


def test_the_years_of_least_and_most_coverage_are_named(study):
    assert "from 80% in 2008 to 93% in 2021" in coverage_sentence(study())
    one = study().coverage.tail(1)
    assert "from" not in coverage_sentence(study(coverage=one)).split(".")[0]


@pytest.mark.parametrize(
    ("corpus", "text"),
    [
        ({"rule": "ai_primary", "types": ["article"]}, "Works whose primary topic lies in the subfield Artificial"),
        ({"rule": "any_topic", "ids": [1, 2]}, "Works with any topic among 1 and 2, published 2008–2021."),
        ({"rule": "everything"}, "Every work of the snapshot, published 2008–2021."),
        ({"rule": "of_my_own"}, "Works by the rule “of_my_own”"),
    ],
)
def test_the_corpus_in_words(study, corpus, text):
    assert corpus_text(study(corpus=corpus)).startswith(text)


def test_what_is_left_out_is_named(study):
    assert corpus_text(study(corpus={"rule": "everything", "include_paratext": True})).endswith(
        "Retracted works and the expansion works of November 2025 are left out."
    )
    every = {"include_retracted": True, "include_paratext": True, "include_xpac": True}
    assert "left out" not in corpus_text(study(corpus={"rule": "everything"} | every))


def test_the_table_has_a_row_per_year(study):
    results = study()
    rows = pd.DataFrame(section(results).values["rows"])
    assert rows["year"].tolist() == results.coverage["year"].tolist()
    assert rows["corpus_works"].sum() == results.coverage["corpus_works"].sum()


TUNED = {"year": 2020, "target": 60_000, "min_score": 0.41234, "works": 59_990, "fewest": 12, "most": 200_000}


@pytest.mark.parametrize(
    ("row", "text"),
    [
        (
            {"by_source": 0},
            "The least score of the concept is 0.4123: with it the corpus holds 59,990 works in 2020, nearest to the "
            "60,000 asked for.",
        ),
        (
            {"by_source": 7, "most": 59_990},
            "The least score of the concept is 0.4123: with it the corpus holds 59,990 works in 2020; the 60,000 asked "
            "for are out of reach, for any score gives 12 to 59,990 (7 of them in listed sources, whatever their score).",
        ),
    ],
)
def test_a_tuned_score_is_said(study, plain_study, tmp_path, row, text):
    pd.DataFrame([TUNED | row]).to_parquet(plain_study / "corpus_tuning.parquet")
    results = study(corpus={"rule": "ai_narrow"})
    found = section(results)
    assert found.values["tuning"] == text
    assert found.method[0].text.endswith(text)
    build_report(results, [found], tmp_path / "report.html")
    assert text in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_where_no_size_was_asked_for_nothing_is_said(study, plain_study):
    empty = pd.DataFrame([TUNED | {"by_source": 0}]).iloc[:0]
    empty.to_parquet(plain_study / "corpus_tuning.parquet")
    results = study(corpus={"rule": "ai_mag", "min_score": 0.3})
    assert section(results).values["tuning"] == ""
    assert "least score" not in corpus_text(results)
    assert ", with a score of at least 0.3, published" in corpus_text(results)


def test_a_study_without_a_year_of_works_is_no_network_that_was_given(study):
    results = study(coverage=study().coverage.iloc[:0])
    assert from_works(results)
    assert not from_works(study(given={"name": "Trade", "unit": "tonnes"}))
