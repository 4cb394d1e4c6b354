import json

import pandas as pd
import pytest

from isthmus.analyses.corpus.section import coverage_sentence, section
from isthmus.report import load_results


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


def test_tiles_count_works_and_those_with_a_country(study):
    results = study()
    works, share = section(results).tiles
    assert works.value == f"{results.coverage['corpus_works'].sum():,}"
    assert works.label == "works in the corpus, 2008–2021"
    assert share.value == "87%"


def test_an_empty_corpus_has_no_figure_and_says_so(study):
    results = study()
    empty = section(study(coverage=results.coverage.assign(corpus_works=0, corpus_with_country=0)))
    assert empty.figures == ()
    assert empty.values["sentence"] == "The corpus of this study holds no works."
    assert empty.tiles[1].value == "–"


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
