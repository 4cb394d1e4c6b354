"""An Airflow DAG: one task per group of stages of a study, each the same spark-submit that scripts/submit.sh makes.

Put this file into Airflow's `dags` folder and set the Airflow variables `isthmus_home` (a checkout of Isthmus on the
workers, set up by one call of scripts/submit.sh), `isthmus_snapshot`, `isthmus_warehouse`, `isthmus_results`,
`isthmus_study` and `isthmus_master`. The tasks are what `isthmus stages --tasks` lists, so a stage that a study
turns on or a later version adds needs no change here. A stage that has nothing to do ends at once, so a retry, or a
backfill of the same release, costs little. Maintenance of the tables comes last, when nothing of this run reads them any more.
"""

import json
import os
import subprocess
from datetime import datetime, timedelta
from itertools import pairwise

from airflow import DAG
from airflow.models import Variable
from airflow.operators.bash import BashOperator

HOME = Variable.get("isthmus_home", default_var="/opt/isthmus")
SNAPSHOT = Variable.get("isthmus_snapshot", default_var="s3://openalex")
WAREHOUSE = Variable.get("isthmus_warehouse", default_var="s3a://my-bucket/isthmus")
RESULTS = Variable.get("isthmus_results", default_var=f"{WAREHOUSE}/results")
STUDY = Variable.get("isthmus_study", default_var="gallo2026")
MASTER = Variable.get("isthmus_master", default_var="yarn")
CACHE = os.path.join(os.environ.get("AIRFLOW_HOME", "/tmp"), f"isthmus-tasks-{os.path.basename(STUDY)}.json")


def groups() -> dict[str, list[str]]:
    """Task -> its stages, in the order of the pipeline.

    Airflow reads this file every half minute; Isthmus is asked again only when its checkout has changed.
    """
    changed = os.path.getmtime(os.path.join(HOME, "lib", "isthmus", "pipeline"))
    if os.path.exists(CACHE) and os.path.getmtime(CACHE) > changed:
        with open(CACHE) as known:
            return json.load(known)
    command = [os.path.join(HOME, ".venv", "bin", "isthmus"), "stages", "--tasks", "--study", STUDY, "--format", "json"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    with open(CACHE, "w") as known:
        known.write(listed)
    return json.loads(listed)


def task(name: str) -> BashOperator:
    """One group of stages of the study as a task."""
    return BashOperator(
        task_id=name,
        bash_command=(
            f"{HOME}/scripts/submit.sh --study {STUDY} --snapshot {SNAPSHOT} --warehouse {WAREHOUSE} "
            f"--results {RESULTS} --master {MASTER} --tasks {name}"
        ),
    )


with DAG(
    dag_id=f"isthmus_{os.path.basename(STUDY).removesuffix('.yaml')}",
    schedule="@monthly",  # a new release of OpenAlex each month
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    max_active_tasks=1,  # the ledger and the study's tables have one writer at a time
    default_args={"retries": 2, "retry_delay": timedelta(minutes=10)},
) as dag:
    tasks = {name: task(name) for name in groups()}
    for earlier, later in pairwise(tasks.values()):
        earlier.set_downstream(later)
