"""A lock that is renewed: one holder at a time, whatever the order of requests; a killed holder's is taken over."""

import json
import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.errors import StorageError
from isthmus.files.lease import Lease, Times, held, holder_of
from isthmus.files.lock_object import Seen

SAYS = {"who": "a run of the study first", "process": 7, "host": "lab", "started": "2026-01-01T00:00:00+00:00"}


class Shelf:
    """A service that keeps its promise: compare and write is one step. Its clock and its faults are the test's."""

    def __init__(self, *, ignores_conditions=False):
        self.step = threading.Lock()
        self.content, self.number, self.written = None, 0, 0.0
        self.clock = time.monotonic
        self.ignores_conditions = ignores_conditions
        self.lost_answers, self.is_down = 0, False

    def look(self):
        if self.is_down:
            raise StorageError("no network")
        with self.step:
            if self.content is None:
                return None
            return Seen(self.content, str(self.number), self.clock() - self.written)

    def write(self, content, seen):
        with self.step:
            there = None if self.content is None else str(self.number)
            if there != (seen.etag if seen else None) and not self.ignores_conditions:
                return False
            self.content, self.number, self.written = content, self.number + 1, self.clock()
        if self.lost_answers:
            self.lost_answers -= 1
            return False  # as when the answer is lost and the same request, sent again, is refused
        return True

    def require_conditions(self, content):
        if self.ignores_conditions:
            raise StorageError("ignores conditions")


def test_the_second_is_told_whom_it_waits_for_and_comes_when_the_first_gives_back():
    shelf = Shelf()
    first, second = Lease(shelf, SAYS, 90), Lease(shelf, SAYS | {"who": "a run of the study second"}, 90)
    assert first.take() is None
    other = second.take()
    assert holder_of(other.content) == ("a run of the study first (process 7 on lab, since 2026-01-01T00:00:00+00:00)")
    first.give_back()
    assert shelf.content == b""
    assert second.take() is None
    assert second.is_held
    assert not first.is_held


def test_of_a_killed_run_it_is_stale_after_a_while_and_not_before():
    shelf, now = Shelf(), [0.0]
    shelf.clock = lambda: now[0]
    killed, next_one = Lease(shelf, SAYS, 90), Lease(shelf, SAYS, 90)
    assert killed.take() is None
    now[0] = 60.0
    killed.renew()
    now[0] = 150.0  # 90 after the renewal
    assert next_one.take() is not None
    now[0] = 150.1
    assert next_one.take() is None


def test_who_slept_too_long_knows_that_the_lock_is_another_ones_and_leaves_it_alone():
    shelf, now = Shelf(), [0.0]
    shelf.clock = lambda: now[0]
    slept, awake = Lease(shelf, SAYS, 90), Lease(shelf, SAYS | {"who": "a run of the study second"}, 90)
    assert slept.take() is None
    assert slept.is_held
    now[0] = 91.0
    assert awake.take() is None
    slept.renew()
    assert not slept.is_held
    assert slept.taken_by.startswith("a run of the study second (process 7")
    slept.give_back()
    assert awake.take() is not None  # it is still held, by itself
    assert b"second" in shelf.content


def test_without_a_network_nobody_relies_on_it_for_longer_than_others_wait(monkeypatch):
    shelf, now = Shelf(), [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    lease = Lease(shelf, SAYS, 90)
    assert lease.take() is None
    shelf.is_down = True
    now[0] += 80
    with pytest.raises(StorageError):
        lease.renew()
    assert lease.is_held
    now[0] += 2
    assert not lease.is_held
    assert lease.taken_by == "perhaps another run"


@pytest.mark.parametrize("lost", [1, 2])
def test_an_answer_that_gets_lost_is_looked_up(lost):
    shelf = Shelf()
    shelf.lost_answers = lost
    lease = Lease(shelf, SAYS, 90)
    assert lease.take() is None
    lease.renew()
    lease.renew()
    assert lease.is_held


def test_a_service_that_ignores_conditions_is_refused_and_left_empty():
    shelf = Shelf(ignores_conditions=True)
    with pytest.raises(StorageError, match="ignores conditions"):
        Lease(shelf, SAYS, 90).take()
    assert shelf.content == b""


@given(st.lists(st.tuples(st.integers(0, 2), st.sampled_from(["take", "renew", "give_back", "wait"])), max_size=40))
def test_never_do_two_hold_it(steps):
    """Three runs in any order of requests, and a clock that goes on: at most one relies on the lock."""
    shelf, now = Shelf(), [0.0]
    shelf.clock = lambda: now[0]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "monotonic", lambda: now[0])
        leases = [Lease(shelf, SAYS | {"process": n}, 90) for n in range(3)]
        holding = set()
        for number, step in steps:
            if step == "wait":
                now[0] += 50.0
            elif step == "take" and number not in holding:
                if leases[number].take() is None:
                    holding.add(number)
            elif number in holding:
                getattr(leases[number], step)() if step != "take" else None
                if step == "give_back":
                    holding.discard(number)
            relying = [n for n in holding if leases[n].is_held]
            assert len(relying) <= 1


def test_threads_that_want_it_at_once_come_one_after_the_other():
    shelf, inside, most = Shelf(), [0], [0]

    def work():
        with held(shelf, SAYS, lambda _: None, Times(asked_every=0.001)):
            inside[0] += 1
            most[0] = max(most[0], inside[0])
            time.sleep(0.002)
            inside[0] -= 1

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert most == [1]
    assert shelf.content == b""


def test_it_is_renewed_while_it_is_held_and_who_waits_is_told_once():
    shelf, told = Shelf(), []
    with held(shelf, SAYS, told.append, Times(renewed_every=0.02, stale_after=0.3)) as lease:
        other = Lease(shelf, SAYS, 0.3)
        end = time.monotonic() + 0.6
        while time.monotonic() < end:
            assert other.take() is not None
            time.sleep(0.02)
        assert lease.is_held
        assert json.loads(shelf.content)["renewals"] > 5
    blocker = Lease(shelf, SAYS, 90)
    assert blocker.take() is None
    threading.Timer(0.05, blocker.give_back).start()
    with held(shelf, SAYS, told.append, Times(asked_every=0.01)):
        pass
    assert len(told) == 1


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"who": 1}', b"\xff"])
def test_a_lock_that_cannot_be_read_is_another_runs(content):
    assert holder_of(content) == "another run"
