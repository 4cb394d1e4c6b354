"""`Progress`: lines about the stages of a run, animated only for somebody who watches."""

import io
import time

import pytest

from isthmus.engine import Progress
from isthmus.engine import progress as module
from isthmus.engine.progress import duration


class Clock:
    """A clock that moves when told to."""

    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


class Terminal(io.StringIO):
    """A stream that somebody watches."""

    def isatty(self):
        return True


@pytest.fixture
def clock():
    return Clock()


class TestPlainStream:
    """A log file: one line when a stage ends, no control characters."""

    def test_one_line_for_each_stage(self, clock):
        stream = io.StringIO()
        progress = Progress(["works", "corpus", "report"], stream=stream, clock=clock)
        progress.start("works")
        clock.now += 75
        progress.finish("works", "5 rows")
        progress.skip("corpus", "unchanged")
        progress.start("report")
        progress.fail("report")
        assert stream.getvalue().splitlines() == [
            "[1/3] works                  5 rows  (1 min 15 s)",
            "[2/3] corpus                 unchanged",
            "[3/3] report                 failed",
        ]

    def test_nothing_is_animated(self, clock):
        progress = Progress(["works"], stream=io.StringIO(), clock=clock)
        progress.start("works")
        assert not progress.animated
        progress.finish("works", "5 rows")
        assert progress.stream.getvalue().count("\n") == 1

    def test_a_long_stage_is_a_line_now_and_then(self, clock, monkeypatch):
        monkeypatch.setattr(module, "LOG_SECONDS", 0.005)
        stream = io.StringIO()
        progress = Progress(["works"], expected={"works": 900}, parts=lambda: (3, 40), stream=stream, clock=clock)
        progress.start("works")
        clock.now += 300
        deadline = time.monotonic() + 10
        while "5 min, 3 of 40 parts, about 10 min left\n" not in stream.getvalue() and time.monotonic() < deadline:
            time.sleep(0.005)
        progress.finish("works", "5 rows")
        assert "[1/1] works                  5 min, 3 of 40 parts, about 10 min left\n" in stream.getvalue()
        assert "\r" not in stream.getvalue()

    def test_each_stage_has_its_own_time(self, clock):
        stream = io.StringIO()
        progress = Progress(["a", "b"], stream=stream, clock=clock)
        clock.now += 1000  # before the first stage
        for stage, seconds in (("a", 3), ("b", 7)):
            progress.start(stage)
            clock.now += seconds
            progress.finish(stage, "ok")
        assert [line.split("(")[1] for line in stream.getvalue().splitlines()] == ["3 s)", "7 s)"]


@pytest.mark.parametrize("stream", [io.StringIO, Terminal])
def test_quiet_writes_nothing(clock, stream):
    target = stream()
    progress = Progress(["a", "b", "c"], stream=target, quiet=True, clock=clock)
    progress.start("a")
    progress.finish("a", "ok")
    progress.skip("b", "unchanged")
    progress.start("c")
    progress.fail("c")
    assert target.getvalue() == ""


class TestTerminal:
    """Somebody watches: the running stage with its time and what is left."""

    @pytest.fixture(autouse=True)
    def _fast(self, monkeypatch):
        monkeypatch.setattr(module, "TICK_SECONDS", 0.005)

    def ticked(self, stream, expected):
        deadline = time.monotonic() + 10
        while expected not in stream.getvalue() and time.monotonic() < deadline:
            time.sleep(0.005)
        return expected in stream.getvalue()

    def test_the_running_stage_is_shown_with_an_estimate(self, clock):
        stream = Terminal()
        progress = Progress(["a", "b"], expected={"a": 60, "b": 120}, stream=stream, clock=clock)
        progress.start("a")
        clock.now += 20
        assert self.ticked(stream, "\r\033[K[1/2] a                      20 s, about 2 min 40 s left")
        progress.finish("a", "done")
        assert stream.getvalue().endswith("\r\033[K[1/2] a                      done  (20 s)\n")

    def test_a_first_run_promises_nothing(self, clock):
        stream = Terminal()
        progress = Progress(["a"], stream=stream, clock=clock)
        progress.start("a")
        assert self.ticked(stream, "first run: no estimate yet")
        progress.fail("a")

    def test_parts_done_of_all_stand_within_the_stage(self, clock):
        stream, done = Terminal(), iter([None, *((n, 1200) for n in range(1, 100_000))])
        progress = Progress(["a"], parts=lambda: next(done), stream=stream, clock=clock)
        progress.start("a")
        assert self.ticked(stream, "0 s, first run"), "nothing of several parts runs yet"
        assert self.ticked(stream, "0 s, 2 of 1,200 parts, first run")
        progress.finish("a", "ok")

    def test_an_estimate_of_the_first_run_is_called_so_until_stages_that_ran_are_left(self, clock):
        stream = Terminal()
        progress = Progress(["a", "b"], expected={"b": 30}, estimated={"a": 60, "b": 9000}, stream=stream, clock=clock)
        progress.start("a")
        assert self.ticked(stream, "about 1 min 30 s left (first run: an estimate)"), "b is known better from here"
        progress.finish("a", "ok")
        progress.start("b")
        assert self.ticked(stream, "[2/2] b                      0 s, about 30 s left")
        assert "about 30 s left (" not in stream.getvalue()
        progress.finish("b", "ok")

    @pytest.mark.parametrize("end", ["finish", "fail"])
    def test_nothing_is_written_after_the_end_of_a_stage(self, clock, end):
        stream = Terminal()
        progress = Progress(["a"], stream=stream, clock=clock)
        progress.start("a")
        ticker = progress._ticker
        assert self.ticked(stream, "first run")
        progress.finish("a", "ok") if end == "finish" else progress.fail("a")
        assert not ticker.is_alive()
        assert stream.getvalue().endswith("\n")


class TestLeft:
    """The estimate of what is left."""

    def test_the_rest_of_this_stage_and_all_of_the_next(self, clock):
        progress = Progress(["a", "b", "c"], expected={"a": 10, "b": 20, "c": 30}, stream=io.StringIO(), clock=clock)
        progress.start("a")
        clock.now += 4
        assert progress.left() == 56
        progress.finish("a", "ok")
        progress.skip("b", "unchanged")
        progress.start("c")
        assert progress.left() == 30

    def test_a_stage_that_takes_longer_than_last_time_owes_nothing(self, clock):
        progress = Progress(["a", "b"], expected={"a": 10, "b": 5}, stream=io.StringIO(), clock=clock)
        progress.start("a")
        clock.now += 100
        assert progress.left() == 5

    def test_a_stage_that_never_ran_takes_ten_seconds(self, clock):
        progress = Progress(["a", "new"], expected={"a": 1}, stream=io.StringIO(), clock=clock)
        progress.start("a")
        assert progress.left() == 11

    def test_nothing_is_left_at_the_end(self, clock):
        progress = Progress(["a"], stream=io.StringIO(), clock=clock)
        progress.start("a")
        progress.finish("a", "ok")
        assert progress.left() == 0


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (0.4, "0 s"),
        (8.3, "8 s"),
        (59.4, "59 s"),
        (59.6, "1 min"),
        (200, "3 min 20 s"),
        (3599.7, "1 h 0 min"),
        (7500, "2 h 5 min"),
        (100_000, "27 h 46 min"),
    ],
)
def test_a_time_span_in_words(seconds, words):
    assert duration(seconds) == words
