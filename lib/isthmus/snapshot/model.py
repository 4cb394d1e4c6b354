"""What a snapshot is: its layout, release, entities and parts."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace

from isthmus.config.storage import Storage

ENTITIES = (
    "works",
    "authors",
    "institutions",
    "sources",
    "publishers",
    "funders",
    "awards",
    "topics",
    "subfields",
    "fields",
    "domains",
    "keywords",
    "concepts",
    "continents",
    "countries",
    "institution-types",
    "source-types",
    "work-types",
    "languages",
    "licenses",
    "sdgs",
)

NEEDED_ENTITIES = ("works", "institutions", "sources", "topics")
"""The entities whose records become tables."""

LAYOUTS = ("parquet", "jsonl", "legacy", "loose")

PARQUET, LINES, PAGE = "parquet", "lines", "page"
#: Bytes of text of one document of the API: 200 records, which is the most it gives, are about 4 MB.
LARGEST_PAGE = 64 << 20
"""Formats of a part: a Parquet file; JSON Lines (a line may also be a whole API page); one JSON document."""


@dataclass(frozen=True, slots=True)
class Part:
    """One file of records.

    Parameters
    ----------
    entity : str
        Whose records it holds.
    path : str
        Relative to the snapshot's root; the name of the part in every table.
    bytes : int
        Size as it lies there.
    format : str, optional
        "parquet", "lines" or "page".
    records : int | None, optional
        Number of records that the manifest promises; None without a manifest.
    updated_date : str | None, optional
        The date of the partition it lies in, ISO; None outside of one.
    modified : int | None, optional
        Time of the last change in ns; only kept where no manifest vouches for the content.
    """

    entity: str
    path: str
    bytes: int
    format: str = LINES
    records: int | None = None
    updated_date: str | None = None
    modified: int | None = None


@dataclass(frozen=True)
class Snapshot:
    """A snapshot that was found and checked.

    Parameters
    ----------
    uri : str
        Its root: a local path, or a URI with the scheme s3, gs, abfs or file.
    layout : str
        "parquet", "jsonl" (both official), "legacy" or "loose".
    release : str
        The manifest's date; of a legacy copy the newest partition; of a loose folder "loose-" and a hash of its files.
    parts_by_entity : Mapping[str, tuple[Part, ...]]
        entity -> parts in the order of their paths.
    manifest_records : Mapping[str, int], optional
        entity -> number of records that its manifest promises, whole release.
    deletions : tuple[str, ...], optional
        Paths of files that list deleted works, relative to the root.
    merges : Mapping[str, tuple[str, ...]], optional
        entity -> paths of files that list merged ids, relative to the root.
    problems : tuple[str, ...], optional
        Differences from the manifest that `partial` let pass.
    notes : tuple[str, ...], optional
        What was seen and left aside.
    storage : Storage, optional
        How the bucket that it lies in is reached.
    newest_year : int | None, optional
        Year of the newest record of a loose folder, once its records are known.
    """

    uri: str
    layout: str
    release: str
    parts_by_entity: Mapping[str, tuple[Part, ...]]
    manifest_records: Mapping[str, int] = field(default_factory=dict)
    deletions: tuple[str, ...] = ()
    merges: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    partial: bool = False
    storage: Storage = field(default_factory=Storage)
    newest_year: int | None = None

    @property
    def entities(self) -> tuple[str, ...]:
        """The entities that have at least one part, in the order of `ENTITIES`."""
        return tuple(entity for entity in ENTITIES if self.parts_by_entity.get(entity))

    @property
    def release_year(self) -> int | None:
        """The year of the release; None for a loose folder, whose records have to tell it."""
        return int(self.release[:4]) if self.release[:4].isdigit() else self.newest_year

    def parts(self, entity: str) -> tuple[Part, ...]:
        """Return the parts of an entity in the order of their paths; empty when there are none.

        Parameters
        ----------
        entity : str
            One of `ENTITIES`.
        """
        return self.parts_by_entity.get(entity, ())

    def only(self, parts: Mapping[str, tuple[Part, ...]]) -> "Snapshot":
        """Return the same snapshot with these parts alone.

        Parameters
        ----------
        parts : Mapping[str, tuple[Part, ...]]
            entity -> parts.
        """
        return replace(self, parts_by_entity=parts)

    def fingerprint(self, entity: str) -> str:
        """Return a hash of the parts of an entity and of what removes its records: equal while nothing on disk changed.

        Parameters
        ----------
        entity : str
            One of `ENTITIES`.
        """
        digest = hashlib.sha256(f"{self.layout} {self.release}".encode())
        for part in self.parts(entity):
            digest.update(repr(sorted(asdict(part).items())).encode())
        removals = (self.deletions if entity == "works" else (), self.merges.get(entity, ()))
        digest.update(repr(removals).encode())
        return digest.hexdigest()
