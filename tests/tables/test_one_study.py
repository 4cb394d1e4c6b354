"""Two passes over a small snapshot: the corpus whole, what cites it slim, nothing else; older records removed as ever."""

import json

import pytest
from pyspark.sql import functions as F

from isthmus.snapshot import open_snapshot
from isthmus.tables import build_removed_records, keep_works, parse_entities, see_works

pytestmark = pytest.mark.spark

OTHERS = {
    "institutions": [b'{"id": "https://openalex.org/I1", "display_name": "Uni"}'],
    "sources": [b'{"id": "https://openalex.org/S1", "display_name": "Journal"}'],
    "topics": [b'{"id": "https://openalex.org/T1", "display_name": "t", "subfield": {"id": "https://openalex.org/subfields/1"}}'],
}  # fmt: skip
AUTHOR = {
    "author": {"id": "https://openalex.org/A1"},
    "author_position": "first",
    "institutions": [{"id": "https://openalex.org/I1", "country_code": "CH"}],
    "countries": ["CH"],
}


def work(number, subfield=1702, day="2026-05-01", cites=(), **fields):
    topic = {"id": "https://openalex.org/T1", "subfield": {"id": f"https://openalex.org/subfields/{subfield}"}}
    record = {
        "id": f"https://openalex.org/W{number}",
        "publication_year": 2020,
        "type": "article",
        "primary_topic": topic,
    }
    references = [f"https://openalex.org/W{cited}" for cited in cites]
    return json.dumps(
        record | {"updated_date": day, "authorships": [AUTHOR], "referenced_works": references} | fields
    ).encode()


def test_two_passes(spark, store, as_jsonl, tmp_path):
    lines = [
        work(1, cites=[7, 8]),  # the corpus, with references to anywhere
        work(2, subfield=1000, cites=[1, 1, 9]),  # cites it
        work(3, subfield=1000, cites=[9]),  # does not
        work(4, day="2026-04-01"),  # was of the corpus and is not any more
        work(4, subfield=1000, day="2026-05-01", cites=[9]),
        work(5, subfield=1000, cites=[4]),  # cites what is not of the corpus any more
        work(6, subfield=1000, day="2026-04-01", cites=[1]),  # cited it and does not any more
        work(6, subfield=1000, day="2026-05-01", cites=[9]),
        b"{bad",
    ]
    snapshot = open_snapshot(str(as_jsonl(tmp_path / "snapshot", {"works": lines} | OTHERS)))
    see_works(spark, store, snapshot, F.col("primary_subfield_id") == 1702)
    parse_entities(spark, store, snapshot)
    build_removed_records(spark, store, snapshot)
    [note] = keep_works(spark, store, snapshot).notes
    assert note == "of 1 works all is kept; of 1 that cite them ids, years, authors, countries"
    own, citing = store.read("parsed_works").orderBy("work_id").collect()
    assert (own.work_id, own.primary_subfield_id, own.referenced_works) == (1, 1702, [7, 8])
    assert own.authorships[0].author_id == 1
    assert (citing.work_id, citing.publication_year, citing.referenced_works) == (2, 2020, [1])
    assert citing.primary_topic_id is None
    [author] = citing.authorships
    assert (author.author_id, author.author_position) == (1, None)
    assert (author.institutions[0].institution_id, author.institutions[0].country_code) == (1, "CH")
    seen = {(row.work_id, row.line): row for row in store.read("seen_works").where("work_id is not null").collect()}
    assert len(seen) == 8
    assert [key for key, row in seen.items() if row.is_candidate] == [(1, 1), (4, 4)]
    assert seen[3, 3].authorships is None
    assert (seen[3, 3].n_authors, seen[3, 3].n_references) == (1, 1)
    assert seen[3, 3].places[0].country_code == "CH"
