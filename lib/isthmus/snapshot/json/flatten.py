"""Blocks of typed records as Arrow columns of the shapes in `schemas`."""

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

import numpy as np
import pyarrow as pa

from isthmus.snapshot import schemas
from isthmus.snapshot.identifiers import AUTHOR_PREFIX, Memo, numbers
from isthmus.snapshot.json.records import (
    Authorship,
    Concept,
    Institution,
    Named,
    SourceRecord,
    Topic,
    TopicRecord,
    Work,
)
from isthmus.snapshot.json.references import reference_numbers
from isthmus.snapshot.schemas import BIGINT, BOOLEAN, DOUBLE, INT, STRING
from isthmus.snapshot.values import LARGEST_INT, as_float, dates, timestamps, whole_number

Columns = dict[str, pa.Array]
NOBODY = Authorship()


class Flattener:
    """Columns of blocks of records; remembers the numbers of ids that come again."""

    def __init__(self) -> None:
        self._memo = Memo()

    def works(self, works: Sequence[Work], work_ids: Sequence[int]) -> Columns:
        """Return the columns of `WORK_FIELDS` for a block of works, each (n,).

        Parameters
        ----------
        works : Sequence[Work]
            (n,) works.
        work_ids : Sequence[int]
            (n,) their numbers.
        """
        memo = self._memo
        sources = [_source(work) for work in works]
        primary = [work.primary_topic for work in works]
        return {
            "work_id": pa.array(work_ids, BIGINT),
            "updated_date": timestamps([work.updated_date for work in works]),
            "publication_year": _whole([work.publication_year for work in works]),
            "publication_date": dates([work.publication_date for work in works]),
            "work_type": pa.array([work.type for work in works], STRING),
            "is_retracted": pa.array([work.is_retracted for work in works], BOOLEAN),
            "is_paratext": pa.array([work.is_paratext for work in works], BOOLEAN),
            "is_xpac": pa.array([work.is_xpac for work in works], BOOLEAN),
            "source_id": pa.array([memo[source.id] if source else None for source in sources], BIGINT),
            "source_type": pa.array([source.type if source else None for source in sources], STRING),
            "primary_topic_id": pa.array([memo[topic.id] if topic else None for topic in primary], BIGINT),
            "primary_subfield_id": self._levels([topic.subfield if topic else None for topic in primary]),
            "topics": self._topics([work.topics for work in works]),
            "concepts": self._concepts([work.concepts for work in works]),
            "authors_count": _whole([work.authors_count for work in works]),
            "authorships": self._authorships([work.authorships for work in works]),
            "referenced_works": reference_numbers([bytes(work.referenced_works) for work in works]),
        }

    def institutions(self, records: Sequence[Institution]) -> Columns:
        """Return the column `institution` for a block of institutions.

        Parameters
        ----------
        records : Sequence[Institution]
            (n,) institutions.
        """
        memo = self._memo
        geo = [record.geo for record in records]
        values = {
            "country_code": pa.array(
                [record.country_code or (record.geo.country_code if record.geo else None) for record in records], STRING
            ),
            "ror": pa.array([record.ror for record in records], STRING),
            "institution_type": pa.array([record.type for record in records], STRING),
            "lineage": pa.array(
                [
                    None if r.lineage is None else [n for n in map(memo.__getitem__, r.lineage) if n is not None]
                    for r in records
                ],
                schemas.list_of(BIGINT),
            ),
            "city": pa.array([place.city if place else None for place in geo], STRING),
            "region": pa.array([place.region if place else None for place in geo], STRING),
            "geonames_city_id": pa.array([memo[place.geonames_city_id] if place else None for place in geo], BIGINT),
            "latitude": pa.array([as_float(place.latitude) if place else None for place in geo], DOUBLE),
            "longitude": pa.array([as_float(place.longitude) if place else None for place in geo], DOUBLE),
        }
        return {"institution": _struct(schemas.INSTITUTION, values)}

    def sources(self, records: Sequence[SourceRecord]) -> Columns:
        """Return the column `source` for a block of sources.

        Parameters
        ----------
        records : Sequence[SourceRecord]
            (n,) sources.
        """
        values = {
            "source_type": pa.array([record.type for record in records], STRING),
            "issn_l": pa.array([record.issn_l for record in records], STRING),
        }
        return {"source": _struct(schemas.SOURCE, values)}

    def topics(self, records: Sequence[TopicRecord]) -> Columns:
        """Return the column `topic` for a block of topics.

        Parameters
        ----------
        records : Sequence[TopicRecord]
            (n,) topics.
        """
        values: Columns = {}
        for level in ("subfield", "field", "domain"):
            objects: list[Named | None] = [getattr(record, level) for record in records]
            values[f"{level}_id"] = self._levels(objects)
            values[f"{level}_name"] = pa.array([each.display_name if each else None for each in objects], STRING)
        return {"topic": _struct(schemas.TOPIC_RECORD, values)}

    def _levels(self, levels: Iterable[Any]) -> pa.Array:
        """Return the numbers of subfields, fields or domains, which are objects, URLs or integers by vintage."""
        memo, listed = self._memo, list(levels)
        try:
            found = [memo[level.id] for level in listed]
        except AttributeError:  # of another vintage, or missing
            found = [memo[getattr(level, "id", level)] for level in listed]
        try:
            return pa.array(found, INT)
        except pa.ArrowInvalid:
            return pa.array([n if n is not None and n <= LARGEST_INT else None for n in found], INT)

    def _topics(self, lists: Sequence[list[Topic | None] | None]) -> pa.Array:
        offsets, topics = _flat(lists)
        values = {
            "topic_id": pa.array([self._memo[topic.id] for topic in topics], BIGINT),
            "subfield_id": self._levels(topic.subfield for topic in topics),
            "field_id": self._levels(topic.field for topic in topics),
            "domain_id": self._levels(topic.domain for topic in topics),
            "score": _scores(topics),
        }
        return _lists(offsets, _struct(schemas.TOPIC, values), lists)

    def _concepts(self, lists: Sequence[list[Concept | None] | None]) -> pa.Array:
        offsets, concepts = _flat(lists)
        values = {
            "concept_id": pa.array([self._memo[concept.id] for concept in concepts], BIGINT),
            "score": _scores(concepts),
        }
        return _lists(offsets, _struct(schemas.CONCEPT, values), lists)

    def _authorships(self, lists: Sequence[list[Authorship | None] | None]) -> pa.Array:
        # an authorship that is null keeps its place, for the order of the others depends on it
        offsets, authorships = _flat(lists, NOBODY)
        institutions = [authorship.institutions for authorship in authorships]
        countries = [authorship.countries for authorship in authorships]
        inner, affiliations = _flat(institutions)
        affiliation = {
            "institution_id": pa.array([self._memo[each.id] for each in affiliations], BIGINT),
            "country_code": pa.array([each.country_code or None for each in affiliations], STRING),
        }
        country_offsets, codes = _flat(countries)
        values = {
            "author_position": pa.array([authorship.author_position for authorship in authorships], STRING),
            "author_id": numbers([a.author.id if a.author else None for a in authorships], AUTHOR_PREFIX),
            "countries": _lists(country_offsets, pa.array(codes, STRING), countries),
            "institutions": _lists(inner, _struct(schemas.AFFILIATION, affiliation), institutions),
            "has_orcid": pa.array([bool(a.author and a.author.orcid) for a in authorships], BOOLEAN),
        }
        return _lists(offsets, _struct(schemas.AUTHORSHIP, values), lists)


def _whole(values: Sequence[int | float | None]) -> pa.Array:
    column = pa.array(values)
    if pa.types.is_floating(column.type):
        return pa.array(list(map(whole_number, values)), INT)
    return column.cast(INT)


def _scores(items: Sequence[Topic | Concept]) -> pa.Array:
    scores = [item.score for item in items]
    try:
        return pa.array(scores, DOUBLE)
    except (pa.ArrowInvalid, pa.ArrowTypeError):  # text, or an integer that no float can hold
        return pa.array(list(map(as_float, scores)), DOUBLE)


def _source(work: Work) -> Any:
    location = work.primary_location
    source = location.source if location is not None else None
    return source if source is not None else work.host_venue


def _flat(lists: Sequence[list[Any] | None], instead: object = None) -> tuple[np.ndarray, list[Any]]:
    """Return offsets (n + 1,) and the joined items of lists; null items are left out, or replaced."""
    items = list(chain.from_iterable(filter(None, lists)))
    counts = [len(each) if each else 0 for each in lists]
    if None in items and instead is not None:
        items = [item if item is not None else instead for item in items]
    elif None in items:
        items = [item for item in items if item is not None]
        counts = [len(each) - each.count(None) if each else 0 for each in lists]
    offsets = np.zeros(len(lists) + 1, np.int32)
    np.cumsum(counts, out=offsets[1:])
    return offsets, items


def _lists(offsets: np.ndarray, items: pa.Array, lists: Sequence[object | None]) -> pa.Array:
    missing = pa.array([each is None for each in lists], BOOLEAN)
    return pa.ListArray.from_arrays(pa.array(offsets), items, schemas.list_of(items.type), mask=missing)


def _struct(dtype: pa.DataType, values: Columns) -> pa.Array:
    names = [dtype.field(i).name for i in range(dtype.num_fields)]
    return pa.StructArray.from_arrays([values[name] for name in names], fields=list(dtype))
