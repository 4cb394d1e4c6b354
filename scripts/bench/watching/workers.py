"""The memory of Spark's Python workers, watched while a benchmark runs."""

import os
import threading
import time
from pathlib import Path


def descendants(root):
    """Processes below this one that run Spark's Python workers: number -> resident bytes."""
    parents, found = {}, {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except (OSError, IndexError):
                continue
    for number in parents:
        above = number
        while above in parents and above != root:
            above = parents[above]
        try:
            if above == root and b"pyspark.daemon" in Path(f"/proc/{number}/cmdline").read_bytes():
                found[number] = int(Path(f"/proc/{number}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        except OSError:
            continue
    return found


class Watch:
    """The largest memory that one Python worker has had while the block ran."""

    def __enter__(self):
        self.largest, self._running = 0, True
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._running = False
        self._thread.join()

    def _look(self):
        while self._running:
            self.largest = max(self.largest, *descendants(os.getpid()).values(), 0)
            time.sleep(0.2)


class OwnMemory:
    """The largest memory that this process has had while the block ran, in bytes."""

    def __enter__(self):
        Path("/proc/self/clear_refs").write_text("5")  # the kernel forgets the largest so far
        self.largest = 0
        return self

    def __exit__(self, *_):
        lines = Path("/proc/self/status").read_text().splitlines()
        self.largest = next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))
