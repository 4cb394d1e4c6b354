"""Parts of JSON as Arrow: every field of every vintage, every kind of bad line."""

import gzip
import json
from datetime import UTC, date, datetime

import pyarrow as pa
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from isthmus.files import open_root
from isthmus.snapshot import Part
from isthmus.snapshot.json import block as module
from isthmus.snapshot.json.parse import parse_part
from isthmus.snapshot.schemas import ENTITIES_SCHEMA, WORKS_SCHEMA


def parse(folder, lines, entity="works", name="works.jsonl", packed=False, **part):
    data = lines if isinstance(lines, bytes) else b"".join(line + b"\n" for line in lines)
    (folder / name).write_bytes(gzip.compress(data) if packed else data)
    batches = list(parse_part(open_root(str(folder)), Part(entity, name, (folder / name).stat().st_size, **part)))
    table = pa.Table.from_batches(batches)
    assert table.schema == (WORKS_SCHEMA if entity == "works" else ENTITIES_SCHEMA)
    rows = table.to_pylist()
    identifier = "work_id" if entity == "works" else "entity_id"
    records = [row for row in rows if row[identifier] is not None]
    rejects = [row for row in rows if row["reject"] is not None]
    summaries = [row["summary"] for row in rows if row["summary"] is not None]
    assert len(records) + len(rejects) + len(summaries) == len(rows)
    assert len(summaries) == 1
    assert summaries[0]["read"] == len(records) + len(rejects)
    return records, rejects, summaries[0]


def dump(**fields):
    return json.dumps({"id": "https://openalex.org/W1"} | fields).encode()


def url(word):
    return f"https://openalex.org/{word}"


def test_every_field(tmp_path):
    topic = {
        "id": url("T10399"),
        "score": 0.5,
        "subfield": {"id": url("subfields/1702")},
        "field": {"id": url("fields/17")},
        "domain": {"id": url("domains/3")},
    }
    line = dump(
        updated_date="2026-02-03T04:05:06.789",
        publication_year=2020,
        publication_date="2020-02-29",
        type="article",
        is_retracted=True,
        is_paratext=False,
        is_xpac=True,
        primary_location={"source": {"id": url("S5"), "type": "journal"}},
        primary_topic=topic,
        topics=[topic],
        concepts=[{"id": url("C154945302"), "score": "0.25"}, {"id": url("C2"), "score": 1}],
        authors_count=7,
        authorships=[
            {
                "author_position": "first",
                "author": {"id": url("A11"), "orcid": "https://orcid.org/0000-0002-1825-0097"},
                "institutions": [{"id": url("I21"), "country_code": "NA"}, {"id": None, "country_code": None}],
                "countries": ["NA"],
            }
        ],
        referenced_works=[url("W2"), url("W2")],
    )
    [work], rejects, summary = parse(tmp_path, [line])
    assert not rejects
    topic_row = {"topic_id": 10399, "subfield_id": 1702, "field_id": 17, "domain_id": 3, "score": 0.5}
    assert work == {
        "entity": "works",
        "part": "works.jsonl",
        "line": 1,
        "work_id": 1,
        "updated_date": datetime(2026, 2, 3, 4, 5, 6, 789000, tzinfo=UTC),
        "publication_year": 2020,
        "publication_date": date(2020, 2, 29),
        "work_type": "article",
        "is_retracted": True,
        "is_paratext": False,
        "is_xpac": True,
        "source_id": 5,
        "source_type": "journal",
        "primary_topic_id": 10399,
        "primary_subfield_id": 1702,
        "topics": [topic_row],
        "concepts": [{"concept_id": 154945302, "score": 0.25}, {"concept_id": 2, "score": 1.0}],
        "authors_count": 7,
        "authorships": [
            {
                "author_position": "first",
                "author_id": 11,
                "countries": ["NA"],
                "institutions": [
                    {"institution_id": 21, "country_code": "NA"},
                    {"institution_id": None, "country_code": None},
                ],
                "has_orcid": True,
            }
        ],
        "referenced_works": [2, 2],
        "reject": None,
        "summary": None,
    }
    assert dict(summary["present"]) == dict.fromkeys(
        ["id", "publication_year", "type", "authorships", "referenced_works"], 1
    )
    assert summary["status"] == "complete"
    assert summary["inflated"] == len(line) + 1


def test_a_missing_key_and_a_null_mean_the_same(tmp_path):
    nulls = dump(
        **dict.fromkeys(
            [
                "publication_year", "publication_date", "type", "is_xpac", "primary_location", "primary_topic", "topics",
                "concepts", "authors_count", "authorships", "referenced_works", "updated_date",
            ]
        )
    )  # fmt: skip
    (missing, null), rejects, summary = parse(tmp_path, [dump(), nulls])
    assert not rejects
    assert {k: v for k, v in missing.items() if k != "line"} == {k: v for k, v in null.items() if k != "line"}
    assert dict(summary["present"]) == {"id": 2} | dict.fromkeys(
        ["publication_year", "type", "authorships", "referenced_works"], 0
    )


def test_vintages(tmp_path):
    lines = [
        dump(host_venue={"id": url("S9"), "type": "journal"}),
        dump(primary_location=None, host_venue={"id": url("S9"), "type": None}),
        dump(primary_location={}, topics=[{"id": "T1", "subfield": 1702}]),
        dump(primary_location={"source": None}, topics=[{"id": "T1", "subfield": {"id": 1702}, "domain": "4"}]),
        dump(updated_date="2021-05-16"),
        dump(updated_date="2021-05-16T01:00:00+01:00"),
        dump(updated_date="yesterday", publication_date="2020-13-01"),
    ]
    works, rejects, _ = parse(tmp_path, lines)
    assert not rejects
    assert [work["source_id"] for work in works[:4]] == [9, 9, None, None]
    assert [work["topics"][0]["subfield_id"] for work in works[2:4]] == [1702, 1702]
    assert works[3]["topics"][0]["domain_id"] == 4
    assert [work["updated_date"] for work in works[4:]] == [
        datetime(2021, 5, 16, tzinfo=UTC),
        datetime(2021, 5, 16, tzinfo=UTC),
        None,
    ]
    assert works[6]["publication_date"] is None


def test_null_authors_keep_their_place(tmp_path):
    lines = [
        dump(
            authorships=[
                None,
                {"author": None},
                {"author": {"id": None}, "institutions": [None], "countries": [None, "FR"]},
            ]
        ),
        dump(authorships=None),
        dump(authorships=[]),
    ]
    works, rejects, _ = parse(tmp_path, lines)
    assert not rejects
    empty = {
        "author_position": None, "author_id": None, "countries": None, "institutions": None, "has_orcid": False,
    }  # fmt: skip
    assert works[0]["authorships"] == [empty, empty, empty | {"countries": ["FR"], "institutions": []}]
    assert works[1]["authorships"] is None
    assert works[2]["authorships"] == []


def test_an_author_has_an_orcid_where_one_is_written(tmp_path):
    told = [{"orcid": "https://orcid.org/0000-0002-1825-0097"}, {"orcid": None}, {"orcid": ""}, {}]
    ([work], rejects, _) = parse(tmp_path, [dump(authorships=[{"author": {"id": url("A1")} | own} for own in told])])
    assert not rejects
    assert [author["has_orcid"] for author in work["authorships"]] == [True, False, False, False]


HOSTILE = [
    (b'{"id": "https://openalex.org/W1", ', "Input data was truncated"),
    (b"not json", "JSON is malformed"),
    (b"[]", "Expected `object`, got `array`"),
    (dump(publication_year="2020"), "Expected `int | float | null`, got `str` - at `$.publication_year`"),
    (dump(publication_year=10**12), "Expected `int` <= 2147483647 - at `$.publication_year`"),
    (dump(is_xpac="no"), "Expected `bool | null`, got `str` - at `$.is_xpac`"),
    (dump(authorships={}), "Expected `array | null`, got `object` - at `$.authorships`"),
    (dump(authorships=[{"author": {"id": 5}}]), "Expected `str | null`, got `int` - at `$.authorships[0].author.id`"),
    (dump(referenced_works="W2"), "Expected `array | null`, got `str` - at `$.referenced_works`"),
    (dump(referenced_works=[{"id": "W2"}]), "Expected `int | str | null`, got `object` - at `$.referenced_works[0]`"),
    (dump(topics=[{"score": []}]), "got `array` - at `$.topics[0].score`"),
    (json.dumps({"id": None}).encode(), "Expected `str`, got `null` - at `$.id`"),
    (json.dumps({"title": "no id"}).encode(), "Object missing required field `id`"),
    (
        dump(id="https://openalex.org/A1"),
        "Expected an OpenAlex id with W and digits, got 'https://openalex.org/A1' - at `$.id`",
    ),
    (dump(id="https://openalex.org/W-1"), "at `$.id`"),
    (b'{"id": "https://openalex.org/W1", "type": "\xff"}', "utf-8"),
    (b'{"id": "https://openalex.org/W1", "type": "\\ud800"}', "truncated"),
    (b'{"id": "https://openalex.org/W1"}\x00', "trailing characters"),
    (b'{"id": "https://openalex.org/W1", "new": ' + b"[" * 200_000, "recursion"),
]


def test_hostile_lines_cost_themselves_only(tmp_path):
    good = [dump(id=f"https://openalex.org/W{i}", referenced_works=[url("W5")]) for i in range(100, 100 + len(HOSTILE))]
    lines = [line for pair in zip(good, (bad for bad, _ in HOSTILE), strict=True) for line in pair]
    works, rejects, summary = parse(tmp_path, lines, packed=True)
    assert [work["work_id"] for work in works] == list(range(100, 100 + len(HOSTILE)))
    assert all(work["referenced_works"] == [5] for work in works)
    told = {reject["line"]: reject["reject"] for reject in rejects}
    for position, (line, reason) in enumerate(HOSTILE):
        reject = told.pop(2 * position + 2)
        assert reason.lower() in reject["reason"].lower(), (reason, reject)
        assert len(reject["raw"].encode()) <= 500 or b"\xff" in line or b"\x00" in line
        if b"referenced_works" not in line and line.isascii() and b"\x00" not in line:
            assert line.decode().startswith(reject["raw"])
    assert not told
    assert summary["read"] == 2 * len(HOSTILE)


def test_blank_lines_are_no_records_but_count_as_lines(tmp_path):
    works, rejects, summary = parse(tmp_path, [b"", b"  ", dump(), b"\r", dump()[:-1]])
    assert [work["line"] for work in works] == [3]
    assert [reject["line"] for reject in rejects] == [5]
    assert summary["read"] == 2


def test_a_line_of_two_megabytes_with_five_thousand_authors(tmp_path):
    authors = [
        {
            "author": {"id": url(f"A{i}")},
            "institutions": [{"id": url(f"I{i % 90}"), "country_code": "CH"}],
            "raw": "x" * 300,
        }
        for i in range(5103)
    ]
    line = dump(authorships=authors)
    assert len(line) > 2_000_000
    works, rejects, _ = parse(tmp_path, [dump(), line, dump()], packed=True)
    assert not rejects
    assert [len(work["authorships"] or []) for work in works] == [0, 5103, 0]
    assert works[1]["authorships"][5102]["author_id"] == 5102


def test_a_truncated_member_of_gzip_is_one_rejected_line(tmp_path):
    lines = [dump(id=f"https://openalex.org/W{i}", title=f"{i * 7919}" * 40) for i in range(1, 3001)]
    first, second = (gzip.compress(b"\n".join(half) + b"\n") for half in (lines[:1000], lines[1000:]))
    data = first + second[: len(second) * 2 // 3]
    (tmp_path / "works.gz").write_bytes(data)
    part = Part("works", "works.gz", len(data))
    rows = pa.Table.from_batches(list(parse_part(open_root(str(tmp_path)), part))).to_pylist()
    works = [row for row in rows if row["work_id"]]
    [reject] = [row for row in rows if row["reject"]]
    assert [work["work_id"] for work in works] == list(range(1, 1001))  # for these a checksum vouches
    assert reject["line"] == 1001
    assert "truncated gzip" in reject["reject"]["reason"]
    assert rows[-1]["summary"]["status"] == "damaged"
    assert rows[-1]["summary"]["message"] == reject["reject"]["reason"]


def test_empty_part(tmp_path):
    for data in (b"", gzip.compress(b"")):
        works, rejects, summary = parse(tmp_path, data)
        assert (works, rejects, summary["status"], summary["read"]) == ([], [], "empty", 0)


def test_small_blocks_give_the_same_rows(tmp_path, monkeypatch):
    lines = [dump(id=url(f"W{i}"), referenced_works=[url(f"W{i + 1}")] * (i % 3)) for i in range(50)]
    lines[20] = dump(referenced_works=[[]])
    whole = parse(tmp_path, lines)
    monkeypatch.setattr(module, "BATCH_RECORDS", 7)
    assert parse(tmp_path, lines) == whole
    monkeypatch.setattr(module, "BATCH_BYTES", 1)
    assert parse(tmp_path, lines) == whole


def test_a_block_of_which_all_references_are_wrong(tmp_path):
    works, rejects, _ = parse(tmp_path, [dump(referenced_works=[[1]]), dump(referenced_works=[True])])
    assert not works
    assert [reject["line"] for reject in rejects] == [1, 2]


@pytest.mark.parametrize("style", ["lines", "pretty", "list"])
def test_api_pages(tmp_path, style):
    results = [json.loads(dump(id=url(f"W{i}"))) for i in (1, 2)] + [{"id": url("W3"), "publication_year": "x"}]
    page = {"meta": {"count": 3}, "results": results}
    if style == "lines":
        works, rejects, summary = parse(tmp_path, [json.dumps(page).encode()] * 2)
        assert [(work["work_id"], work["line"]) for work in works] == [(1, 1), (2, 1), (1, 2), (2, 2)]
        assert [reject["line"] for reject in rejects] == [1, 2]
    else:
        text = json.dumps(page if style == "pretty" else results, indent=2).encode()
        works, rejects, summary = parse(tmp_path, text, format="page")
        assert [(work["work_id"], work["line"]) for work in works] == [(1, 1), (2, 2)]
        assert [reject["line"] for reject in rejects] == [3]
    assert summary["read"] == len(works) + len(rejects)


def test_unknown_fields_are_counted_from_the_first_thousand_lines(tmp_path):
    lines = [dump(brand_new=1)] * 3 + [dump()] * 997 + [dump(brand_new=1, newer=2)] * 5
    _, _, summary = parse(tmp_path, lines)
    assert summary["unknown"] == [("brand_new", 3)]


def test_unknown_fields_inside_those_that_are_read_are_counted_too(tmp_path):
    authors = [{"author": {"id": url("A1"), "gender": "x"}, "institutions": [{"id": url("I1"), "city": "x"}]}] * 2
    line = dump(
        authorships=authors,
        topics=[{"id": url("T1"), "rank": 1}],
        primary_location={"source": {"id": url("S1"), "tier": 1}},
    )
    _, _, summary = parse(tmp_path, [line, dump(authorships=None, topics="x")])
    expected = [
        "authorships.author.gender",
        "authorships.institutions.city",
        "primary_location.source.tier",
        "topics.rank",
    ]
    assert summary["unknown"] == [(name, 1) for name in expected]


def test_real_records_have_no_unknown_fields_inside(openalex_records):
    for name in ("works_2026_format", "works_walden_2025_11_rows", "works_legacy_snapshot_rows"):
        file = openalex_records / f"{name}.jsonl.gz"
        part = Part("works", file.name, file.stat().st_size)
        *_, last = parse_part(open_root(str(openalex_records)), part)
        assert [field for field, _ in last["summary"][0].as_py()["unknown"] if "." in field] == []


def test_field_names_that_are_no_text(tmp_path):
    works, rejects, summary = parse(tmp_path, [b'{"id": "https://openalex.org/W1", "\xff": 1}'])
    assert len(works) == 1
    assert not rejects
    assert summary["unknown"] == [("(a name that is no UTF-8)", 1)]


def test_institutions_sources_topics(tmp_path):
    line = json.dumps(
        {
            "id": url("I5"),
            "display_name": "Uni",
            "ror": "https://ror.org/x",
            "type": "education",
            "lineage": [url("I5"), url("I6")],
            "updated_date": "2023-01-02",
            "geo": {
                "city": "Bern",
                "geonames_city_id": "2661552",
                "country_code": "CH",
                "latitude": "46.9",
                "longitude": 7,
            },
        }
    ).encode()
    [record], rejects, _ = parse(tmp_path, [line], "institutions")
    assert not rejects
    assert record["entity_id"] == 5
    assert record["display_name"] == "Uni"
    assert record["updated_date"] == datetime(2023, 1, 2, tzinfo=UTC)
    assert record["institution"] == {
        "country_code": "CH",
        "ror": "https://ror.org/x",
        "institution_type": "education",
        "lineage": [5, 6],
        "city": "Bern",
        "region": None,
        "geonames_city_id": 2661552,
        "latitude": 46.9,
        "longitude": 7.0,
    }
    assert record["source"] is None
    [record], _, _ = parse(
        tmp_path, [b'{"id":"https://openalex.org/S7","type":"journal","issn_l":"1234-5678"}'], "sources"
    )
    assert record["source"] == {"source_type": "journal", "issn_l": "1234-5678"}
    topic = {"id": url("T1"), "display_name": "t"} | {
        name: {"id": url(f"{name}s/{n}"), "display_name": name.upper()}
        for n, name in enumerate(("subfield", "field", "domain"), 1)
    }
    [record], _, _ = parse(tmp_path, [json.dumps(topic).encode()], "topics")
    assert record["topic"] == {
        "subfield_id": 1, "subfield_name": "SUBFIELD", "field_id": 2, "field_name": "FIELD", "domain_id": 3, "domain_name": "DOMAIN",
    }  # fmt: skip
    _, [reject], _ = parse(tmp_path, [b'{"id":"https://openalex.org/W7"}'], "sources")
    assert "with S and digits" in reject["reject"]["reason"]


value = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "source", "author", "score"]), inner, max_size=3)
    ),
    max_leaves=8,
)
NAMES = [
    "id",
    "publication_year",
    "authorships",
    "referenced_works",
    "topics",
    "primary_location",
    "concepts",
    "updated_date",
]


GZIP = b"\x1f\x8b"


@settings(max_examples=150, deadline=None)
@given(
    bad=st.lists(
        st.one_of(
            st.dictionaries(st.sampled_from(NAMES), value).map(lambda d: json.dumps(d).encode()), st.binary(max_size=40)
        ),
        max_size=6,
    )
)
def test_any_line_is_a_record_or_a_reject(tmp_path_factory, bad):
    bad = [line.replace(b"\n", b" ") for line in bad]
    assume(not (bad and bad[0].startswith(GZIP)))  # such a file is a gzip file, and a damaged one
    lines = [*bad, dump(id=url("W123456"))]
    works, rejects, summary = parse(tmp_path_factory.mktemp("any"), lines)
    assert works[-1]["work_id"] == 123456
    records = sum(1 for line in lines if line.strip() and not (line.isspace()))
    assert summary["read"] == len(works) + len(rejects)
    assert summary["read"] <= records + sum(line.count(b"{") + line.count(b",") for line in lines)
