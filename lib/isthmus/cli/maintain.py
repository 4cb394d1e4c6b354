"""`isthmus maintain`: fewer, larger files, and old versions removed."""

import json
import sys
from dataclasses import asdict
from typing import NoReturn

import click

from isthmus.cli.completion import complete_tables
from isthmus.cli.main import guarded
from isthmus.cli.options import format_option, spark_options, storage_option
from isthmus.config import Storage
from isthmus.errors import StoreError, did_you_mean

SAFE_DAYS = 7.0  # isthmus.engine.maintenance.SAFE_RETENTION_DAYS, which is not imported for the help's sake


@click.command(
    epilog="Examples:\n\n\b\n"
    "  isthmus maintain --warehouse warehouse/openalex\n"
    "  isthmus maintain --warehouse warehouse/openalex --tables works,authorships --retention-days 30\n"
)
@click.option("--warehouse", default="warehouse/openalex", show_default=True, help="Folder, URI or catalog.schema.")
@click.option(
    "--tables", default="", shell_complete=complete_tables, help="Only these, separated by commas.  [default: all]"
)
@click.option(
    "--retention-days", default=SAFE_DAYS, show_default=True, help="How long files of earlier versions are kept."
)
@click.option("--allow-short-retention", is_flag=True, help="Accept less than 7 days: nothing else uses the tables.")
@spark_options("Spark master; local with all cores when none is named.")
@storage_option
@format_option
def maintain(
    warehouse: str,
    tables: str,
    retention_days: float,
    allow_short_retention: bool,
    master: str | None,
    remote: str | None,
    storage: Storage,
    form: str,
) -> None:
    """Put small files of the tables together and remove those that only old versions need. Rows stay the same.

    A query that is running is not disturbed: files that were in use within the retention stay.
    """
    from isthmus.engine import TableStore, start_session
    from isthmus.engine.maintenance import check_retention, maintain_all
    from isthmus.engine.objectstore import is_s3, reach
    from isthmus.engine.turns import turn
    from isthmus.pipeline import STAGES
    from isthmus.pipeline.maintenance import all_tables, summary, table_names

    check_retention(retention_days, allow_short=allow_short_retention)
    known, wanted = table_names(STAGES), [name.strip() for name in tables.split(",") if name.strip()]
    for name in wanted:
        if name not in known:
            raise StoreError(f"there is no table {name!r}; {did_you_mean(name, known)}")
    jar_sets = ["s3"] if is_s3(warehouse) else []
    spark = start_session("isthmus maintain", master=master, remote=remote, jar_sets=jar_sets)
    reach(spark, storage, (warehouse,))
    store = TableStore(spark, warehouse)
    there = wanted or all_tables(store, STAGES)
    if not there:
        raise StoreError(f"{store.location} holds no table of Isthmus: is this the right --warehouse?")
    with turn(warehouse, who="isthmus maintain", storage=storage):
        done = maintain_all(store, there, retention_days=retention_days, allow_short=allow_short_retention)
    text = "\n".join([*(one.summary for one in done), "", summary(done)])
    click.echo(json.dumps([asdict(one) for one in done], indent=2) if form == "json" else text)


def job() -> NoReturn:
    """Run `isthmus maintain` with the arguments of this process, and end it: what `jobs/maintenance.py` calls."""
    sys.exit(guarded(lambda: maintain.main(sys.argv[1:], standalone_mode=False)))
