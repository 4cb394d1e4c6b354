"""A slice of OpenAlex through its API, from a server on this machine that answers, cuts and fails as the real one."""

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.config.storage import Storage
from isthmus.errors import FetchError, SnapshotError
from isthmus.fetch import Api, Estimate, fetch_slice, look
from isthmus.fetch import slices as slices_module
from isthmus.fetch.filters import conditions, works_query
from isthmus.fetch.records import named_records
from isthmus.files import open_root
from isthmus.snapshot import open_snapshot
from isthmus.snapshot.datasource import parse_lines

FILTER = "primary_topic.subfield.id:1702,publication_year:2020"


def lines_of(folder, entity):
    found = []
    for part in sorted((folder / "data/jsonl" / entity).glob("updated_date=*/part_*.gz")):
        found += [json.loads(line) for line in gzip.decompress(part.read_bytes()).splitlines()]
    return found


def read_works(folder):
    snapshot = open_snapshot(str(folder))
    root = open_root(str(snapshot.uri), Storage())
    batches = [batch for part in snapshot.parts("works") for batch in parse_lines(root, part)]
    return pa.Table.from_batches([b for b in batches if b["work_id"].null_count < len(b)])


def test_a_slice_is_a_snapshot_that_is_read_without_a_word(api, served, tmp_path):
    out = tmp_path / "slice"
    told = []
    fetched = fetch_slice(api, FILTER, out, progress=lambda *words: told.append(words))
    assert fetched.records == {"works": 250, "institutions": 3, "sources": 3, "topics": 3}
    assert (fetched.matched, fetched.completed_authors, fetched.cut_authors) == (250, 0, 0)
    assert told[0] == ("works", 100, 250)
    assert told[2] == ("works", 250, 250)

    works = read_works(out)
    assert sorted(works["work_id"].to_pylist()) == list(range(1, 251))
    assert open_snapshot(str(out)).problems == ()
    named = [record["id"].rpartition("/")[2] for record in lines_of(out, "institutions")]
    assert named == ["I0", "I1", "I77"], "those of the authors, and the larger one that one belongs to"
    assert not (out / ".fetch").exists()


def test_what_is_asked(api, served, tmp_path):
    fetch_slice(api, FILTER, tmp_path / "slice")
    _, world = served
    assert world.counted() == {"works": 4, "institutions": 1, "sources": 1, "topics": 1}  # one look, three pages
    assert "abstract" not in world.asked[0]
    assert "per_page=100" in world.asked[1]
    assert {headers["From"] for headers in world.headers} == {"someone@example.org"}
    assert {headers["Authorization"] for headers in world.headers} == {"Bearer a-key-of-the-test"}
    assert all("a-key-of-the-test" not in path for path in world.asked)
    assert "a-key-of-the-test" not in (tmp_path / "slice/fetch.json").read_text()


def test_authors_beyond_the_hundredth_are_fetched_one_by_one(api, served, make_work, tmp_path):
    _, world = served
    world.works[:4] = [make_work(1, authors=130), make_work(2, authors=100), make_work(3, authors=99), make_work(4, authors=300)]  # fmt: skip
    world.gone = {"W4"}
    fetched = fetch_slice(api, FILTER, tmp_path / "slice")
    assert world.counted()["works/"] == 3  # the one of a hundred may have been cut, too
    assert (fetched.completed_authors, fetched.cut_authors) == (1, 1)
    authors = {record["id"][-2:]: len(record["authorships"]) for record in lines_of(tmp_path / "slice", "works")}
    assert [authors[name] for name in ("W1", "W2", "W3", "W4")] == [130, 100, 99, 100]


def test_a_work_that_was_merged_into_another_keeps_what_the_page_gave(api, served, make_work, tmp_path):
    _, world = served
    world.works = [make_work(1, authors=120)]
    api.record = lambda query: json.dumps(make_work(1, authors=3)).encode()
    fetched = fetch_slice(api, FILTER, tmp_path / "slice")
    assert (fetched.completed_authors, fetched.cut_authors) == (0, 1)
    assert len(lines_of(tmp_path / "slice", "works")[0]["authorships"]) == 100


@pytest.mark.parametrize(
    "trouble",
    [
        [(429, {"Retry-After": "7"}, {"error": "Too many requests"})],
        [(503, {}, b"<html>busy</html>")] * 3,
        [(200, {}, b'{"meta": {"count": 250}, "results": [{"id"')],
        [(200, {}, b"")],
    ],
)
def test_what_fails_for_a_moment_is_asked_again(api, served, tmp_path, trouble):
    _, world = served
    world.trouble = list(trouble)
    assert fetch_slice(api, FILTER, tmp_path / "slice").records["works"] == 250
    assert len(api.waits) == len(trouble)
    if trouble[0][0] == 429:
        assert api.waits == [7.0]


def test_a_lost_connection_ends_in_a_sentence_and_the_same_command_goes_on(api, served, tmp_path, monkeypatch):
    monkeypatch.setattr(slices_module, "PAGES_A_PART", 1)
    _, world = served
    world.dies_after = 3  # the look, two pages
    with pytest.raises(FetchError, match=r"6 tries failed; the last one: .*the same command goes on from there"):
        fetch_slice(api, FILTER, tmp_path / "slice")
    assert len(api.waits) == 5
    with pytest.raises(SnapshotError):
        open_snapshot(str(tmp_path / "slice"))  # half a slice is no snapshot
    world.dies_after, world.asked = None, []
    assert fetch_slice(api, FILTER, tmp_path / "slice").records["works"] == 250
    assert world.counted()["works"] == 1, "pages that are there were asked for again"
    assert sorted(read_works(tmp_path / "slice")["work_id"].to_pylist()) == list(range(1, 251))


def test_the_allowance_of_the_day(api, served, tmp_path):
    _, world = served
    world.trouble = [(429, {"Retry-After": "36000"}, {"message": "Daily limit exceeded"})]
    with pytest.raises(FetchError, match=r"429 Daily limit exceeded.*used up; it asks to wait 10\.0 hours.*goes on"):
        fetch_slice(api, FILTER, tmp_path / "slice")
    assert api.waits == []


def test_without_a_key_and_with_a_wrong_one(served, tmp_path):
    address, _ = served
    with pytest.raises(FetchError, match=r"An API key is required.*openalex.org/settings/api.*OPENALEX_API_KEY"):
        look(Api(address), FILTER)
    with pytest.raises(FetchError, match=r"Is the key in OPENALEX_API_KEY right\?") as caught:
        look(Api(address, key="wrong-key"), FILTER)
    assert "wrong-key" not in str(caught.value)
    assert "wrong-key" not in repr(Api(address, key="wrong-key"))


def test_a_key_is_sent_to_no_address_that_others_can_read():
    with pytest.raises(FetchError, match="does not begin with https"):
        Api("http://api.example.org", key="k")


def test_refused_filters_and_slices_that_are_too_large_or_empty(api, served, tmp_path):
    _, world = served
    with pytest.raises(FetchError, match="no_such_field is not a valid field"):
        fetch_slice(api, "no_such_field:1", tmp_path / "a")
    with pytest.raises(FetchError, match=r"250 works match: about 11 requests .* --most allows 249 works"):
        fetch_slice(api, FILTER, tmp_path / "a", most=249)
    with pytest.raises(FetchError, match="no work matches"):
        fetch_slice(api, "publication_year:1066", tmp_path / "a")
    assert not (tmp_path / "a").exists()
    assert len(world.asked) == 3


@pytest.mark.parametrize("text", ["", "1702", "a:", ":b", "a b:c", "type:article,", "x:1,<script>:2"])
def test_filters_that_are_none(text):
    with pytest.raises(FetchError, match="is not field:value"):
        conditions(text)


def test_a_field_named_twice_has_to_hold_twice():
    assert (
        "authorships.countries:US+CN,type:%21article"
        in works_query("authorships.countries:US, authorships.countries:CN, type:!article").url
    )


@given(st.dictionaries(st.from_regex(r"[a-z_]{1,8}(\.[a-z]{1,8})?", fullmatch=True), st.from_regex(r"[A-Z0-9|!]{1,9}", fullmatch=True), min_size=1))  # fmt: skip
def test_what_is_written_is_what_is_asked(wanted):
    assert conditions(",".join(f"{name}:{value}" for name, value in wanted.items())) == wanted


def test_folders_that_hold_something_else(api, served, tmp_path):
    (tmp_path / "other").mkdir()
    (tmp_path / "other/notes.txt").write_text("mine")
    with pytest.raises(FetchError, match="is not empty and holds no slice"):
        fetch_slice(api, FILTER, tmp_path / "other")
    fetch_slice(api, FILTER, tmp_path / "slice")
    with pytest.raises(FetchError, match=r"holds the slice .*, not 'type:article'; name another folder"):
        fetch_slice(api, "type:article", tmp_path / "slice")
    (tmp_path / "slice/fetch.json").write_text('{"filter": 1')
    with pytest.raises(FetchError, match="cannot be read"):
        fetch_slice(api, FILTER, tmp_path / "slice")


def test_a_slice_that_is_there_is_not_fetched_again(api, served, tmp_path):
    first = fetch_slice(api, FILTER, tmp_path / "slice")
    _, world = served
    world.asked.clear()
    again = fetch_slice(api, FILTER, tmp_path / "slice")
    assert world.asked == []
    assert again.records == first.records


def test_estimates():
    assert Estimate(1).in_words() == (
        "1 work matches: about 2 requests (within the free allowance of a day), a minute, 0 MB"
    )
    assert Estimate(100_000).pages == 1255
    assert (
        Estimate(10_000_000)
        .in_words()
        .startswith(
            "10,000,000 works match: about 103,675 requests (the free allowance of 11 days), 23 hours, 16,000 MB"
        )
    )


@pytest.mark.parametrize("works", [100, 1_000, 5_000])
def test_the_estimate_allows_for_what_real_works_name(openalex_records, tmp_path, works):
    lines = gzip.decompress((openalex_records / "works_2026_format.jsonl.gz").read_bytes()).splitlines()
    chosen = np.random.default_rng(works).permutation(len(lines))[:works]
    part = tmp_path / "part.gz"
    part.write_bytes(gzip.compress(b"\n".join(lines[at] for at in chosen), 1))
    needed = works // 100 + sum(-(-len(ids) // 100) for ids in named_records([part]).values())
    assert 0.75 < needed / Estimate(works).pages < 1.25


def test_the_documentation_has_the_estimates():
    page = (Path(__file__).parents[2] / "docs/how-to/fetch-a-field.md").read_text(encoding="utf-8")
    for works in (10_000, 100_000, 800_000):
        row = next(line for line in page.splitlines() if line.startswith(f"| {works:,} "))
        assert f"| {Estimate(works).pages:,}" in row


def test_a_fetch_that_is_killed_goes_on_where_it_was(served, tmp_path):
    """SIGKILL once the first part is there: the whole is the same as of an undisturbed fetch."""
    address, world = served
    world.works = world.works * 10  # ten times the same ids: only their number matters here
    world.works = [w | {"id": f"https://openalex.org/W{n}"} for n, w in enumerate(world.works, start=1)]
    code = (
        "import sys; from isthmus.fetch import slices; slices.PAGES_A_PART = 2;"
        "from isthmus.cli.main import main; sys.argv = ['isthmus', *sys.argv[1:]]; main()"
    )
    out = tmp_path / "slice"
    words = [sys.executable, "-c", code, "fetch", "--filter", FILTER, "--out", str(out), "--api", address]
    environment = os.environ | {"OPENALEX_API_KEY": "a-key-of-the-test"}
    process = subprocess.Popen(words, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while not list(out.glob(".fetch/**/part_0001.gz")):
        assert time.monotonic() < deadline
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "slice: 2,500 works, 3 institutions, 3 sources, 3 topics" in done.stdout
    assert "isthmus run --study everything --snapshot" in done.stdout
    assert "a-key-of-the-test" not in done.stdout + done.stderr
    ids = [record["id"] for record in lines_of(out, "works")]
    assert len(ids) == len(set(ids)) == 2_500
    assert sorted(read_works(out)["work_id"].to_pylist()) == list(range(1, 2_501))


def test_records_that_name_nothing(tmp_path):
    part = tmp_path / "part.gz"
    part.write_bytes(gzip.compress(b'{"id": "https://openalex.org/W1"}\n{"id": "https://openalex.org/W2", "topics": [{"id": null}], "authorships": [{}], "primary_location": {"source": null}}\n'))  # fmt: skip
    assert named_records([part]) == {"institutions": [], "sources": [], "topics": []}
