"""Options of a session that is there already: its server may refuse some of them."""

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from isthmus.errors import IsthmusWarning, SetupError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

# What results depend on: set in every session, also in one that is already there.
DECISIVE: dict[str, str] = {
    "spark.sql.ansi.enabled": "true",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.sources.partitionOverwriteMode": "static",
}

# How rows travel between Python and Java; with Spark Connect they always travel so, and it takes no such options.
ARROW: dict[str, str] = {
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.sql.execution.arrow.pyspark.fallback.enabled": "false",
}

_SAID: set[str] = set()


def is_remote(spark: "SparkSession") -> bool:
    """Whether a session is one of Spark Connect: its Java runs in a server, which may be on another machine."""
    return type(spark).__module__.startswith("pyspark.sql.connect.")


def require_decisive(spark: "SparkSession") -> None:
    """Set what results depend on.

    Parameters
    ----------
    spark : SparkSession
        The session.

    Raises
    ------
    SetupError
        The server refuses one of them, and does not say that it has that value anyway.
    """
    for option, value in (DECISIVE if is_remote(spark) else DECISIVE | ARROW).items():
        refusal = _refusal(spark, option, value)
        found = _value(spark, option) if refusal else value
        if found != value:
            raise SetupError(
                f"results depend on the option {option}={value}, and this Spark refuses it ({refusal}; its own value "
                f"is {found or 'not told'}). Let its administrator set it for the server."
            )


def try_options(spark: "SparkSession", options: Mapping[str, str]) -> None:
    """Set options that only make things better; each that the server refuses is warned about, once.

    Parameters
    ----------
    spark : SparkSession
        The session.
    options : Mapping[str, str]
        Option -> value.
    """
    for option, value in options.items():
        refusal = _refusal(spark, option, value)
        if refusal and option not in _SAID:
            _SAID.add(option)
            # the value may be a secret
            warnings.warn(
                f"this Spark does not take the option {option}, and goes on without: {refusal}",
                IsthmusWarning,
                stacklevel=2,
            )


@contextmanager
def options_for_a_while(spark: "SparkSession", options: Mapping[str, str]) -> Iterator[None]:
    """Set options as `try_options` does, and what they were before at the end.

    Parameters
    ----------
    spark : SparkSession
        The session.
    options : Mapping[str, str]
        Option -> value.
    """
    earlier = {name: _value(spark, name) for name in options}
    try:
        try_options(spark, options)
        yield
    finally:
        for name, former in earlier.items():
            if name in _SAID:
                continue
            if former is None:
                spark.conf.unset(name)
            else:
                spark.conf.set(name, former)


def _refusal(spark: "SparkSession", option: str, value: str) -> str | None:
    """Set an option; return the first line of the error where the session refuses it."""
    from pyspark.errors import PySparkException

    try:
        spark.conf.set(option, value)
    except PySparkException as error:
        return str(error).splitlines()[0]
    return None


def _value(spark: "SparkSession", option: str) -> str | None:
    """Return the value of an option; None where it has none, or where the server does not tell."""
    from pyspark.errors import PySparkException

    try:
        return spark.conf.get(option, None)
    except PySparkException:
        return None
