"""The jars that Spark needs beyond its own, resolved once into the Python environment.

Delta needs two jars. Its published dependencies would drag an older Hadoop client, Jackson and Parquet onto the class
path beside Spark's own, so the two are fetched without them. A session that starts from files also starts 5 to 8
seconds sooner than one that resolves packages each time.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from isthmus.errors import NO_SPARK, SetupError, did_you_mean

DELTA_VERSION = "4.4.0"
GRAPHFRAMES_VERSION = "0.12.3"
HADOOP_OF_SPARK = {"4.1": "3.4.2", "4.2": "3.5.0"}
"""Minor version of Spark -> its own Hadoop, which hadoop-aws must equal. Delta has a jar for each of them."""


def spark_minor() -> str:
    """Return the minor version of the Spark that is installed, "4.2"; the newest that is known where there is none."""
    newest = max(HADOOP_OF_SPARK)
    try:
        found = ".".join(metadata.version("pyspark").split(".")[:2])
    except metadata.PackageNotFoundError:
        return newest
    return found if found in HADOOP_OF_SPARK else newest


SPARK = spark_minor()
HADOOP_VERSION = HADOOP_OF_SPARK[SPARK]


@dataclass(frozen=True)
class JarSet:
    """Maven coordinates that belong together, and the groups they must not bring along.

    Parameters
    ----------
    coordinates : tuple[str, ...]
        `group:artifact:version` of each jar that must be there in the end.
    transitive : bool
        Whether the dependencies of these jars are wanted too.
    excludes : tuple[str, ...], optional
        `group:artifact` patterns that are never fetched.
    """

    coordinates: tuple[str, ...]
    transitive: bool
    excludes: tuple[str, ...] = ()


JAR_SETS: dict[str, JarSet] = {
    "delta": JarSet(
        (f"io.delta:delta-spark_{SPARK}_2.13:{DELTA_VERSION}", f"io.delta:delta-storage:{DELTA_VERSION}"),
        transitive=False,
        excludes=(
            "org.apache.hadoop:*",
            "org.apache.parquet:*",
            "org.apache.logging.log4j:*",
            "org.slf4j:*",
            "com.fasterxml.jackson.core:*",
            "com.fasterxml.jackson.datatype:*",
            "com.google.code.findbugs:*",
            "org.roaringbitmap:*",
            "io.unitycatalog:*",
            "io.delta:delta-kernel-api",
            "io.delta:delta-kernel-defaults",
            "io.delta:delta-kernel-unitycatalog",
        ),
    ),
    "s3": JarSet(
        (f"org.apache.hadoop:hadoop-aws:{HADOOP_VERSION}",),
        transitive=True,
        excludes=("org.apache.hadoop:hadoop-client-api", "org.apache.hadoop:hadoop-client-runtime"),
    ),
    "graphs": JarSet((f"io.graphframes:graphframes-spark4_2.13:{GRAPHFRAMES_VERSION}",), transitive=True),
}


def require_spark() -> None:
    """Raise an error where pyspark is not installed: Isthmus alone does without, for a runtime may bring its own.

    Raises
    ------
    SetupError
        It is not; says how it is installed.
    """
    if not is_installed("pyspark"):
        raise SetupError(NO_SPARK)


def is_installed(module: str) -> bool:
    """Whether a module can be imported, without importing it."""
    try:
        return find_spec(module) is not None
    except ValueError:  # told to be absent
        return False


def jar_home() -> Path:
    """Return the folder that holds resolved jars: `$ISTHMUS_JARS`, else a folder of the Python environment."""
    configured = os.environ.get("ISTHMUS_JARS")
    return Path(configured) if configured else Path(sys.prefix) / "share" / "isthmus" / "jars"


def find_jars(names: Iterable[str]) -> list[Path] | None:
    """Return resolved jar files of these sets, or None when one has not been resolved in its version.

    Raises
    ------
    SetupError
        a name is no jar set.
    """
    files: list[Path] = []
    for name in names:
        jar_set, folder = _jar_set(name), jar_home() / name
        found = sorted(folder.glob("*.jar"))
        if not (folder / "complete").exists() or not _holds_all(found, jar_set.coordinates):
            return None
        files += found
    return files


def resolve_jars(names: Iterable[str]) -> list[Path]:
    """Fetch the jars of these sets through Spark's own resolver, once; return all their files.

    Raises
    ------
    SetupError
        a name is no jar set, or the resolver did not deliver what was asked; its last lines are shown.
    """
    names = list(names)
    for name in names:
        if find_jars([name]) is None:
            _resolve(name, _jar_set(name))
    return find_jars(names) or []


def jar_options(names: Iterable[str]) -> dict[str, str]:
    """Spark options for these sets: files of those that have been resolved, packages of the others.

    Raises
    ------
    SetupError
        a name is no jar set.
    """
    found = {name: find_jars([name]) for name in names}
    files = [str(file) for those in found.values() for file in those or ()]
    missing = [name for name, those in found.items() if those is None]
    return ({"spark.jars": ",".join(files)} if files else {}) | (package_options(missing) if missing else {})


def package_options(names: Iterable[str]) -> dict[str, str]:
    """Spark options that resolve these sets at start, for a machine where `resolve_jars` has not been run."""
    sets = [_jar_set(name) for name in names]
    coordinates = [c for s in sets for c in s.coordinates]
    # what one set keeps out may be what another one is
    wanted = {f"{c.split(':')[0]}:*" for c in coordinates}
    excludes = [e for s in sets for e in s.excludes if e not in wanted]
    options = {"spark.jars.packages": ",".join(coordinates)}
    return options | ({"spark.jars.excludes": ",".join(excludes)} if excludes else {})


def _jar_set(name: str) -> JarSet:
    if name not in JAR_SETS:
        raise SetupError(f"{name!r} is no set of jars; {did_you_mean(name, list(JAR_SETS))}")
    return JAR_SETS[name]


def _resolve(name: str, jar_set: JarSet) -> None:
    require_spark()
    import pyspark

    submit = Path(pyspark.__file__).parent / "bin" / "spark-submit"
    with tempfile.TemporaryDirectory() as scratch:
        application = Path(scratch) / "nothing.py"
        application.write_text("")  # spark-submit resolves the packages, then has nothing to run
        command = [str(submit), "--master", "local[1]", "--conf", f"spark.jars.ivy={scratch}/ivy"]
        for key, value in package_options([name]).items():
            command += ["--conf", f"{key}={value}"]
        environment = os.environ | {"PYSPARK_PYTHON": sys.executable, "PYSPARK_DRIVER_PYTHON": sys.executable}
        done = subprocess.run(
            [*command, str(application)], capture_output=True, text=True, env=environment, check=False
        )
        fetched = sorted((Path(scratch) / "ivy" / "jars").glob("*.jar"))
        wanted = fetched if jar_set.transitive else [f for f in fetched if _is_named(f, jar_set.coordinates)]
        if done.returncode != 0 or not _holds_all(fetched, jar_set.coordinates):
            tail = "\n".join((done.stdout + done.stderr).splitlines()[-12:])
            raise SetupError(
                f"the jars {', '.join(jar_set.coordinates)} could not be resolved (exit code {done.returncode}). Is a "
                f"Maven repository reachable? Behind a mirror, set spark.jars.ivySettings; without a network, put the "
                f"jar files and an empty file named 'complete' into {jar_home() / name}.\n{tail}"
            )
        folder = jar_home() / name
        folder.mkdir(parents=True, exist_ok=True)
        for old in (folder / "complete", *folder.glob("*.jar")):  # of an earlier version
            old.unlink(missing_ok=True)
        for file in wanted:
            shutil.copy2(file, folder / file.name)
        (folder / "complete").touch()


def _is_named(file: Path, coordinates: tuple[str, ...]) -> bool:
    return any(f"{artifact}-{version}.jar" in file.name for _, artifact, version in (c.split(":") for c in coordinates))


def _holds_all(files: list[Path], coordinates: tuple[str, ...]) -> bool:
    return all(any(_is_named(file, (coordinate,)) for file in files) for coordinate in coordinates)


def main() -> None:
    """Resolve the jar sets named on the command line (Delta's when none is named)."""
    try:
        resolve_jars(sys.argv[1:] or ["delta"])
    except SetupError as error:
        sys.exit(f"isthmus: {error}")


if __name__ == "__main__":
    main()
