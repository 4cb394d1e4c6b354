"""The stages of a snapshot: from its parts to the tables that all studies share."""

from collections.abc import Callable

from pyspark.sql import functions as F

from isthmus import tables as t
from isthmus.engine import Gate, GateResult, check_gates
from isthmus.pipeline.stage import Outcome, Run, Stage
from isthmus.snapshot.model import NEEDED_ENTITIES
from isthmus.tables.built import concurrently
from isthmus.tables.everything import Builder

MOST_REJECTED = 0.01  # share of lines; more than that is a damaged copy or a new format


def _build(*builders: Builder) -> Callable[[Run], Outcome]:
    """A stage that writes these tables, none of which reads another of them, at the same time."""

    def run(context: Run) -> Outcome:
        built = t.build_concurrently(context.spark, context.store, context.the_snapshot, *builders)
        notes = tuple(note for one in built for note in one.notes)
        rows_in = [one.rows_in for one in built if one.rows_in is not None]
        said = ", ".join(f"{one.rows_out:,} {one.table.replace('_', ' ')}" for one in built)
        return Outcome(said, rows_in=sum(rows_in) if rows_in else None, notes=notes)

    return run


def _parse(context: Run) -> Outcome:
    parsed = _build(t.parse_works, t.parse_entities)(context)
    snapshot = context.the_snapshot
    discarded = t.build_discarded(context.spark, context.store, snapshot)
    said = f"{sum(len(snapshot.parts(entity)) for entity in NEEDED_ENTITIES):,} parts read"
    notes = (*snapshot.problems, *snapshot.notes, *parsed.notes, *discarded.notes)
    return Outcome(said, parsed.rows_in, notes=notes)


def _accounts(context: Run) -> Outcome:
    spark, store, snapshot = context.spark, context.store, context.the_snapshot
    accounts: list[t.AccountingBuilt] = []
    concurrently(
        lambda: t.build_coverage(spark, store, snapshot),
        lambda: accounts.append(t.build_accounting(spark, store, snapshot)),
    )
    gates = check_gates("accounting", store.read(t.ACCOUNTING), _accounting_gates())
    said = f"every line accounted for, {accounts[0].rejects.rows_out:,} rejected"
    return Outcome(said, notes=accounts[0].accounting.notes, gates=tuple(gates))


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
    ]


def _tables(context: Run) -> Outcome:
    builders = (t.build_works, t.build_authorships, t.build_citations)
    outcome = _build(*builders, t.build_institutions, t.build_sources, t.build_topics)(context)
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
    return Outcome(outcome.said, outcome.rows_in, tuple(gates), outcome.notes)


def _fingerprints(context: Run) -> dict[str, str]:
    snapshot = context.the_snapshot
    found = {entity: snapshot.fingerprint(entity) for entity in NEEDED_ENTITIES}
    return found | {
        "snapshot": snapshot.uri,
        "layout": snapshot.layout,
        "simulated": str(bool(context.notes.get("simulated"))),
    }


SNAPSHOT_STAGES: tuple[Stage, ...] = (
    Stage(
        name="parse",
        says="read the parts of the snapshot and decide which records are superseded, deleted or merged",
        scope="snapshot",
        needs=(),
        writes=(t.PARSED_WORKS, t.PARSED_ENTITIES, t.DISCARDED),
        rooms=("snapshot", "tables.parsed", "tables.discarded", "tables.reading"),
        inputs=_fingerprints,
        run=_parse,
    ),
    Stage(
        name="tables",
        says="write works, authorships, citations, institutions with their cities, sources and topics",
        scope="snapshot",
        needs=("parse",),
        writes=(t.WORKS, t.AUTHORSHIPS, t.CITATIONS, t.INSTITUTIONS, t.SOURCES, t.TOPICS),
        rooms=("tables",),
        run=_tables,
    ),
    Stage(
        name="accounts",
        says="account for every line; count the works of each year with authors, country, city, references",
        scope="snapshot",
        needs=("parse", "tables"),
        writes=(t.COVERAGE, t.REJECTS, t.PARTS, t.UNKNOWN_FIELDS, t.ACCOUNTING),
        rooms=("tables",),
        run=_accounts,
    ),
)
