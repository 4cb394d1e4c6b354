"""Airflow DAGs: one for each study, one task per group of its stages, each the same spark-submit as scripts/submit.sh.

Put this file into Airflow's `dags` folder, where Airflow 3.3 or newer has the provider `standard`; what each variable
means stands in docs/how-to/airflow.md. The tasks are what `isthmus stages --tasks` lists for the study, asked at every
parse: half a second, and nothing that could be out of date. A stage that has nothing to do ends at once, so a retry,
or a backfill of the same release, costs little. Maintenance of the tables comes last, when nothing of this run reads
them any more.
"""

import json
import os
import re
import shlex
import subprocess
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG, BaseOperator, Variable
from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowSkipException

#: Exit codes that no retry changes: a word that is not understood, a quality check of the data that failed.
FOR_GOOD = (2, 3)
SAID = "said.txt"
LONGEST = 2000  # characters of a failed task's message
YES = ("1", "true", "yes", "on")


def variable(name: str, default: str = "") -> str:
    """Return the text of the Airflow variable `isthmus_NAME`."""
    return str(Variable.get(f"isthmus_{name}", default=default)).strip()


def lines(name: str, default: str = "") -> list[str]:
    """Return what the variable `isthmus_NAME` says, one entry a line."""
    return [line.strip() for line in variable(name, default).splitlines() if line.strip()]


def place(name: str, default: str = "") -> str:
    """Return the folder or address that the variable `isthmus_NAME` holds, without a slash at its end.

    Raises
    ------
    ValueError
        It is a relative folder: a task runs in a folder of its own, which is gone afterwards.
    """
    value = variable(name, default).rstrip("/")
    if value and "://" not in value and not os.path.isabs(value) and not (name == "warehouse" and is_catalog(value)):
        raise ValueError(f"isthmus_{name} is {value!r}: name an absolute folder or an address such as s3a://bucket/x")
    return value


def is_catalog(warehouse: str) -> bool:
    """Return whether a warehouse is `catalog.schema`, which has no folder for results."""
    parts = warehouse.split(".")
    return len(parts) == 2 and all(part.isidentifier() for part in parts)


def plain(text: str) -> str:
    """Return a text as a part of a name in Airflow: what is no letter or digit becomes an underscore."""
    return re.sub(r"[^A-Za-z0-9]+", "_", text).strip("_")


HOME = Path(variable("home", "/opt/isthmus"))
SNAPSHOT = place("snapshot", "s3://openalex")
WAREHOUSE = place("warehouse", "s3a://my-bucket/isthmus")
RESULTS = place("results")
if is_catalog(WAREHOUSE) and not RESULTS:
    raise ValueError(
        f"isthmus_warehouse is the catalog {WAREHOUSE!r}, which has no folder for published results: set "
        "isthmus_results to a folder or an address"
    )
MASTER = variable("master", "yarn")
STORAGE = place("storage")
SETTINGS = [word for setting in lines("set") for word in ("--set", setting)]
FLAGS = [f"--{name}" for name in ("incremental", "partial") if variable(name).lower() in YES]
SPARK_OPTIONS = shlex.split(variable("spark_options"))
OPERATOR = variable("operator", "bash")
#: One slot: whatever writes to this warehouse does so one at a time.
POOL = f"isthmus_{plain(WAREHOUSE)[-200:]}"
POOL_COMMAND = shlex.join(["airflow", "pools", "set", POOL, "1", f"one at a time on {WAREHOUSE}"])


def groups(study: str) -> dict[str, list[str]]:
    """Return task -> its stages, in the order of the pipeline, as the study's file asks for them now.

    Raises
    ------
    RuntimeError
        Isthmus is not there, or cannot work with the study; in its own words.
    """
    command = [str(HOME / ".venv" / "bin" / "isthmus"), "stages", "--tasks", "--study", study, *SETTINGS]
    try:
        done = subprocess.run([*command, "--format", "json"], capture_output=True, text=True, timeout=20, check=False)
    except OSError as error:
        raise RuntimeError(
            f"{command[0]} cannot be started ({error.strerror}): isthmus_home is no checkout of Isthmus that "
            "scripts/submit.sh has set up on this machine"
        ) from None
    if done.returncode:
        raise RuntimeError(done.stderr.strip() or f"{shlex.join(command)} ended with code {done.returncode}")
    return json.loads(done.stdout)


def arguments(study: str, group: str) -> list[str]:
    """Return the options of `isthmus run` for a group of a study's stages."""
    optional = {"--snapshot": SNAPSHOT, "--results": RESULTS, "--storage": STORAGE}
    named = [word for option, value in optional.items() if value for word in (option, value)]
    where = ["--study", study, "--warehouse", WAREHOUSE, "--master", MASTER, *named]
    return [*where, *SETTINGS, *FLAGS, "--tasks", group]


def last_words(said: str) -> str:
    """Return what a command said at its end: the message of Isthmus, where there is one."""
    at = [found.start() for found in re.finditer(r"^isthmus: ", said, re.MULTILINE)]
    return (said[at[-1] :] if at else said).strip()[-LONGEST:] or "the command said nothing"


class SubmitOperator(BashOperator):
    """Run scripts/submit.sh; when it fails, its own message is the error, and what a retry cannot change is final."""

    def __init__(self, *, words: list[str], **options: object) -> None:
        # every word is quoted: the shell sees a folder with spaces as one word
        shell_line = f"set -o pipefail; {shlex.join(words)} 2>&1 | tee {SAID}"
        super().__init__(bash_command=shell_line, skip_on_exit_code=FOR_GOOD, **options)

    def execute(self, context: object) -> None:
        """Run the command in a folder of its own."""
        with TemporaryDirectory(prefix="isthmus-") as folder:
            self.cwd, said = folder, Path(folder) / SAID
            try:
                super().execute(context)
            except AirflowSkipException:
                raise AirflowFailException(last_words(said.read_text(errors="replace"))) from None
            except AirflowException:
                raise AirflowException(last_words(said.read_text(errors="replace"))) from None


def submit_task(study: str, group: str) -> BaseOperator:
    """Return a group of stages as a task that runs scripts/submit.sh."""
    extra = ["--", *SPARK_OPTIONS] if SPARK_OPTIONS else []
    words = [str(HOME / "scripts" / "submit.sh"), *arguments(study, group), *extra]
    return SubmitOperator(task_id=group, words=words, pool=POOL)


def spark_task(study: str, group: str) -> BaseOperator:
    """Return a group of stages as a task of Airflow's Spark provider."""
    from airflow.providers.apache.spark.operators.spark_submit import SparkSubmitOperator

    class SparkOperator(SparkSubmitOperator):
        """Airflow's spark-submit with the options and the programs of the checkout."""

        def execute(self, context: object) -> None:
            """Ask the checkout for its session's options, then submit."""
            self.conf = session_options() | (self.conf or {})
            # the task's own process; as `env_vars` they would become settings of YARN's containers
            os.environ.update(programs())
            try:
                super().execute(context)
            except AirflowException as error:
                code = re.search(r"Error code is: (\d+)", str(error))
                final = code is not None and int(code[1]) in FOR_GOOD
                raise (AirflowFailException if final else AirflowException)(last_words(str(error))) from None

    job = {"application": str(HOME / "jobs" / "run.py"), "application_args": arguments(study, group)}
    return SparkOperator(task_id=group, pool=POOL, name=f"isthmus {group}", **job, **spark_keywords(SPARK_OPTIONS))


def spark_keywords(options: list[str]) -> dict[str, object]:
    """Return options of spark-submit as SparkSubmitOperator names them: `--executor-memory 8g`, `--conf a=b`.

    Raises
    ------
    ValueError
        They are not pairs of an option and its value.
    """
    keywords: dict[str, object] = {}
    conf: dict[str, str] = {}
    for option, value in zip(options[::2], [*options[1::2], ""], strict=False):
        if not option.startswith("--") or not value:
            raise ValueError(f"isthmus_spark_options: {option!r} is no option with a value, as in --executor-memory 8g")
        if option == "--conf":
            key, _, setting = value.partition("=")
            conf[key] = setting
        else:
            keywords[option[2:].replace("-", "_")] = value
    return keywords | {"conf": conf}


def session_options() -> dict[str, str]:
    """Return the options of Isthmus's Spark session, as scripts/submit.sh hands them to spark-submit."""
    jar_sets = ["s3"] if WAREHOUSE.startswith(("s3://", "s3a://")) else []
    code = "from isthmus.engine.session import main; main()"
    command = [str(HOME / ".venv" / "bin" / "python"), "-c", code, MASTER, *jar_sets]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise AirflowFailException(last_words(done.stderr))
    return dict(line.split("=", 1) for line in done.stdout.splitlines() if line != "--conf")


def programs() -> dict[str, str]:
    """Return the variables by which spark-submit is the checkout's, and so is its Python."""
    binaries = HOME / ".venv" / "bin"
    (spark,) = (HOME / ".venv" / "lib").glob("python3.*/site-packages/pyspark")
    return {
        "PATH": f"{binaries}{os.pathsep}{os.environ.get('PATH', '')}",
        "SPARK_HOME": str(spark),
        "PYSPARK_DRIVER_PYTHON": str(binaries / "python"),
        "PYSPARK_PYTHON": str(binaries / "python") if MASTER.startswith("local") else "python3",
        "ISTHMUS_SUBMITTED": "1",
    }


def study_dag(study: str) -> DAG:
    """Return the DAG of a study."""
    if not os.path.isabs(study) and ("/" in study or study.endswith((".yaml", ".yml"))):
        raise ValueError(
            f"isthmus_study: {study!r} is no absolute path, and no name of a study that comes with Isthmus"
        )
    operators = {"bash": submit_task, "spark": spark_task}
    if OPERATOR not in operators:
        raise ValueError(f"isthmus_operator is {OPERATOR!r}: it can be {' or '.join(operators)}")
    with DAG(
        dag_id=f"isthmus_{plain(Path(study).stem)}",
        schedule=variable("schedule", "@monthly"),  # a new release of OpenAlex each month
        start_date=datetime(2026, 1, 1),
        catchup=False,
        max_active_runs=1,
        max_active_tasks=1,
        default_args={"retries": int(variable("retries", "2")), "retry_delay": timedelta(minutes=10)},
        doc_md=f"The study `{study}` on `{WAREHOUSE}`. Its tasks wait until their pool is there: `{POOL_COMMAND}`",
    ) as dag:
        tasks = [operators[OPERATOR](study, group) for group in groups(study)]
        for earlier, later in pairwise(tasks):
            earlier.set_downstream(later)
    return dag


dags: dict[str, DAG] = {}
for named in lines("study", "gallo2026"):
    made = study_dag(named)
    if made.dag_id in dags:
        raise ValueError(f"isthmus_study names two studies that are both called {made.dag_id!r}: rename a file")
    dags[made.dag_id] = made
