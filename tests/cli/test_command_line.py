"""The command line: help, words, errors; everything that needs no Spark session."""

import subprocess
import sys
from importlib.resources import files

import pytest
from click.testing import CliRunner

from isthmus.cli.catalogue import CATALOGUE, written
from isthmus.cli.main import COMMANDS, cli, guarded
from isthmus.errors import ConfigError
from isthmus.pipeline import STAGES


def invoke(*words):
    return CliRunner().invoke(cli, list(words))


def test_help_lists_every_command_with_a_sentence():
    text = invoke("--help").output
    for name in COMMANDS:
        assert f"\n  {name} " in text
        assert COMMANDS[name][2][:30] in text
    assert "isthmus simulate --out world" in text


@pytest.mark.parametrize("name", list(COMMANDS))
def test_each_command_explains_itself(name):
    result = invoke(name, "--help")
    assert result.exit_code == 0, result.output
    assert "Usage:" in result.output


def test_a_section_within_a_section_is_shown_as_its_file_would_hold_it(tmp_path):
    file = tmp_path / "sized.yaml"
    file.write_text("extends: gallo2026\nstudy: sized\ncorpus: {rule: ai_narrow, tune: {year: 2020, works: 60000}}\n")
    said = invoke("studies", str(file)).output
    assert '{"year": 2020, "works": 60000}' in said
    assert "find the least score by the corpus's size" in said


def test_help_starts_neither_spark_nor_numba():
    code = (
        "import sys; from click.testing import CliRunner; from isthmus.cli.main import cli;"
        "CliRunner().invoke(cli, ['--help']);"
        "print(sorted(m for m in ('pyspark', 'numba', 'pandas', 'delta') if m in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_an_unknown_command_names_the_nearest():
    result = invoke("pairs")
    assert result.exit_code == 2
    assert "did you mean 'pair'" in result.output


def test_studies_are_listed_with_what_they_ask():
    said = invoke("studies").output
    assert "Polarization and integration in global AI research" in said
    assert "poles   United States (US); China (CN)" in said
    assert "poles   United States (US); EU-27 (27 countries as one)" in said
    assert "corpus  primary subfield 2406, 1990-2021, cited until 2023" in said
    assert "years   2000-2021 (significant ties: 2017-2021)" in said


def test_every_setting_of_a_study_is_explained():
    lines = invoke("studies", "virology").output.splitlines()
    assert lines[0] == "virology"
    at = next(number for number, line in enumerate(lines) if line.split() == ["poles", '["US",', '"EU-27"]'])
    assert lines[at + 1].strip() == "countries or blocs"
    assert any(line.split() == ["matrix_bloc", "null"] for line in lines)
    sections = {"corpus", "years", "geography", "networks", "significance", "trajectories", "groups", "bootstrap"}
    assert sections - {"bootstrap"} | {"bootstrap  (off)"} <= set(lines)


def test_the_catalogue_is_what_the_code_says():
    kept = files("isthmus.cli").joinpath("data", CATALOGUE).read_text(encoding="utf-8")
    assert kept == written(STAGES), "a stage or a table changed: run `make catalogue` and commit the file"


def test_stages_and_tables_are_listed():
    stages = invoke("stages").output
    for stage in STAGES:
        assert stage.name in stages
    assert "key: study, network, citation_year, year, src, dst" in invoke("tables").output


def test_describe_shows_columns_and_checks():
    text = invoke("describe", "country_edges").output
    assert "full count" in text
    assert "check weight_positive: weight > 0" in text


def test_every_column_of_every_table_says_what_it_is():
    for stage in STAGES:
        for spec in stage.writes:
            for field in spec.fields:
                assert field.comment, f"{spec.name}.{field.name}"


def test_errors_are_words_and_an_exit_code(capsys):
    def fails():
        raise ConfigError("study 'x' cannot be used")

    assert guarded(fails) == 1
    assert capsys.readouterr().err == "isthmus: study 'x' cannot be used\n"
    assert guarded(lambda: cli.main(["nonsense"], standalone_mode=False)) == 2
    assert guarded(lambda: None) == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["run", "--study", "galo2026", "--snapshot", "x"], "did you mean 'gallo2026'"),
        (["run", "--study", "gallo2026", "--set", "corpus.rule=ai_prim"], "did you mean 'ai_primary'"),
        (["run", "--study", "gallo2026", "--stages", "network"], "did you mean 'networks'"),
        (["run", "--study", "gallo2026", "--stages", "records"], "needs --snapshot"),
        (["run", "--study", "gallo2026", "--set", "geography.poles=[UX, CN]"], "'UX' is neither a country"),
        (["describe", "country_edge"], "did you mean 'country_edges'"),
        (["pair", "CN", "US", "--results", "nowhere"], "holds no published results"),
    ],
)
def test_a_wrong_word_is_said_before_spark_starts(words, message, capsys):
    assert guarded(lambda: cli.main(words, standalone_mode=False)) == 1
    assert message in capsys.readouterr().err


def test_a_command_of_an_earlier_version_answers_with_the_new_one(capsys):
    assert guarded(lambda: cli.main(["significance", "edges.csv"], standalone_mode=False)) == 2
    assert "the command 'significance' is now 'test-network'" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--results", "--warehouse", "--snapshot"])
def test_an_address_with_a_key_is_refused_before_spark_starts(option, monkeypatch):
    from isthmus import engine

    monkeypatch.setattr(engine, "start_session", lambda *_, **__: pytest.fail("Spark was started"))
    result = invoke("run", "--study", "demonstration", option, "s3a://KEY:SECRET@bucket/x")
    assert "carries a key or options" in str(result.exception)
    assert "SECRET" not in str(result.exception) + result.output


def test_too_little_disk_is_said_before_the_run_starts(tmp_path, monkeypatch):
    from isthmus.cli import run
    from isthmus.engine import checkup
    from isthmus.pipeline import Request

    (tmp_path / "snapshot").mkdir()
    (tmp_path / "snapshot" / "works.jsonl").write_text('{"id": "https://openalex.org/W1"}\n' * 100)
    request = Request(str(tmp_path / "warehouse"), snapshot=str(tmp_path / "snapshot"))
    snapshot = request.open_snapshot()
    assert run.little_disk(request, snapshot) is None
    monkeypatch.setattr(checkup, "_free", lambda folder: 10.0)
    said = run.little_disk(request, snapshot)
    assert said.startswith(f"0.0 GB free at {tmp_path}, ")
    assert said.endswith("The run goes on, and may end there. Make room, or choose another disk.")
    (tmp_path / "warehouse" / "works").mkdir(parents=True)
    (tmp_path / "warehouse" / "works" / "part.parquet").write_bytes(bytes(10_000_000))
    assert run.little_disk(request, snapshot) is None, "the tables are there already"
    elsewhere = Request("s3a://bucket/x", snapshot=str(tmp_path / "snapshot"))
    assert run.little_disk(elsewhere, snapshot) is None
