"""Manifests: what a release promises to hold, in the forms that OpenAlex has published."""

import re
from dataclasses import dataclass
from typing import Any

import msgspec

from isthmus.errors import SnapshotError

DATE = re.compile(r"\d{4}-\d{2}-\d{2}.*")
SHOWN = 60  # characters of what was found instead


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
        It is no JSON, has neither `entities`, `files` nor `entries`, is of another entity than its folder, or a field
        holds another kind of value.
    """
    try:
        document = msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise SnapshotError(f"manifest {source}: cannot be read: {error}; fetch it again") from None
    if not isinstance(document, dict):
        raise _other(source, "the manifest", "an object", document)
    if "entities" in document:
        return _combined(document, source)
    if "files" not in document and "entries" not in document:
        raise SnapshotError(
            f"manifest {source}: expected one of the keys 'entities', 'files' or 'entries', found {sorted(document)}"
        )
    name = _text(document, "entity", source) or entity or ""
    if entity is not None and name != entity:
        raise SnapshotError(
            f"manifest {source}: lies in the folder of {entity!r} and says that it is of {name[:SHOWN]!r}; fetch it "
            "again"
        )
    return {name: _one(document, source, name, _date(document, source))}


def _combined(document: dict[str, Any], source: str) -> dict[str, Manifest]:
    entities = document["entities"]
    if isinstance(entities, dict):
        pairs = [(name, _object(entry, f"entities.{name}", source)) for name, entry in entities.items()]
    else:
        entries = [_object(entry, "entities[]", source) for entry in _list(entities, "entities", source)]
        pairs = [(_text(entry, "entity", source) or "", entry) for entry in entries]
    release = _date(document, source)
    return {name: _one(entry, source, name, _date(entry, source) or release) for name, entry in pairs}


def _one(document: dict[str, Any], source: str, entity: str, release: str | None) -> Manifest:
    totals = _object(document.get("meta") or document, "meta", source)
    entries = _list(document.get("files") or document.get("entries") or [], "files", source)
    return Manifest(
        entity=entity,
        source=source,
        release=release,
        records=_count(totals, "record_count", source),
        bytes=_count(totals, "content_length", source),
        files=tuple(_file(_object(entry, "files[]", source), entity, source) for entry in entries),
    )


def _file(entry: dict[str, Any], entity: str, source: str) -> ManifestFile:
    meta = _object(entry.get("meta") or {}, "files[].meta", source)
    url = _text(entry, "url", source)
    if url is None:
        raise _other(source, "files[].url", "the address of a part", None)
    # the url names the bucket that the release was made for; only what follows the entity's folder holds in a copy
    path = f"/{url}".rpartition(f"/{entity}/")[2]
    counts = (_count(meta, name, source) for name in ("content_length", "record_count"))
    return ManifestFile(path.lstrip("/"), *counts)


def _object(value: object, field: str, source: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _other(source, field, "an object", value)
    return value


def _list(value: object, field: str, source: str) -> list[Any]:
    if not isinstance(value, list):
        raise _other(source, field, "a list", value)
    return value


def _text(document: dict[str, Any], field: str, source: str) -> str | None:
    value = document.get(field)
    if value is not None and not isinstance(value, str):
        raise _other(source, field, "text", value)
    return value


def _date(document: dict[str, Any], source: str) -> str | None:
    value = _text(document, "date", source)
    if value is not None and DATE.fullmatch(value) is None:
        raise _other(source, "date", "a day such as 2026-06-24", value)
    return value


def _count(document: dict[str, Any], field: str, source: str) -> int | None:
    value = document.get(field)
    if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 0):
        raise _other(source, field, "a whole number, 0 or more", value)
    return value


def _other(source: str, field: str, expected: str, found: object) -> SnapshotError:
    return SnapshotError(
        f"manifest {source}: {field} was expected to be {expected} and is {repr(found)[:SHOWN]}; fetch it again"
    )
