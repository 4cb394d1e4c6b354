"""The Spark session: local, on a cluster, of a server (Spark Connect), or the one that is already there."""

import logging
import os
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from isthmus.config.resources import conf_file
from isthmus.engine.checkup import require_java
from isthmus.engine.jars import jar_options, require_spark
from isthmus.engine.machine import cores, memory_mib
from isthmus.engine.remote import check_remote, remote_address, require_packages
from isthmus.engine.settings import ARROW, DECISIVE, require_decisive, try_options
from isthmus.engine.shipping import shipped_options
from isthmus.engine.workers import check_workers
from isthmus.errors import SetupError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

# What must be known before the JVM starts.
STATIC: dict[str, str] = {
    "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
    "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
}

# A run of minutes spends most of its time compiling: one quick compiler, one simple collector, and room for the code
# (48 MB by default with one compiler, which such a run fills: the rest would be interpreted). Hours pay for the best.
# Room for 30,000 classes and for young objects from the start takes a tenth less processor than Java's small beginning.
SHORT_RUN = (
    "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=256m -XX:+UseSerialGC "
    "-XX:MetaspaceSize=320m -XX:NewRatio=1 -XX:InitialRAMPercentage=5"
)
LONG_RUN = "-XX:+UseParallelGC"

WORKER_PYTHON = "python3"
LOCAL_THREADS = re.compile(r"local(?:\[(\d+|\*)\])?")
CAUSE = re.compile(r"^(?:Caused by)?: (.+)$", re.MULTILINE)
PACKAGE = re.compile(r"^(?:[a-z_]\w*\.)+(?=[A-Z])")
TRIES_OF_A_TASK = 4  # Spark's default on a cluster

LOCAL_MEMORY_SHARE = 0.5  # the Python workers, numba and the operating system need the other half
LOCAL_MEMORY_RANGE_MIB = (1024, 16384)


def start_session(
    app_name: str,
    *,
    master: str | None = None,
    remote: str | None = None,
    jar_sets: Sequence[str] = (),
    conf: Mapping[str, str] | None = None,
) -> "SparkSession":
    """Return the Spark session that this process works with.

    A session that is already active is used as it is (Databricks, a notebook, spark-submit's own settings); only the
    options that results depend on are set on it.

    Parameters
    ----------
    app_name : str
        Shown in Spark's own pages.
    master : str | None, optional
        Spark master URL; None takes spark-submit's, else `local[*]`.
    remote : str | None, optional
        Address of a Spark Connect server, `sc://host:port`; None takes the variable SPARK_REMOTE where it is set.
    jar_sets : Sequence[str], optional
        Optional sets of `isthmus.engine.jars` beside Delta's: "s3", "graphs". A server has its own.
    conf : Mapping[str, str] | None, optional
        Further Spark options; they win over the defaults.

    Raises
    ------
    SetupError
        Both a master and a server are named, what Spark needs is not there, or a server refuses an option that results
        depend on.
    """
    require_spark()
    from pyspark.sql import SparkSession

    address = remote_address(remote, master)
    active = SparkSession.getActiveSession()
    if active is None and address is not None:
        active = _connect(app_name, address, conf or {})
    elif active is None:
        active = _there(app_name) if _is_databricks() else _build(app_name, master, jar_sets, conf or {})
    require_decisive(active)
    return active


def session_options(
    master: str | None = None, jar_sets: Sequence[str] = (), conf: Mapping[str, str] | None = None
) -> dict[str, str]:
    """All options of a new session; `scripts/submit.sh` hands the same ones to spark-submit.

    Parameters
    ----------
    master : str | None, optional
        Spark master URL; None means local.
    jar_sets : Sequence[str], optional
        Optional jar sets beside Delta's.
    conf : Mapping[str, str] | None, optional
        Further options, which win.
    """
    names = ["delta", *(name for name in jar_sets if name != "delta")]
    jars = jar_options(names)
    log_settings = f"-Dlog4j2.configurationFile=file:{conf_file('log4j2.properties')}"
    options = DECISIVE | ARROW | STATIC | jars | {"spark.driver.extraJavaOptions": log_settings}
    if is_local(master):
        options |= _local_options(log_settings, short=os.environ.get("ISTHMUS_RUN") == "short")
    elif ships():
        options |= shipped_options(master)
    return options | dict(conf or {})


def is_local(master: str | None) -> bool:
    """Whether this master runs everything in one process on this machine."""
    return master is None or master.startswith("local")


def _is_databricks() -> bool:
    """Whether this process runs in a job or notebook of Databricks, whose session is made by the runtime."""
    return "DATABRICKS_RUNTIME_VERSION" in os.environ


def with_retries(master: str) -> str:
    """Return a local master under which a task that failed is tried again, as on a cluster; others as they are.

    In local mode Spark ends the run with the first Python worker that the system kills.

    Parameters
    ----------
    master : str
        A master such as `local`, `local[2]`, `local[*]` or `spark://host:7077`.
    """
    found = LOCAL_THREADS.fullmatch(master)
    return f"local[{found[1] or 1},{TRIES_OF_A_TASK}]" if found else master


def ships() -> bool:
    """Whether a cluster's workers get this environment with the job; `ISTHMUS_SHIP=no` where they have Isthmus."""
    return os.environ.get("ISTHMUS_SHIP", "yes") != "no"


def _name_interpreters(master: str | None) -> None:
    """Say which Python the workers run: this one in local mode; on a cluster, what `python3` is there."""
    if is_local(master):
        # a python of the PATH would lack the library
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    elif ships():
        os.environ.setdefault("PYSPARK_PYTHON", WORKER_PYTHON)
        # the driver's JVM starts the same program to plan a read, and must find this environment's
        os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    os.environ.setdefault("PYSPARK_DRIVER_PYTHON", sys.executable)


def _local_options(log_settings: str, *, short: bool) -> dict[str, str]:
    low, high = LOCAL_MEMORY_RANGE_MIB
    memory = int(min(max(memory_mib() * LOCAL_MEMORY_SHARE, low), high))
    return {
        "spark.driver.memory": f"{memory}m",
        "spark.driver.host": "localhost",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.extraJavaOptions": f"{log_settings} {SHORT_RUN if short else LONG_RUN}",
        "spark.sql.shuffle.partitions": str(max(4, 2 * cores())),
        "spark.databricks.delta.snapshotPartitions": "2",  # 50 by default; worth 20 seconds of a small local run
        # files of a table are named one by one; to look at each takes less than to start a task for it
        "spark.sql.sources.parallelPartitionDiscovery.threshold": "5000",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }


def _build(app_name: str, master: str | None, jar_sets: Sequence[str], conf: Mapping[str, str]) -> "SparkSession":
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.appName(app_name)
    submitted = os.environ.get("ISTHMUS_SUBMITTED")  # scripts/submit.sh has already handed all options to spark-submit
    if not submitted:
        require_java()
        _name_interpreters(master)
        builder = builder.master(with_retries(master or "local[*]"))
        for key, value in session_options(master, jar_sets, conf).items():
            builder = builder.config(key, value)
    _silence_what_java_leaves()
    spark = _started(builder)
    if not is_local(spark.conf.get("spark.master", "local[*]")):
        try:
            check_workers(spark)
        except SetupError:
            spark.stop()
            raise
    return spark


def _started(builder: "SparkSession.Builder") -> "SparkSession":
    from py4j.protocol import Py4JJavaError

    try:
        return builder.getOrCreate()
    except Py4JJavaError as error:
        raise SetupError(f"Spark does not start: {causes(str(error))}") from error


def causes(message: str) -> str:
    """Return what Java says went wrong, from the outermost cause to the innermost, without its stacks of calls.

    Parameters
    ----------
    message : str
        An error of Java as py4j shows it.
    """
    found = [PACKAGE.sub("", cause) for cause in CAUSE.findall(message)]
    return "; because: ".join(dict.fromkeys(found)) or message.splitlines()[0]


def _silence_what_java_leaves() -> None:
    """Keep PySpark and py4j from printing stacks of calls where Java has ended: the run says that it has."""
    from pyspark.accumulators import AccumulatorTCPServer, AccumulatorUnixServer

    logging.getLogger().addFilter(lambda record: "py4j" not in record.pathname)  # it logs where all others do, too
    for server in (AccumulatorTCPServer, AccumulatorUnixServer):
        server.handle_error = lambda *_: None  # type: ignore[method-assign]


def _connect(app_name: str, address: str, conf: Mapping[str, str]) -> "SparkSession":
    """Return a session of a server. It has its own Java, jars and workers; of the options only some can be set."""
    from pyspark.sql import SparkSession

    require_packages()
    spark = SparkSession.builder.appName(app_name).remote(address).getOrCreate()
    try:
        check_remote(spark, address)
        check_workers(spark)
    except SetupError:
        spark.stop()
        raise
    try_options(spark, conf)
    return spark


def _there(app_name: str) -> "SparkSession":
    """Return the session of the runtime, which has its own master, jars and options."""
    from pyspark.sql import SparkSession

    spark = SparkSession.builder.appName(app_name).getOrCreate()
    check_workers(spark)
    return spark


def main() -> None:
    """Print the options of a new session as spark-submit arguments, one a line (used by `scripts/submit.sh`)."""
    master = sys.argv[1] if len(sys.argv) > 1 else None
    try:
        options = session_options(master, sys.argv[2:])
    except SetupError as error:
        sys.exit(f"isthmus: {error}")
    for key, value in options.items():
        print(f"--conf\n{key}={value}")  # noqa: T201 - this is the function's purpose


if __name__ == "__main__":
    main()
