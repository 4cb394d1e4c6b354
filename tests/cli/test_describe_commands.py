"""`isthmus studies`, `stages`, `tables`, `describe`: what there is, as text and as JSON."""

import json

import pytest

from isthmus.config import available_studies
from isthmus.config.significance import Significance
from isthmus.pipeline.run import STAGES, TASKS

REGULAR = [stage for stage in STAGES if not stage.on_request]


@pytest.fixture
def own_study(tmp_path):
    """A study of one's own: without trajectories and what follows from them."""
    file = tmp_path / "mine.yaml"
    off = ("trends", "trajectories", "stability", "bootstrap", "sensitivity", "groups")
    known = [name for name in off if name != "groups"]
    lines = ["extends: gallo2026", "study: mine", "title: Mine", *(f"{name}: null" for name in known)]
    file.write_text("\n".join(lines) + "\n")
    return file


def test_every_study_that_comes_along_is_listed(isthmus):
    code, out, err = isthmus("studies")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert set(available_studies()) <= set(lines)
    assert max(map(len, lines)) <= 110
    assert "extends: NAME" in lines[-1]


def test_a_study_of_ones_own_is_shown_with_what_is_off(isthmus, own_study):
    code, out, _ = isthmus("studies", own_study)
    assert code == 0
    lines = out.splitlines()
    assert lines[0] == "mine"
    assert "trajectories  (off)" in lines
    assert "networks" in lines
    threshold = next(number for number, line in enumerate(lines) if line.split()[:1] == ["threshold"])
    assert lines[threshold].split() == ["threshold", "2.0"]
    assert lines[threshold + 1].strip() == Significance.model_fields["threshold"].description


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["studies", "galo2026"], "did you mean 'gallo2026'"),
        (["stages", "--study", "galo2026"], "did you mean 'gallo2026'"),
        (["describe", "pair_test"], "there is no table 'pair_test'; did you mean 'pair_tests'"),
    ],
)
def test_a_name_that_is_not_there_is_answered_with_the_nearest(isthmus, words, message):
    code, out, err = isthmus(*words)
    assert (code, out) == (1, "")
    assert err.startswith("isthmus: ")
    assert message in err


def test_a_format_that_is_not_there_is_answered_with_those_that_are(isthmus):
    code, _, err = isthmus("stages", "--format", "xml")
    assert code == 2
    assert "'xml' is not one of 'text', 'json'" in err


def test_stages_as_json_are_what_a_scheduler_needs(isthmus):
    code, out, _ = isthmus("stages", "--format", "json")
    stages = json.loads(out)
    assert code == 0
    assert list(stages) == [stage.name for stage in REGULAR]
    done = set()
    for name, needs in stages.items():
        assert set(needs) <= done, f"{name} comes after what it needs"
        done.add(name)


def test_stages_of_a_study_are_those_that_it_asks_for(isthmus, own_study):
    whole = set(json.loads(isthmus("stages", "--format", "json")[1]))
    own = json.loads(isthmus("stages", "--study", own_study, "--format", "json")[1])
    assert {"trajectories", "stability", "bootstrap", "sensitivity", "trends"} <= whole - set(own)
    assert {"null_models", "significance", "report"} <= set(own)
    assert not {need for needs in own.values() for need in needs} - set(own)


def test_stages_follow_what_is_set_for_a_study(isthmus):
    study = ("stages", "--study", "demonstration", "--format", "json")
    here, changed = json.loads(isthmus(*study)[1]), json.loads(isthmus(*study, "--set", "stability={}")[1])
    assert set(changed) - set(here) == {"stability"}
    code, _, err = isthmus("stages", "--set", "stability={}")
    assert code == 2
    assert "name it with --study" in err


def test_stages_as_text_say_what_they_write(isthmus):
    out = isthmus("stages")[1].splitlines()
    at = next(number for number, line in enumerate(out) if line.startswith("null_models "))
    assert out[at + 1].strip() == "writes null_model_rows, pair_tests, null_model_fits"
    assert sum("(only on request)" in line for line in out) == len(STAGES) - len(REGULAR)


def test_tasks_hold_every_stage_once(isthmus):
    groups = json.loads(isthmus("stages", "--tasks", "--format", "json")[1])
    assert list(groups) == list(TASKS)
    assert sorted(name for names in groups.values() for name in names) == sorted(stage.name for stage in STAGES)
    text = isthmus("stages", "--tasks")[1].splitlines()
    assert [line.split()[0] for line in text] == list(TASKS)
    assert [line.split(maxsplit=1)[1] for line in text] == [", ".join(names) for names in groups.values()]


def test_tables_say_what_a_row_is_its_key_and_who_writes_it(isthmus):
    code, out, _ = isthmus("tables")
    lines = out.splitlines()
    assert code == 0
    assert len(lines) == 2 * sum(len(stage.writes) for stage in STAGES)
    at = next(number for number, line in enumerate(lines) if line.startswith("country_years "))
    assert "Volumes and network positions of each country and year." in lines[at]
    assert lines[at + 1].strip() == "key: study, citation_year, year, country; written by stage networks"


@pytest.mark.parametrize("spec", [spec for stage in STAGES for spec in stage.writes], ids=lambda spec: spec.name)
def test_describe_has_a_line_for_every_column(isthmus, spec):
    code, out, _ = isthmus("describe", spec.name)
    assert code == 0
    lines = out.splitlines()
    assert lines[0] == f"{spec.name}: {spec.comment}"
    assert lines[1] == f"key: {', '.join(spec.key)}"
    shown = [line.split()[0] for line in lines[3:] if line.startswith("  ") and not line.startswith("  check ")]
    assert shown == [field.name for field in spec.fields]
    assert sum(line.startswith("  check ") for line in lines) == len(spec.checks)


def test_describe_without_a_table_says_what_is_missing(isthmus):
    code, _, err = isthmus("describe")
    assert code == 2
    assert "Missing argument 'TABLE'" in err


def test_tables_and_columns_as_json_are_those_of_the_code(isthmus):
    listed = json.loads(isthmus("tables", "--format", "json")[1])
    assert list(listed) == [spec.name for stage in STAGES for spec in stage.writes]
    of_stage = {spec.name: (stage.name, spec) for stage in STAGES for spec in stage.writes}
    assert listed["pair_tests"]["stage"] == of_stage["pair_tests"][0]
    shown = json.loads(isthmus("describe", "pair_tests", "--format", "json")[1])
    spec = of_stage["pair_tests"][1]
    assert (shown["table"], shown["row"], shown["key"]) == (spec.name, spec.comment, list(spec.key))
    assert [column["name"] for column in shown["columns"]] == spec.columns
    assert {column["comment"] for column in shown["columns"]} == {field.comment for field in spec.fields}
    assert shown["checks"] == dict(spec.checks)


def test_studies_as_json_hold_every_field(isthmus, own_study):
    every = json.loads(isthmus("studies", "--format", "json")[1])
    assert list(every) == list(available_studies())
    assert every["virology"]["geography"]["poles"] == ["US", "EU-27"]
    own = json.loads(isthmus("studies", own_study, "--format", "json")[1])
    assert own["study"] == "mine"
    assert own["significance"]["threshold"] == 2.0
