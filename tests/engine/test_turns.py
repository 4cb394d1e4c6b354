"""One run at a time on a warehouse; a lock never outlives its run."""

import json
import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from isthmus.engine.turns import LOCK, turn

HOLD = """
import sys, time
from isthmus.engine.turns import turn
with turn(sys.argv[1], who="a run of the study first", tell=print):
    print("held", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def held(tmp_path):
    """A warehouse that another process holds, and that process."""
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "held\n"
    yield tmp_path, process
    process.kill()
    process.wait()


def test_the_second_waits_says_for_whom_and_goes_on_when_the_first_was_killed(held):
    warehouse, process = held
    told, entered = [], threading.Event()

    def second():
        with turn(str(warehouse), who="a run of the study second", tell=told.append):
            entered.set()

    thread = threading.Thread(target=second)
    thread.start()
    time.sleep(0.3)
    assert not entered.is_set()
    process.send_signal(signal.SIGKILL)
    assert entered.wait(20)
    thread.join(20)
    (said,) = told
    assert said.startswith(f"{warehouse} is in use by a run of the study first (process {process.pid} on ")
    assert said.endswith(". Waiting until that run has ended.")


def test_who_holds_it_stands_in_the_lock_and_goes_with_the_run(tmp_path):
    told = []
    with turn(str(tmp_path / "new" / "warehouse"), who="a run of the study x", tell=told.append):
        held = json.loads((tmp_path / "new" / "warehouse" / LOCK).read_text())
        assert (held["who"], held["process"]) == ("a run of the study x", os.getpid())
    assert (tmp_path / "new" / "warehouse" / LOCK).read_text() == ""
    assert told == []


def test_an_error_inside_frees_it(tmp_path):
    def fails():
        with turn(str(tmp_path), who="a", tell=print):
            raise KeyError("x")

    with pytest.raises(KeyError):
        fails()
    with turn(str(tmp_path), who="b", tell=pytest.fail):
        pass


def test_a_holder_that_has_not_written_its_name_yet(held):
    warehouse, process = held
    (warehouse / LOCK).write_text("")
    told = []
    threading.Timer(0.3, process.kill).start()
    with turn(str(warehouse), who="b", tell=told.append):
        pass
    assert told == [f"{warehouse} is in use by another run. Waiting until that run has ended."]


def test_without_anybody_to_tell_the_sentence_goes_to_the_standard_error(held, capsys):
    warehouse, process = held
    threading.Timer(0.3, process.kill).start()
    with turn(str(warehouse), who="b"):
        pass
    assert "is in use by a run of the study first" in capsys.readouterr().err


@pytest.mark.parametrize("location", ["s3a://bucket/isthmus", "abfs://c@a/x", "main.isthmus"])
def test_elsewhere_nothing_is_locked(location, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with turn(location, who="a", tell=pytest.fail), turn(location, who="b", tell=pytest.fail):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_file_address_is_its_folder(tmp_path):
    folder = tmp_path / "a b"
    with turn(f"file://{str(folder).replace(' ', '%20')}", who="a", tell=print):
        assert (folder / LOCK).is_file()
