"""What is said before anything runs when workers cannot run Isthmus."""

import pickle
import platform
from types import SimpleNamespace

import pytest
from pyspark.cloudpickle import dumps

from isthmus.engine import workers
from isthmus.engine.workers import PROBES, check_workers, explain, make_probe, require_same
from isthmus.errors import SetupError

HERE = platform.python_version()


def test_workers_like_the_driver_are_accepted():
    require_same([("one", HERE, ""), ("two", HERE, "")])


def test_the_same_minor_version_is_enough():
    require_same([("one", ".".join([*HERE.split(".")[:2], "99"]), "")])


def test_another_minor_version_is_an_error_that_names_both():
    with pytest.raises(SetupError) as error:
        require_same([("one", HERE, ""), ("two", "3.4.10", "")])
    assert "worker two runs Python 3.4.10, the driver Python " + HERE in str(error.value)
    assert "PYSPARK_PYTHON" in str(error.value)


def test_a_package_that_does_not_load_is_said_with_the_worker():
    with pytest.raises(
        SetupError, match=r"worker two .*cannot run Isthmus: numba cannot be imported: ImportError: libc"
    ):
        require_same([("one", HERE, ""), ("two", HERE, "numba cannot be imported: ImportError: libc")])


def test_sparks_own_refusal_is_put_into_words():
    message = (
        "An error occurred while calling z:...collectAndServe.\n: org.apache.spark.SparkException: Job aborted\n"
        "pyspark.errors.exceptions.base.PySparkRuntimeError: [PYTHON_VERSION_MISMATCH] Python in worker has different "
        "version: 3.9 than that in driver: 3.11, PySpark cannot run with different minor versions.\n"
        "\tat org.apache.spark.api.python.BasePythonRunner\n"
    )
    said = explain(message)
    assert said.startswith(f"the workers run Python 3.9, the driver Python {HERE}")
    assert "org.apache" not in said


def test_a_missing_interpreter_is_put_into_words():
    said = explain('java.io.IOException: Cannot run program "python3.4": error=2, No such file or directory')
    assert said.startswith("the workers have no interpreter 'python3.4'")


def test_anything_else_keeps_sparks_first_lines_without_the_calls():
    said = explain("Connection refused\n\tat java.base/java.net\n" + "more\n" * 30)
    assert "Connection refused" in said
    assert "java.base" not in said
    assert len(said.splitlines()) < 15


def test_the_probe_travels_by_its_code_and_finds_what_is_missing():
    travelled = dumps(make_probe(("json", "no_such_module")))
    assert b"isthmus.engine.workers" not in travelled or b"make_probe" in travelled
    ((host, version, fault),) = pickle.loads(travelled)(iter([1]))
    assert (host, version) == (platform.node(), HERE)
    assert fault == "no_such_module cannot be imported: ModuleNotFoundError: No module named 'no_such_module'"
    ((_, _, fault),) = make_probe(("json",))(iter([]))
    assert fault == ""


class Server:
    """As much of a session of Spark Connect as the check asks for: rows go through the function in this process."""

    __module__ = "pyspark.sql.connect.session"

    def range(self, start, end, step, partitions):
        self.tasks = partitions
        return self

    def mapInArrow(self, function, schema):
        batches = [batch for _ in range(self.tasks) for batch in function(iter([]))]
        assert [field.split()[0] for field in schema.split(", ")] == batches[0].schema.names
        self.rows = [SimpleNamespace(**row) for batch in batches for row in batch.to_pylist()]
        return self

    def distinct(self):
        return self

    def collect(self):
        return self.rows


def test_workers_of_a_server_are_asked_through_a_table(monkeypatch):
    server = Server()
    check_workers(server)
    assert len(server.rows) == PROBES
    monkeypatch.setattr(workers, "make_probe", lambda: make_probe(("json", "no_such_module")))
    with pytest.raises(SetupError, match=r"of the Spark Connect server .* no_such_module cannot be imported") as error:
        check_workers(server)
    assert "pip install isthmus==" in str(error.value)


def test_another_version_of_isthmus_is_no_isthmus(monkeypatch):
    monkeypatch.setattr(workers, "__version__", "99")
    ((_, _, fault),) = make_probe(("isthmus",))(iter([]))
    assert "isthmus cannot be imported: ImportError: it is version" in fault
    assert fault.endswith("the driver's is 99")
