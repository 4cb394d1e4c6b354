"""`isthmus run` and `isthmus ingest` up to where Spark starts, and their last words."""

import json
import sys

import pytest

from isthmus.cli import run as room
from isthmus.cli.run import COMMON_FIELDS, jar_sets, job, last_words, wrap
from isthmus.config import load_study
from isthmus.pipeline import Request
from isthmus.pipeline.run import STAGES


@pytest.fixture
def started(monkeypatch):
    """What Spark would have been started with, and what would have run; nothing of it does."""
    seen = {}

    def start(name, **options):
        seen["session"] = {"name": name, **options}
        return "a session"

    def run(spark, request, snapshot):
        seen.update(spark=spark, request=request, snapshot=snapshot)
        return {"corpus": "1,000 works in the corpus", "report": "unchanged"}

    def explain(spark, request, snapshot):
        seen.update(request=request)
        return [(STAGES[0], "its code changed"), (STAGES[1], None)]

    import isthmus.engine
    import isthmus.pipeline

    monkeypatch.setattr(isthmus.engine, "start_session", start, raising=False)
    monkeypatch.setattr(isthmus.pipeline, "run_pipeline", run, raising=False)
    monkeypatch.setattr(isthmus.pipeline, "explain", explain, raising=False)
    return seen


def test_words_become_a_request(isthmus, started, tmp_path):
    code, out, err = isthmus(
        "run", "--study", "gallo2026", "--set", "significance.threshold=3", "--stages", "corpus, networks",
        "--warehouse", tmp_path / "w", "--master", "local[1]", "--force", "--quiet",
    )  # fmt: skip
    assert (code, err) == (0, "")
    assert started["session"] == {"name": "isthmus", "master": "local[1]", "remote": None, "jar_sets": []}
    request = started["request"]
    assert request.study.significance.threshold == 3
    assert request.stages == ("corpus", "networks")
    assert (request.force, request.quiet, request.partial, request.incremental) == (True, True, False, False)
    assert request.warehouse == str(tmp_path / "w")
    assert started["snapshot"] is None
    assert "Done." in out


def test_a_server_takes_the_place_of_a_master(isthmus, started, tmp_path):
    words = ("run", "--study", "gallo2026", "--warehouse", tmp_path, "--remote", "sc://host:15002")
    assert isthmus(*words)[0] == 0
    assert started["session"]["remote"] == "sc://host:15002"
    assert started["session"]["master"] is None


def test_every_common_option_is_a_field_of_the_request():
    assert set(COMMON_FIELDS) <= set(Request.__dataclass_fields__)
    for command in (room.run, room.ingest):
        assert set(COMMON_FIELDS) <= {parameter.name for parameter in command.params}


def test_a_dry_run_says_what_would_run_and_why(isthmus, started, tmp_path):
    code, out, _ = isthmus("run", "--study", "gallo2026", "--warehouse", tmp_path, "--dry-run")
    assert code == 0
    assert out.splitlines() == [
        f"{STAGES[0].name:<14} would run: its code changed",
        f"{STAGES[1].name:<14} unchanged",
    ]
    assert "spark" not in started, "nothing ran"


def test_what_would_run_and_what_ran_as_json(isthmus, started, tmp_path):
    words = ("run", "--study", "gallo2026", "--warehouse", tmp_path, "--format", "json")
    code, out, _ = isthmus(*words, "--dry-run")
    assert code == 0
    assert json.loads(out) == {STAGES[0].name: "its code changed", STAGES[1].name: None}
    code, out, _ = isthmus(*words)
    assert code == 0
    assert json.loads(out) == {"corpus": "1,000 works in the corpus", "report": "unchanged"}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["run", "--study", "gallo2026", "--tasks", "network"], "did you mean 'networks'"),
        (["run", "--study", "gallo2026", "--set", "significance"], "significance"),
        (["run", "--study", "gallo2026", "--set", "significance.treshold=3"], "did you mean 'threshold'"),
        (["run", "--study", "nowhere.yaml"], "nowhere.yaml"),
        (["run", "--study", "gallo2026", "--snapshot", "no/such/folder"], "no/such/folder"),
        (["ingest", "--snapshot", "no/such/folder"], "no/such/folder"),
        (["ingest", "--snapshot", ".", "--for-study", "galo2026"], "did you mean 'gallo2026'"),
    ],
)
def test_what_is_wrong_is_said_before_spark_starts(isthmus, started, words, message):
    code, out, err = isthmus(*words)
    assert (code, out) == (1, "")
    assert err.startswith("isthmus: ")
    assert message in err
    assert "session" not in started


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["run"], "Missing option '--study'"),
        (["ingest"], "Missing option '--snapshot'"),
        (["run", "--study", "gallo2026", "--layout", "xml"], "'xml' is not one of"),
        (["ingest", "--snapshot", ".", "--fast"], "No such option"),
    ],
)
def test_a_word_that_is_not_understood_has_its_own_exit_code(isthmus, started, words, message):
    code, _, err = isthmus(*words)
    assert code == 2
    assert message in err
    assert "session" not in started


def test_s3_tables_need_jars_and_snapshots_do_not():
    assert jar_sets(Request(warehouse="s3a://bucket/isthmus")) == ["s3"]
    assert jar_sets(Request(warehouse="warehouse", snapshot="s3://openalex")) == []


def request(tmp_path, **fields):
    return Request(study=load_study("gallo2026", **fields), warehouse=str(tmp_path), results=str(tmp_path / "results"))


def test_the_last_words_say_where_the_report_is_and_what_to_try(tmp_path):
    said = last_words(request(tmp_path), {"corpus": "1,000 works in the corpus", "report": "12 findings"}).splitlines()
    folder = tmp_path / "results" / "gallo2026"
    assert said[1] == "Done."
    assert f"Report:  {folder}/report.html   (open it in a browser)" in said
    assert said[-1] == f"Try:     isthmus pair US CN --results {folder}"


def test_nothing_to_do_is_said_so(tmp_path):
    said = last_words(request(tmp_path), {"corpus": "unchanged", "report": "unchanged"})
    assert "Nothing had to be done: everything is there and unchanged." in said
    assert "Done." not in said


def test_one_pole_has_no_tie_to_try(tmp_path):
    one = request(tmp_path, settings=("geography.poles=[US]",))
    assert "isthmus pair" not in last_words(one, {"report": "1 finding"})


def test_without_a_report_the_words_are_few(tmp_path):
    assert last_words(request(tmp_path), {"corpus": "1,000 works in the corpus"}).splitlines() == ["", "Done."]


def test_findings_of_the_results_are_listed_in_lines_that_fit(small_results):
    study = load_study("gallo2026").model_copy(update={"study": small_results.name})
    found = Request(study=study, warehouse="w", results=str(small_results.parent))
    said = last_words(found, {"report": "findings"}).splitlines()
    assert sum(line.startswith("  - ") for line in said) >= 2
    assert all(len(line) <= 100 for line in said if line.startswith(("  - ", "    ")))


def test_a_long_sentence_is_an_item_of_a_list():
    lines = wrap("word " * 60)
    assert len(lines) > 2
    assert lines[0].startswith("  - word")
    assert all(line.startswith("    word") for line in lines[1:])
    assert max(map(len, lines)) <= 100


def test_a_job_ends_its_process_with_the_exit_code(started, monkeypatch, capsys, tmp_path):
    words = ["jobs/networks.py", "--study", "gallo2026", "--warehouse", str(tmp_path)]
    monkeypatch.setattr(sys, "argv", words)
    with pytest.raises(SystemExit) as end:
        job("networks")
    assert end.value.code == 0
    assert started["request"].tasks == ("networks",)
    monkeypatch.setattr(sys, "argv", [*words, "--set", "significance.treshold=3"])
    with pytest.raises(SystemExit) as end:
        job()
    assert end.value.code == 1
    assert "did you mean 'threshold'" in capsys.readouterr().err
