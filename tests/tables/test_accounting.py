"""Sums over parts and entities."""

from isthmus.snapshot import Part, Snapshot
from isthmus.tables.accounting import accounting_rows, part_rows
from isthmus.tables.reading import PartRead


def read(entity, part, records, rejected, status="complete", message=None):
    return PartRead(entity, part, records + rejected, records, rejected, status, message, 100, {}, {}, {}, {})


def test_every_part_and_every_line_has_its_row():
    parts = {
        "works": (Part("works", "w/1", 10, records=5), Part("works", "w/2", 20)),
        "sources": (Part("sources", "s/1", 30),),
        "authors": (Part("authors", "a/1", 40),),
    }
    snapshot = Snapshot("x", "jsonl", "2026-06-25", parts, manifest_records={"works": 7})
    dropped = {("works", "w/1", "superseded"): 1, ("works", "w/1", "merged"): 2, ("sources", "s/1", "deleted"): 0}
    rows = part_rows(snapshot, [read("works", "w/1", 4, 1), read("sources", "s/1", 3, 0)], dropped)
    assert [(r.entity, r.part, r.read, r.kept, r.rejected, r.superseded, r.merged, r.status) for r in rows] == [
        ("sources", "s/1", 3, 3, 0, 0, 0, "complete"),
        ("works", "w/1", 5, 1, 1, 1, 2, "complete"),
        ("works", "w/2", 0, 0, 0, 0, 0, "empty"),
    ]
    sources, works = accounting_rows(rows, snapshot)
    assert (works.entity, works.manifest_records, works.read, works.kept) == ("works", 7, 5, 1)
    assert (sources.entity, sources.manifest_records, sources.read) == ("sources", None, 3)
    for row in [*rows, sources, works]:
        assert row.read == row.kept + row.rejected + row.superseded + row.deleted + row.merged
