"""Progress of a long run: which stage, what is left, an estimate; no animation when nobody watches."""

import sys
import threading
import time
from collections.abc import Callable, Mapping
from typing import TextIO

TICK_SECONDS = 1.0
LOG_SECONDS = 300.0  # between two lines about one stage where nobody watches
DEFAULT_STAGE_SECONDS = 10.0  # a stage that never ran here


class Progress:
    """Lines on a stream about the stages of a run.

    On a terminal the running stage is shown with its time, the parts that are done of all, and an estimate of what is
    left; elsewhere one line is written when a stage ends, and one every few minutes while it runs.

    Parameters
    ----------
    stages : list[str]
        Names of the stages to come, in order.
    expected : Mapping[str, float] | None, optional
        stage -> seconds that it took last time.
    estimated : Mapping[str, float] | None, optional
        stage -> seconds by measurements elsewhere, of stages that never ran here.
    parts : Callable | None, optional
        Returns how many parts of what runs now are done, of how many; None where that is not known.
    stream : TextIO | None, optional
        Where to write; standard error by default.
    quiet : bool, default False
        Write nothing at all.
    """

    def __init__(
        self,
        stages: list[str],
        *,
        expected: Mapping[str, float] | None = None,
        estimated: Mapping[str, float] | None = None,
        parts: Callable[[], tuple[int, int] | None] | None = None,
        stream: TextIO | None = None,
        quiet: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.stages = stages
        self.ran = frozenset(expected or {})
        self.expected = {**(estimated or {}), **(expected or {})}
        self.parts = parts or (lambda: None)
        self.stream = stream or sys.stderr
        self.quiet = quiet
        self.animated = not quiet and self.stream.isatty()
        self._clock = clock
        self._done = 0
        self._stop = threading.Event()
        self._ticker: threading.Thread | None = None
        self._started = clock()

    def start(self, stage: str) -> None:
        """Show that a stage begins."""
        self._started = self._clock()
        if not self.quiet:
            self._stop = threading.Event()
            self._ticker = threading.Thread(target=self._tick, args=(stage, self._stop), daemon=True)
            self._ticker.start()

    def finish(self, stage: str, outcome: str) -> None:
        """Show that a stage ended; `outcome` says how, in a few words."""
        self._end_ticker()
        self._done += 1
        if not self.quiet:
            seconds = self._clock() - self._started
            self._line(f"[{self._done}/{len(self.stages)}] {stage:<22} {outcome}  ({duration(seconds)})\n")

    def skip(self, stage: str, reason: str) -> None:
        """Show that a stage had nothing to do."""
        self._done += 1
        if not self.quiet:
            self._line(f"[{self._done}/{len(self.stages)}] {stage:<22} {reason}\n")

    def fail(self, stage: str) -> None:
        """Show that a stage ended in an error, which the caller reports."""
        self._end_ticker()
        if not self.quiet:
            self._line(f"[{self._done + 1}/{len(self.stages)}] {stage:<22} failed\n")

    def left(self) -> float:
        """Estimated seconds from now to the end of the run, from what the stages took last time."""
        elapsed = self._clock() - self._started
        current, *later = [self.expected.get(s, DEFAULT_STAGE_SECONDS) for s in self.stages[self._done :]] or [0.0]
        return max(current - elapsed, 0.0) + sum(later)

    def _tick(self, stage: str, stop: threading.Event) -> None:
        while not stop.wait(TICK_SECONDS if self.animated else LOG_SECONDS):
            words = ", ".join([duration(self._clock() - self._started), *self._parts(), self._rest()])
            self._line(f"[{self._done + 1}/{len(self.stages)}] {stage:<22} {words}" + "\n" * (not self.animated))

    def _parts(self) -> list[str]:
        found = self.parts()
        return [] if found is None else [f"{found[0]:,} of {found[1]:,} parts"]

    def _rest(self) -> str:
        """Return what is left in words, and whether that was measured here."""
        if not self.expected:
            return "first run: no estimate yet"
        ahead = self.stages[self._done :]
        guess = "" if self.ran.issuperset(ahead) else " (first run: an estimate)"
        return f"about {duration(self.left())} left{guess}"

    def _end_ticker(self) -> None:
        if self._ticker is not None:
            self._stop.set()
            self._ticker.join()
            self._ticker = None

    def _line(self, text: str) -> None:
        self.stream.write(f"\r\033[K{text}" if self.animated else text)
        self.stream.flush()


def duration(seconds: float) -> str:
    """Return a time span in words: `8 s`, `3 min 20 s`, `2 h 5 min`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min"
