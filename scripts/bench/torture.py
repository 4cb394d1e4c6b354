"""Torture: fuzzed lines, damaged files, killed runs; what is kept is compared with what an independent reader finds."""

import gzip
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click
import pyarrow.parquet as pq

from isthmus.files import open_root
from isthmus.simulate import World, simulate_snapshot
from isthmus.snapshot.datasource import parse_lines
from isthmus.snapshot.model import LINES, PARQUET, Part

WORK = re.compile(r"(?:https?://(?:api\.|explore\.)?openalex\.org/)?(?:[a-z-]+/)?W(\d{1,18})")
OTHER_HOSTS = (b"W", b"", b"https://openalex.org/A", b"https://evil.example/W")  # what an id begins with instead
PACKINGS = ("plain", "one gzip member", "gzip members of 50 lines", "parquet")
SHOWN = ("work_id", "publication_year", "work_type", "referenced_works")
LONGEST_SHARE = 0.6  # of an undisturbed run's seconds: a run is killed within it
VOLATILE = {"seconds", "files", "started_at", "run_id"}


@click.command()
@click.option("--lines", type=int, default=None, help="Fuzzed lines of works.  [default: 10000]")
@click.option("--files", type=int, default=None, help="Damaged parts.  [default: 300]")
@click.option(
    "--kills", type=int, default=None, help="Runs killed at random moments, half a minute each.  [default: 100]"
)
@click.option(
    "--study",
    "studies",
    multiple=True,
    default=("demonstration",),
    show_default=True,
    help="Whose runs are killed, in turns.  Repeatable.",
)
@click.option("--works", default=2_000, show_default=True, help="Works of the snapshot that those runs read.")
@click.option("--seed", default=1, show_default=True)
def main(
    lines: int | None, files: int | None, kills: int | None, studies: tuple[str, ...], works: int, seed: int
) -> None:
    """Attack Isthmus and count what holds: the attacks that are named, or all of them, a row of a table each."""
    everything = lines is files is kills is None
    attacks: list[tuple[str, int, Callable[[Path, int], Counter[str]]]] = [
        ("fuzzed lines", 10_000 if everything else lines or 0, lambda folder, number: fuzz(folder, number, seed)),
        ("damaged files", 300 if everything else files or 0, lambda folder, number: damage(folder, number, seed)),
        ("kills", 100 if everything else kills or 0, lambda folder, number: kill(folder, number, studies, works, seed)),
    ]
    for name, number, attack in attacks:
        if number:
            with tempfile.TemporaryDirectory() as scratch:
                click.echo(_row(f"{number:,} {name}", attack(Path(scratch), number)))


def _row(what: str, found: Counter[str]) -> str:
    return f"| {what} | {', '.join(f'{count:,} {name}' for name, count in found.items())} |"


def fuzz(folder: Path, number: int, seed: int) -> Counter[str]:
    """Return what became of fuzzed lines; an AssertionError names the first count that does not add up.

    Parameters
    ----------
    folder : Path
        An empty folder.
    number : int
        How many lines.
    seed : int
        Of the draws.
    """
    dice = random.Random(seed)
    whole = _records(folder / "world", 300, seed)
    lines = [fuzzed(dice.choice(whole), dice) for _ in range(number)]
    file = folder / "works.jsonl.gz"
    file.write_bytes(gzip.compress(b"\n".join(lines) + b"\n"))
    rows, summary = _read(folder, file.name, LINES)
    kept = [row for row in rows if row["work_id"] is not None]
    rejected = [row for row in rows if row["reject"] is not None]
    blank = sum(not line.strip(b" \t\r\n\f\v") for line in lines)
    _agree("read", summary["read"], len(kept) + len(rejected))
    _agree("lines", number, len({row["line"] for row in [*kept, *rejected]}) + blank)
    for row in kept:
        found = _plainly(lines[row["line"] - 1])
        if row["work_id"] not in found:
            raise AssertionError(f"line {row['line']} was kept as {row['work_id']}, and holds {sorted(found)}")
    return Counter({"read": summary["read"], "kept": len(kept), "rejected": len(rejected), "blank": blank})


def damage(folder: Path, number: int, seed: int) -> Counter[str]:
    """Return what became of damaged parts; an AssertionError names a row that differs from what was written.

    Parameters
    ----------
    folder : Path
        An empty folder.
    number : int
        How many parts.
    seed : int
        Of the draws.
    """
    dice = random.Random(seed)
    records = _records(folder / "world", 300, seed)
    found: Counter[str] = Counter(parts=number)
    originals = {packing: _packed(folder, packing, records) for packing in PACKINGS[1:]}
    expected = {packing: _shown(_read(folder, *written)[0]) for packing, written in originals.items()}
    for turn in range(number):
        packing = PACKINGS[1 + turn % len(originals)]
        name, form = originals[packing]
        damaged = folder / f"damaged-{name}"
        damaged.write_bytes(_damaged((folder / name).read_bytes(), dice))
        rows, summary = _read(folder, damaged.name, form)
        kept = _shown(rows)
        altered = [number for number, values in kept.items() if expected[packing].get(number) != values]
        if altered:
            raise AssertionError(f"{packing}: work {altered[0]} is kept as {kept[altered[0]]}")
        _agree("read", summary["read"], len(rows))
        found["noticed"] += summary["status"] == "damaged" or len(kept) < len(records)
        found["harmless"] += summary["status"] == "complete" and len(kept) == len(records)
        found["rows kept"] += len(kept)
    found["rows altered"] = 0
    _agree("parts", number, found["noticed"] + found["harmless"])
    return found


def kill(folder: Path, number: int, studies: Sequence[str], works: int, seed: int) -> Counter[str]:
    """Return how many kills runs survived with equal tables; an AssertionError names the first table that differs.

    Parameters
    ----------
    folder : Path
        An empty folder.
    number : int
        How many kills; a run that ended before its kill begins anew, in a new warehouse, with the next study.
    studies : Sequence[str]
        The studies that are run.
    works : int
        Works of the snapshot.
    seed : int
        Of the draws.
    """
    dice = random.Random(seed)
    snapshot = folder / "snapshot"
    simulate_snapshot(snapshot, works=works, seed=seed)
    alone = {study: _alone(snapshot, folder / f"alone-{study}", study) for study in dict.fromkeys(studies)}
    found: Counter[str] = Counter(kills=0, **{"runs compared": 0})
    while found["kills"] < number:
        study = studies[found["runs compared"] % len(studies)]
        warehouse = folder / f"killed{found['runs compared']}"
        seconds, expected = alone[study]
        found["kills"] += _killed(snapshot, warehouse, study, number - found["kills"], seconds, dice)
        if _run(snapshot, warehouse, study).wait() != 0:
            raise AssertionError(f"the run of {study} after {found['kills']} kills did not end well (seed {seed})")
        for name, rows in _tables(warehouse).items():
            if rows != expected[name]:
                raise AssertionError(f"{study}: after {found['kills']} kills (seed {seed}) the table {name} differs")
        found["runs compared"] += 1
        click.echo(f"{found['kills']} kills, {found['runs compared']} runs compared", err=True)
        shutil.rmtree(warehouse)
    found["tables that differ"] = 0
    return found


def _alone(snapshot: Path, warehouse: Path, study: str) -> tuple[float, dict[str, list[str]]]:
    """Return how long an undisturbed run takes, and its tables."""
    began = time.monotonic()
    if _run(snapshot, warehouse, study).wait() != 0:
        raise AssertionError(f"the undisturbed run of {study} did not end well")
    return time.monotonic() - began, _tables(warehouse)


def _killed(snapshot: Path, warehouse: Path, study: str, most: int, seconds: float, dice: random.Random) -> int:
    """Kill runs on a warehouse until one ends before its moment, or as many times as wanted; return how many died."""
    for died in range(most):
        process = _run(snapshot, warehouse, study)
        try:
            process.wait(dice.uniform(1.0, LONGEST_SHARE * seconds))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        else:
            return died
    return most


def _records(folder: Path, works: int, seed: int) -> list[bytes]:
    simulate_snapshot(folder, world=World(works=works, seed=seed), formats=["jsonl"], processes=1)
    parts = sorted((folder / "data" / "jsonl" / "works").rglob("part_*.gz"))
    return [line for part in parts for line in gzip.decompress(part.read_bytes()).splitlines()]


def fuzzed(line: bytes, dice: random.Random) -> bytes:
    """Return a line of a record with one thing wrong, with nothing wrong, or a blank one.

    Parameters
    ----------
    line : bytes
        A record as JSON.
    dice : random.Random
        Of the draws.
    """
    at = dice.randrange(len(line))
    ways: list[Callable[[], bytes]] = [
        lambda: line,
        lambda: line[:at],
        lambda: line[at:],
        lambda: line[:at] + bytes([dice.randrange(256)]) + line[at + 1 :],
        lambda: line[:at] + dice.randbytes(dice.randrange(1, 9)) + line[at:],
        lambda: line.replace(b'"id"', b'"di"', 1),
        lambda: line.replace(b":", b": null,", 1),
        lambda: line.replace(b"[", b"{", 1),
        lambda: line.replace(b"https://openalex.org/W", dice.choice(OTHER_HOSTS), 1),
        lambda: line.replace(b"20", b"99999999999999999999", 3),
        lambda: b"[" * dice.randrange(1, 2_000) + line,
        lambda: dice.choice([b"", b" ", b"\t", b"\r"]),
    ]
    return dice.choice(ways)().replace(b"\n", b" ")


def _plainly(line: bytes) -> set[int]:
    """Return the ids of the records of a line as Python's own JSON and a pattern find them."""
    document = json.loads(line.decode("utf-8", "replace"))
    records = document.get("results", [document]) if isinstance(document, dict) else document
    found = (WORK.fullmatch(str(record.get("id"))) for record in records if isinstance(record, dict))
    return {int(match[1]) for match in found if match}


def _packed(folder: Path, packing: str, records: list[bytes]) -> tuple[str, str]:
    name = re.sub(r"\W+", "-", packing)
    if packing == "parquet":
        import pyarrow as pa

        rows = [json.loads(record) for record in records]
        kept = [{key: row.get(key) for key in ("id", "publication_year", "type", "referenced_works")} for row in rows]
        pq.write_table(pa.Table.from_pylist(kept), folder / name, write_page_checksum=True, row_group_size=50)
        return name, PARQUET
    size = 50 if "members" in packing else len(records)
    groups = (records[start : start + size] for start in range(0, len(records), size))
    (folder / name).write_bytes(b"".join(gzip.compress(b"\n".join(group) + b"\n") for group in groups))
    return name, LINES


def _damaged(content: bytes, dice: random.Random) -> bytes:
    data, at = bytearray(content), dice.randrange(len(content))
    match dice.randrange(4):
        case 0:
            data[at] ^= 1 << dice.randrange(8)
        case 1:
            del data[at:]
        case 2:
            data[at : at + 64] = bytes(len(data[at : at + 64]))
        case _:
            data[at:at] = dice.randbytes(8)
    return bytes(data)


def _read(folder: Path, name: str, form: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    part = Part("works", name, (folder / name).stat().st_size, form)
    *rows, last = (row for batch in parse_lines(open_root(str(folder)), part) for row in batch.to_pylist())
    return rows, last["summary"]


def _shown(rows: list[dict[str, Any]]) -> dict[int, tuple[Any, ...]]:
    return {row["work_id"]: tuple(map(str, map(row.get, SHOWN))) for row in rows if row["work_id"] is not None}


def _agree(what: str, one: int, other: int) -> None:
    if one != other:
        raise AssertionError(f"{what}: {one:,} and {other:,}")


def _run(snapshot: Path, warehouse: Path, study: str) -> "subprocess.Popen[bytes]":
    words = ["isthmus", "run", "--study", study, "--set", "other_null_models=null", "--quiet"]
    words += ["--snapshot", str(snapshot), "--warehouse", str(warehouse), "--master", "local[2]"]
    code = f"import sys; from isthmus.cli.main import main; sys.argv = {words!r}; main()"
    return subprocess.Popen(
        [sys.executable, "-c", code],
        env=os.environ | {"ISTHMUS_RUN": "short"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _tables(warehouse: Path) -> dict[str, list[str]]:
    """Return the rows of every table but the ledger, as text in their order."""
    from deltalake import DeltaTable

    found = {}
    for log in sorted(warehouse.glob("*/_delta_log")):
        name = log.parent.name
        if name != "ledger":
            rows = DeltaTable(str(log.parent)).to_pyarrow_table().to_pylist()
            found[name] = sorted(repr({k: v for k, v in row.items() if k not in VOLATILE}) for row in rows)
    return found


if __name__ == "__main__":
    began = time.monotonic()
    main(standalone_mode=False)
    click.echo(f"{time.monotonic() - began:.0f} s")
