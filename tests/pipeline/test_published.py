"""Published files that are changed or deleted by hand are noticed, so that they are published again."""

import json
from types import SimpleNamespace

import pytest

from isthmus.config import Storage
from isthmus.pipeline.published import LISTING, STUDY_FILE, is_as_published, results_root, write_listing


@pytest.fixture
def published(tmp_path):
    """A context whose study has published two files."""
    study = SimpleNamespace(study="s")
    context = SimpleNamespace(results=str(tmp_path), study=study, the_study=study, storage=Storage())
    root, contents = results_root(context), {"edges.parquet": b"edges", "coverage.parquet": b"coverage"}
    for name, content in contents.items():
        root.write(name, content)
    write_listing(root, contents)
    root.write(STUDY_FILE, b"{}")
    return context, tmp_path / "s"


def test_what_was_published_is_as_published(published):
    context, folder = published
    assert is_as_published(context)
    (folder / "report.html").write_text("whatever else lies there")
    assert is_as_published(context)


@pytest.mark.parametrize("name", ["edges.parquet", "coverage.parquet", STUDY_FILE, LISTING])
def test_a_deleted_file_is_noticed(published, name):
    context, folder = published
    (folder / name).unlink()
    assert not is_as_published(context)


@pytest.mark.parametrize("content", [b"edge5", b"", b"edges and more"])
def test_a_changed_file_is_noticed(published, content):
    context, folder = published
    (folder / "edges.parquet").write_bytes(content)
    assert not is_as_published(context)


@pytest.mark.parametrize("listing", ["", "[1]", '{"edges.parquet": 7}', '{"edges.parquet": {}}', "null", '"x"'])
def test_a_listing_that_is_none_is_noticed(published, listing):
    context, folder = published
    (folder / LISTING).write_text(listing)
    assert not is_as_published(context)


def test_the_listing_tells_the_bytes_of_each_file(published):
    _, folder = published
    listing = json.loads((folder / LISTING).read_text())
    assert {name: said["bytes"] for name, said in listing.items()} == {"coverage.parquet": 8, "edges.parquet": 5}
