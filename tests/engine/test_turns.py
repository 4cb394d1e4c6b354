"""One run at a time on a warehouse; a lock never outlives its run."""

import json
import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from isthmus.config import Bucket, Storage
from isthmus.engine import turns
from isthmus.engine.turns import LOCK, holder, turn
from isthmus.errors import StoreError
from isthmus.files.lease import Times

HOLD = """
import sys, time
from isthmus.config import Storage
from isthmus.engine import turns
from isthmus.engine.turns import turn
from isthmus.files.lease import Times
turns.TIMES = Times(renewed_every=0.2)
storage = Storage.model_validate_json(sys.argv[2])
with turn(sys.argv[1], who="a run of the study first", storage=storage, tell=print):
    print("held", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def held(tmp_path):
    """A warehouse that another process holds, and that process."""
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path), "{}"], stdout=subprocess.PIPE, text=True)
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


@pytest.mark.parametrize("location", ["s3a://unlocked/isthmus", "abfs://c@a/x", "main.isthmus"])
def test_elsewhere_nothing_is_locked(location, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    storage = Storage(buckets={"unlocked": Bucket(lock_runs=False)})
    again = {"storage": storage, "tell": pytest.fail}
    with turn(location, who="a", **again), turn(location, who="b", **again):
        assert holder(location, storage) is None
    assert list(tmp_path.iterdir()) == []


def test_a_file_address_is_its_folder(tmp_path):
    folder = tmp_path / "a b"
    with turn(f"file://{str(folder).replace(' ', '%20')}", who="a", tell=print):
        assert (folder / LOCK).is_file()


@pytest.fixture
def in_a_bucket(s3_server, monkeypatch):
    """A warehouse on a real S3 server, how it is reached, and a lock that is soon stale."""
    endpoint, client = s3_server
    monkeypatch.setenv("LAB_KEY", "key")
    monkeypatch.setenv("LAB_SECRET", "secret")
    monkeypatch.setattr(turns, "TIMES", Times(renewed_every=0.1, stale_after=2.5, asked_every=0.1))
    client.create_bucket(Bucket="turns")
    client.delete_object(Bucket="turns", Key=f"isthmus/{LOCK}")
    own = Bucket(endpoint=endpoint, region="us-east-1", access="environment", key_variable="LAB_KEY", secret_variable="LAB_SECRET")  # fmt: skip
    return "s3a://turns/isthmus", Storage(attempts=1, buckets={"turns": own}), client


def test_in_a_bucket_the_second_process_waits_says_for_whom_and_goes_on_when_the_first_was_killed(in_a_bucket):
    warehouse, storage, _ = in_a_bucket
    words = [sys.executable, "-c", HOLD, warehouse, storage.model_dump_json()]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    told = []
    try:
        assert process.stdout.readline() == "held\n"
        assert f"process {process.pid} on " in holder(warehouse, storage)
        killed = []
        threading.Timer(0.4, lambda: killed.append(True) or process.kill()).start()
        with turn(warehouse, who="a run of the study second", storage=storage, tell=told.append):
            assert killed, "the first still lived"
            assert "a run of the study second" in holder(warehouse, storage)
    finally:
        process.kill()
        process.wait()
    (said,) = told
    assert said.startswith(f"{warehouse} is in use by a run of the study first (process {process.pid} on ")
    assert said.endswith("Waiting until that run has ended; if it was killed, for at most 2 seconds.")
    assert holder(warehouse, storage) is None


def test_a_run_whose_lock_another_one_took_ends_with_a_sentence(in_a_bucket):
    warehouse, storage, client = in_a_bucket

    def slept():
        with turn(warehouse, who="a", storage=storage) as require_turn:
            require_turn()
            other = json.dumps({"who": "a run of b", "process": 1, "host": "h", "started": "now"})
            client.put_object(Bucket="turns", Key=f"isthmus/{LOCK}", Body=other.encode())
            time.sleep(0.6)
            require_turn()

    with pytest.raises(StoreError, match=r"no longer holds s3a://turns/isthmus.* a run of b \(process 1 on h"):
        slept()
    left = client.get_object(Bucket="turns", Key=f"isthmus/{LOCK}")["Body"].read()
    assert b"a run of b" in left, "the other one's lock was given back"
