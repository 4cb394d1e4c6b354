"""What is read of a record on its way into a part: its id, its places, where it appeared, what it is about."""

import gzip
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from isthmus.fetch.filters import ENTITIES

PREFIX = "https://openalex.org/"
CUT_AT = 100  # authors that a page gives of a work


class _Identified(msgspec.Struct):
    id: str | None = None


class _Institution(msgspec.Struct):
    id: str | None = None
    lineage: list[str] | None = None


class _Authorship(msgspec.Struct):
    institutions: list[_Institution] | None = None


class _Location(msgspec.Struct):
    source: _Identified | None = None


class Outline(msgspec.Struct):
    """What is read of a work."""

    id: str
    is_authors_truncated: bool | None = None
    authorships: list[_Authorship] | None = None
    primary_location: _Location | None = None
    primary_topic: _Identified | None = None
    topics: list[_Identified] | None = None

    @property
    def number(self) -> int:
        """Number of its id."""
        return int(self.id.removeprefix(f"{PREFIX}W"))

    @property
    def is_cut(self) -> bool:
        """Whether authors beyond the hundredth may be missing."""
        return bool(self.is_authors_truncated) or len(self.authorships or ()) >= CUT_AT

    def named(self) -> Iterator[tuple[str, str]]:
        """Yield entity and id of every record that the work names."""
        for authorship in self.authorships or ():
            for institution in authorship.institutions or ():
                for name in (institution.id, *(institution.lineage or ())):
                    yield "institutions", name or ""
        if self.primary_location and self.primary_location.source:
            yield "sources", self.primary_location.source.id or ""
        for topic in (self.primary_topic, *(self.topics or ())):
            yield "topics", (topic.id if topic else None) or ""


outline = msgspec.json.Decoder(Outline).decode


def one_line(record: msgspec.Raw) -> bytes:
    """Return a record as a line of its own, whatever line ends the server put into it.

    Parameters
    ----------
    record : msgspec.Raw
        As the server sent it.
    """
    text = bytes(record)
    return msgspec.json.format(text, indent=-1) if b"\n" in text else text


def named_records(parts: Iterable[Path]) -> dict[str, list[str]]:
    """Return the ids, like I123, that the works of some parts name: entity -> ids in their order.

    Parameters
    ----------
    parts : Iterable[pathlib.Path]
        Parts of works.
    """
    found: dict[str, set[str]] = {entity: set() for entity in ENTITIES}
    for part in parts:
        for line in gzip.decompress(part.read_bytes()).splitlines():
            for entity, name in outline(line).named():
                found[entity].add(name.removeprefix(PREFIX))
    return {entity: sorted(filter(None, names)) for entity, names in found.items()}
