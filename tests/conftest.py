"""Fixtures of all tests: one Spark session, a fresh table store, the real records."""

import os
import sys
from functools import cache
from pathlib import Path

import pytest
from hypothesis import settings

# The same examples in every run: a run that fails can be repeated. `--hypothesis-profile=search` looks for new ones.
settings.register_profile("fixed", derandomize=True)
settings.register_profile("search", max_examples=1_000)
settings.load_profile("fixed")

os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
os.environ.setdefault("PYSPARK_DRIVER_PYTHON", sys.executable)
for threads in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ.setdefault(threads, "1")

ROOT = Path(__file__).resolve().parent.parent
REAL_RECORDS = ROOT.parent / "shared" / "data" / "openalex"


def pytest_xdist_make_scheduler(config, log):
    """Spread over processes (`pytest -n 3`), tests that share a Spark session stay together."""
    from xdist.scheduler import LoadScopeScheduling

    class OneSession(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            file = nodeid.split("::")[0]
            if not _uses_spark(file):
                return file
            # three sessions that take about as long as each other, and as all tests without Spark together
            own = {"tests/pipeline/": "whole runs", "tests/tables/": "tables of records"}
            return next((name for folder, name in own.items() if file.startswith(folder)), "spark")

    return OneSession(config, log)


@cache
def _uses_spark(file: str) -> bool:
    return "pytest.mark.spark" in (ROOT / file).read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def spark():
    """The one session of all tests: small, quiet, stopped at the end."""
    from isthmus.config import conf_file
    from isthmus.engine import start_session
    from isthmus.engine.jars import find_jars
    from isthmus.engine.session import SHORT_RUN

    session = start_session(
        "isthmus-tests",
        master="local[2]",
        jar_sets=["graphs"] if find_jars(["graphs"]) else [],
        conf={
            "spark.driver.memory": "2g",
            # many small queries: compile little, collect simply (a third less time)
            "spark.driver.extraJavaOptions": f"-Dlog4j2.configurationFile=file:{conf_file('log4j2.properties')} "
            f"{SHORT_RUN}",
            "spark.sql.shuffle.partitions": "2",
            # each query is another one: what is compiled for it is used once
            "spark.sql.codegen.wholeStage": "false",
            "spark.sql.adaptive.coalescePartitions.parallelismFirst": "false",
        },
    )
    yield session
    session.stop()


@pytest.fixture
def store(spark, tmp_path):
    """An empty table store."""
    from isthmus.engine import TableStore

    return TableStore(spark, str(tmp_path / "warehouse"))


@pytest.fixture(scope="session")
def openalex_records() -> Path:
    """The folder of real OpenAlex records that lies beside the project, where it does."""
    if not REAL_RECORDS.is_dir():
        pytest.skip("the real OpenAlex records (shared/data/openalex) are not beside this checkout")
    return REAL_RECORDS


@pytest.fixture(scope="session")
def s3_server():
    """A real S3 server on this machine: its address and a client with a key."""
    import logging

    import boto3
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    client = boto3.client(
        "s3", endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id="key", aws_secret_access_key="secret"
    )
    yield endpoint, client
    server.stop()


def loaded(name, file):
    """Return the module of a file that is no part of a package."""
    import importlib.util

    spec = importlib.util.spec_from_file_location(name, file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def flaky_proxy():
    """The class of a proxy that stands before a server and fails as networks do; see tests/files/flaky.py."""
    return loaded("flaky", ROOT / "tests" / "files" / "flaky.py").FlakyProxy


@pytest.fixture(scope="session")
def torture():
    """The attacks of `scripts/bench.sh torture`: its fuzzer and its damage are those of the tests."""
    return loaded("torture", ROOT / "scripts" / "bench" / "torture.py")
