"""Loose records: a folder of JSON Lines or API pages without any manifest, which is what a small field is kept in."""

import hashlib
import re
import zlib
from collections.abc import Iterator
from dataclasses import replace

import msgspec

from isthmus.errors import SnapshotError
from isthmus.files import FileEntry, Root
from isthmus.snapshot.model import ENTITIES, LARGEST_PAGE, LINES, PAGE, Part, Snapshot
from isthmus.snapshot.trees import is_tree

GZIP_MAGIC = b"\x1f\x8b"
HEAD_BYTES = 1 << 20  # of the file as it lies there: enough for the first line of any record but the hugest
HEAD_TEXT = 8 << 20  # of what these bytes inflate to
LOOKED_AT = 20  # records of a page, or lines, until one tells its entity
LINE_SUFFIXES = (".jsonl", ".ndjson", ".jl")
PREFIXES = {
    "W": "works",
    "A": "authors",
    "I": "institutions",
    "S": "sources",
    "T": "topics",
    "P": "publishers",
    "F": "funders",
    "C": "concepts",
    "G": "awards",
}
UNDECODABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
ID = re.compile(r"^(?:https?://openalex\.org/)?([A-Z])\d+$")
_NAMES = "|".join(sorted(ENTITIES, key=len, reverse=True))
NAMED = re.compile(rf"^({_NAMES})(?![a-z])")


class _Page(msgspec.Struct):
    results: list[msgspec.Raw] | None = None


class _Identified(msgspec.Struct):
    id: str | int | None = None


def open_loose(root: Root, *, partial: bool = False) -> Snapshot:
    """Return the records in a folder (and its sub-folders, but for snapshot trees) or in one file.

    A file's name decides its entity (`works_2026.jsonl.gz`, `institutions.json`), or its folder's name; where neither
    does, the id of its first record. The release is a hash of the files, for nothing else identifies them.

    Parameters
    ----------
    root : Root
        The folder or file.
    partial : bool, default False
        Kept in the snapshot.

    Raises
    ------
    SnapshotError
        No file holds OpenAlex records.
    """
    notes: list[str] = []
    parts: dict[str, list[Part]] = {}
    for file in _files(root, notes):
        part, note = classify(root, file)
        if part is None:
            notes.append(f"{file.path or root.uri}: left aside, {note}")
        else:
            parts.setdefault(part.entity, []).append(part)
    if not parts:
        seen = "; ".join(notes[:5])
        raise SnapshotError(f"snapshot {root.uri!r}: no file with OpenAlex records, and no snapshot tree. Seen: {seen}")
    ordered = {entity: tuple(group) for entity, group in parts.items()}
    return Snapshot(
        uri=root.uri,
        layout="loose",
        release=_release(ordered),
        parts_by_entity=ordered,
        notes=tuple(notes),
        partial=partial,
    )


def _files(root: Root, notes: list[str]) -> Iterator[FileEntry]:
    if root.is_file(""):
        info = root.look("")
        yield FileEntry("", info.size or 0, info.mtime_ns)
        return
    folders = [""]
    while folders:
        folder = folders.pop(0)
        for entry in root.list(folder):
            name = entry.path.rpartition("/")[2]
            if name.startswith((".", "_")):
                continue
            if not entry.is_folder:
                yield entry
            elif is_tree(root, entry.path):
                notes.append(f"{entry.path}/: left aside, it is a snapshot tree of its own; open it by its own path")
            else:
                folders.append(entry.path)


def classify(root: Root, file: FileEntry) -> tuple[Part | None, str]:
    """Return a file as a part, or None and the reason why it is left aside.

    Parameters
    ----------
    root : Root
        Where the file lies.
    file : FileEntry
        The file.
    """
    path = file.path or root.path
    name = path.rpartition("/")[2]
    stem = name.removesuffix(".gz")
    extension = stem[stem.rfind(".") :] if "." in stem else ""
    if extension not in {"", ".json", *LINE_SUFFIXES}:
        return None, f"the extension {extension} is not one of JSON Lines or API pages"
    by_name = _entity_by_name(path)
    part = Part(by_name or "", file.path, file.bytes, LINES, modified=file.modified)
    if file.bytes == 0:
        return (part, "") if by_name else (None, "it is empty")
    head = _inflated(root.read(file.path, HEAD_BYTES))
    if head.lstrip()[:1] not in {b"{", b"["} and by_name is None:
        return None, "it does not begin like JSON"
    if extension not in LINE_SUFFIXES and _is_document(head):
        part = replace(part, format=PAGE)
        head = head if by_name else _inflated(root.read(file.path, LARGEST_PAGE), LARGEST_PAGE)
    entity = by_name or _entity_by_content(head)
    if entity is None:
        return None, "neither its name nor its first record tells an OpenAlex entity"
    return replace(part, entity=entity), ""


def _entity_by_name(path: str) -> str | None:
    """Return the entity that a file's name, or else its folder's name, begins with."""
    for name in reversed(path.split("/")[-2:]):
        match = NAMED.match(name.lower())
        if match:
            return match[1]
    return None


def _inflated(head: bytes, most: int = HEAD_TEXT) -> bytes:
    """Return the text of a file's first bytes, `most` bytes of it: a small file may hold gigabytes of blanks."""
    if not head.startswith(GZIP_MAGIC):
        return head
    try:
        return zlib.decompressobj(wbits=31).decompress(head, most)
    except zlib.error:
        return b""  # the reading will say where it is damaged


def _is_document(head: bytes) -> bool:
    """Whether the file is one JSON document over several lines, not a document a line."""
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if text.startswith(b"["):
        return True
    line, newline, _ = text.partition(b"\n")
    try:
        msgspec.json.decode(line, type=msgspec.Raw)
    except RecursionError:
        return False
    except msgspec.DecodeError as error:
        # cut off by the end of its first line: pretty-printed; anything else is a bad line among lines
        return bool(newline) and "truncated" in str(error)
    return False


def _entity_by_content(head: bytes) -> str | None:
    """Return the entity of the first record that tells one."""
    for text in (head, *head.split(b"\n", LOOKED_AT)[:LOOKED_AT]):
        for record in _records(text)[:LOOKED_AT]:
            try:
                match = ID.match(str(msgspec.json.decode(record, type=_Identified).id))
            except UNDECODABLE:
                continue
            if match and match[1] in PREFIXES:
                return PREFIXES[match[1]]
    return None


def _records(text: bytes) -> list[msgspec.Raw]:
    """Return the records of a document, none of them decoded: those of a page, of a list, or the document itself."""
    try:
        if text.lstrip()[:1] == b"[":
            return msgspec.json.decode(text, type=list[msgspec.Raw])
        page = msgspec.json.decode(text, type=_Page).results
        return [msgspec.Raw(text)] if page is None else page
    except UNDECODABLE:
        return []


def _release(parts: dict[str, tuple[Part, ...]]) -> str:
    listing = sorted((part.entity, part.path, part.bytes) for group in parts.values() for part in group)
    return "loose-" + hashlib.sha256(repr(listing).encode()).hexdigest()[:8]
