"""Rows of works, authorships and citations out of a batch of parsed works: by the column, in Arrow, without Spark.

The reader's tasks make the tables with these functions; `works_rows`, `authorship_rows` and `citation_rows` make the
same rows of a staging table with Spark.
"""

import re
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from isthmus.snapshot.schemas import BIGINT, INT, STRING, TIMESTAMP, WORK_FIELDS
from isthmus.tables.sentinels import SENTINEL_AUTHORS, SENTINEL_INSTITUTIONS, SENTINEL_WORKS

API_AUTHOR_LIMIT = 100
"""The API cuts the list of authors here; the snapshot keeps all."""

PARTITION_DATE = r"(?:^|/)updated_date=(\d{4}-\d{2}-\d{2})/"

SMALLINT = pa.int16()
SMALLEST, LARGEST = -(2**15), 2**15 - 1


def completeness(batch: pa.RecordBatch) -> pa.Array:
    """Return the number of fields of each work that are filled, int32 (n,).

    Parameters
    ----------
    batch : pyarrow.RecordBatch
        Parsed works, n rows.
    """
    filled = sum(np.asarray(batch[name].is_valid()).astype(np.int32) for name, _ in WORK_FIELDS)
    return pa.array(filled, INT)


def updated(batch: pa.RecordBatch, part: str) -> pa.Array:
    """Return when each record was last changed, timestamp[us] (n,): its own date, or that of its partition.

    Parameters
    ----------
    batch : pyarrow.RecordBatch
        Parsed works, n rows.
    part : str
        The part that they lie in.
    """
    found = re.search(PARTITION_DATE, part)
    try:
        day = datetime.fromisoformat(found[1]).replace(tzinfo=UTC) if found else None
    except ValueError:
        day = None
    own = batch["updated_date"]
    return own if day is None else pc.fill_null(own, pa.scalar(day, TIMESTAMP))


def years_until(years: pa.Array, last: int | None) -> pa.Array:
    """Return publication years, null where they lie after the last possible one.

    Parameters
    ----------
    years : pyarrow.Array
        (n,) int32.
    last : int | None
        The last possible year; None for no limit.
    """
    return years if last is None else pc.if_else(pc.less_equal(years, last), years, pa.scalar(None, INT))


def works_of(batch: pa.RecordBatch, part: str, last: int | None) -> pa.Table:
    """Return the rows of `works`, one per record.

    Parameters
    ----------
    batch : pyarrow.RecordBatch
        Parsed works.
    part : str
        The part that they lie in.
    last : int | None
        The last year in which a work can have been published.
    """
    counted, listed = batch["authors_count"], _lengths(batch["authorships"])
    is_cut = pc.if_else(counted.is_valid(), pc.greater(counted, listed), pc.equal(listed, API_AUTHOR_LIMIT))
    is_paratext = pc.or_(_flag(batch["is_paratext"]), _flag(pc.equal(batch["work_type"], "paratext")))
    return pa.table(
        {
            "work_id": batch["work_id"],
            "publication_year": years_until(batch["publication_year"], last),
            "publication_date": batch["publication_date"],
            "work_type": batch["work_type"],
            "is_retracted": _flag(batch["is_retracted"]),
            "is_paratext": is_paratext,
            "is_xpac": _flag(batch["is_xpac"]),
            "source_id": batch["source_id"],
            "source_type": batch["source_type"],
            "primary_topic_id": batch["primary_topic_id"],
            "primary_subfield_id": batch["primary_subfield_id"],
            "topics": batch["topics"],
            "concepts": batch["concepts"],
            "n_authors": pc.coalesce(counted, listed),
            "authors_truncated": is_cut,
            "n_references": _lengths(batch["referenced_works"]),
            "updated_date": updated(batch, part),
            "part": pa.repeat(pa.scalar(part), len(batch)),
        }
    )


def citations_of(batch: pa.RecordBatch, last: int | None) -> pa.Table:
    """Return the rows of `citations`: distinct references of a work, without itself and without sentinels.

    Parameters
    ----------
    batch : pyarrow.RecordBatch
        Parsed works.
    last : int | None
        The last year in which a work can have been published.
    """
    citing, cited = _items(batch["referenced_works"])
    identifiers = np.asarray(batch["work_id"])
    known = np.asarray(cited.is_valid())
    citing, numbers = citing[known], np.asarray(cited.filter(pa.array(known)))
    real = (numbers != identifiers[citing]) & ~np.isin(numbers, SENTINEL_WORKS)
    citing, numbers = citing[real], numbers[real]
    chosen = _distinct(citing, numbers)
    citing, numbers = citing[chosen], numbers[chosen]
    years = years_until(batch["publication_year"], last)
    fits = pc.and_(pc.greater_equal(years, SMALLEST), pc.less_equal(years, LARGEST))
    small = pc.if_else(fits, years, pa.scalar(None, INT)).cast(SMALLINT)
    return pa.table(
        {
            "citing_work_id": pa.array(identifiers[citing], BIGINT),
            "cited_work_id": pa.array(numbers, BIGINT),
            "citing_year": small.take(pa.array(citing)),
        }
    )


def authorships_of(batch: pa.RecordBatch, last: int | None) -> pa.Table:
    """Return the rows of `authorships`: one per work, author and place; one of nulls where no place is known.

    Parameters
    ----------
    batch : pyarrow.RecordBatch
        Parsed works.
    last : int | None
        The last year in which a work can have been published.
    """
    works, authorships = _items(batch["authorships"])
    sequence = _places_in_groups(works)
    author, institutions, codes = _places(authorships)
    work = pa.array(works[author])
    names = ("author_position", "author_id", "has_orcid")
    position, identifier, has_orcid = (pc.struct_field(authorships, name) for name in names)
    known = pc.if_else(pc.is_in(identifier, pa.array(SENTINEL_AUTHORS, BIGINT)), pa.scalar(None, BIGINT), identifier)
    chosen = pa.array(author)
    return pa.table(
        {
            "work_id": batch["work_id"].take(work),
            "publication_year": years_until(batch["publication_year"], last).take(work),
            "author_sequence": pa.array(sequence[author], INT),
            "author_position": position.take(chosen),
            "author_id": known.take(chosen),
            "institution_id": institutions,
            "country_code": codes,
            "publication_date": batch["publication_date"].take(work),
            "place_sequence": pa.array(_places_in_groups(author), INT),
            "has_orcid": _flag(has_orcid).take(chosen),
        }
    )


def _places(authorships: pa.Array) -> tuple[np.ndarray, pa.Array, pa.Array]:
    """Return the places of authorships: whose (rows,), institution (rows,) and country (rows,), in the order of whose.

    The institutions of an author; the countries of the address where no institution has one; nulls where neither is.
    """
    author, numbers, codes = _institutions(authorships)
    has_country = np.zeros(len(authorships), bool)
    has_country[author[np.asarray(codes.is_valid())]] = True
    resident, named = _address(authorships, has_country)
    has_place = np.zeros(len(authorships), bool)
    has_place[author] = has_place[resident] = True
    nowhere = np.flatnonzero(~has_place)
    whose = np.concatenate([author, resident, nowhere])
    order = np.argsort(whose, kind="stable")
    all_numbers = pa.concat_arrays([numbers, pa.nulls(len(resident) + len(nowhere), BIGINT)])
    all_codes = pa.concat_arrays([codes, named, pa.nulls(len(nowhere), STRING)])
    taken = pa.array(order)
    return whose[order], all_numbers.take(taken), all_codes.take(taken)


def _institutions(authorships: pa.Array) -> tuple[np.ndarray, pa.Array, pa.Array]:
    """Return the distinct institutions of authorships: whose (m,), number (m,) and country (m,)."""
    author, items = _items(pc.struct_field(authorships, "institutions"))
    numbers, codes = (pc.struct_field(items, name) for name in ("institution_id", "country_code"))
    is_sentinel = _flag(pc.is_in(numbers, pa.array(SENTINEL_INSTITUTIONS, BIGINT)))
    is_place = np.asarray(pc.and_(pc.or_(numbers.is_valid(), codes.is_valid()), pc.invert(is_sentinel)))
    author, numbers, codes = author[is_place], numbers.filter(pa.array(is_place)), codes.filter(pa.array(is_place))
    chosen = _distinct(author, _numbered(numbers), _numbered(codes.dictionary_encode().indices))
    return author[chosen], numbers.filter(pa.array(chosen)), codes.filter(pa.array(chosen))


def _address(authorships: pa.Array, has_country: np.ndarray) -> tuple[np.ndarray, pa.Array]:
    """Return the distinct countries of the addresses of authors whose institutions have none: whose (m,), code (m,)."""
    author, codes = _items(pc.struct_field(authorships, "countries"))
    named = np.asarray(_flag(pc.not_equal(codes, ""))) & ~has_country[author]
    author, codes = author[named], codes.filter(pa.array(named))
    chosen = _distinct(author, _numbered(codes.dictionary_encode().indices))
    return author[chosen], codes.filter(pa.array(chosen))


def _items(lists: pa.Array) -> tuple[np.ndarray, pa.Array]:
    """Return the joined items of lists (m,), and the list that each is in, (m,)."""
    return np.repeat(np.arange(len(lists)), np.asarray(_lengths(lists))), lists.flatten()


def _places_in_groups(groups: np.ndarray) -> np.ndarray:
    """Return the place of each row within its group, from 0, (m,); groups increase."""
    rows = np.arange(len(groups))
    return rows - np.searchsorted(groups, groups)


def _distinct(groups: np.ndarray, *keys: np.ndarray) -> np.ndarray:
    """Return which rows are the first with their keys within their group, boolean (m,); groups stand together."""
    chosen = np.ones(len(groups), bool)
    order = np.lexsort((*reversed(keys), groups))
    equal = groups[order[1:]] == groups[order[:-1]]
    for key in keys:
        equal &= key[order[1:]] == key[order[:-1]]
    chosen[order[1:][equal]] = False
    return chosen


def _numbered(values: pa.Array) -> np.ndarray:
    """Return whole numbers, int64 (m,), -1 where there is none: no id and no index is negative."""
    return np.asarray(pc.fill_null(values.cast(BIGINT), -1))


def _lengths(lists: pa.Array) -> pa.Array:
    """Return the lengths of lists, int32 (n,), 0 where there is none."""
    return pc.fill_null(pc.list_value_length(lists), 0)


def _flag(values: pa.Array) -> pa.Array:
    """Return truth values, boolean (n,), false where there is none."""
    return pc.fill_null(values, False)
