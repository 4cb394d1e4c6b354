"""Records as typed structs: only the fields that become columns; all others are skipped without being built.

Types that change between vintages are unions (a score is a number or a string, a subfield an object with a URL or an
integer). `gc=False` keeps the structs out of the garbage collector: they hold no cycles.
"""

from typing import Annotated

from msgspec import Meta, Raw, Struct

Int = Annotated[int, Meta(ge=-(2**31), le=2**31 - 1)]
"""What fits an INT column: a number beyond it is a wrong line, not a failed block."""

Whole = Int | float
"""A whole number, as some writers put it down: 2019.0 is 2019, and 2019.5 none."""

Id = str | int | None
Number = float | int | str | None
NULL = Raw(b"null")


class Named(Struct, gc=False):
    """An object that is needed for its id, and for its name where it becomes a table."""

    id: Id = None
    display_name: str | None = None


class Level(Struct, gc=False):
    """A subfield, field or domain of a topic that stands in a work."""

    id: Id = None


class Topic(Struct, gc=False):
    """A topic of a work."""

    id: Id = None
    score: Number = None
    subfield: Level | str | int | None = None
    field: Level | str | int | None = None
    domain: Level | str | int | None = None


class Concept(Struct, gc=False):
    """A legacy concept of a work."""

    id: Id = None
    score: Number = None


class Source(Struct, gc=False):
    """The journal, conference or repository of a work."""

    id: Id = None
    type: str | None = None


class Location(Struct, gc=False):
    """Where a work appeared."""

    source: Source | None = None


class Author(Struct, gc=False):
    """The author of an authorship."""

    id: str | None = None
    orcid: str | None = None


class Affiliation(Struct, gc=False):
    """An institution of an authorship."""

    id: Id = None
    country_code: str | None = None


class Authorship(Struct, gc=False):
    """An author of a work with the institutions and countries given there."""

    author_position: str | None = None
    author: Author | None = None
    institutions: list[Affiliation | None] | None = None
    countries: list[str | None] | None = None


class Work(Struct, gc=False):
    """A work; `host_venue` is where works of 2022 and before keep their source."""

    id: str
    updated_date: str | None = None
    publication_year: Whole | None = None
    publication_date: str | None = None
    type: str | None = None
    is_retracted: bool | None = None
    is_paratext: bool | None = None
    is_xpac: bool | None = None
    primary_location: Location | None = None
    host_venue: Source | None = None
    primary_topic: Topic | None = None
    topics: list[Topic | None] | None = None
    concepts: list[Concept | None] | None = None
    authors_count: Whole | None = None
    authorships: list[Authorship | None] | None = None
    referenced_works: Raw = NULL


class Geo(Struct, gc=False):
    """Where an institution is, today."""

    city: str | None = None
    geonames_city_id: Id = None
    region: str | None = None
    country_code: str | None = None
    latitude: Number = None
    longitude: Number = None


class Institution(Struct, gc=False):
    """An institution."""

    id: str
    updated_date: str | None = None
    display_name: str | None = None
    country_code: str | None = None
    ror: str | None = None
    type: str | None = None
    lineage: list[str | None] | None = None
    geo: Geo | None = None


class SourceRecord(Struct, gc=False):
    """A journal, conference, repository or other source."""

    id: str
    updated_date: str | None = None
    display_name: str | None = None
    type: str | None = None
    issn_l: str | None = None


class TopicRecord(Struct, gc=False):
    """A topic with the subfield, field and domain it belongs to."""

    id: str
    updated_date: str | None = None
    display_name: str | None = None
    subfield: Named | None = None
    field: Named | None = None
    domain: Named | None = None


class Page(Struct, gc=False):
    """A page of API answers."""

    results: list[Raw]


RECORDS: dict[str, type[Struct]] = {
    "works": Work,
    "institutions": Institution,
    "sources": SourceRecord,
    "topics": TopicRecord,
}
LETTERS = {"works": "W", "institutions": "I", "sources": "S", "topics": "T"}
"""What the ids of an entity begin with."""
