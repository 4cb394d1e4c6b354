"""`isthmus maintain`: what is refused before Spark starts, and when the stage runs."""

import pytest
from click.testing import CliRunner

from isthmus.cli.maintain import SAFE_DAYS, maintain
from isthmus.config import load_study
from isthmus.engine.maintenance import SAFE_RETENTION_DAYS, Extent, Maintained
from isthmus.errors import StoreError
from isthmus.pipeline import STAGES, Request, wanted_stages
from isthmus.pipeline.maintenance import summary, table_names


def invoke(*words):
    return CliRunner().invoke(maintain, words, catch_exceptions=False)


def test_a_short_retention_is_refused_before_spark_starts():
    with pytest.raises(StoreError, match="retention of 2 days is shorter than the safe 7"):
        invoke("--retention-days", "2")


def test_an_unknown_table_is_refused_with_the_nearest_name():
    with pytest.raises(StoreError, match="there is no table 'work'; did you mean 'works'"):
        invoke("--tables", "work")


def test_the_help_says_the_safe_retention():
    assert SAFE_DAYS == SAFE_RETENTION_DAYS
    assert "default: 7.0" in invoke("--help").output


def test_every_table_is_maintained_staging_and_ledger_included():
    names = table_names(STAGES)
    assert {"work_lines", "parsed_works", "seen_works", "works", "citations", "pair_tests", "ledger"} <= set(names)
    assert len(names) == len(set(names))


def test_the_stage_runs_only_when_it_is_named():
    study = load_study("gallo2026")
    everything = Request(warehouse="w", study=study, snapshot="s", results="r")
    assert "maintenance" not in [stage.name for stage in wanted_stages(everything)]
    asked = Request(warehouse="w", stages=("maintenance",))
    assert [stage.name for stage in wanted_stages(asked)] == ["maintenance"]


def test_all_tables_in_a_sentence():
    one = Maintained("a", Extent(5, 100, 9, 3_000_000), Extent(1, 90, 1, 1_000_000))
    other = Maintained("b", Extent(2, 100, None, None), Extent(2, 100, None, None))
    assert summary([one, other]) == "2 tables, 7 -> 3 files, 2.0 MB of earlier versions freed"
