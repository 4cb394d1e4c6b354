"""Links among folders: one that leads back is not followed, others are."""

import os

import pytest

from isthmus.errors import StorageError
from isthmus.files import open_root, require_no_key
from isthmus.snapshot import open_snapshot


@pytest.fixture
def looping(tmp_path):
    """A folder with a file, a link to itself below it, and a link to a folder elsewhere."""
    inside, elsewhere = tmp_path / "snapshot" / "a", tmp_path / "elsewhere"
    for folder, number in ((inside, 1), (elsewhere, 2)):
        folder.mkdir(parents=True)
        (folder / f"works{number}.jsonl").write_text(f'{{"id": "https://openalex.org/W{number}"}}\n')
    os.symlink(tmp_path / "snapshot", inside / "back")
    os.symlink(inside, inside / "self")
    os.symlink(elsewhere, inside / "there")
    return tmp_path / "snapshot"


def test_a_folder_that_holds_itself_is_listed_once(looping):
    entries = [entry.path for entry in open_root(str(looping)).list(recursive=True)]
    assert entries == ["a", "a/there", "a/there/works2.jsonl", "a/works1.jsonl"]
    assert [entry.path for entry in open_root(str(looping)).list("a")] == ["a/there", "a/works1.jsonl"]


def test_its_records_are_read_once(looping):
    parts = open_snapshot(str(looping)).parts("works")
    assert {part.path for part in parts} == {"a/there/works2.jsonl", "a/works1.jsonl"}
    assert len(parts) == 2


def test_two_folders_that_hold_each_other_end(looping, tmp_path):
    os.symlink(looping, tmp_path / "elsewhere" / "home")
    assert len(open_root(str(looping)).list(recursive=True)) == 4


def test_a_root_that_is_a_link_is_a_folder_like_any(looping, tmp_path):
    os.symlink(looping, tmp_path / "link")
    assert len(open_root(str(tmp_path / "link")).list(recursive=True)) == 4


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("s3a://KEY:SECRET@bucket/tables", "s3a://***@bucket/tables"),
        ("s3://bucket/tables?secret=SECRET", "s3://bucket/tables"),
        ("gs://SECRET@bucket/x", "gs://***@bucket/x"),
        ("abfs://c:SECRET@account.dfs.core.windows.net/x", "abfs://***@account.dfs.core.windows.net/x"),
        ("abfs://c@account.dfs.core.windows.net/x?sig=SECRET", "abfs://***@account.dfs.core.windows.net/x"),
    ],
)
def test_an_address_with_a_key_is_refused_and_the_key_is_not_shown(address, shown):
    with pytest.raises(StorageError, match="carries a key or options") as raised:
        require_no_key(address)
    assert f"address {shown!r} " in str(raised.value)
    assert "SECRET" not in str(raised.value)


@pytest.mark.parametrize(
    "address",
    ["", "warehouse", "/a/b@c?d", "main.isthmus", "s3://bucket/a@b", "abfs://c@account.dfs.core.windows.net/x"],
)
def test_other_addresses_are_taken(address):
    require_no_key(address)
