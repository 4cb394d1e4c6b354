"""Works as JSON Lines: ready pieces of text put together, because building objects would be ten times slower."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
from msgspec import json

from isthmus.simulate.records.affiliations import affiliation, institution_url
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
from isthmus.simulate.records.names import author_names, titles
from isthmus.simulate.records.orcids import orcids
from isthmus.simulate.world.draws import Ints
from isthmus.simulate.world.sizes import EXPANSION
from isthmus.simulate.world.works import LANGUAGES, PARATEXT, TYPES, Works

W, A = f"{OPENALEX}W", f"{OPENALEX}A"
LAST_CREATED = 2025  # OpenAlex made all its records anew in that year


def text(value: Any) -> str:
    """Return a value as JSON text."""
    return json.encode(value).decode()


@cache
def _pieces(kind: str) -> list[str]:
    """Return the JSON text of every object of a kind."""
    found: dict[str, Sequence[Any]] = {
        "topic": topic_objects(),
        "concepts": concept_lists(),
        "keywords": keyword_lists(),
        "abstract": abstracts(),
        "access": open_access(),
        "goal": goals(),
        "source": [source_object(s) for s in sources()],
    }
    return [text(value) for value in found[kind]]


@cache
def _affiliation(institution: int, second: int, recorded: int) -> tuple[str, str]:
    fields = affiliation(institution, second, recorded)
    head = f'"institutions":{text(fields["institutions"])},"countries":{text(fields["countries"])},"is_corresponding":'
    raw, matched = text(fields["raw_affiliation_strings"]), text(fields["affiliations"])
    tail = f'"raw_affiliation_strings":{raw},"affiliations":{matched}}}'
    return head, tail


def authorships(works: Works) -> list[str]:
    """Return the JSON text of each work's `authorships`."""
    seats = works.seats
    names = author_names(seats.author)
    found: list[list[str]] = [[] for _ in range(len(works))]
    last = seats.team - 1
    rows = zip(
        seats.row.tolist(),
        seats.position.tolist(),
        last.tolist(),
        seats.author.tolist(),
        seats.institution.tolist(),
        seats.second.tolist(),
        seats.recorded.tolist(),
        names,
        orcids(seats.author),
        strict=True,
    )
    for row, position, end, author, institution, second, recorded, name, orcid in rows:
        head, tail = _affiliation(institution, second, recorded)
        place = "first" if position == 0 else "last" if position == end else "middle"
        who = f'"{A}{author}"' if author >= 0 else "null"
        own = f'"{orcid}"' if orcid else "null"
        found[row].append(
            f'{{"author_position":"{place}","author":{{"id":{who},"display_name":"{name}","orcid":{own}}},{head}'
            f'{"true" if position == 0 else "false"},"raw_author_name":"{name}",{tail}'
        )
    return [f"[{','.join(listed)}]" for listed in found]


def reference_lists(works: Works) -> list[str]:
    """Return the JSON text of each work's `referenced_works`."""
    count = np.bincount(works.references.row, minlength=len(works))
    stops = np.cumsum(count)
    ids = works.references.cited.tolist()
    found = []
    for start, stop in zip((stops - count).tolist(), stops.tolist(), strict=True):
        found.append(f'["{W}' + f'","{W}'.join(map(str, ids[start:stop])) + '"]' if stop > start else "[]")
    return found


def location_texts(works: Works, doi: list[str]) -> list[str]:
    """Return the JSON text of each work's `primary_location`."""
    objects = _pieces("source")
    listed = sources()
    found = []
    for source, located, address in zip(works.source.tolist(), works.located.tolist(), doi, strict=True):
        if not located:
            found.append("null")
            continue
        inside = objects[source] if source >= 0 else "null"
        free = "true" if source >= 0 and listed[source].is_oa else "false"
        found.append(
            f'{{"id":null,"is_oa":{free},"landing_page_url":{address},"pdf_url":null,'
            f'"source":{inside},"license":null,"license_id":null,'
            '"version":"publishedVersion","is_accepted":true,"is_published":true,"raw_source_name":null,"raw_type":null}'
        )
    return found


def topic_texts(works: Works) -> tuple[list[str], list[str]]:
    """Return the JSON text of each work's `primary_topic` and `topics`."""
    objects = _pieces("topic")
    at = np.where(works.topics >= 0, works.topics * SCORE_LEVELS + works.levels, -1)
    listed = [[objects[k] for k in row if k >= 0] for row in at.tolist()]
    return [row[0] if row else "null" for row in listed], [f"[{','.join(row)}]" for row in listed]


def encode_works(works: Works) -> list[bytes]:
    """Each work as one line of JSON, without the line end."""
    fields = field_texts(works)
    constant = {name: value.replace("%", "%%") for name, value in fields.items() if isinstance(value, str)}
    template = "{" + ",".join(f'"{name}":{constant.get(name, "%s")}' for name in fields) + "}"
    return [(template % row).encode() for row in zip(*(v for v in fields.values() if isinstance(v, list)), strict=True)]


def field_texts(works: Works) -> dict[str, str | list[str]]:
    """Return the JSON text of every field, in the order of the records: one for all works, or one per work."""
    ids = [f'"{W}{number}"' for number in works.work_id.tolist()]
    doi = [
        f'"https://doi.org/10.5555/w{number}"' if has else "null"
        for number, has in zip(works.work_id.tolist(), works.has_doi.tolist(), strict=True)
    ]
    title = [text(value) for value in titles(works.title)]
    location = location_texts(works, doi)
    primary, several = topic_texts(works)
    first, sites, nations = corresponding(works)
    days, stamps = date_texts(works)
    cited, years = works.cited_by.tolist(), works.year.tolist()
    return {
        "id": ids,
        "doi": doi,
        "title": title,
        "display_name": title,
        "publication_year": list(map(str, years)),
        "publication_date": [f'"{day}"' for day in days],
        "ids": [f'{{"openalex":{i},"doi":{d}}}' for i, d in zip(ids, doi, strict=True)],
        "language": [f'"{LANGUAGES[k]}"' for k in works.language.tolist()],
        "primary_location": location,
        "type": [f'"{TYPES[k]}"' for k in works.kind.tolist()],
        "indexed_in": ['["crossref"]' if has else "[]" for has in works.has_doi.tolist()],
        "open_access": _chosen("access", works.access),
        "authorships": authorships(works),
        "institutions": "[]",
        "countries_distinct_count": list(map(str, nations)),
        "institutions_distinct_count": list(map(str, sites)),
        "corresponding_author_ids": [author for author, _ in first],
        "corresponding_institution_ids": [site for _, site in first],
        "apc_list": "null",
        "apc_paid": "null",
        "fwci": [str(n / 4) if n else "null" for n in cited],
        "has_fulltext": "false",
        "cited_by_count": list(map(str, cited)),
        "citation_normalized_percentile": "null",
        "cited_by_percentile_year": "null",
        "biblio": '{"volume":null,"issue":null,"first_page":null,"last_page":null}',
        "is_retracted": _flags(works.retracted),
        "is_paratext": _flags(works.kind == PARATEXT),
        "is_xpac": _flags(works.layer == EXPANSION),
        "primary_topic": primary,
        "topics": several,
        "keywords": _chosen("keywords", np.where(works.has_words, works.words, -1), "[]"),
        "concepts": _chosen("concepts", np.where(works.has_words, works.words, -1), "[]"),
        "mesh": "[]",
        "locations_count": ["0" if place == "null" else "1" for place in location],
        "locations": ["[]" if place == "null" else f"[{place}]" for place in location],
        "best_oa_location": "null",
        "sustainable_development_goals": _chosen("goal", works.goal),
        "awards": "[]",
        "funders": "[]",
        "has_content": '{"grobid_xml":false,"pdf":false}',
        "content_urls": "null",
        "referenced_works_count": list(map(str, np.bincount(works.references.row, minlength=len(works)).tolist())),
        "referenced_works": reference_lists(works),
        "related_works": "[]",
        "abstract_inverted_index": _chosen("abstract", np.where(works.has_abstract, works.work_id % 4, -1), "null"),
        "counts_by_year": [
            f'[{{"year":{year + 1},"cited_by_count":{n}}}]' if n else "[]" for year, n in zip(years, cited, strict=True)
        ],
        "updated_date": [f'"{stamp}"' for stamp in stamps],
        "created_date": [f'"{min(year + 1, LAST_CREATED)}-10-10T00:00:00"' for year in years],
        "authors_count": list(map(str, np.bincount(works.seats.row, minlength=len(works)).tolist())),
    }


def _chosen(kind: str, at: Ints, otherwise: str = "null") -> list[str]:
    """Return the JSON text of the objects at these positions."""
    objects = _pieces(kind)
    return [objects[k] if k >= 0 else otherwise for k in at.tolist()]


def _flags(values: np.ndarray) -> list[str]:
    return ["true" if value else "false" for value in values.tolist()]


def date_texts(works: Works) -> tuple[list[str], list[str]]:
    """Publication dates and update stamps as text."""
    days = np.datetime_as_string(works.published.astype("datetime64[D]")).tolist()
    stamps = np.datetime_as_string(works.updated.astype("datetime64[us]")).tolist()
    return days, stamps


def corresponding(works: Works) -> tuple[list[tuple[str, str]], list[int], list[int]]:
    """First author and institution of each work as JSON lists; its numbers of distinct institutions and countries."""
    seats = works.seats
    known = seats.recorded == 0
    size = 1 << 20
    sites = np.unique(seats.row[known] * size + seats.institution[known]) // size
    nations = np.unique(seats.row[known] * size + seats.country[known]) // size
    first = [("[]", "[]")] * len(works)
    heads = np.flatnonzero(seats.position == 0)
    rows = zip(
        seats.row[heads].tolist(),
        seats.author[heads].tolist(),
        seats.institution[heads].tolist(),
        known[heads].tolist(),
        strict=True,
    )
    for row, author, institution, recorded in rows:
        site = f'["{institution_url(institution)}"]' if recorded else "[]"
        first[row] = (f'["{A}{author}"]' if author >= 0 else "[]", site)
    return first, np.bincount(sites, minlength=len(works)).tolist(), np.bincount(nations, minlength=len(works)).tolist()
