"""A Spark Connect server: its address, and whether it can be worked with."""

import os
from importlib import import_module
from typing import TYPE_CHECKING

from isthmus.errors import SetupError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

SCHEME = "sc://"
PACKAGES = ("grpc", "grpc_status", "google.rpc", "zstandard")
"""What pyspark imports to talk to a server: the extra `connect`."""

WITHOUT_DELTA = frozenset(
    {
        "TABLE_OR_VIEW_NOT_FOUND",  # Spark alone takes what is asked for the description of a table named DETAIL
        "PARSE_SYNTAX_ERROR",
        "DATA_SOURCE_NOT_FOUND",
        "DELTA_CONFIGURE_SPARK_SESSION_WITH_EXTENSION_AND_CATALOG",
    }
)
"""What a server says to a question about a Delta table that does not know such tables."""


def remote_address(remote: str | None, master: str | None) -> str | None:
    """Return the address of the server to work with; None where Spark is started here or by a cluster.

    Parameters
    ----------
    remote : str | None
        The address that was asked for; None takes the variable SPARK_REMOTE where it is set.
    master : str | None
        The master that was asked for.

    Raises
    ------
    SetupError
        A master is named as well, or the address is none.
    """
    address = remote or os.environ.get("SPARK_REMOTE") or None
    if address is None:
        return None
    said = "--remote" if remote else "the variable SPARK_REMOTE"
    if not address.startswith(SCHEME):
        raise SetupError(f"{said} is {address!r}, expected the address of a Spark Connect server: sc://host:15002")
    other = f"--master {master}" if master else f"the variable MASTER, {os.environ.get('MASTER')}"
    if master or "MASTER" in os.environ:
        raise SetupError(
            f"{said} names a server, {address}, and {other} where else Spark should run. A server has its own master: "
            f"leave one of the two out."
        )
    return address


def require_packages(names: tuple[str, ...] = PACKAGES) -> None:
    """Raise an error where a package is missing that a server is talked to with.

    Parameters
    ----------
    names : tuple[str, ...], optional
        Modules that must be importable.

    Raises
    ------
    SetupError
        One is not; says how it is installed.
    """
    for name in names:
        try:
            import_module(name)
        except ImportError:
            raise SetupError(
                f"a Spark Connect server is talked to through the package {name.split('.')[0]!r}, which is not "
                "installed: pip install 'isthmus[connect]'"
            ) from None


def check_remote(spark: "SparkSession", address: str) -> None:
    """Ask a server who it is, and whether it knows Delta tables.

    Parameters
    ----------
    spark : SparkSession
        Its session.
    address : str
        Where it is.

    Raises
    ------
    SetupError
        It does not answer, or knows no Delta tables.
    """
    from pyspark.errors import PySparkException

    try:
        version = spark.version
    except Exception as error:  # of gRPC, which has its own kinds
        raise SetupError(f"the Spark Connect server {address} does not answer: {_first_line(error)}") from None
    try:
        spark.sql("DESCRIBE DETAIL delta.`/isthmus/asks/whether/delta/is/there`").collect()
    except PySparkException as error:
        if error.getCondition() in WITHOUT_DELTA:
            raise SetupError(
                f"the Spark Connect server {address} (Spark {version}) knows no Delta tables ({_first_line(error)}). "
                "Its start needs Delta's jars and the options spark.sql.extensions="
                "io.delta.sql.DeltaSparkSessionExtension and spark.sql.catalog.spark_catalog="
                "org.apache.spark.sql.delta.catalog.DeltaCatalog; docs/how-to/connect.md has the command."
            ) from None


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
