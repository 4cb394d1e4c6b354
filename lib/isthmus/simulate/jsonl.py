"""Works as JSON Lines: ready pieces of text put together, because building objects would be ten times slower."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
from msgspec import json

from isthmus.simulate.affiliations import affiliation, institution_url
from isthmus.simulate.catalog import (
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
from isthmus.simulate.names import author_names, titles
from isthmus.simulate.sizes import EXPANSION
from isthmus.simulate.works import LANGUAGES, PARATEXT, TYPES, Works

W, A = f"{OPENALEX}W", f"{OPENALEX}A"
INDEXED = '["crossref"]'
BIBLIO = '"biblio":{"volume":null,"issue":null,"first_page":null,"last_page":null},'
CONTENT = '"has_content":{"grobid_xml":false,"pdf":false},"content_urls":null,'


def text(value: Any) -> str:
    """A value as JSON text."""
    return json.encode(value).decode()


@cache
def _pieces(kind: str) -> list[str]:
    """The JSON text of every object of a kind."""
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
    tail = f'"raw_affiliation_strings":{text(fields["raw_affiliation_strings"])},"affiliations":{text(fields["affiliations"])}}}'
    return head, tail


def authorships(works: Works) -> list[str]:
    """The JSON text of each work's `authorships`."""
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
        strict=True,
    )
    for row, position, end, author, institution, second, recorded, name in rows:
        head, tail = _affiliation(institution, second, recorded)
        place = "first" if position == 0 else "last" if position == end else "middle"
        who = f'"{A}{author}"' if author >= 0 else "null"
        found[row].append(
            f'{{"author_position":"{place}","author":{{"id":{who},"display_name":"{name}","orcid":null}},{head}'
            f'{"true" if position == 0 else "false"},"raw_author_name":"{name}",{tail}'
        )
    return [f"[{','.join(listed)}]" for listed in found]


def reference_lists(works: Works) -> list[str]:
    """The JSON text of each work's `referenced_works`."""
    count = np.bincount(works.references.row, minlength=len(works))
    stops = np.cumsum(count)
    ids = works.references.cited.tolist()
    found = []
    for start, stop in zip((stops - count).tolist(), stops.tolist(), strict=True):
        found.append(f'["{W}' + f'","{W}'.join(map(str, ids[start:stop])) + '"]' if stop > start else "[]")
    return found


def location_texts(works: Works, doi: list[str]) -> list[str]:
    """The JSON text of each work's `primary_location`."""
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
            f'{{"id":null,"is_oa":{free},"landing_page_url":{address},"pdf_url":null,"source":{inside},"license":null,"license_id":null,'
            '"version":"publishedVersion","is_accepted":true,"is_published":true,"raw_source_name":null,"raw_type":null}'
        )
    return found


def topic_texts(works: Works) -> tuple[list[str], list[str]]:
    """The JSON text of each work's `primary_topic` and `topics`."""
    objects = _pieces("topic")
    at = np.where(works.topics >= 0, works.topics * SCORE_LEVELS + works.levels, -1)
    listed = [[objects[k] for k in row if k >= 0] for row in at.tolist()]
    return [row[0] if row else "null" for row in listed], [f"[{','.join(row)}]" for row in listed]


def encode_works(works: Works) -> list[bytes]:
    """Each work as one line of JSON, without the line end."""
    signed, listed = authorships(works), reference_lists(works)
    doi = [
        f'"https://doi.org/10.5555/w{n}"' if has else "null"
        for n, has in zip(works.work_id.tolist(), works.has_doi, strict=True)
    ]
    location = location_texts(works, doi)
    primary, several = topic_texts(works)
    title = [text(value) for value in titles(works.title)]
    concepts, keywords, abstract = _pieces("concepts"), _pieces("keywords"), _pieces("abstract")
    access, goal = _pieces("access"), _pieces("goal")
    first, sites, nations = corresponding(works)
    references = np.bincount(works.references.row, minlength=len(works)).tolist()
    team = np.bincount(works.seats.row, minlength=len(works)).tolist()
    dates, updated = date_texts(works)
    lines = []
    columns = zip(
        works.work_id.tolist(), doi, title, works.year.tolist(), dates, works.language.tolist(), location, works.kind.tolist(), signed,
        nations, sites, first, works.cited_by.tolist(), works.retracted.tolist(), works.layer.tolist(), primary, several,
        works.words.tolist(), works.has_words.tolist(), works.has_abstract.tolist(), works.goal.tolist(), works.access.tolist(),
        references, listed, updated, team, strict=True,
    )  # fmt: skip
    for (
        number, address, name, year, day, language, place, kind, authors, n_countries, n_sites, (author, site), cited, retracted, layer,
        topic, topics_, words, has_words, has_abstract, aim, oa, n_refs, refs, stamp, n_authors,
    ) in columns:  # fmt: skip
        counts = f'[{{"year":{year + 1},"cited_by_count":{cited}}}]' if cited else "[]"
        lines.append(
            f'{{"id":"{W}{number}","doi":{address},"title":{name},"display_name":{name},"publication_year":{year},'
            f'"publication_date":"{day}","ids":{{"openalex":"{W}{number}","doi":{address}}},"language":"{LANGUAGES[language]}",'
            f'"primary_location":{place},"type":"{TYPES[kind]}","indexed_in":{"[]" if address == "null" else INDEXED},'
            f'"open_access":{access[oa]},"authorships":{authors},"institutions":[],"countries_distinct_count":{n_countries},'
            f'"institutions_distinct_count":{n_sites},"corresponding_author_ids":{author},"corresponding_institution_ids":{site},'
            f'"apc_list":null,"apc_paid":null,"fwci":{cited / 4 if cited else "null"},"has_fulltext":false,"cited_by_count":{cited},'
            f'"citation_normalized_percentile":null,"cited_by_percentile_year":null,{BIBLIO}'
            f'"is_retracted":{"true" if retracted else "false"},"is_paratext":{"true" if kind == PARATEXT else "false"},'
            f'"is_xpac":{"true" if layer == EXPANSION else "false"},"primary_topic":{topic},"topics":{topics_},'
            f'"keywords":{keywords[words] if has_words else "[]"},"concepts":{concepts[words] if has_words else "[]"},"mesh":[],'
            f'"locations_count":{0 if place == "null" else 1},"locations":{"[]" if place == "null" else f"[{place}]"},'
            f'"best_oa_location":null,"sustainable_development_goals":{goal[aim]},"awards":[],"funders":[],{CONTENT}'
            f'"referenced_works_count":{n_refs},"referenced_works":{refs},"related_works":[],'
            f'"abstract_inverted_index":{abstract[number % 4] if has_abstract else "null"},"counts_by_year":{counts},'
            f'"updated_date":"{stamp}","created_date":"{min(year + 1, 2025)}-10-10T00:00:00","authors_count":{n_authors}}}'.encode()
        )
    return lines


def date_texts(works: Works) -> tuple[list[str], list[str]]:
    """Publication dates and update stamps as text."""
    days = np.datetime_as_string(works.published.astype("datetime64[D]")).tolist()
    stamps = np.datetime_as_string(works.updated.astype("datetime64[us]")).tolist()
    return days, stamps


def corresponding(works: Works) -> tuple[list[tuple[str, str]], list[int], list[int]]:
    """The first author and institution of each work as JSON lists, and its numbers of distinct institutions and countries."""
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
