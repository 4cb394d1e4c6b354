"""What a run takes while it goes on: processor seconds, memory and shuffled rows at any time, measured from outside.

The ledger says when each stage began and ended; the processors' clock, the pages of all processes of the run's session
and Spark's own event log say what went on meanwhile. Linux only.
"""

import json
import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from ingesting.measure import Sampler

SAMPLE_SECONDS = 0.5
MEMORY_EVERY = 4  # samples: adding up the pages of a process takes milliseconds


@dataclass(frozen=True)
class Timeline:
    """Times of samples, processor seconds so far and bytes at those times; when tasks ended, and what they shuffled."""

    times: np.ndarray
    used: np.ndarray
    memory: np.ndarray
    ended: np.ndarray
    rows: np.ndarray
    bytes: np.ndarray

    def between(self, began: float, ended: float) -> dict[str, float]:
        """Processor seconds, largest memory, and the rows and bytes that tasks ending within it wrote for others."""
        first, last = np.interp([began, ended], self.times, self.used)
        inside = (self.times >= began) & (self.times <= ended + SAMPLE_SECONDS * MEMORY_EVERY)
        tasks = (self.ended >= began) & (self.ended < ended)
        return {
            "core_seconds": round(float(last - first), 1),
            "peak": int(self.memory[inside].max(initial=0)),
            "shuffled_rows": int(self.rows[tasks].sum()),
            "shuffled_bytes": int(self.bytes[tasks].sum()),
        }

    def stages(self, warehouse: Path) -> dict[str, dict[str, float]]:
        """Stage -> what went on while it ran; the ledger's entry says when it had ended, and how long it took."""
        from deltalake import DeltaTable

        columns = ["stage", "status", "seconds", "rows_out", "started_at"]
        ledger = DeltaTable(warehouse / "ledger").to_pandas(columns=columns)
        found = {}
        for row in ledger[ledger["status"] == "done"].itertuples():
            ended = row.started_at.timestamp()
            if ended > self.times[0]:
                written = 0 if np.isnan(row.rows_out) else int(row.rows_out)
                measures = self.between(ended - row.seconds, ended)
                found[row.stage] = {"clock": round(row.seconds, 1), "rows_out": written} | measures
        return found


def watched(command: list[str], log: Path, *, shuffles: bool = False) -> Timeline:
    """Run a command in a session of its own and watch it.

    Raises
    ------
    SystemExit : the command failed; its last words are shown.

    """
    environment, events = dict(os.environ), log.with_suffix(".events")
    if shuffles:
        environment["SPARK_CONF_DIR"] = str(_event_settings(events))
    with log.open("w") as out:
        process = subprocess.Popen(
            command, stdout=out, stderr=subprocess.STDOUT, start_new_session=True, env=environment
        )
        sampler, samples = Sampler(process.pid), [(time.time(), 0.0, 0)]
        while process.poll() is None:
            bytes_now = sampler.memory() if len(samples) % MEMORY_EVERY == 0 else 0
            samples.append((time.time(), sampler.cpu(), bytes_now))
            time.sleep(SAMPLE_SECONDS)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} failed ({process.returncode}):\n{log.read_text()[-3000:]}")
    times, used, memory = map(np.array, zip(*samples, strict=True))
    return Timeline(times, np.maximum.accumulate(used), memory, *_shuffled(events))


def _event_settings(events: Path) -> Path:
    """Return a folder of Spark's settings under which it writes what each task did."""
    settings = events.with_suffix(".conf")
    for folder in (events, settings):
        folder.mkdir(parents=True, exist_ok=True)
    for old in events.iterdir():
        old.unlink()
    options = {"enabled": "true", "dir": events.resolve().as_uri(), "compress": "false", "rolling.enabled": "false"}
    lines = (f"spark.eventLog.{key} {value}\n" for key, value in options.items())
    (settings / "spark-defaults.conf").write_text("".join(lines))
    return settings


def _shuffled(events: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return when each task that wrote for others ended, its rows and its bytes."""
    found = []
    for file in sorted(events.glob("*")) if events.is_dir() else ():
        for line in file.open():
            if '"SparkListenerTaskEnd"' in line:
                event = json.loads(line)
                wrote = (event.get("Task Metrics") or {}).get("Shuffle Write Metrics", {})
                rows, size = wrote.get("Shuffle Records Written", 0), wrote.get("Shuffle Bytes Written", 0)
                if rows:
                    found.append((event["Task Info"]["Finish Time"] / 1000, rows, size))
    ended, rows, sizes = zip(*found, strict=True) if found else ((), (), ())
    return np.array(ended, float), np.array(rows, np.int64), np.array(sizes, np.int64)
