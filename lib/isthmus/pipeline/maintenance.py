"""The stage that keeps the tables in good order; it runs only when somebody asks for it."""

from collections.abc import Iterable

from isthmus.analyses.stage import Context, Outcome, Stage
from isthmus.engine import LEDGER, TableStore
from isthmus.engine.maintenance import Maintained, maintain_all
from isthmus.tables import PARSED_WORKS, SEEN_WORKS

STAGING = (PARSED_WORKS, SEEN_WORKS)
"""Tables that only some ways of reading a snapshot write."""


def maintenance_stage(stages: Iterable[Stage]) -> Stage:
    """Return the stage `maintenance` of a pipeline: every table that one of these stages writes, staging and ledger.

    Parameters
    ----------
    stages : Iterable[Stage]
        All other stages.
    """
    tables = table_names(stages)
    return Stage(
        name="maintenance",
        description="put small files of the tables together and remove files that no version of the last 7 days needs",
        task="maintenance",
        scope="warehouse",
        run=lambda context: _maintain(context, tables),
        on_request=True,
    )


def table_names(stages: Iterable[Stage]) -> tuple[str, ...]:
    """Return the names of all tables that these stages write, those between them and the ledger's included."""
    specs = [spec for stage in stages for spec in stage.writes]
    return tuple(dict.fromkeys(spec.name for spec in (*specs, *STAGING, LEDGER)))


def _maintain(context: Context, tables: tuple[str, ...]) -> Outcome:
    return Outcome(summary(maintain_all(context.store, tables)))


def summary(done: list[Maintained]) -> str:
    """Return what maintenance did to all tables together, in a sentence."""
    before, after = sum(one.before.files for one in done), sum(one.after.files for one in done)
    freed = sum((one.before.stored_bytes or 0) - (one.after.stored_bytes or 0) for one in done)
    return f"{len(done)} tables, {before:,} -> {after:,} files, {max(freed, 0) / 1e6:,.1f} MB of earlier versions freed"


def all_tables(store: TableStore, stages: Iterable[Stage]) -> list[str]:
    """Return the tables of these stages that are there."""
    return [name for name in table_names(stages) if store.exists(name)]
