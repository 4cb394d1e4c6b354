"""A command measured from outside: wall time, processor time and memory of it and of all that it starts.

Spark starts a JVM, which starts Python workers that it does not wait for, so no `getrusage` knows them all. They share
one session id, by which they are found in /proc. Linux only.
"""

import os
import subprocess
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

SAMPLE_SECONDS = 0.4
MEMORY_EVERY = 10  # samples: adding up the pages of a process costs milliseconds
TICK = os.sysconf("SC_CLK_TCK")
MARK = "@phase "


@dataclass(frozen=True)
class Phase:
    """Seconds of the clock and of the processors that a phase took."""

    wall: float
    cpu: float


@dataclass
class Measured:
    """Phases in their order, the largest memory in bytes (proportional set size), and what the command said."""

    phases: dict[str, Phase] = field(default_factory=dict)
    peak_bytes: int = 0
    counts: dict[str, int] = field(default_factory=dict)

    def total(self, *but: str) -> Phase:
        chosen = [phase for name, phase in self.phases.items() if name not in but]
        return Phase(sum(p.wall for p in chosen), sum(p.cpu for p in chosen))


def mark(name: str) -> None:
    """Say that a phase has ended (in the measured command)."""
    print(f"{MARK}{name}", flush=True)


def say(name: str, count: int) -> None:
    """Say a number, such as the rows of a table (in the measured command)."""
    print(f"@count {name} {count}", flush=True)


class Sampler(threading.Thread):
    """Watches the processes of a session."""

    def __init__(self, session: int) -> None:
        super().__init__(daemon=True)
        self._session = session
        self._seen: dict[int, float] = {}
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self.peak_bytes = 0

    def run(self) -> None:
        count = 0
        while not self._stopped.wait(SAMPLE_SECONDS):
            self.cpu()
            if count % MEMORY_EVERY == 0:
                self.peak_bytes = max(self.peak_bytes, self.memory())
            count += 1

    def stop(self) -> None:
        self._stopped.set()
        self.join()

    def cpu(self) -> float:
        """Processor seconds so far, of living and of ended processes."""
        with self._lock:
            for pid, fields in self._processes().items():
                self._seen[pid] = (int(fields[11]) + int(fields[12])) / TICK  # utime, stime
            return sum(self._seen.values())

    def memory(self) -> int:
        """Bytes of all processes now, what they share counted once."""
        processes = self._processes()
        return sum(_memory(pid) for pid, fields in processes.items() if not _starting(pid, int(fields[1])))

    def _processes(self) -> dict[int, list[str]]:
        found = {}
        for folder in Path("/proc").iterdir():
            if folder.name.isdigit():
                try:
                    fields = (folder / "stat").read_text().rpartition(") ")[2].split()
                except OSError:
                    continue
                if int(fields[3]) == self._session:
                    found[int(folder.name)] = fields
        return found


def _starting(pid: int, parent: int) -> bool:
    """Whether a process is about to start another's program, for Java: until then it runs in its parent's memory."""
    try:
        program = os.readlink(f"/proc/{pid}/exe")
        return program.endswith("/java") and program == os.readlink(f"/proc/{parent}/exe")
    except OSError:
        return False


def _memory(pid: int) -> int:
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) << 10
    except OSError:
        pass
    return 0


def measured(command: list[str], cores: int) -> Measured:
    """Run a command on the first cores of this machine and measure its phases.

    Raises
    ------
    SystemExit : the command failed; its last words are shown.

    """
    chosen = ",".join(map(str, sorted(os.sched_getaffinity(0))[:cores]))
    command = ["taskset", "--cpu-list", chosen, *command]
    with open(f"/tmp/isthmus-bench-{os.getpid()}.log", "w+") as errors:
        process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            start_new_session=True,
        )
        sampler = Sampler(process.pid)
        sampler.start()
        result = _follow(process, sampler)
        sampler.stop()
        result.peak_bytes = sampler.peak_bytes
        errors.seek(0)
        words = errors.read()
    os.unlink(errors.name)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} failed ({process.returncode}):\n{words[-3000:]}")
    return result


def _follow(process: "subprocess.Popen[str]", sampler: Sampler) -> Measured:
    result = Measured()
    wall, cpu = time.monotonic(), 0.0
    for line in process.stdout or ():
        if line.startswith(MARK):
            now, used = time.monotonic(), sampler.cpu()
            result.phases[line.removeprefix(MARK).strip()] = Phase(now - wall, used - cpu)
            wall, cpu = now, used
        elif line.startswith("@count "):
            _, name, count = line.split()
            result.counts[name] = int(count)
    process.wait()
    return result
