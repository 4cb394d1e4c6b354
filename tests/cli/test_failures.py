"""Whatever fails, people read a sentence; the stack of calls only where they ask for it."""

import errno
import socket
import subprocess
import sys
from types import SimpleNamespace

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.cli.failures import GO_ON, JAVA_ENDED, LONGEST, sentence
from isthmus.cli.main import DEBUG, guarded
from isthmus.errors import GateError


class Py4JJavaError(Exception):
    """As py4j's: the message is a stack of calls in Java."""


JAVA = (
    "An error occurred while calling o123.save.\n: org.apache.spark.SparkException: Job aborted due to stage failure\n"
    "\tat org.apache.spark.scheduler.DAGScheduler.abortStage(DAGScheduler.scala:1)\n"
    "Caused by: java.io.IOException: {cause}\n\tat java.base/java.io.FileOutputStream.writeBytes(Native Method)\n"
)


@pytest.mark.parametrize(
    ("error", "begins", "shows"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "/data/x"), "a disk is full.", "No space left"),
        (Py4JJavaError(JAVA.format(cause="No space left on device")), "a disk is full.", "java.io.IOException"),
        (PermissionError(errno.EACCES, "Permission denied", "/root/x"), "a folder cannot be written to.", "'/root/x'"),
        (OSError(errno.EROFS, "Read-only file system", "/w"), "a folder cannot be written to.", "'/w'"),
        (Py4JJavaError(JAVA.format(cause="java.lang.OutOfMemoryError: Java heap space")), "memory ran out.", "heap"),
        (
            Py4JJavaError(
                "java.lang.IllegalArgumentException: System memory 1 must be at least 2. Please increase heap size"
            ),
            "memory ran out.",
            "must be at least",
        ),
        (RuntimeError("[JAVA_GATEWAY_EXITED] Java gateway process exited before"), "Java did not start", "GATEWAY"),
        (pa.ArrowMemoryError("Unable to allocate 8 GB"), "memory ran out", ""),
        (MemoryError(), "memory ran out in this process.", ""),
        (Py4JJavaError(JAVA.format(cause="Python worker exited unexpectedly (crashed)")), "a process of Spark", ""),
        (Py4JJavaError("io.delta.exceptions.ConcurrentAppendException: [X] a"), "another run wrote", "ConcurrentApp"),
        (ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused"), "a server cannot be reached.", "refused"),
        (RecursionError("maximum recursion depth exceeded"), "something is nested too deep", ""),
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"), "a file is not UTF-8 text", "0xff"),
        (IsADirectoryError(errno.EISDIR, "Is a directory", "/tmp"), "/tmp: Is a directory.", ""),
        (ZeroDivisionError("division by zero"), "something unforeseen: ZeroDivisionError: division", "--debug"),
    ],
)
def test_each_kind_of_failure(error, begins, shows):
    said = sentence(error)
    assert said.startswith(begins)
    assert shows in said
    assert "\tat " not in said


@given(st.text(max_size=2000))
def test_any_message_is_short_and_has_no_stack(text):
    said = sentence(ValueError(text))
    assert len(said) < LONGEST + 250
    assert len(said.splitlines()) <= 3
    assert GO_ON in said


def test_the_stack_of_calls_is_shown_where_it_is_asked_for(capsys, monkeypatch):
    monkeypatch.delenv(DEBUG, raising=False)
    assert guarded(lambda: 1 / 0) == 1
    silent = capsys.readouterr().err
    assert silent.startswith("isthmus: something unforeseen: ZeroDivisionError")
    assert "Traceback" not in silent
    monkeypatch.setenv(DEBUG, "1")
    assert guarded(lambda: 1 / 0) == 1
    assert "Traceback" in capsys.readouterr().err


def test_a_gate_that_fails_has_an_exit_code_of_its_own(capsys):
    def fails():
        raise GateError("a quality check failed:\n  works: rows is 0")

    assert guarded(fails) == 3
    assert capsys.readouterr().err == "isthmus: a quality check failed:\n  works: rows is 0\n"


def test_debug_is_a_word_before_the_command(tmp_path):
    (tmp_path / "edges.csv").write_bytes(b"source,target,weight\nA,B,1\n\xff,C,2\n")
    words = [sys.executable, "-m", "isthmus.cli.main", "--debug", "test-network", str(tmp_path / "edges.csv")]
    done = subprocess.run([*words, "--out", str(tmp_path / "out")], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("isthmus: ")


def test_a_gateway_that_answers_no_more_means_that_java_has_ended(monkeypatch):
    """Whatever the error says then, a refused connection of any kind is no server of the user's."""
    from pyspark import SparkContext

    with socket.create_server(("127.0.0.1", 0)) as listens:
        port = listens.getsockname()[1]
        gateway = SimpleNamespace(gateway_parameters=SimpleNamespace(address="127.0.0.1", port=port))
        monkeypatch.setattr(SparkContext, "_gateway", gateway)
        assert sentence(ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused")).startswith("a server cannot")
    assert sentence(ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused")).startswith(JAVA_ENDED)
