"""The stages of a snapshot: from its parts to the tables that all studies share."""

from collections.abc import Callable

from pyspark.sql import functions as F

from isthmus import tables as t
from isthmus.analyses.stage import Context, Outcome, Stage
from isthmus.engine import Gate, GateResult, check_gates
from isthmus.pipeline.onestudy import author_years_of, dated, key_of, parse_for_study
from isthmus.snapshot import open_snapshot
from isthmus.snapshot.checksum import require_unchanged
from isthmus.snapshot.model import NEEDED_ENTITIES
from isthmus.tables.everything import Builder
from isthmus.tables.writing import both

MOST_SET_ASIDE = 0.01  # per record
MOST_REJECTED = 0.01  # share of lines; more than that is a damaged copy or a new format


def _build(*builders: Builder) -> Callable[[Context], Outcome]:
    """Return a stage that writes these tables, none of which reads another of them, at the same time."""

    def run(context: Context) -> Outcome:
        return _outcome(t.build_concurrently(context.spark, context.store, dated(context), *builders))

    return run


def _outcome(written: list[t.Written]) -> Outcome:
    summary = ", ".join(f"{one.rows_out:,} {one.table.replace('_', ' ')}" for one in written)
    return Outcome(summary, notes=tuple(note for one in written for note in one.notes))


def _parse(context: Context) -> Outcome:
    snapshot = context.the_snapshot
    built = parse_for_study(context, context.for_study) if context.for_study else _parse_all(context)
    require_same_snapshot(context)
    read = sum(one.parts_read or 0 for one in built)
    there = sum(len(snapshot.parts(entity)) for entity in NEEDED_ENTITIES)
    summary = f"{read:,} parts read" + (f", {there - read:,} unchanged" if read < there else "")
    return Outcome(summary, notes=(*snapshot.problems, *snapshot.notes, *(note for one in built for note in one.notes)))


def require_same_snapshot(context: Context) -> None:
    """Make sure, after its parts were read, that the snapshot is still the one that was opened.

    Raises
    ------
    SnapshotError
        It changed meanwhile.
    """
    before = context.the_snapshot
    now = open_snapshot(before.uri, layout=before.layout, partial=before.partial, storage=before.storage)
    require_unchanged(before, now)


def _parse_all(context: Context) -> list[t.Written]:
    spark, store, snapshot = context.spark, context.store, context.the_snapshot
    return t.read_snapshot(spark, store, snapshot, incremental=context.incremental)


def _accounts(context: Context) -> Outcome:
    spark, store, snapshot = context.spark, context.store, dated(context)
    coverage = t.build_coverage_of_seen if context.for_study else t.build_coverage
    _, accounts = both(lambda: coverage(spark, store, snapshot), lambda: t.build_accounting(spark, store, snapshot))
    odd = store.read(t.VALUES_SET_ASIDE).agg(F.sum("values").alias("odd"))
    gates = check_gates("accounting", store.read(t.ACCOUNTING).crossJoin(odd), _accounting_gates())
    summary = f"every line accounted for, {accounts.rejects.rows_out:,} rejected"
    return Outcome(summary, notes=accounts.accounting.notes, gates=tuple(gates))


def _accounting_gates() -> list[Gate]:
    read = F.sum("read")
    told = F.sum(F.col("kept") + F.col("rejected") + F.col("superseded") + F.col("deleted") + F.col("merged"))
    return [
        Gate(
            "lines read that are in no count",
            read - told,
            "fail",
            low=0,
            high=0,
            message="read = kept + rejected + superseded + deleted + merged does not hold.",
        ),
        Gate(
            "share of lines rejected",
            F.try_divide(F.sum("rejected"), read),
            "warn",
            high=MOST_REJECTED,
            message="Read the reasons in the table `rejects`: a damaged copy, or a new format.",
        ),
        Gate(
            "values that are none of their kind, per record",
            F.try_divide(F.coalesce(F.max("odd"), F.lit(0)), F.sum("kept")),
            "warn",
            high=MOST_SET_ASIDE,
            message="The table `values_set_aside` tells the fields; such countries, years and places count as unknown.",
        ),
    ]


def _tables(context: Context) -> Outcome:
    spark, store, snapshot = context.spark, context.store, dated(context)
    records, entities = both(
        lambda: t.build_record_tables(spark, store, snapshot, from_staging=context.for_study is not None),
        lambda: _build(t.build_institutions, t.build_sources, t.build_topics)(context),
    )
    author_years = author_years_of(context.for_study) if context.for_study else t.build_author_years
    derived = _build(t.build_citations_dated, author_years)(context)
    require_same_snapshot(context)  # some parts may have been read once more
    gates: list[GateResult] = check_gates(
        "works",
        context.store.read(t.WORKS),
        [
            Gate("works", F.count("*"), "fail", low=1, message="The snapshot holds no usable work: see `rejects`."),
            Gate(
                "works that stand twice",
                F.count("*") - F.count_distinct("work_id"),
                "fail",
                high=0,
                message="A work must have one row, its newest record.",
            ),
        ],
    )
    outcomes = [_outcome(records), entities, derived]
    notes = tuple(note for one in outcomes for note in one.notes)
    return Outcome(", ".join(one.summary for one in outcomes), gates=tuple(gates), notes=notes)


def _has_rows(context: Context) -> bool:
    """Return whether what the next stage makes rows of is there: files of the tasks, or the staging table."""
    in_one_pass = context.for_study is None and t.takes_one_pass(context.store, context.the_snapshot)
    return in_one_pass or context.store.exists(t.PARSED_WORKS)


def _fingerprints(context: Context) -> dict[str, str]:
    snapshot = context.the_snapshot
    found = {entity: snapshot.fingerprint(entity) for entity in NEEDED_ENTITIES}
    return found | {
        "snapshot": snapshot.uri,
        "layout": snapshot.layout,
        "simulated": str(bool(context.notes.get("simulated"))),
        "for_study": key_of(context.for_study),
    }


SNAPSHOT_STAGES: tuple[Stage, ...] = (
    Stage(
        name="parse",
        description="read the parts of the snapshot and decide which records are superseded, deleted or merged",
        task="ingest",
        scope="snapshot",
        writes=(t.WORK_LINES, t.PARSED_ENTITIES, t.REMOVED_RECORDS),
        inputs=_fingerprints,
        has_result=_has_rows,
        run=_parse,
    ),
    Stage(
        name="records",
        description="write works, authorships, citations, the years of cited works and of authors, and what they name",
        task="ingest",
        scope="snapshot",
        needs=("parse",),
        writes=(
            t.WORKS,
            t.AUTHORSHIPS,
            t.CITATIONS,
            t.INSTITUTIONS,
            t.SOURCES,
            t.TOPICS,
            t.CITATIONS_DATED,
            t.AUTHOR_YEARS,
        ),
        run=_tables,
    ),
    Stage(
        name="accounting",
        description="account for every line; count the works of each year with authors, country, city, references",
        task="ingest",
        scope="snapshot",
        needs=("parse", "records"),
        writes=(t.COVERAGE, t.REJECTS, t.SNAPSHOT_PARTS, t.UNKNOWN_FIELDS, t.VALUES_SET_ASIDE, t.ACCOUNTING),
        run=_accounts,
    ),
)
