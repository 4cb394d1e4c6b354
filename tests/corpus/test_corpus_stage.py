"""The stage of the corpus, with a score that is tuned: what it writes and says, twice, and after the size is taken back."""

import pytest
from pyspark.sql import functions as F

from isthmus.analyses.corpus.stage import write_corpus
from isthmus.analyses.corpus.tables import CORPUS_COUNTRIES, CORPUS_COVERAGE, CORPUS_TUNING, CORPUS_WORKS
from isthmus.analyses.stage import Context
from isthmus.config import Study
from isthmus.tablespec import TableSpec, column

pytestmark = pytest.mark.spark

AI = 154945302
WRITTEN = (CORPUS_TUNING, CORPUS_WORKS, CORPUS_COUNTRIES, CORPUS_COVERAGE)


def spec_of(name, frame):
    return TableSpec(name, tuple(column(n, t, "as there") for n, t in frame.dtypes), (frame.columns[0],), name)


@pytest.fixture
def run(spark, store, make_works, make_citations, make_authorships):
    """A store with five works of 2020, and a function that makes the run of a corpus."""
    scores = (0.9, 0.6, 0.6, 0.3, 0.0)
    rows = [{"work_id": n, "publication_year": 2020, "concepts": [(AI, s)]} for n, s in enumerate(scores, 1)]
    tables = {
        "works": make_works(*rows),
        "citations": make_citations((4, 1)).withColumn("citing_year", F.lit(2020)),
        "authorships": make_authorships(*((n, 0, n, "US") for n in range(1, 6))),
        "institutions": spark.createDataFrame(
            [(1, "Oslo", 7)], "institution_id bigint, city string, geonames_city_id bigint"
        ),
    }
    for name, frame in tables.items():
        store.overwrite(spec_of(name, frame), frame)
    return lambda **corpus: Context(
        spark, store, Study(study="s", title="S", corpus={"rule": "ai_narrow"} | corpus), None, "2026-06-25", ""
    )


def written(context):
    outcome = write_corpus(context)
    rows = {spec.name: sorted(map(tuple, context.store.read(spec).collect())) for spec in WRITTEN}
    return outcome.summary, outcome.notes, rows


def own(rows):
    """Of the rows of `corpus_works`, the ids of the corpus itself."""
    return [row[2] for row in rows["corpus_works"] if row[4]]


def test_the_score_is_found_used_written_and_said_and_again_the_same_and_taken_back(run):
    context = run(tune={"year": 2020, "works": 60_000}, sources=(100,))
    _, notes, rows = first = written(context)
    assert rows["corpus_tuning"] == [("s", "2026-06-25", 2020, 60_000, 0.0, 5, 1, 5, 0)]
    assert own(rows) == [1, 2, 3, 4, 5], "not the 0.6 of the rule as it stands"
    [note] = notes
    assert "the 60,000 asked for are out of reach, any score gives 1 to 5: change `corpus.tune.works`" in note
    assert first[0] == f"5 works in the corpus; {note}"
    assert written(context) == first
    untuned = written(run())
    assert (untuned[0], untuned[1]) == ("3 works in the corpus", ())
    assert (untuned[2]["corpus_tuning"], own(untuned[2])) == ([], [1, 2, 3])
