"""The main job: every stage of a study. Submitted by scripts/submit.sh, Airflow and Databricks."""

import sys

from isthmus.cli.main import guarded
from isthmus.cli.run import run

if __name__ == "__main__":
    sys.exit(guarded(lambda: run.main(standalone_mode=False)))
