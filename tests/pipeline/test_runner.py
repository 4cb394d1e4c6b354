"""The runner: what runs, what is skipped, what a failed or killed stage leaves behind."""

import itertools

import pytest
from pyspark.sql import functions as F

from isthmus.analyses.stage import Context, Outcome, Stage
from isthmus.config import Study
from isthmus.engine import Gate, TableStore, check_gates
from isthmus.errors import ConfigError, GateError, StoreError
from isthmus.pipeline.runner import Runner, choose_stages
from isthmus.tablespec import TableSpec, column

pytestmark = pytest.mark.spark

NUMBERS = TableSpec("numbers", (column("n", "bigint", "a number"),), ("n",), "numbers")
SQUARES = TableSpec("squares", (column("n", "bigint", "a number"),), ("n",), "their squares")


class Counted:
    """Two stages, numbers -> squares, that count how often they ran."""

    def __init__(self):
        self.ran, self.configuration, self.fingerprint, self.there = [], 3, "a", True
        self.fail_in = None

    def numbers(self, run):
        self.ran.append("numbers")
        run.store.overwrite(NUMBERS, run.spark.range(self.configuration).select(F.col("id").alias("n")))
        if self.fail_in == "numbers":
            raise RuntimeError("the disk is full")
        gates = check_gates("numbers", run.store.read(NUMBERS), [Gate("rows", F.count("*"), "fail", low=1)])
        return Outcome("counted", gates=tuple(gates))

    def squares(self, run):
        self.ran.append("squares")
        run.store.overwrite(SQUARES, run.store.read(NUMBERS).select((F.col("n") * F.col("n")).alias("n")))
        return Outcome("squared")

    def stages(self):
        return (
            Stage(
                "numbers",
                "counts",
                "ingest",
                self.numbers,
                scope="snapshot",
                writes=(NUMBERS,),
                reads=("seed",),
                inputs=lambda context: {"disk": self.fingerprint},
                has_result=lambda context: self.there,
            ),
            Stage(
                "squares", "squares", "ingest", self.squares, scope="snapshot", needs=("numbers",), writes=(SQUARES,)
            ),
        )


@pytest.fixture(scope="module")
def places(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runner")
    return (str(folder / f"store{number}") for number in itertools.count())


@pytest.fixture
def counted():
    return Counted()


def runner(spark, place, counted):
    store = TableStore(spark, place)
    study = Study(study="s", title="S", seed=counted.configuration)
    return Runner(Context(spark, store, study, None, "2026-06-25", ""), counted.stages())


def test_a_second_run_skips_what_is_unchanged_and_reruns_what_is_not(spark, places, counted):
    place = next(places)
    first = runner(spark, place, counted)
    assert [reason for _, reason in first.reasons(counted.stages())] == [
        "it has not been completed yet",
        "numbers runs before it",
    ]
    assert first.execute(counted.stages(), quiet=True) == {"numbers": "counted", "squares": "squared"}
    again = runner(spark, place, counted)
    assert again.execute(counted.stages(), quiet=True) == {"numbers": "unchanged", "squares": "unchanged"}
    assert counted.ran == ["numbers", "squares"]
    assert [r.gate for r in again.context.gates["numbers"]] == ["rows"]

    counted.fingerprint = "b"
    changed = runner(spark, place, counted)
    assert changed.reasons(counted.stages())[0][1] == "what it reads changed"
    counted.fingerprint, counted.configuration = "a", 4
    changed = runner(spark, place, counted)
    assert changed.reasons(counted.stages())[0][1] == "its configuration changed"
    assert changed.execute(counted.stages(), quiet=True)["squares"] == "squared"
    assert sorted(r.n for r in changed.context.store.read(SQUARES).collect()) == [0, 1, 4, 9]

    counted.there = False
    assert runner(spark, place, counted).reasons(counted.stages())[0][1] == "what it wrote is gone or was changed"


def test_a_stage_that_failed_after_writing_runs_again(spark, places, counted):
    place = next(places)
    runner(spark, place, counted).execute(counted.stages(), quiet=True)
    counted.fail_in, counted.configuration = "numbers", 5
    with pytest.raises(RuntimeError, match="disk is full"):
        runner(spark, place, counted).execute(counted.stages(), quiet=True)
    # the old configuration is back, but the table holds the rows of the failed run
    counted.fail_in, counted.configuration = None, 3
    repaired = runner(spark, place, counted)
    repaired.execute(counted.stages(), quiet=True)
    assert repaired.context.store.read(NUMBERS).count() == 3
    ledger = repaired.context.store.read("ledger")
    failed = ledger.where("status = 'failed'").collect()
    assert [row.message for row in failed] == ["RuntimeError: the disk is full"]


def test_a_gate_that_does_not_hold_stops_the_run_and_is_not_done(spark, places, counted):
    counted.configuration = 0
    stopped = runner(spark, next(places), counted)
    with pytest.raises(GateError, match=r"numbers: rows is 0, accepted >= 1"):
        stopped.execute(counted.stages(), quiet=True)
    assert counted.ran == ["numbers"]
    assert stopped.ledger.last_done("numbers", "") is None


def test_a_stage_without_its_inputs_says_what_to_run_first(spark, places, counted):
    with pytest.raises(StoreError, match="Run stage 'numbers' first"):
        runner(spark, next(places), counted).execute(counted.stages()[1:], quiet=True)


def test_force_runs_everything(spark, places, counted):
    place = next(places)
    for _ in range(2):
        runner(spark, place, counted).execute(counted.stages(), force=True, quiet=True)
    assert counted.ran == ["numbers", "squares"] * 2


def test_stages_are_chosen_by_name_in_their_order(counted):
    stages = counted.stages()
    assert [s.name for s in choose_stages(stages, ["squares", "numbers"])] == ["numbers", "squares"]
    assert [s.name for s in choose_stages(stages, [])] == ["numbers", "squares"]
    with pytest.raises(ConfigError, match="did you mean 'squares'"):
        choose_stages(stages, ["square"])


def test_tables_of_an_earlier_version_are_refused_with_what_to_do(spark, places, counted):
    place = next(places)
    old = Stage("counting", "counts", "ingest", counted.numbers, scope="snapshot", writes=(NUMBERS,))
    study = Study(study="s", title="S", seed=3)
    Runner(Context(spark, TableStore(spark, place), study, None, "2026-06-25", ""), (old,)).execute((old,), quiet=True)
    with pytest.raises(
        StoreError, match=r"made by an earlier version of Isthmus, whose stages had other names.*--snapsho"
    ):
        runner(spark, place, counted).execute(counted.stages()[1:], quiet=True)
    runner(spark, place, counted).execute(counted.stages(), quiet=True)
    assert counted.ran == ["numbers", "numbers", "squares"], "a snapshot that is read again replaces them"


def foreign(spark, place, table):
    """Another program's handle of a table: its commits have no mark of Isthmus."""
    from delta.tables import DeltaTable

    return DeltaTable.forPath(spark, f"{place}/{table}")


def test_a_table_changed_by_hand_is_noticed_named_and_made_again(spark, places, counted):
    place = next(places)
    runner(spark, place, counted).execute(counted.stages(), quiet=True)
    foreign(spark, place, "squares").update(set={"n": F.lit(777)})
    again = runner(spark, place, counted)
    reasons = {stage.name: reason for stage, reason in again.reasons(counted.stages())}
    assert reasons["numbers"] is None
    assert reasons["squares"].startswith("table squares is not what it left: version ")
    assert reasons["squares"].endswith(", UPDATE, is not of Isthmus")
    again.execute(counted.stages(), quiet=True)
    assert sorted(r.n for r in again.context.store.read(SQUARES).collect()) == [0, 1, 4]
    assert [reason for _, reason in runner(spark, place, counted).reasons(counted.stages())] == [None, None]


def test_deleted_rows_and_restored_versions_are_noticed_and_tidying_is_not(spark, places, counted):
    place = next(places)
    runner(spark, place, counted).execute(counted.stages(), quiet=True)
    foreign(spark, place, "numbers").optimize().executeCompaction()
    spark.sql(f"ALTER TABLE delta.`{place}/numbers` SET TBLPROPERTIES ('a' = 'b')")
    assert [reason for _, reason in runner(spark, place, counted).reasons(counted.stages())] == [None, None]
    foreign(spark, place, "numbers").delete("n = 1")
    assert "DELETE, is not of Isthmus" in runner(spark, place, counted).reasons(counted.stages())[0][1]
    runner(spark, place, counted).execute(counted.stages(), quiet=True)
    foreign(spark, place, "numbers").restoreToVersion(1)
    assert "RESTORE, is not of Isthmus" in runner(spark, place, counted).reasons(counted.stages())[0][1]


def test_a_data_file_that_is_gone_is_noticed_and_made_again(spark, places, counted):
    from pathlib import Path

    place = next(places)
    store = runner(spark, place, counted)
    store.execute(counted.stages(), quiet=True)
    for file in Path(place, "squares").glob("*.parquet"):
        file.unlink()
    again = runner(spark, place, counted)
    assert "of its data files are gone, the first of them part-" in again.reasons(counted.stages())[1][1]
    assert again.execute(counted.stages(), quiet=True) == {"numbers": "unchanged", "squares": "squared"}
    assert sorted(r.n for r in again.context.store.read(SQUARES).collect()) == [0, 1, 4]


def test_a_table_that_changes_while_a_stage_reads_it_ends_the_run(spark, places, counted):
    """As another run on the same tables would: nothing of what the stage wrote counts."""
    place = next(places)
    squares = counted.squares

    def disturbed(run):
        outcome = squares(run)
        foreign(spark, place, "numbers").delete("n = 2")
        return outcome

    counted.squares = disturbed
    stages = counted.stages()
    with pytest.raises(
        StoreError, match=r"table 'numbers' in .* changed while stage 'squares' read it: version \d+ at"
    ):
        runner(spark, place, counted).execute(stages, quiet=True)
    counted.squares = squares
    later = runner(spark, place, counted)
    assert later.ledger.last_done("squares", "") is None
    later.execute(counted.stages(), quiet=True)
    assert sorted(r.n for r in later.context.store.read(SQUARES).collect()) == [0, 1, 4]
