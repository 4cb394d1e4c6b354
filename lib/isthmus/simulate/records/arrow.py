"""Works as nested Arrow tables, the Parquet layout: built column by column, without an object per record."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from isthmus.simulate.records.affiliations import affiliation
from isthmus.simulate.records.catalog import (
    OPENALEX,
    SCORE_LEVELS,
    abstracts,
    concept_lists,
    goals,
    keyword_lists,
    open_access,
    source_object,
    sources,
    topic_objects,
)
from isthmus.simulate.records.jsonl import LAST_CREATED, corresponding, text
from isthmus.simulate.records.names import author_names, titles
from isthmus.simulate.records.orcids import orcids
from isthmus.simulate.world.draws import Ints
from isthmus.simulate.world.sizes import EXPANSION
from isthmus.simulate.world.works import LANGUAGES, PARATEXT, TYPES, Works

NAMED = pa.struct([("id", pa.string()), ("display_name", pa.string())])
TOPIC = pa.struct(
    [
        ("id", pa.string()),
        ("display_name", pa.string()),
        ("score", pa.float64()),
        ("subfield", NAMED),
        ("field", NAMED),
        ("domain", NAMED),
    ]
)
CONCEPT = pa.struct(
    [
        ("id", pa.string()),
        ("wikidata", pa.string()),
        ("display_name", pa.string()),
        ("level", pa.int32()),
        ("score", pa.float64()),
    ]
)
KEYWORD = pa.struct([("id", pa.string()), ("display_name", pa.string()), ("score", pa.float64())])
INSTITUTION = pa.struct(
    [
        ("id", pa.string()),
        ("display_name", pa.string()),
        ("ror", pa.string()),
        ("country_code", pa.string()),
        ("type", pa.string()),
        ("lineage", pa.list_(pa.string())),
    ]
)
AFFILIATION = pa.struct([("raw_affiliation_string", pa.string()), ("institution_ids", pa.list_(pa.string()))])
SOURCE = pa.struct(
    [
        ("id", pa.string()),
        ("display_name", pa.string()),
        ("issn_l", pa.string()),
        ("issn", pa.list_(pa.string())),
        ("is_oa", pa.bool_()),
        ("is_in_doaj", pa.bool_()),
        ("is_core", pa.bool_()),
        ("host_organization", pa.string()),
        ("host_organization_name", pa.string()),
        ("host_organization_lineage", pa.list_(pa.string())),
        ("host_organization_lineage_names", pa.list_(pa.string())),
        ("type", pa.string()),
    ]
)
ACCESS = pa.struct(
    [
        ("is_oa", pa.bool_()),
        ("oa_status", pa.string()),
        ("oa_url", pa.string()),
        ("any_repository_has_fulltext", pa.bool_()),
    ]
)
GOAL = pa.struct([("id", pa.string()), ("score", pa.float64()), ("display_name", pa.string())])


@cache
def _catalog(kind: str) -> pa.Array:
    """Every object of a kind as an Arrow array."""
    values: dict[str, tuple[Sequence[Any], pa.DataType]] = {
        "topic": (topic_objects(), TOPIC),
        "concepts": (concept_lists(), pa.list_(CONCEPT)),
        "keywords": (keyword_lists(), pa.list_(KEYWORD)),
        "access": (open_access(), ACCESS),
        "goal": (goals(), pa.list_(GOAL)),
        "source": ([source_object(s) for s in sources()], SOURCE),
        "abstract": ([text(a) for a in abstracts()], pa.string()),
    }
    objects, dtype = values[kind]
    return pa.array(objects, type=dtype)


def _take(kind: str, at: Ints) -> pa.Array:
    """Return the objects at these positions; null where the position is negative."""
    return _catalog(kind).take(pa.array(np.maximum(at, 0), mask=at < 0))


def _lists(values: pa.Array, counts: Ints) -> pa.Array:
    """Values cut into lists of these lengths."""
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), values)


def _urls(letter: str, ids: Ints) -> pa.Array:
    texts = np.char.add(f"{OPENALEX}{letter}", ids.astype("U20")) if len(ids) else np.array([], dtype="U1")
    return pa.array(texts, type=pa.string(), mask=ids < 0)


def authorship_array(works: Works) -> pa.Array:
    """Return the nested `authorships` of a chunk of works."""
    seats = works.seats
    combined = np.stack([seats.institution, seats.second, seats.recorded], axis=1)
    distinct, at = np.unique(combined, axis=0, return_inverse=True) if len(combined) else (combined, combined[:, 0])
    fields = [affiliation(*row) for row in distinct.tolist()]

    def column(name: str, dtype: pa.DataType) -> pa.Array:
        return pa.array([f[name] for f in fields], type=dtype).take(pa.array(np.ravel(at)))

    last = seats.position == seats.team - 1
    place = np.where(seats.position == 0, 0, np.where(last, 2, 1))
    names = pa.array(author_names(seats.author), type=pa.string())
    ids = _urls("A", seats.author)
    own = pa.array(orcids(seats.author), type=pa.string())
    author = pa.StructArray.from_arrays([ids, names, own], ["id", "display_name", "orcid"])
    whole = pa.StructArray.from_arrays(
        [
            pa.array(["first", "middle", "last"]).take(pa.array(place)),
            author,
            column("institutions", pa.list_(INSTITUTION)),
            column("countries", pa.list_(pa.string())),
            pa.array(seats.position == 0),
            names,
            column("raw_affiliation_strings", pa.list_(pa.string())),
            column("affiliations", pa.list_(AFFILIATION)),
        ],
        [
            "author_position",
            "author",
            "institutions",
            "countries",
            "is_corresponding",
            "raw_author_name",
            "raw_affiliation_strings",
            "affiliations",
        ],
    )
    return _lists(whole, np.bincount(seats.row, minlength=len(works)))


def location_array(works: Works, doi: pa.Array) -> pa.Array:
    """Return the `primary_location` of a chunk of works."""
    free = np.append([s.is_oa for s in sources()], False)[works.source]
    texts, flags = pa.nulls(len(works), pa.string()), pa.array(np.ones(len(works), dtype=bool))
    columns = {
        "id": texts,
        "is_oa": pa.array(free),
        "landing_page_url": doi,
        "pdf_url": texts,
        "source": _take("source", works.source),
        "license": texts,
        "license_id": texts,
        "version": pa.array(["publishedVersion"] * len(works)),
        "is_accepted": flags,
        "is_published": flags,
        "raw_source_name": texts,
        "raw_type": texts,
    }
    return pa.StructArray.from_arrays(list(columns.values()), list(columns), mask=pa.array(~works.located))


def works_table(works: Works) -> pa.Table:
    """Return a chunk of works as one nested table with the fields of the JSON records."""
    n = len(works)
    ids = _urls("W", works.work_id)
    doi_texts = np.char.add("https://doi.org/10.5555/w", works.work_id.astype("U20"))
    doi = pa.array(doi_texts, mask=~works.has_doi)
    title = pa.array(titles(works.title))
    location = location_array(works, doi)
    topic_at = np.where(works.topics >= 0, works.topics * SCORE_LEVELS + works.levels, -1)
    several = topic_at.ravel()
    first, sites, nations = corresponding(works)
    references = np.bincount(works.references.row, minlength=n)
    words = np.where(works.has_words, works.words, -1)
    stamps = pa.array(works.updated.astype("datetime64[us]"))
    created = np.minimum(works.year + 1, LAST_CREATED)
    created_text = np.char.add(created.astype("U4"), "-10-10T00:00:00").astype("datetime64[us]")
    listed_location = _lists(location.filter(pa.array(works.located)), works.located.astype(np.int64))
    years = pa.StructArray.from_arrays(
        [
            pa.array((works.year + 1)[works.cited_by > 0], pa.int32()),
            pa.array(works.cited_by[works.cited_by > 0], pa.int32()),
        ],
        ["year", "cited_by_count"],
    )
    texts, empty = pa.nulls(n, pa.string()), np.zeros(n, dtype=np.int64)
    nothing = _lists(pa.nulls(0, pa.string()), empty)
    biblio = pa.StructArray.from_arrays([texts] * 4, ["volume", "issue", "first_page", "last_page"])
    no = pa.array(np.zeros(n, dtype=bool))
    author_ids = [[] if a == "[]" else [a[2:-2]] for a, _ in first]
    site_ids = [[] if s == "[]" else [s[2:-2]] for _, s in first]
    indexed = pa.array([["crossref"] if has else [] for has in works.has_doi.tolist()], type=pa.list_(pa.string()))
    columns: dict[str, pa.Array] = {
        "id": ids,
        "doi": doi,
        "title": title,
        "display_name": title,
        "publication_year": pa.array(works.year, pa.int32()),
        "publication_date": pa.array(works.published.astype("datetime64[D]"), pa.date32()),
        "ids": pa.StructArray.from_arrays([ids, doi], ["openalex", "doi"]),
        "language": pa.array(LANGUAGES).take(pa.array(works.language)),
        "primary_location": location,
        "type": pa.array(TYPES).take(pa.array(works.kind)),
        "indexed_in": indexed,
        "open_access": _take("access", works.access),
        "authorships": authorship_array(works),
        "institutions": nothing,
        "countries_distinct_count": pa.array(nations, pa.int32()),
        "institutions_distinct_count": pa.array(sites, pa.int32()),
        "corresponding_author_ids": pa.array(author_ids, type=pa.list_(pa.string())),
        "corresponding_institution_ids": pa.array(site_ids, type=pa.list_(pa.string())),
        "apc_list": texts,
        "apc_paid": texts,
        "fwci": pa.array(works.cited_by / 4, mask=works.cited_by == 0),
        "has_fulltext": no,
        "cited_by_count": pa.array(works.cited_by, pa.int32()),
        "citation_normalized_percentile": texts,
        "cited_by_percentile_year": texts,
        "biblio": biblio,
        "is_retracted": pa.array(works.retracted),
        "is_paratext": pa.array(works.kind == PARATEXT),
        "is_xpac": pa.array(works.layer == EXPANSION),
        "primary_topic": _take("topic", topic_at[:, 0]),
        "topics": _lists(_take("topic", several[several >= 0]), (topic_at >= 0).sum(axis=1)),
        "keywords": _filled(_take("keywords", words), works.has_words),
        "concepts": _filled(_take("concepts", words), works.has_words),
        "mesh": nothing,
        "locations_count": pa.array(works.located.astype(np.int32)),
        "locations": listed_location,
        "best_oa_location": texts,
        "sustainable_development_goals": _take("goal", works.goal),
        "awards": nothing,
        "funders": nothing,
        "has_content": pa.StructArray.from_arrays([no, no], ["grobid_xml", "pdf"]),
        "content_urls": texts,
        "referenced_works_count": pa.array(references, pa.int32()),
        "referenced_works": _lists(_urls("W", works.references.cited), references),
        "related_works": nothing,
        "abstract_inverted_index": _take("abstract", np.where(works.has_abstract, works.work_id % 4, -1)),
        "counts_by_year": _lists(years, (works.cited_by > 0).astype(np.int64)),
        "updated_date": stamps,
        "created_date": pa.array(created_text),
        "authors_count": pa.array(np.bincount(works.seats.row, minlength=n), pa.int32()),
    }
    return pa.table(columns)


def _filled(values: pa.Array, has: np.ndarray) -> pa.Array:
    """Return lists with an empty one where there is none."""
    counts = np.where(has, pc.list_value_length(values).fill_null(0).to_numpy(zero_copy_only=False), 0)
    return _lists(values.flatten(), counts)
