"""Manifests: what a release promises to hold, in the forms that OpenAlex has published."""

from dataclasses import dataclass
from typing import Any

import msgspec

from isthmus.errors import SnapshotError


@dataclass(frozen=True, slots=True)
class ManifestFile:
    """A file that a manifest lists: path under the entity's folder, bytes and records."""

    path: str
    bytes: int | None
    records: int | None


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a manifest says of one entity.

    Parameters
    ----------
    entity : str
        The entity.
    source : str
        Path of the manifest, for messages.
    release : str | None
        Its date, ISO; None in legacy manifests, which have none.
    records, bytes : int | None
        The totals as written; None when not written.
    files : tuple[ManifestFile, ...]
        The files it lists.
    """

    entity: str
    source: str
    release: str | None
    records: int | None
    bytes: int | None
    files: tuple[ManifestFile, ...]

    def problems(self) -> list[str]:
        """Return where the totals of the manifest differ from the sums over its own files."""
        found = []
        for name, total, counts in (
            ("record_count", self.records, [file.records for file in self.files]),
            ("content_length", self.bytes, [file.bytes for file in self.files]),
        ):
            known = [count for count in counts if count is not None]
            if total is not None and len(known) == len(counts) and sum(known) != total:
                found.append(f"{self.source}: {name} of {self.entity} is {total}, its files add up to {sum(known)}")
        return found


def read_manifests(content: bytes, source: str, entity: str | None = None) -> dict[str, Manifest]:
    """Return the manifests in a file, by entity.

    Parameters
    ----------
    content : bytes
        The file: a combined manifest, one entity's, or a legacy one.
    source : str
        Its path, for messages.
    entity : str | None, optional
        The entity whose folder it lies in; needed where the manifest does not name one.

    Raises
    ------
    SnapshotError
        It is no JSON, or has neither `entities`, `files` nor `entries`.
    """
    try:
        document = msgspec.json.decode(content)
        if not isinstance(document, dict):
            raise TypeError("not a JSON object")
        if "entities" in document:
            return _combined(document, source)
        name = document.get("entity") or entity or ""
        if "files" in document or "entries" in document:
            return {name: _one(document, source, name, document.get("date"))}
    except (msgspec.DecodeError, TypeError, KeyError, AttributeError, ValueError) as error:
        raise SnapshotError(f"manifest {source}: cannot be read: {error}; fetch it again") from error
    raise SnapshotError(
        f"manifest {source}: expected one of the keys 'entities', 'files' or 'entries', found {sorted(document)}"
    )


def _combined(document: dict[str, Any], source: str) -> dict[str, Manifest]:
    entities = document["entities"]
    pairs = entities.items() if isinstance(entities, dict) else [(entry["entity"], entry) for entry in entities]
    return {name: _one(entry, source, name, entry.get("date") or document.get("date")) for name, entry in pairs}


def _one(document: dict[str, Any], source: str, entity: str, release: str | None) -> Manifest:
    totals = document.get("meta") or document
    entries = document.get("files") or document.get("entries") or []
    return Manifest(
        entity=entity,
        source=source,
        release=release,
        records=totals.get("record_count"),
        bytes=totals.get("content_length"),
        files=tuple(_file(entry, entity) for entry in entries),
    )


def _file(entry: dict[str, Any], entity: str) -> ManifestFile:
    meta = entry.get("meta") or {}
    # the url names the bucket that the release was made for; only what follows the entity's folder holds in a copy
    path = f"/{entry['url']}".rpartition(f"/{entity}/")[2]
    return ManifestFile(path.lstrip("/"), meta.get("content_length"), meta.get("record_count"))
