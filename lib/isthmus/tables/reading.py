"""Whether what was read is what the snapshot promised: fields, types, counts, whole files."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as F

from isthmus.errors import SnapshotError
from isthmus.snapshot import Part, Snapshot
from isthmus.snapshot.batches import COMPLETE
from isthmus.snapshot.fields import NEEDED_FIELDS

FIELD_OF_REASON = r"at `\$\.?([^`]*)`$"
RETYPED_SHARE = 0.5  # of a part's lines: a field that changed its type fails on most lines, a bad record on one
RETYPED_LINES = 10
SHOWN = 10


@dataclass(frozen=True)
class PartRead:
    """What was read of a part: lines, records, and rejected lines by the field that they failed on."""

    entity: str
    part: str
    read: int
    records: int
    rejected: int
    status: str
    message: str | None
    inflated: int | None
    present: dict[str, int]
    unknown: dict[str, int]
    set_aside: dict[str, int]
    faults: dict[str, tuple[int, str]]


def check_reading(parsed: DataFrame, snapshot: Snapshot, entities: Sequence[str]) -> tuple[str, ...]:
    """Compare what was read with what the snapshot promised; return what a reader should know.

    Parameters
    ----------
    parsed : DataFrame
        Rows of `parsed_works` or `parsed_entities`.
    snapshot : Snapshot
        The snapshot that they were read from.
    entities : Sequence[str]
        The entities that they hold.

    Raises
    ------
    SnapshotError
        Names the file, the field, and expected against found; or every part with another number of records than its
        manifest says, unless the snapshot is `partial`.
    """
    parts = parts_read(parsed)
    for entity in entities:
        own = [part for part in parts if part.entity == entity]
        _check_retyped(own)
        _check_missing(entity, own)
    if "works" in entities and not any(part.read for part in parts):
        raise SnapshotError(f"snapshot {snapshot.uri!r}: its parts of works hold no record at all")
    problems = _count_problems(parts, {part.path: part for entity in entities for part in snapshot.parts(entity)})
    if problems and not snapshot.partial:
        shown = "".join(f"\n  - {problem}" for problem in problems[:SHOWN])
        raise SnapshotError(
            f"snapshot {snapshot.uri!r}: {len(problems)} parts do not hold what their manifest says:{shown}\n"
            "Fetch them again, or read what is there with --partial (partial=True)."
        )
    return (*problems, *_remarks(parts))


def parts_read(parsed: DataFrame) -> list[PartRead]:
    """Return what was read of each part, in the order of entity and path: one pass over the outcome of the lines.

    Parameters
    ----------
    parsed : DataFrame
        Rows of `parsed_works` or `parsed_entities`.
    """
    reason, summary = F.col("reject.reason"), F.col("summary")
    field = F.regexp_replace(F.regexp_extract(reason, FIELD_OF_REASON, 1), r"\[\d+\]", "[]")
    rows = (
        parsed.groupBy("entity", "part", field.alias("field"))
        .agg(
            F.count_if(reason.isNull() & summary.isNull()).alias("records"),
            F.count(reason).alias("rejected"),
            F.min(reason).alias("reason"),
            F.first(summary, ignorenulls=True).alias("summary"),
        )
        .collect()
    )
    by_part: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        by_part[row.entity, row.part].append(row)
    return [_part_read(*key, group) for key, group in sorted(by_part.items())]


def _part_read(entity: str, part: str, rows: list[Row]) -> PartRead:
    records, rejected = sum(row.records for row in rows), sum(row.rejected for row in rows)
    summary = next((row.summary for row in rows if row.summary is not None), None)
    return PartRead(
        entity,
        part,
        read=records + rejected,
        records=records,
        rejected=rejected,
        status=summary.status if summary else COMPLETE,
        message=summary.message if summary else None,
        inflated=summary.inflated if summary else None,
        present=dict((summary and summary.present) or {}),
        unknown=dict((summary and summary.unknown) or {}),
        set_aside=dict((summary and summary.set_aside) or {}),
        faults={row.field or "": (row.rejected, row.reason) for row in rows if row.rejected},
    )


def _check_retyped(parts: Iterable[PartRead]) -> None:
    for part in parts:
        for name, (count, reason) in part.faults.items():
            if name and count >= max(RETYPED_LINES, RETYPED_SHARE * part.read):
                raise SnapshotError(
                    f"{part.part}: the field {name!r} has another type than expected in {count} of {part.read} lines: "
                    f"{reason}. OpenAlex seems to have changed its format; this version of Isthmus cannot read it."
                )


def _check_missing(entity: str, parts: Sequence[PartRead]) -> None:
    read, rejected = sum(part.read for part in parts), sum(part.rejected for part in parts)
    if not read:
        return
    if read == rejected:
        first = next(part for part in parts if part.rejected)
        reason = next(iter(first.faults.values()))[1]
        raise SnapshotError(
            f"{first.part}: none of the {read} lines of {entity} could be read. The first reason: {reason}"
        )
    for name in NEEDED_FIELDS[entity]:
        if not sum(part.present.get(name, 0) for part in parts):
            raise SnapshotError(
                f"{parts[0].part}: the field {name!r}, which {entity} need, was expected in some record and found in "
                f"none of {read - rejected} records of {len(parts)} parts. Was it left out of the download?"
            )


def _count_problems(parts: Iterable[PartRead], promised: dict[str, Part]) -> list[str]:
    problems = []
    for part in parts:
        records = promised[part.part].records if part.part in promised else None
        if records is not None and records != part.read:
            damage = f" ({part.message})" if part.message else ""
            problems.append(f"{part.part}: {part.read} records were read, the manifest says {records}{damage}")
    return problems


def _remarks(parts: Sequence[PartRead]) -> list[str]:
    damaged = [f"{part.part}: {part.message}" for part in parts if part.message]
    empty = [f"{part.part}: holds no record" for part in parts if not part.read]
    rejected = sum(part.rejected for part in parts)
    total = [f"{rejected} lines were rejected (table rejects)"] if rejected else []
    return [*damaged, *empty, *total, *_odd_values(parts)]


def _odd_values(parts: Iterable[PartRead]) -> list[str]:
    """Return a sentence for each field of an entity with values that are none of their kind."""
    counts: Counter[tuple[str, str]] = Counter()
    for part in parts:
        counts.update({(part.entity, field): number for field, number in part.set_aside.items()})
    return [
        f"{number} values of {field} in {entity} are none of their kind and count as unknown (table values_set_aside)"
        for (entity, field), number in sorted(counts.items())
    ]
