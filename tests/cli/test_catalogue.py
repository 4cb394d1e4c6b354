"""The catalogue of stages and tables: what the code says, read without the code; commands that start in a moment."""

import json
import subprocess
import sys

from isthmus.cli.catalogue import listed_stages, listed_tables, listed_tasks, parsed, written
from isthmus.cli.main import COMMANDS
from isthmus.pipeline.run import STAGES, TASKS

SLOW_TO_IMPORT = ("pyspark", "delta", "pandas", "numba", "scipy", "altair")


def test_what_is_written_is_read_again():
    there = parsed(written(STAGES))
    assert [stage.name for stage in there] == [stage.name for stage in STAGES]
    for listed, stage in zip(there, STAGES, strict=True):
        assert (listed.description, listed.task, listed.section) == (stage.description, stage.task, stage.section)
        assert (listed.needs, listed.on_request) == (stage.needs, stage.on_request)
        assert [spec.name for spec in listed.writes] == [spec.name for spec in stage.writes]
        for one, other in zip(listed.writes, stage.writes, strict=True):
            assert (one.fields, one.key, one.comment) == (other.fields, other.key, other.comment)
            assert dict(one.checks) == dict(other.checks)


def test_tables_have_names_of_their_own():
    assert len(listed_tables()) == sum(len(stage.writes) for stage in STAGES)


def test_tasks_are_in_the_order_in_which_they_run():
    assert tuple(listed_tasks(listed_stages())) == TASKS


COMMANDS_OF_WORDS = (
    "studies",
    "studies gallo2026",
    "stages --study gallo2026",
    "stages --tasks --format json",
    "tables",
    "describe pair_tests",
    *(f"{name} --help" for name in COMMANDS),
    "plan --snapshot manifest.json --study gallo2026",
)

#: Runs commands one after the other; names the first that imports what is slow to import.
ONE_AFTER_THE_OTHER = """
import json, sys
from isthmus.cli.main import cli
commands, slow = json.loads(sys.argv[1])
for words in commands:
    try:
        cli.main(words.split(), standalone_mode=False)
    except SystemExit as end:
        assert not end.code, words
    found = [name for name in slow if name in sys.modules]
    assert not found, f"{words} imports {found}"
"""


def test_commands_of_words_import_nothing_that_takes_long(tmp_path):
    entities = {"works": {"record_count": 9, "content_length": 9}}
    manifest = {"date": "2026-06-25", "format": "jsonl", "entities": entities}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    words = json.dumps([COMMANDS_OF_WORDS, SLOW_TO_IMPORT])
    done = subprocess.run(
        [sys.executable, "-c", ONE_AFTER_THE_OTHER, words], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("Usage: ") == len(COMMANDS)
