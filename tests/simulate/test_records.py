"""Records: the same in JSON and in Parquet, and like the real ones field by field."""

import gzip
import json
from collections import Counter
from datetime import date, datetime

import numpy as np
import pytest

from isthmus.simulate.records.arrow import works_table
from isthmus.simulate.records.entities import author_records, institution_records, source_records, topic_records
from isthmus.simulate.records.jsonl import encode_works
from isthmus.simulate.world.works import build_works

# Fields of the real works that the simulated ones lack, and the other way round, each on purpose.
NOT_SIMULATED = {"ids.mag", "ids.pmid", "ids.pmcid"}  # identifiers of other catalogues
SNAPSHOT_ONLY = {"authors_count"}  # the real records here are answers of the API, which lacks it
ALWAYS_EMPTY = {  # of no use to any study: empty or null in every simulated record
    "apc_list", "apc_paid", "citation_normalized_percentile", "cited_by_percentile_year", "best_oa_location", "content_urls", "mesh",
    "awards", "funders", "related_works",
}  # fmt: skip
# Shares of works for which a field is filled, real against simulated, and how far they may be apart.
FILLED = {
    "doi": 0.1, "authorships": 0.05, "primary_topic": 0.05, "topics": 0.05, "concepts": 0.12, "keywords": 0.12, "referenced_works": 0.2,
    "abstract_inverted_index": 0.15, "publication_date": 0.01, "language": 0.02, "sustainable_development_goals": 0.25,
}  # fmt: skip


@pytest.fixture(scope="module")
def chunk(plan):
    return build_works(plan, np.arange(0, plan.world.works, 12))


@pytest.fixture(scope="module")
def lines(chunk):
    return [json.loads(line) for line in encode_works(chunk)]


def _plain(value):
    if isinstance(value, datetime):
        return value.isoformat(timespec="microseconds") if value.microsecond else value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    return [_plain(v) for v in value] if isinstance(value, list) else value


def test_parquet_and_json_hold_the_same_records(chunk, lines):
    rows = [_plain(row) for row in works_table(chunk).to_pylist()]
    for row, line in zip(rows, lines, strict=True):
        if row["abstract_inverted_index"] is not None:  # a JSON string in Parquet, as OpenAlex ships it
            row["abstract_inverted_index"] = json.loads(row["abstract_inverted_index"])
        assert row == line
        assert list(row) == list(line)


def test_a_work_is_the_same_in_every_chunk(plan, chunk):
    whole = encode_works(chunk)
    some = encode_works(build_works(plan, chunk.number[300:310]))
    assert some == whole[300:310]
    backwards = encode_works(build_works(plan, chunk.number[::-1][:50]))
    assert backwards == whole[::-1][:50]


def _tree(records, depth=2):
    """Paths of the keys, as deep as `depth`; lists are looked into."""
    found = Counter()

    def walk(value, path, left):
        if isinstance(value, list):
            for item in value[:3]:
                walk(item, path, left)
        elif isinstance(value, dict) and left:
            for key, inside in value.items():
                found[f"{path}.{key}".lstrip(".")] += 1
                if key != "abstract_inverted_index":
                    walk(inside, f"{path}.{key}", left - 1)

    for record in records:
        walk(record, "", depth)
    return set(found)


@pytest.fixture(scope="module")
def real(openalex_records):
    with gzip.open(openalex_records / "works_2026_format.jsonl.gz", "rt") as stream:
        return [json.loads(line) for line, _ in zip(stream, range(2000), strict=False)]


def test_the_top_level_fields_are_the_real_ones(real, lines):
    assert set(real[0]) - set(lines[0]) == set()
    assert set(lines[0]) - set(real[0]) == SNAPSHOT_ONLY


def test_the_field_tree_is_the_real_one(real, lines):
    wanted = {path for path in _tree(real) if path.partition(".")[0] not in ALWAYS_EMPTY}
    assert wanted - _tree(lines) <= NOT_SIMULATED
    assert _tree(lines) - _tree(real) == SNAPSHOT_ONLY


def test_the_types_are_the_real_ones(real, lines):
    def types(records, key):
        return {type(r[key]) for r in records} - {type(None)}

    for key in set(real[0]) - ALWAYS_EMPTY:
        seen = types(lines, key)
        assert seen <= types(real, key) | ({int} if float in types(real, key) else set()), key
        assert seen, key


def test_the_shares_of_filled_fields_are_near_the_real_ones(real, lines):
    core = [r for r in lines if not r["is_xpac"]]  # the real collection has no expansion records
    for key, apart in FILLED.items():
        share = [sum(r[key] not in (None, [], {}) for r in rows) / len(rows) for rows in (real, core)]
        assert share[1] == pytest.approx(share[0], abs=apart), key


def test_what_is_always_empty_is_named(lines):
    empty = {key for key in lines[0] if all(r[key] in (None, [], {}) for r in lines)}
    assert empty == ALWAYS_EMPTY | {"institutions"}  # which is empty in the real ones, too


def test_missing_affiliations_are_as_frequent_as_in_real_records(real, lines):
    def share(records):
        seats = [seat for r in records if not r.get("is_xpac") for seat in r["authorships"]]
        return sum(not seat["institutions"] for seat in seats) / len(seats)

    assert share(lines) == pytest.approx(share(real), abs=0.12)


def test_institutions_sources_topics_and_authors_have_the_fields_that_studies_need(plan):
    institution = next(r for r in institution_records("2026-06-24T00:00:00") if r["geo"]["city"] == "Hangzhou")
    assert {"id", "ror", "display_name", "country_code", "type", "lineage", "geo"} <= set(institution)
    assert institution["geo"]["geonames_city_id"] == "1808926"
    assert any(len(r["lineage"]) == 2 for r in institution_records("x"))
    kinds = {r["type"] for r in source_records("x")}
    assert {"journal", "conference", "repository", "book series"} <= kinds
    assert {r["subfield"]["display_name"] for r in topic_records("x")} >= {"Artificial Intelligence"}
    authors = list(author_records(plan, np.arange(2000), "x"))
    moved = authors[0]["affiliations"]
    assert len(moved) == 2
    assert not set(moved[0]["years"]) & set(moved[1]["years"])
