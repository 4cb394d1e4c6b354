"""Which record of an id becomes a row."""

from datetime import date, datetime

import pytest

from isthmus.tables.removed import in_question, removed_rows

pytestmark = pytest.mark.spark

RECORDS = "entity string, entity_id bigint, part string, line bigint, updated_date timestamp, completeness int"
OLD, NEW = datetime(2025, 1, 1), datetime(2026, 1, 1, 12)


def decide(spark, records, deletions=(), merges=()):
    frames = (
        spark.createDataFrame([("works", *record) if len(record) == 5 else record for record in records], RECORDS),
        spark.createDataFrame(list(deletions), "entity_id bigint, deleted_date date") if deletions else None,
        spark.createDataFrame(list(merges), "entity string, entity_id bigint, merge_into_id bigint")
        if merges
        else None,
    )
    rows = removed_rows(in_question(*frames), *frames[1:]).collect()
    return {(row.entity, row.part, row.line): (row.reason, row.merge_into_id) for row in rows}


def test_the_newest_record_wins(spark):
    records = [
        (1, "a", 1, OLD, 9), (1, "b", 1, NEW, 1),  # newest, however incomplete
        (2, "a", 2, None, 9), (2, "b", 2, OLD, 1),  # a date goes before none
        (3, "a", 3, NEW, 5), (3, "b", 3, NEW, 4),  # equally new: the more complete
        (4, "a", 4, None, 5), (4, "b", 4, None, 5), (4, "b", 5, None, 5),  # equal: the later part and line
        (5, "a", 6, OLD, 5),
    ]  # fmt: skip
    found = decide(spark, records)
    superseded = [("a", 1), ("a", 2), ("b", 3), ("a", 4), ("b", 4)]
    assert found == {("works", part, line): ("superseded", None) for part, line in superseded}


def test_ids_of_different_entities_are_different(spark):
    records = [("institutions", 1, "a", 1, OLD, 1), ("sources", 1, "b", 1, NEW, 1)]
    assert decide(spark, records) == {}


def test_deleted_on_the_day_of_the_last_change_or_later(spark):
    days = {1: date(2026, 1, 1), 2: date(2025, 12, 31), 3: date(2026, 1, 2), 4: date(2020, 1, 1), 9: date(2026, 1, 1)}
    records = [(i, "a", i, NEW, 1) for i in (1, 2, 3)] + [
        (4, "a", 4, None, 1),
        (3, "a", 5, OLD, 1),
        (5, "a", 6, NEW, 1),
    ]
    found = decide(spark, [*records, ("sources", 9, "s", 1, OLD, 1), (4285719527, "a", 7, NEW, 1)], days.items())
    assert found == {
        ("works", "a", 1): ("deleted", None),
        ("works", "a", 3): ("deleted", None),
        ("works", "a", 4): ("deleted", None),
        ("works", "a", 5): ("superseded", None),
        ("works", "a", 7): ("deleted", None),  # the sentinel work
    }


def test_merged_rows_go_with_their_new_id(spark):
    records = [(1, "a", 1, NEW, 1), (1, "a", 2, OLD, 1), (2, "a", 3, OLD, 1), ("sources", 1, "s", 1, OLD, 1)]
    found = decide(spark, records, [(1, date(2026, 2, 2))], [("works", 1, 7), ("institutions", 2, 8)])
    assert found == {("works", "a", 1): ("merged", 7), ("works", "a", 2): ("superseded", None)}


def test_only_records_of_ids_that_are_in_question_are_ranked(spark):
    rows = [(1, "a", 1), (2, "a", 2), (2, "b", 1), (3, "a", 3), (4, "a", 4), (4285719527, "a", 5)]
    records = spark.createDataFrame([("works", *row, OLD, 1) for row in rows], RECORDS)
    deletions = spark.createDataFrame(
        [(3, date(2020, 1, 1)), (99, date(2026, 1, 1))], "entity_id bigint, deleted_date date"
    )
    merges = spark.createDataFrame(
        [("works", 4, 1), ("sources", 1, 2)], "entity string, entity_id bigint, merge_into_id bigint"
    )

    def ids(found):
        return sorted(row.entity_id for row in found.collect())

    assert ids(in_question(records, deletions, merges)) == [2, 2, 3, 4, 4285719527]
    assert ids(in_question(records.where("entity_id = 1"), None, None)) == []
    assert ids(in_question(records, deletions, merges, most=2)) == ids(records), "too many to be known everywhere"
