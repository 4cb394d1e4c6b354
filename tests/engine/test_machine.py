"""`cores`, `memory_mib`: what this machine has, the container's limits included."""

import os

import pytest

from isthmus.engine import machine


def test_cores_are_those_that_the_process_may_use(monkeypatch):
    assert 1 <= machine.cores() <= os.cpu_count()
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {0, 3, 5}, raising=False)
    assert machine.cores() == 3


def test_cores_without_affinity(monkeypatch):
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert machine.cores() == 1


@pytest.mark.parametrize(("limit", "mib"), [("max\n", 4096), ("1073741824\n", 1024), ("99999999999999\n", 4096)])
def test_memory_is_the_lesser_of_machine_and_container(monkeypatch, tmp_path, limit, mib):
    file = tmp_path / "memory.max"
    file.write_text(limit)
    monkeypatch.setattr(machine, "Path", lambda path: file)
    monkeypatch.setattr(os, "sysconf", {"SC_PAGE_SIZE": 4096, "SC_PHYS_PAGES": 2**20}.__getitem__)
    assert machine.memory_mib() == mib


def test_memory_without_a_container(monkeypatch, tmp_path):
    monkeypatch.setattr(machine, "Path", lambda path: tmp_path / "none")
    monkeypatch.setattr(os, "sysconf", {"SC_PAGE_SIZE": 4096, "SC_PHYS_PAGES": 2**18}.__getitem__)
    assert machine.memory_mib() == 1024
