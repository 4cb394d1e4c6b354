"""Options that a server refuses: fatal where results depend on them, else a warning, once."""

import pytest
from pyspark.errors import AnalysisException

from isthmus.engine import settings
from isthmus.engine.settings import ARROW, DECISIVE, options_for_a_while, require_decisive, try_options
from isthmus.errors import IsthmusWarning, SetupError


class Conf(dict):
    """Options of a server that refuses some of them."""

    def __init__(self, refused=(), untold=(), **values):
        super().__init__(values)
        self.refused, self.untold = refused, untold

    def set(self, key, value):
        if key in self.refused:
            raise AnalysisException(f"[CANNOT_MODIFY_CONFIG] Cannot modify {key}.\n\nJVM stacktrace:\n at x")
        self[key] = value

    def get(self, key, default=None):
        if key in self.untold:
            raise AnalysisException("[CONFIG_NOT_AVAILABLE] no")
        return super().get(key, default)

    def unset(self, key):
        self.pop(key, None)


class Session:
    """A session with these options."""

    def __init__(self, conf):
        self.conf = conf


class ServersSession(Session):
    """One of Spark Connect, by the module of its class."""

    __module__ = "pyspark.sql.connect.session"


@pytest.fixture(autouse=True)
def nothing_said(monkeypatch):
    monkeypatch.setattr(settings, "_SAID", set())


def test_what_results_depend_on_is_set():
    conf = Conf()
    require_decisive(Session(conf))
    assert conf == DECISIVE | ARROW


def test_a_server_is_not_asked_for_what_its_clients_always_do():
    conf = Conf(refused=ARROW)
    require_decisive(ServersSession(conf))
    assert conf == DECISIVE


@pytest.mark.parametrize("option", DECISIVE)
def test_a_refusal_is_fatal_unless_the_value_is_there_already(option):
    require_decisive(ServersSession(Conf(refused={option}, **{option: DECISIVE[option]})))
    with pytest.raises(SetupError, match=f"results depend on the option {option}=.* its own value is other") as error:
        require_decisive(ServersSession(Conf(refused={option}, **{option: "other"})))
    assert "JVM" not in str(error.value)
    with pytest.raises(SetupError, match="its own value is not told"):
        require_decisive(ServersSession(Conf(refused={option}, untold={option})))


def test_other_refusals_are_warned_about_once_without_the_value():
    session = ServersSession(Conf(refused={"a"}))
    with pytest.warns(IsthmusWarning, match=r"does not take the option a, .*: \[CANNOT_MODIFY_CONFIG\]") as said:
        try_options(session, {"a": "secret", "b": "2"})
    try_options(session, {"a": "secret"})  # a second warning would be an error
    assert len(said) == 1
    assert "secret" not in str(said[0].message)
    assert session.conf == {"b": "2"}


def test_options_for_a_while_are_what_they_were_afterwards():
    session = Session(Conf(refused={"refused"}, a="1"))
    with pytest.warns(IsthmusWarning), options_for_a_while(session, {"a": "2", "b": "3", "refused": "4"}):
        assert session.conf == {"a": "2", "b": "3"}
    assert session.conf == {"a": "1"}
