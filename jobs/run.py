"""The main job: `isthmus run`. Submitted by scripts/submit.sh, Airflow and Databricks."""

from isthmus.cli.run import job

job()
