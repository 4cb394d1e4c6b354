"""A warehouse that holds the tables of one snapshot does not take those of another one unasked."""

from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest

from isthmus.errors import StoreError
from isthmus.pipeline import run


@dataclass
class Opened:
    """As much of a snapshot as is looked at."""

    uri: str
    works: str
    release: str = "2026-07-01"
    storage: None = field(default=None)

    def fingerprint(self, entity):
        assert entity == "works"
        return self.works


STORE = SimpleNamespace(location="/data/warehouse")


@pytest.fixture
def made(monkeypatch):
    """A function that says from what the tables were made."""

    def from_(**inputs):
        entry = SimpleNamespace(inputs=inputs, release="2026-06-25") if inputs else None
        monkeypatch.setattr(run, "Ledger", lambda store: SimpleNamespace(last_done=lambda stage, study: entry))

    return from_


def test_other_works_from_another_place_are_refused_with_what_to_do(made):
    made(snapshot="/data/one", works="aaaa")
    with pytest.raises(StoreError) as refused:
        run._require_same_origin(STORE, Opened("/data/two", "bbbb"))
    said = str(refused.value)
    assert said.startswith("/data/warehouse holds the tables of '/data/one' (release 2026-06-25), and '/data/two'")
    assert all(word in said for word in ("--warehouse", "--replace", "--incremental"))


@pytest.mark.parametrize(
    ("inputs", "snapshot"),
    [
        ({}, Opened("/data/two", "bbbb")),
        ({"snapshot": "/data/one", "works": "aaaa"}, Opened("/data/one", "bbbb")),  # the next release at its place
        ({"snapshot": "/data/one", "works": "aaaa"}, Opened("/mnt/copy-of-one", "aaaa")),
    ],
)
def test_an_empty_warehouse_the_same_place_and_a_copy_are_taken(made, inputs, snapshot):
    made(**inputs)
    run._require_same_origin(STORE, snapshot)


@pytest.mark.parametrize("option", ["replace", "incremental"])
def test_it_is_asked_unless_the_request_says_so(made, monkeypatch, option):
    made(snapshot="/data/one", works="aaaa")
    monkeypatch.setattr(run, "reach", lambda *_: None)
    monkeypatch.setattr(run, "TableStore", lambda spark, warehouse: STORE)
    monkeypatch.setattr(run, "open_root", lambda *_: SimpleNamespace(is_file=lambda path: False))
    monkeypatch.setattr(run, "Context", lambda **fields: fields)
    monkeypatch.setattr(run, "Runner", lambda context, *_: context)
    two = Opened("/data/two", "bbbb")
    with pytest.raises(StoreError, match="holds other works"):
        run._runner(None, run.Request("/data/warehouse"), two)
    taken = run._runner(None, run.Request("/data/warehouse", **{option: True}), two)
    assert taken["release"] == "2026-07-01"
