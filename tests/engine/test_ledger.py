"""The run ledger: what is done, what was interrupted, and what would be the same work again."""

from datetime import UTC, datetime, timedelta

import numpy
import pytest
from pyspark.sql import Row

from isthmus.engine import LEDGER, GateResult, Ledger, LedgerEntry, ledger
from isthmus.engine.ddl import spark_schema
from isthmus.engine.ledger import configuration_hash
from isthmus.engine.packages import difference, versions

BEGAN = datetime(2026, 8, 1, 12, 0, tzinfo=UTC)


class MemoryStore:
    """The part of a table store that the ledger uses, in memory."""

    def __init__(self):
        self.rows = []
        self.spark = self

    def createDataFrame(self, rows, schema):
        return [dict(zip(schema.names, row, strict=True)) for row in rows]

    def append(self, spec, rows):
        self.rows += rows

    def exists(self, spec):
        return bool(self.rows)

    def read(self, spec):
        return self

    def collect(self):
        names = GateResult.__dataclass_fields__
        return [
            Row(**row | {"gates": [Row(**dict(zip(names, gate, strict=True))) for gate in row["gates"]]})
            for row in self.rows
        ]


def entry(status="done", minute=0, stage="networks", study="s", **changes):
    values = {
        "run_id": "r1",
        "stage": stage,
        "study": study,
        "release": "2026-06-25",
        "configuration_hash": "c",
        "modules_hash": "m",
        "inputs": {"works": "3"},
        "outputs": {"edges": 7},
        "rows_in": None,
        "rows_out": 12,
        "seconds": 4.5,
        "status": status,
        "message": "",
        "isthmus_version": "0.1.0",
        "started_at": BEGAN + timedelta(minutes=minute),
    }
    return LedgerEntry(**values | changes)


@pytest.fixture
def memory():
    return MemoryStore()


class TestLastDone:
    """What a later run may rely on."""

    def test_an_empty_store_has_no_history(self, memory):
        assert Ledger(memory).last_done("networks", "s") is None
        assert Ledger(memory).expected_seconds("s") == {}

    @pytest.mark.parametrize(
        ("history", "expected"),
        [
            (["done"], 0),
            (["started", "done"], 1),
            (["started", "done", "started", "done"], 3),
            (["failed"], None),
            (["started"], None),
            (["started", "failed"], None),
            (["started", "done", "started"], None),
            (["started", "done", "started", "failed"], None),
            (["started", "done", "started", "failed", "started", "done"], 5),
        ],
    )
    def test_only_a_stage_whose_last_start_ended_well_is_done(self, memory, history, expected):
        at_once = Ledger(memory)
        entries = [entry(status, minute) for minute, status in enumerate(history)]
        for one in entries:
            at_once.record(one)
        read_again = Ledger(memory)
        wanted = None if expected is None else entries[expected]
        assert at_once.last_done("networks", "s") == wanted
        assert read_again.last_done("networks", "s") == wanted

    def test_time_decides_and_not_the_order_in_the_table(self, memory):
        for one in (entry("done", 5), entry("started", 4), entry("failed", 1), entry("started", 0)):
            memory.append(LEDGER, memory.createDataFrame([ledger._row(one)], spark_schema(LEDGER)))
        assert Ledger(memory).last_done("networks", "s") == entry("done", 5)

    def test_stages_and_studies_are_apart(self, memory):
        book = Ledger(memory)
        book.record(entry(study="a"))
        book.record(entry("failed", study="b"))
        book.record(entry("started", stage="corpus", study="a"))
        assert book.last_done("networks", "a") is not None
        assert book.last_done("networks", "b") is None
        assert book.last_done("corpus", "a") is None

    def test_quality_checks_come_back(self, memory):
        gates = (GateResult("edges", "ties", "warn", None, ">= 1", False, "none"),)
        Ledger(memory).record(entry(gates=gates))
        assert Ledger(memory).last_done("networks", "s").gates == gates


def test_expected_seconds_are_those_of_the_study_and_of_the_snapshot(memory):
    book = Ledger(memory)
    book.record(entry(stage="works", study="", seconds=100.0))
    book.record(entry(stage="networks", study="mine", seconds=7.0))
    book.record(entry(stage="networks", study="other", seconds=50.0))
    book.record(entry("failed", 1, stage="networks", study="mine", seconds=0.1))
    assert book.expected_seconds("mine") == {"works": 100.0, "networks": 7.0}


class TestConfigurationHash:
    """A short name of configuration values."""

    def test_order_of_fields_does_not_matter_and_order_of_lists_does(self):
        assert configuration_hash({"a": 1, "b": [1, 2]}) == configuration_hash({"b": [1, 2], "a": 1})
        assert configuration_hash({"b": [1, 2]}) != configuration_hash({"b": [2, 1]})

    def test_it_does_not_change_between_processes(self):
        assert configuration_hash({"rule": "ai_primary", "years": [1990, 2021]}) == "f70947328dc22ce0"

    @pytest.mark.parametrize(
        ("one", "other"),
        [({"a": 1}, {"a": 2}), ({"a": None}, {}), ({"a": 1}, {"a": "1"}), ({"a": True}, {"a": "True"})],
    )
    def test_every_value_counts(self, one, other):
        assert configuration_hash(one) != configuration_hash(other)


def test_the_order_is_the_ledgers_own_though_the_clock_was_set_back():
    store = MemoryStore()
    Ledger(store).record(entry("done", minute=60))
    later = Ledger(store)
    later.record(entry("started", minute=5))
    assert later.last_done("networks", "s") is None
    assert Ledger(store).last_done("networks", "s") is None, "and so it is for the next run, which reads it"
    later.record(entry("done", minute=6, rows_out=99))
    assert Ledger(store).last_done("networks", "s").rows_out == 99
    times = [row["started_at"] for row in store.rows]
    assert times == sorted(set(times))


@pytest.mark.parametrize(
    ("before", "now", "said"),
    [
        ("0.1.0 (numpy 2.2.6, scipy 1.16.0)", "0.2.0 (numpy 2.2.6, scipy 1.16.0)", None),
        (
            "0.1.0 (numpy 2.2.6, scipy 1.16.0)",
            "0.1.0 (numpy 2.2.6, scipy 1.17.1)",
            "scipy is 1.17.1 now and was 1.16.0",
        ),
        ("0.1.0", "0.1.0 (numpy 2.2.6)", None),
        ("0.1.0 (numpy 2.2.6)", "0.1.0 (scipy 1.17.1)", None),
    ],
)
def test_another_version_of_a_package_is_named(before, now, said):
    assert difference(before, now) == said


def test_the_versions_are_those_that_are_installed():
    assert f"numpy {numpy.__version__}" in versions()
    assert difference(versions(), versions()) is None
