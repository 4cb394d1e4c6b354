"""Manifests that are not what they should be: each is refused in a sentence with its path, the field and what it is."""

import json

import pytest

from isthmus.errors import SnapshotError
from isthmus.snapshot.manifest import read_manifests

URL = "s3://openalex/data/jsonl/works/updated_date=2026-01-01/part_0000.gz"


def manifest(**changed):
    file = {"url": URL, "meta": {"record_count": 1, "content_length": 5}}
    whole = {"date": "2026-01-01", "entity": "works", "meta": {"record_count": 1}, "files": [file]}
    return json.dumps(whole | changed).encode()


def file(**meta):
    return [{"url": URL, "meta": meta}]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (manifest(meta={"record_count": "1"}), "record_count was expected to be a whole number, 0 or more and is '1'"),
        (manifest(meta={"content_length": True}), "content_length was expected to be a whole number"),
        (
            manifest(files=file(record_count="1")),
            "record_count was expected to be a whole number, 0 or more and is '1'",
        ),
        (manifest(files=file(content_length=1.5)), "content_length was expected .* and is 1.5"),
        (manifest(files=file(record_count=-1)), "record_count was expected .* and is -1"),
        (manifest(entity="authors"), "lies in the folder of 'works' and says that it is of 'authors'"),
        (manifest(entity=7), "entity was expected to be text and is 7"),
        (manifest(entity=["works"]), r"entity was expected to be text and is \['works'\]"),
        (manifest(date=20260101), "date was expected to be text and is 20260101"),
        (manifest(date=["x"]), "date was expected to be text"),
        (manifest(date="yesterday"), "date was expected to be a day such as 2026-06-24 and is 'yesterday'"),
        (manifest(files={"a": 1}), "files was expected to be a list"),
        (manifest(files="abc"), "files was expected to be a list and is 'abc'"),
        (manifest(files=[None]), r"files\[\] was expected to be an object and is None"),
        (manifest(files=[{"meta": {}}]), r"files\[\].url was expected to be the address of a part"),
        (manifest(files=[{"url": 7}]), "url was expected to be text and is 7"),
        (manifest(files=[{"url": URL, "meta": [1]}]), r"files\[\].meta was expected to be an object"),
        (manifest(meta=[1]), "meta was expected to be an object"),
        (b"[]", "expected to be an object"),
        (b"{}", "expected one of the keys 'entities', 'files' or 'entries'"),
        (b'{"entities": 7}', "entities was expected to be a list and is 7"),
        (b'{"entities": {"works": [1]}}', "entities.works was expected to be an object"),
        (b'{"entities": [1]}', r"entities\[\] was expected to be an object"),
        (b'{"files": ["\xff"]}', "cannot be read: Invalid UTF-8"),
        (b'{"x":' * 100_000, "cannot be read: maximum recursion depth exceeded"),
        (b'{"files": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "cannot be read: maximum recursion depth exceeded"),
        (b"", "cannot be read"),
    ],
)
def test_what_is_wrong_is_one_sentence(content, said):
    with pytest.raises(SnapshotError, match=said) as raised:
        read_manifests(content, "works/manifest.json", "works")
    assert str(raised.value).startswith("manifest works/manifest.json: ")
    assert len(str(raised.value)) < 300


def test_a_whole_one_is_read():
    [(name, found)] = read_manifests(manifest(), "works/manifest.json", "works").items()
    assert (name, found.release, found.records) == ("works", "2026-01-01", 1)
    [listed] = found.files
    assert (listed.path, listed.bytes, listed.records) == ("updated_date=2026-01-01/part_0000.gz", 5, 1)
