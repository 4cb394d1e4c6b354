"""The traps of real snapshots, each in a record of its own: what stands there, and what a reader has to make of it.

The records are copies of ordinary ones under numbers of their own, so nothing of the world is lost by them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd
from msgspec import json

from isthmus.simulate.records.catalog import OPENALEX
from isthmus.simulate.records.jsonl import encode_works
from isthmus.simulate.world.fates import part_works
from isthmus.simulate.world.plan import Plan
from isthmus.simulate.world.target import Target
from isthmus.simulate.world.works import build_works
from isthmus.snapshot.releases import PartFile, gzip_lines, part_path

ID_BASE = 3_500_000_000
DELETED_AUTHORS = (5_317_838_346, 4_317_838_346)
DELETED_INSTITUTION = 4_389_424_196
LARGEST_TEAM = 5_103
AGE_DAYS = 400  # of the partition that holds the traps, before the release
KEPT, REJECTED, SUPERSEDED, DELETED = "kept", "rejected", "superseded", "deleted"
EMPTY_PART, DAMAGED_PART = 1, 2
DAMAGED_LINES = 40

Record = dict[str, Any]
Change = Callable[[Record], None]


@dataclass(frozen=True)
class Trap:
    """A trap: its name, what becomes of the line, and how an ordinary record turns into it."""

    name: str
    outcome: str
    description: str
    change: Change


def _authors(record: Record, *numbers: int) -> None:
    for seat, number in zip(record["authorships"], numbers, strict=False):
        seat["author"]["id"] = f"{OPENALEX}A{number}"


def _each_institution(record: Record, **fields: Any) -> None:
    for seat in record["authorships"]:
        seat["institutions"] = [i | fields for i in seat["institutions"]]


def _drop_nulls(record: Record) -> None:
    for key in [k for k, v in record.items() if v is None]:
        del record[key]


def _without(record: Record, *keys: str) -> None:
    for key in keys:
        del record[key]


def _retype(record: Record) -> None:
    record["fwci"] = 3
    record["ids"]["mag"] = 2_498_120_460
    for concept in record["concepts"]:
        concept["score"] = str(concept["score"])
    if record["primary_topic"]:
        record["primary_topic"]["subfield"]["id"] = 1702


def _crowd(record: Record) -> None:
    seat = record["authorships"][0]
    record["authorships"] = [
        seat
        | {"author": seat["author"] | {"id": f"{OPENALEX}A{ID_BASE + k}", "orcid": None}, "author_position": "middle"}
        for k in range(LARGEST_TEAM)
    ]
    record["authors_count"] = LARGEST_TEAM


def _references(record: Record, *ids: str) -> None:
    record["referenced_works"] = [*ids, *record["referenced_works"][:2]]
    record["referenced_works_count"] = len(record["referenced_works"])


def _set(**fields: Any) -> Change:
    return lambda record: record.update(fields)


TRAPS = (
    Trap("no authorships", KEPT, "authorships is an empty list", _set(authorships=[], authors_count=0)),
    Trap("authorships null", KEPT, "authorships is null", _set(authorships=None)),
    Trap("deleted authors", KEPT, "both deleted sentinel authors sign it", lambda r: _authors(r, *DELETED_AUTHORS)),
    Trap("author without id", KEPT, "author.id is null", lambda r: r["authorships"][0]["author"].update(id=None)),
    Trap(
        "deleted institution",
        KEPT,
        "the sentinel institution is no place",
        lambda r: _each_institution(r, id=f"{OPENALEX}I{DELETED_INSTITUTION}", country_code=None),
    ),
    Trap(
        "nameless institution",
        KEPT,
        "every id of the institution is null",
        lambda r: _each_institution(r, id=None, ror=None, country_code=None),
    ),
    Trap("stateless institution", KEPT, "an id and no country", lambda r: _each_institution(r, country_code=None)),
    Trap(
        "Namibia",
        KEPT,
        "the country NA is Namibia, not a missing value",
        lambda r: _each_institution(r, country_code="NA"),
    ),
    Trap(
        "cites itself twice", KEPT, "a self-citation and a double reference", lambda r: _references(r, r["id"], r["id"])
    ),
    Trap(
        "cites the deleted work",
        KEPT,
        "W4285719527 is nobody's work",
        lambda r: _references(r, f"{OPENALEX}W4285719527"),
    ),
    Trap("no topic key", KEPT, "primary_topic and topics are absent", lambda r: _without(r, "primary_topic", "topics")),
    Trap("empty location", KEPT, "primary_location is {}", _set(primary_location={})),
    Trap("no location", KEPT, "primary_location is null", _set(primary_location=None)),
    Trap("nulls dropped", KEPT, "null keys are absent, as in November 2025", _drop_nulls),
    Trap("no is_xpac", KEPT, "the flag is absent, as before 2025", lambda r: _without(r, "is_xpac")),
    Trap(
        "types flip", KEPT, "concept scores are text, fwci and mag whole numbers, a subfield the integer 1702", _retype
    ),
    Trap("unknown fields", KEPT, "fields that nobody announced", _set(quantum_index=0.5, oracle={"yes": [1, None]})),
    Trap(
        "no year",
        KEPT,
        "publication_year and publication_date are null",
        _set(publication_year=None, publication_date=None),
    ),
    Trap(
        "year to come",
        KEPT,
        "publication_year is 2050: counted without a year",
        _set(publication_year=2050, publication_date="2050-01-01"),
    ),
    Trap("crowd", KEPT, f"{LARGEST_TEAM} authors on one line", _crowd),
    Trap(
        "paratext by type",
        KEPT,
        "is_paratext is false and the type is paratext",
        _set(type="paratext", is_paratext=False),
    ),
    Trap(
        "deleted before its update",
        KEPT,
        "its deleted_date is older than its updated_date: kept, with a warning",
        _set(),
    ),
    Trap("deleted", DELETED, "it stands in deleted_ids.csv with a later date", _set()),
    Trap("year as a list", REJECTED, "publication_year is a list", _set(publication_year=[2020])),
    Trap("id is no work", REJECTED, "the id is a number", _set(id=12)),
    Trap("no id", REJECTED, "the id is null", _set(id=None)),
    Trap("authorships is text", REJECTED, "authorships is a string", _set(authorships="Ada Lovelace")),
)
RAW_LINES = (
    ("not JSON", REJECTED, "a line of HTML", b"<html><body>502 Bad Gateway</body></html>"),
    ("cut line", REJECTED, "a record cut in the middle", None),
    ("not an object", REJECTED, "a JSON list", b'["https://openalex.org/W1"]'),
    ("not UTF-8", REJECTED, "bytes that are no text", b'{"id":"https://openalex.org/W3599999999","title":"\xff\xfe"'),
)


@dataclass(frozen=True)
class HostileFiles:
    """What was added: the parts, the extra deletions, and one row per trap for the answer key."""

    files: list[PartFile]
    deletions: list[tuple[int, date]]
    table: pd.DataFrame


def write_hostile(plan: Plan, target: Target, layouts: list[str]) -> HostileFiles:
    """Add the traps to the JSON layouts of a snapshot; Parquet cannot hold most of them and gets none."""
    world = plan.world
    day = world.release - timedelta(days=AGE_DAYS)
    lines = _ordinary(plan, len(TRAPS))
    trapped, rows = _trapped(lines, day)
    older = _older_copies(plan, day)
    rows += [
        ("older copy", SUPERSEDED, "the same record with an older date: the newest wins", len(trapped) + k)
        for k in range(len(older))
    ]
    ordinary = [_renumber(line, ID_BASE + 5_000 + k, day) for k, line in enumerate(_ordinary(plan, DAMAGED_LINES))]
    contents = {0: trapped + older, EMPTY_PART: [], DAMAGED_PART: ordinary}
    files = []
    for layout in layouts:
        if layout != "parquet":
            files += [_write(target, layout, day, number, lines_) for number, lines_ in contents.items()]
    table = pd.DataFrame(rows, columns=["trap", "outcome", "description", "line"]).assign(
        file=part_path("jsonl", "works", day, 0)
    )
    extra = [
        ("empty part", KEPT, "a part without a line", 0, part_path("jsonl", "works", day, EMPTY_PART)),
        ("truncated gzip", REJECTED, "the file ends in the middle", 0, part_path("jsonl", "works", day, DAMAGED_PART)),
    ]
    table = pd.concat([table, pd.DataFrame(extra, columns=table.columns)], ignore_index=True)
    names = [t.name for t in TRAPS]
    deletions = [
        (ID_BASE + names.index("deleted before its update"), day - timedelta(days=30)),
        (ID_BASE + names.index("deleted"), world.release - timedelta(days=2)),
    ]
    return HostileFiles(files, deletions, table)


def _ordinary(plan: Plan, number: int) -> list[bytes]:
    """Ordinary records with authors, institutions and references to make traps of."""
    works = build_works(plan, part_works(plan.world, 0)[: 40 * number])
    found = []
    for line in encode_works(works):
        record = json.decode(line)
        seats = record["authorships"]
        if (
            len(seats) > 1
            and seats[0]["institutions"]
            and seats[-1]["institutions"]
            and len(record["referenced_works"]) > 2
        ):
            found.append(line)
    return [found[k % len(found)] for k in range(number)]


def _renumber(line: bytes, number: int, day: date) -> bytes:
    record = json.decode(line)
    record |= {"id": f"{OPENALEX}W{number}", "updated_date": f"{day.isoformat()}T00:00:01.000001"}
    record["ids"]["openalex"] = record["id"]
    return json.encode(record)


def _trapped(lines: list[bytes], day: date) -> tuple[list[bytes], list[tuple[str, str, str, int]]]:
    found: list[bytes] = []
    rows: list[tuple[str, str, str, int]] = []
    for k, (trap, line) in enumerate(zip(TRAPS, lines, strict=True)):
        record = json.decode(_renumber(line, ID_BASE + k, day))
        trap.change(record)
        rows.append((trap.name, trap.outcome, trap.description, len(found)))
        found.append(json.encode(record))
    for name, outcome, description, raw in RAW_LINES:
        rows.append((name, outcome, description, len(found)))
        found.append(lines[0][: len(lines[0]) // 2] if raw is None else raw)
    return found, rows


def _older_copies(plan: Plan, day: date) -> list[bytes]:
    """Return records that stand elsewhere, too, with a newer date: a copy synced without --delete."""
    works = build_works(plan, part_works(plan.world, 0)[:5])
    found = []
    for line in encode_works(works):
        record = json.decode(line)
        record |= {"updated_date": f"{day.isoformat()}T00:00:01.000001", "title": "An older copy", "authorships": []}
        found.append(json.encode(record))
    return found


def _write(target: Target, layout: str, day: date, number: int, lines: list[bytes]) -> PartFile:
    packed = gzip_lines(lines)
    if number == DAMAGED_PART:
        packed = packed[: len(packed) // 2]
    path = part_path(layout, "works", day, number)
    return PartFile(layout, "works", path, target.write(path, packed), len(lines))
