"""Which stages a request is about: by name, by task, by what the study turns on, by what the tables can serve."""

from dataclasses import replace

import pytest

from isthmus.config import load_study
from isthmus.errors import ConfigError
from isthmus.pipeline import run
from isthmus.pipeline.run import STAGES, TASKS, Request, wanted_stages

STUDY = load_study("demonstration")


def names(**request):
    return [stage.name for stage in wanted_stages(Request(warehouse="w", **request))]


def test_a_task_is_its_stages_that_the_study_asks_for():
    assert names(study=STUDY, tasks=("nullmodels",)) == ["null_models", "significance", "other_null_models"]
    assert names(study=STUDY, tasks=("trajectories",)) == ["trends", "trajectories"], "what is off by default stays off"
    assert names(study=STUDY, tasks=("ingest",)) == [], "no snapshot is named"
    assert names(study=STUDY, snapshot="s", tasks=("ingest", "networks"))[:2] == ["parse", "records"]


def test_the_tasks_are_groups_of_all_stages_in_their_order():
    assert [stage.task for stage in STAGES] == sorted((s.task for s in STAGES), key=TASKS.index)


def test_an_unknown_task_gets_a_hint():
    with pytest.raises(ConfigError, match="there is no task 'network'; did you mean 'networks'"):
        names(study=STUDY, tasks=("network",))


def test_a_stage_that_is_off_says_which_section_is_null():
    with pytest.raises(
        ConfigError, match="'stability' is turned off in study 'demonstration': its section `stability` is n"
    ):
        names(study=STUDY, stages=("stability",))


def test_a_stage_that_needs_the_whole_snapshot_is_refused_on_tables_for_one_study(monkeypatch):
    greedy = tuple(replace(s, whole_snapshot=True) if s.name == "trajectories" else s for s in STAGES)
    monkeypatch.setattr(run, "STAGES", greedy)
    assert "trajectories" in names(study=STUDY)
    with pytest.raises(ConfigError, match=r"needs all works and authors of the snapshot.*`trajectories: null`"):
        run._require_whole_snapshot(True, Request(warehouse="w", study=STUDY))
    run._require_whole_snapshot(True, Request(warehouse="w", study=STUDY, stages=("corpus",)))


def test_a_stage_says_what_it_cannot_work_with_before_anything_runs(monkeypatch):
    said = ("trends.change: it is odd", "trends.change: it is odd", "trends.level: it is odd, too")
    odd = tuple(replace(s, problems=lambda study: said) if s.name in ("trends", "stability") else s for s in STAGES)
    monkeypatch.setattr(run, "STAGES", odd)
    with pytest.raises(ConfigError) as error:
        names(study=STUDY)
    assert str(error.value) == "\n".join(f"study 'demonstration': {one}" for one in said[1:])
    assert "corpus" in names(study=load_study("demonstration", ["trends=null"])), "a stage that is off is not asked"


def test_whole_careers_are_refused_on_tables_for_one_study():
    study = load_study("alshebli2024_uschina")
    for stage in ("migration", "movers", "university_movers"):
        with pytest.raises(ConfigError, match=rf"stage '{stage}' needs all works and authors.*`migration: null`"):
            run._require_whole_snapshot(True, Request(warehouse="w", study=study, stages=(stage,)))
    run._require_whole_snapshot(
        True,
        Request(warehouse="w", study=study, stages=("corpus", "places", "corpus_scientists", "scientists", "hits")),
    )
    assert {"migration", "movers", "scientists", "hits"} <= set(names(study=study))
