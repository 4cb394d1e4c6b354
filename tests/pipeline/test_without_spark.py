"""Isthmus without pyspark: what needs Spark says how to get it, all else works."""

import subprocess
import sys
from pathlib import Path

import pytest

from isthmus.cli.failures import sentence
from isthmus.errors import NO_SPARK

HIDDEN = """
import sys
sys.modules.update(dict.fromkeys(("pyspark", "py4j", "delta")))  # importing them is an error, as without them
from isthmus.cli.main import guarded, cli
sys.stdout.reconfigure(line_buffering=True)
for words in sys.argv[1:]:
    print(f"== {guarded(lambda: cli.main(words.split(), standalone_mode=False))}", file=sys.stderr)
"""
NEED_SPARK = (
    "run --study demonstration",
    "ingest --snapshot {snapshot}",
    "maintain",
    "simulate --out {out} --master local",
)
DO_WITHOUT = ("studies", "stages", "tables", "describe works", "plan --help", "test-network --help", "export --help",
              "stages --tasks --study gallo2026", "completion bash")  # fmt: skip


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    """Command -> exit code and what it said, each in one process that has no pyspark."""
    folder = tmp_path_factory.mktemp("no-spark")
    snapshot = folder / "snapshot"
    snapshot.mkdir()
    (snapshot / "works.jsonl").write_text('{"id": "https://openalex.org/W1"}\n', encoding="utf-8")
    words = [w.format(snapshot=snapshot, out=folder / "out") for w in (*NEED_SPARK, *DO_WITHOUT, "doctor")]
    done = subprocess.run(
        [sys.executable, "-c", HIDDEN, *words], capture_output=True, text=True, cwd=folder, check=True, timeout=120
    )
    said, ends = [], []
    for line in done.stderr.splitlines():
        if line.startswith("== "):
            ends.append((int(line.removeprefix("== ")), "\n".join(said)))
            said = []
        else:
            said.append(line)
    found = dict(zip((*NEED_SPARK, *DO_WITHOUT, "doctor"), ends, strict=True))
    assert not list(Path(folder).glob("warehouse/*/*")), "nothing was begun"
    return found, done.stdout


@pytest.mark.parametrize("words", NEED_SPARK)
def test_commands_that_need_spark_say_how_to_get_it(answers, words):
    code, said = answers[0][words]
    assert (code, said) == (1, f"isthmus: {NO_SPARK}")


@pytest.mark.parametrize("words", DO_WITHOUT)
def test_other_commands_work(answers, words):
    assert answers[0][words] == (0, "")


def test_the_doctor_says_it_too(answers):
    found, printed = answers
    assert found["doctor"][0] == 1
    assert "pyspark is missing" in printed
    assert "pip install 'isthmus[spark]'" in printed


def test_another_missing_module_is_no_missing_spark():
    assert sentence(ModuleNotFoundError("No module named 'pyspark.sql'", name="pyspark.sql")) == NO_SPARK
    assert sentence(ModuleNotFoundError("No module named 'sparkle'", name="sparkle")) != NO_SPARK
