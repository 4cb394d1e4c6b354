"""Where a snapshot is written to: whole files, folders that hold something, folders of this machine and of others."""

import pyarrow.fs as pafs
import pytest

from isthmus.errors import ConfigError
from isthmus.simulate.world import target
from isthmus.simulate.world.target import Target


@pytest.fixture(params=["this machine", "a file system elsewhere"])
def folder(request, tmp_path, monkeypatch):
    """A target that writes into tmp_path / "out", as a local folder or through pyarrow as into a bucket."""
    if request.param == "this machine":
        return Target(str(tmp_path / "out"))
    elsewhere = pafs.SubTreeFileSystem(str(tmp_path), pafs.LocalFileSystem())
    monkeypatch.setattr(target, "_opened", lambda uri: (elsewhere, uri.removeprefix("bucket://")))
    return Target("bucket://out")


def test_a_file_is_written_with_its_folders(folder, tmp_path):
    assert folder.write("works/updated_date=2026-01-02/part_000.gz", b"abc") == 3
    assert (tmp_path / "out/works/updated_date=2026-01-02/part_000.gz").read_bytes() == b"abc"
    assert len([p for p in tmp_path.rglob("*") if p.is_file()]) == 1, "and no half file beside it"


def test_content_stands_as_it_is_whatever_the_name_says(folder, tmp_path):
    """A name that ends in .gz is no reason to compress again."""
    for name in ("part.gz", "part.bz2", "manifest"):
        folder.write(name, b"\x00plain\n")
        assert (tmp_path / "out" / name).read_bytes() == b"\x00plain\n"


def test_a_file_is_replaced_as_a_whole(folder, tmp_path):
    folder.write("manifest", b"a long first text")
    assert folder.write("manifest", b"") == 0
    assert (tmp_path / "out/manifest").read_bytes() == b""


def test_a_folder_that_is_not_there_or_empty_is_new(folder, tmp_path):
    folder.check_new()
    assert not (tmp_path / "out").exists(), "a look creates nothing"
    (tmp_path / "out").mkdir()
    folder.check_new()


def test_a_folder_that_holds_something_is_refused(folder, tmp_path):
    (tmp_path / "out/empty").mkdir(parents=True)
    with pytest.raises(ConfigError) as refused:
        folder.check_new()
    assert str(refused.value) == f"{folder.uri} is there and not empty: name another folder, or remove it first."
    folder.under("empty").check_new()


def test_a_file_in_the_place_of_the_folder_is_refused(folder, tmp_path):
    (tmp_path / "out").write_text("")
    with pytest.raises(ConfigError, match="is there and not empty"):
        folder.check_new()


def test_a_folder_in_the_folder(folder, tmp_path):
    inner = folder.under("2026-06-25")
    assert inner == Target(f"{folder.uri}/2026-06-25")
    inner.write("manifest", b"x")
    assert (tmp_path / "out/2026-06-25/manifest").read_bytes() == b"x"


def test_an_address_of_this_machine_is_a_folder(tmp_path):
    Target(f"file://{tmp_path}/out").write("a", b"x")
    assert (tmp_path / "out/a").read_bytes() == b"x"
    with pytest.raises(ConfigError, match=f"^file://{tmp_path}/out is there"):
        Target(f"file://{tmp_path}/out").check_new()
