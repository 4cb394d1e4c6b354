"""The real records, the whole way: every table against an independent reading with json and plain Python."""

import gzip
import json
from collections import defaultdict
from datetime import UTC, date, datetime

import pytest

from isthmus.engine import TableStore
from isthmus.snapshot import open_snapshot
from isthmus.snapshot.fields import SAMPLED_LINES
from isthmus.tables import build_all

pytestmark = pytest.mark.spark

NOBODY = {9999999999, 5317838346, 4317838346}
TABLES = (
    "works",
    "authorships",
    "citations",
    "citations_dated",
    "author_years",
    "institutions",
    "sources",
    "topics",
    "coverage",
)


@pytest.fixture(scope="module")
def loose(spark, openalex_records, tmp_path_factory):
    """All tables of the folder of real records."""
    store = TableStore(spark, str(tmp_path_factory.mktemp("loose")))
    build_all(spark, store, open_snapshot(str(openalex_records)))
    return store


def number(identifier):
    text = (identifier or "").rpartition("/")[2]
    return int(text[1:]) if text[1:].isdigit() else None


@pytest.fixture(scope="module")
def newest(real_lines):
    """The newest record of each work, chosen by hand."""
    chosen = {}
    for line in real_lines["works"]:
        work = json.loads(line)
        day = work.get("updated_date")
        work["_updated"] = datetime.fromisoformat(day).replace(tzinfo=UTC) if day else datetime.min.replace(tzinfo=UTC)
        key = number(work["id"])
        if key not in chosen or work["_updated"] >= chosen[key]["_updated"]:
            chosen[key] = work
    return chosen


def test_works(loose, newest):
    rows = {row.work_id: row for row in loose.read("works").collect()}
    assert rows.keys() == newest.keys()
    for key, work in newest.items():
        row = rows[key]
        source = (work.get("primary_location") or {}).get("source") or work.get("host_venue") or {}
        topic = work.get("primary_topic") or {}
        assert row.publication_year == work["publication_year"]
        assert str(row.publication_date) == work["publication_date"]
        assert row.work_type == work["type"]
        assert row.is_retracted == work["is_retracted"]
        assert row.is_xpac == work.get("is_xpac", False)
        assert (row.source_id, row.source_type) == (number(source.get("id")), source.get("type"))
        assert row.primary_topic_id == number(topic.get("id"))
        assert row.n_authors == work.get("authors_count", len(work["authorships"]))
        assert row.authors_truncated == (len(work["authorships"]) == 100)
        assert row.n_references == len(work["referenced_works"])
        assert [(t.topic_id, t.score) for t in row.topics or []] == [
            (number(t["id"]), t["score"]) for t in work.get("topics", [])
        ]
        assert [(c.concept_id, c.score) for c in row.concepts] == [
            (number(c["id"]), float(c["score"])) for c in work["concepts"]
        ]
    assert sum(row.authors_truncated for row in rows.values()) == 4


def test_citations(loose, newest):
    expected = {
        (key, cited, work["publication_year"])
        for key, work in newest.items()
        for cited in map(number, work["referenced_works"])
        if cited not in {key, 4285719527}
    }
    rows = loose.read("citations").collect()
    assert len(rows) == len(expected)
    assert {(row.citing_work_id, row.cited_work_id, row.citing_year) for row in rows} == expected
    source = {row.work_id: row.source_id for row in loose.read("works").collect()}
    dated = {(*row, newest[row[1]]["publication_year"], source[row[1]]) for row in expected if row[1] in newest}
    found = [tuple(row) for row in loose.read("citations_dated").collect()]
    assert 1_000 < len(found) == len(dated)
    assert set(found) == dated


def test_authorships(loose, newest):
    expected = set()
    for key, work in newest.items():
        for sequence, authorship in enumerate(work["authorships"]):
            who = number(authorship["author"].get("id"))
            who = None if who in NOBODY else who
            listed = [(number(i["id"]), i["country_code"]) for i in authorship["institutions"]]
            if not any(country for _, country in listed):
                listed += [(None, country) for country in authorship.get("countries", [])]
            in_order = dict.fromkeys(place for place in listed if place != (None, None)) or [(None, None)]
            for rank, place in enumerate(in_order):
                day = date.fromisoformat(work["publication_date"]) if work.get("publication_date") else None
                own = (key, work["publication_year"], sequence, authorship["author_position"], who)
                expected.add((*own, *place, day, rank, bool(authorship["author"].get("orcid"))))
    rows = [tuple(row) for row in loose.read("authorships").collect()]
    assert len(rows) == len(set(rows))
    assert set(rows) == expected


def test_author_years(loose, newest):
    cities = {row.institution_id: row.geonames_city_id for row in loose.read("institutions").collect()}
    works, places, known = defaultdict(set), defaultdict(lambda: defaultdict(set)), set()
    for key, work in newest.items():
        latest = (work.get("publication_date") or "", key)
        for authorship in work["authorships"]:
            who = number(authorship["author"].get("id"))
            if who is None or who in NOBODY:
                continue
            own = (who, work["publication_year"])
            works[own].add(key)
            known |= {who} if authorship["author"].get("orcid") else set()
            codes = {i["country_code"] for i in authorship["institutions"]} - {None}
            for code in codes or authorship.get("countries", []):
                places[own, "country"][code].add(latest)
            for city in {cities.get(number(i["id"])) for i in authorship["institutions"]} - {None}:
                places[own, "city"][city].add(latest)

    def first(found):
        most = max(((len(of), max(of)) for of in found.values()), default=None)
        return min((place for place, of in found.items() if (len(of), max(of)) == most), default=None)

    expected = {
        (*own, len(of), *(value for kind in ("country", "city") for value in (first(places[own, kind]), len(places[own, kind]))), own[0] in known)
        for own, of in works.items()
    }  # fmt: skip
    rows = [tuple(row) for row in loose.read("author_years").collect()]
    assert 10_000 < len(rows) == len(expected)
    assert set(rows) == expected


def test_institutions(loose, real_lines):
    candidates = defaultdict(list)
    for line in real_lines["institutions"]:
        record = json.loads(line)
        candidates[number(record["id"])].append(record)
    rows = {row.institution_id: row for row in loose.read("institutions").collect()}
    assert rows.keys() == candidates.keys()
    for key, records in candidates.items():
        best = max(records, key=lambda record: (record.get("updated_date") or "", "geo" in record))
        geo = best.get("geo") or {}
        assert rows[key].city == geo.get("city")
        assert rows[key].country_code == (best.get("country_code") or geo.get("country_code"))
        assert rows[key].geonames_city_id == (int(geo["geonames_city_id"]) if geo else None)
        assert rows[key].latitude == geo.get("latitude")
    assert sum(row.city is not None for row in rows.values()) == 4368


def test_sources_and_topics(loose, real_lines):
    for table, key in (("sources", "source_id"), ("topics", "topic_id")):
        records = {number(json.loads(line)["id"]): json.loads(line) for line in real_lines[table]}
        rows = {row[key]: row for row in loose.read(table).collect()}
        assert {k: row.display_name for k, row in rows.items()} == {k: r["display_name"] for k, r in records.items()}
    assert {row.subfield_id for row in rows.values()} == {
        int(record["subfield"]["id"].rpartition("/")[2]) for record in records.values()
    }


def test_coverage(loose, newest):
    cities = {row.institution_id for row in loose.read("institutions").collect() if row.city}
    expected = defaultdict(lambda: [0] * 6)
    for work in newest.values():
        authorships = work["authorships"]
        places = [i for a in authorships for i in a["institutions"]]
        countries = {i["country_code"] for i in places} | {c for a in authorships for c in a.get("countries", [])}
        core = not (work["is_retracted"] or work["is_paratext"] or work.get("is_xpac") or work["type"] == "paratext")
        facts = [
            core,
            authorships,
            countries - {None},
            {number(i["id"]) for i in places} & cities,
            work["referenced_works"],
        ]
        year = expected[work["publication_year"]]
        year[0] += 1
        for position, fact in enumerate(facts, 1):
            year[position] += bool(core and fact)
    assert {row[0]: list(row[1:]) for row in loose.read("coverage").collect()} == dict(expected)


def test_accounting(loose, real_lines, newest):
    rows = {row.entity: row for row in loose.read("accounting").collect()}
    assert rows.keys() == real_lines.keys()
    for entity, row in rows.items():
        distinct = len({json.loads(line)["id"] for line in real_lines[entity]})
        assert (row.read, row.kept, row.rejected, row.manifest_records) == (len(real_lines[entity]), distinct, 0, None)
        assert row.superseded == row.read - row.kept
    assert rows["works"].kept == len(newest)
    parts = {row.part: row for row in loose.read("snapshot_parts").collect()}
    assert parts["works_reissued.jsonl.gz"].read == 1517
    assert sum(row.superseded for row in parts.values()) == sum(row.superseded for row in rows.values())
    unknown = {(row.part, row.field): row.records for row in loose.read("unknown_fields").collect()}
    assert unknown["topics_from_works.jsonl.gz", "n_works"] == SAMPLED_LINES
    assert unknown["works_legacy_snapshot_rows.jsonl.gz", "@timestamp"] == 19


def same_rows(first, second):
    for table in TABLES:
        one, two = (store.read(table).drop("part", "updated_date") for store in (first, second))
        assert one.schema == two.schema
        left, right = (sorted(map(repr, frame.collect())) for frame in (one, two))
        assert left == right, table


def test_the_same_records_as_parquet_give_the_same_tables(spark, loose, real_lines, as_parquet, tmp_path):
    snapshot = open_snapshot(str(as_parquet(tmp_path / "snapshot", real_lines, "2020-01-01")))
    assert snapshot.layout == "parquet"
    store = TableStore(spark, str(tmp_path / "warehouse"))
    build_all(spark, store, snapshot)
    same_rows(loose, store)
    # ten records of November 2025 have no date of their own: they take that of their partition, where there is one;
    # it is an early one here, so that a record with a date still goes before one without
    dates = {row.work_id: row.updated_date for row in store.read("works").collect()}
    for row in loose.read("works").collect():
        assert dates[row.work_id] == (row.updated_date or datetime(2020, 1, 1))
    rows = {row.entity: row for row in store.read("accounting").collect()}
    assert all(row.read == row.manifest_records == len(real_lines[entity]) for entity, row in rows.items())


@pytest.mark.slow
def test_a_second_run_leaves_the_same_rows(spark, store, openalex_records):
    snapshot = open_snapshot(str(openalex_records / "legacy_snapshot"), partial=True)
    build_all(spark, store, snapshot)
    names = (
        *TABLES,
        "accounting",
        "snapshot_parts",
        "rejects",
        "unknown_fields",
        "removed_records",
        "parsed_entities",
    )
    before = {name: sorted(map(repr, store.read(name).collect())) for name in names}
    build_all(spark, store, snapshot)
    assert {name: sorted(map(repr, store.read(name).collect())) for name in names} == before
    # a legacy copy, of which one part of works is there
    accounts = {row.entity: row for row in store.read("accounting").collect()}
    assert (accounts["works"].read, accounts["works"].kept, accounts["works"].manifest_records) == (27, 27, 244371844)
    assert accounts["works"].release == "2023-09-20"
    [part] = [row for row in store.read("snapshot_parts").collect() if row.entity == "works"]
    assert (part.manifest_records, part.read, part.status) == (27, 27, "complete")
    assert store.read("works").where("publication_year > 2023").count() == 0
    with gzip.open(openalex_records / "legacy_snapshot/works/updated_date=2023-05-16/part_000.gz") as file:
        assert {number(json.loads(line)["id"]) for line in file} == {
            row.work_id for row in store.read("works").collect()
        }
