"""The format `openalex`, as anybody can use it."""

import json

import pytest

from isthmus.snapshot import open_snapshot, read_works, register

pytestmark = pytest.mark.spark


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "works.jsonl").write_text('{"id": "https://openalex.org/W1", "publication_year": 2020}\nbad\n')
    (tmp_path / "works_more.jsonl").write_text('{"id": "https://openalex.org/W2"}\n')
    (tmp_path / "institutions.jsonl").write_text('{"id": "https://openalex.org/I5", "geo": {"city": "Bern"}}\n')
    (tmp_path / "topics.jsonl").write_text('{"id": "https://openalex.org/T7"}\n')
    return tmp_path


def test_works(spark, folder):
    register(spark)
    rows = spark.read.format("openalex").load(str(folder)).orderBy("part", "line").collect()
    works = [(row.part, row.line, row.work_id, row.publication_year) for row in rows if row.work_id]
    assert works == [("works.jsonl", 1, 1, 2020), ("works_more.jsonl", 1, 2, None)]
    [reject] = [row for row in rows if row.reject]
    assert (reject.part, reject.line, reject.reject.raw) == ("works.jsonl", 2, "bad")
    assert {row.part: row.summary.read for row in rows if row.summary} == {"works.jsonl": 2, "works_more.jsonl": 1}
    same = read_works(spark, open_snapshot(str(folder))).orderBy("part", "line").collect()
    assert same == rows


def test_other_entities_together(spark, folder):
    register(spark)
    reader = spark.read.format("openalex").option("entity", "institutions,topics")
    rows = reader.load(str(folder)).where("entity_id is not null").orderBy("entity").collect()
    assert [(row.entity, row.entity_id) for row in rows] == [("institutions", 5), ("topics", 7)]
    assert rows[0].institution.city == "Bern"


@pytest.mark.parametrize(
    ("entity", "path", "message"),
    [("workz", "", "did you mean 'works'"), ("works", "nowhere", "nothing is there")],
)
def test_mistakes_are_named(spark, folder, entity, path, message):
    register(spark)
    with pytest.raises(Exception, match=message):
        spark.read.format("openalex").option("entity", entity).load(str(folder / path)).collect()


def test_a_snapshot_without_works_has_no_rows(spark, tmp_path):
    (tmp_path / "topics.jsonl").write_text(json.dumps({"id": "https://openalex.org/T7"}))
    assert read_works(spark, open_snapshot(str(tmp_path))).count() == 0
