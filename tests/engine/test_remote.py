"""A Spark Connect server is named in one way, and what is missing to talk to it is said."""

from types import SimpleNamespace

import pytest
from pyspark.errors import AnalysisException

from isthmus.engine import start_session
from isthmus.engine.remote import check_remote, remote_address, require_packages
from isthmus.errors import SetupError

HERE = "sc://localhost:15002"


@pytest.fixture(autouse=True)
def no_variables(monkeypatch):
    for name in ("SPARK_REMOTE", "MASTER"):
        monkeypatch.delenv(name, raising=False)


def test_the_option_wins_over_the_variable(monkeypatch):
    assert remote_address(None, None) is None
    assert remote_address(None, "local[2]") is None
    monkeypatch.setenv("SPARK_REMOTE", HERE)
    assert remote_address(None, None) == HERE
    assert remote_address("sc://other", None) == "sc://other"


def test_a_master_beside_a_server_is_refused(monkeypatch):
    with pytest.raises(SetupError, match=r"--remote names a server, .* and --master yarn where else"):
        start_session("both", master="yarn", remote=HERE)
    monkeypatch.setenv("SPARK_REMOTE", HERE)
    with pytest.raises(SetupError, match="the variable SPARK_REMOTE names a server"):
        remote_address(None, "local[2]")
    monkeypatch.setenv("MASTER", "yarn")
    with pytest.raises(SetupError, match="the variable MASTER, yarn where else"):
        remote_address(None, None)


@pytest.mark.parametrize("address", ["local", "spark://host:7077", "localhost:15002"])
def test_what_is_no_address_of_a_server_is_refused(address):
    with pytest.raises(SetupError, match="expected the address of a Spark Connect server: sc://host:15002"):
        remote_address(address, None)


def test_a_missing_package_is_said_with_its_installation():
    require_packages(("json",))
    with pytest.raises(SetupError, match=r"package 'no_such_package', .*pip install 'isthmus\[connect\]'"):
        require_packages(("json", "no_such_package.part"))


class Refusal(AnalysisException):
    """What a server answers, with the name of its kind."""

    def getCondition(self):
        return self._message


def server(condition):
    def sql(text):
        raise Refusal(condition)

    return SimpleNamespace(version="4.2.0", sql=sql)


def test_a_server_without_delta_is_said():
    check_remote(server("DELTA_MISSING_DELTA_TABLE"), HERE)
    with pytest.raises(SetupError, match=rf"server {HERE} \(Spark 4.2.0\) knows no Delta tables"):
        check_remote(server("TABLE_OR_VIEW_NOT_FOUND"), HERE)


def test_every_command_that_takes_a_master_takes_a_server():
    from isthmus.cli.main import COMMANDS, cli

    options = {name: {o for p in cli.get_command(None, name).params for o in p.opts} for name in COMMANDS}
    with_master = {name for name, words in options.items() if "--master" in words}
    assert {"run", "ingest", "maintain", "simulate"} <= with_master
    assert with_master == {name for name, words in options.items() if "--remote" in words}


def test_the_command_line_refuses_both_before_anything_else(tmp_path, capsys):
    from isthmus.cli.main import cli, guarded

    words = [
        "run",
        "--study",
        "demonstration",
        "--warehouse",
        str(tmp_path / "w"),
        "--master",
        "yarn",
        "--remote",
        HERE,
    ]
    assert guarded(lambda: cli.main(words, standalone_mode=False)) == 1
    assert f"--remote names a server, {HERE}, and --master yarn" in capsys.readouterr().err
    assert not (tmp_path / "w").exists()
