"""`isthmus plan`: from words to a table or JSON; what a manifest that cannot be read is answered with."""

import json

import pytest

from isthmus.cli.plan import size, sizes, sizes_in
from isthmus.pipeline.plan import Span

MANIFEST = {
    "date": "2026-06-25",
    "format": "jsonl",
    "entities": {"works": {"record_count": 2_000_000, "content_length": 3_000_000_000, "files": []}},
}


@pytest.fixture
def manifest(tmp_path):
    file = tmp_path / "manifest.json"
    file.write_text(json.dumps(MANIFEST))
    return file


def test_a_manifest_alone_is_enough(isthmus, manifest):
    code, out, err = isthmus("plan", "--snapshot", manifest, "--cores", 8)
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0].endswith("2,000,000 works in 0 parts, 3.0 GB (from the manifest)")
    assert "hours, 8 cores" in lines[2]
    assert lines[3].startswith("all tables")
    assert lines[3].endswith(" -"), "no price, no money"
    assert all(line.startswith(("- ", "  ")) for line in lines[5:])


def test_a_price_makes_money_of_the_hours(isthmus, manifest):
    words = ("plan", "--snapshot", manifest, "--cores", 8, "--price-per-core-hour", "0.5")
    cost = json.loads(isthmus(*words, "--format", "json")[1])["costs"][0]
    assert cost["money"]["high"] == pytest.approx(cost["hours"]["high"] * 8 * 0.5)
    assert not isthmus(*words)[1].splitlines()[3].endswith(" -")


def test_a_study_alone_is_a_row_of_its_own(isthmus, manifest):
    text = isthmus("plan", "--snapshot", manifest, "--study", "gallo2026", "--cores", 8)[1].splitlines()
    assert "gallo2026" in text[4]
    whole, alone = json.loads(
        isthmus("plan", "--snapshot", manifest, "--study", "gallo2026", "--cores", 8, "--format", "json")[1]
    )["costs"]
    assert alone["kept_bytes"]["high"] < whole["kept_bytes"]["low"]


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["--snapshot", "no/such/folder"], 1, "no/such/folder"),
        (["--snapshot", "{manifest}", "--study", "galo2026"], 1, "did you mean 'gallo2026'"),
        (["--snapshot", "{manifest}", "--rates", "none.yaml"], 1, "none.yaml"),
        (["--snapshot", "{manifest}", "--cores", "0"], 2, "0 is not in the range x>=1"),
        (["--snapshot", "{manifest}", "--price-per-core-hour", "-1"], 2, "is not in the range x>=0"),
        (["--snapshot", "{manifest}", "--format", "yaml"], 2, "'yaml' is not one of 'text', 'json'"),
        ([], 2, "Missing option '--snapshot'"),
    ],
)
def test_what_is_wrong_is_said(isthmus, manifest, words, code, message):
    found, out, err = isthmus("plan", *(word.format(manifest=manifest) for word in words))
    assert (found, out) == (code, "")
    assert message in err


def test_a_manifest_that_is_no_json_is_named(isthmus, manifest):
    manifest.write_text("{not json")
    code, _, err = isthmus("plan", "--snapshot", manifest)
    assert code == 1
    assert "manifest.json" in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (665_688_383_258, 665_688_383_258, "666 GB"),
        (9e11, 1.8e12, "0.9 - 1.8 TB"),
        (1_500, 1_500, "1.5 kB"),
        (4e5, 2.5e6, "0.4 - 2.5 MB"),
        (0, 0, "0 B"),
    ],
)
def test_bytes_stand_in_the_unit_of_the_larger_number(low, high, words):
    assert sizes_in(low, high) == words
    assert sizes(Span(low, high)) == words
    if low == high:
        assert size(low) == words
