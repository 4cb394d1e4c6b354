"""An Airflow DAG: one task per stage of a study, each the same spark-submit that scripts/submit.sh makes.

Put this file into Airflow's `dags` folder and set the Airflow variables `isthmus_home` (a checkout of Isthmus on the
workers), `isthmus_snapshot`, `isthmus_warehouse`, `isthmus_study` and `isthmus_master`. A stage that has nothing to do
ends at once, so a retry, or a backfill of the same release, costs little.
"""

from datetime import datetime, timedelta
from itertools import pairwise

from airflow import DAG
from airflow.models import Variable
from airflow.operators.bash import BashOperator

HOME = Variable.get("isthmus_home", default_var="/opt/isthmus")
SNAPSHOT = Variable.get("isthmus_snapshot", default_var="s3://openalex")
WAREHOUSE = Variable.get("isthmus_warehouse", default_var="s3a://my-bucket/isthmus")
STUDY = Variable.get("isthmus_study", default_var="gallo2026")
MASTER = Variable.get("isthmus_master", default_var="yarn")

SNAPSHOT_STAGES = ("parse", "tables", "accounts")
STUDY_STAGES = ("corpus", "networks", "significance", "publish", "report")


def stage(name: str) -> BashOperator:
    """One stage of the study as a task."""
    return BashOperator(
        task_id=name,
        bash_command=(
            f"{HOME}/scripts/submit.sh --study {STUDY} --snapshot {SNAPSHOT} --warehouse {WAREHOUSE} "
            f"--master {MASTER} --stages {name}"
        ),
    )


with DAG(
    dag_id=f"isthmus_{STUDY}",
    schedule="@monthly",  # a new release of OpenAlex each month
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 2, "retry_delay": timedelta(minutes=10)},
) as dag:
    tasks = [stage(name) for name in (*SNAPSHOT_STAGES, *STUDY_STAGES)]
    for earlier, later in pairwise(tasks):
        earlier.set_downstream(later)
