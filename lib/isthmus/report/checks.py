"""What every study lists at the end of its page: records read, and every field of its configuration."""

from typing import Any

import pandas as pd

from isthmus.report.results import Results


def accounting_table(results: Results) -> pd.DataFrame:
    """Return records by entity as published, and whether they add up: read = kept + all that was set aside."""
    table = results.accounting.copy()
    aside = [name for name in ("rejected", "superseded", "deleted", "merged") if name in table.columns]
    table["adds_up"] = table["read"] == table["kept"] + table[aside].fillna(0).sum(axis=1)
    return table


def switches(results: Results) -> list[tuple[str, str]]:
    """Return every field of the study's configuration with its value, as text."""
    return [(name, _value(value)) for name, value in sorted(results.study.get("switches", {}).items())]


def _value(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or "none"
    if isinstance(value, dict):
        return "; ".join(f"{key}: {_value(inner)}" for key, inner in value.items()) or "none"
    return str(value)
