"""Quality gates: named checks on a table, all computed by one aggregate, stored in the ledger and shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from isthmus.errors import GateError

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

EXACT = ".15g"  # 510372821 records, not 5.10373e+08


@dataclass(frozen=True)
class Gate:
    """A bound on one aggregate of a table.

    Parameters
    ----------
    name : str
        What is checked.
    observed : Column
        An aggregate expression.
    severity : {'fail', 'warn'}
        "fail" or "warn".
    low, high : float | None
        Accepted range, ends included; None leaves an end open.
    message : str, default ''
        What it means when the check does not hold, and what to do.
    """

    name: str
    observed: "Column"
    severity: Literal["fail", "warn"]
    low: float | None = None
    high: float | None = None
    message: str = ""

    @property
    def bound(self) -> str:
        """The accepted range in words."""
        if self.low is not None and self.low == self.high:
            return f"= {self.low:{EXACT}}"
        ends = ([f">= {self.low:{EXACT}}"] if self.low is not None else []) + (
            [f"<= {self.high:{EXACT}}"] if self.high is not None else []
        )
        return " and ".join(ends) or "any"

    def holds(self, value: float | None) -> bool:
        """Whether the value lies within the range; an empty table (None) does not."""
        if value is None:
            return False
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)


@dataclass(frozen=True)
class GateResult:
    """What a gate observed."""

    table: str
    gate: str
    severity: str
    observed: float | None
    bound: str
    passed: bool
    message: str


def check_gates(table: str, rows: "DataFrame", gates: Sequence[Gate]) -> list[GateResult]:
    """Measure all gates of a table in one pass over its rows."""
    from pyspark.sql import functions as F

    values = rows.agg(*(g.observed.cast("double").alias(f"gate_{i}") for i, g in enumerate(gates)), F.lit(1)).first()
    results = []
    for index, gate in enumerate(gates):
        value = None if values is None or values[index] is None else float(values[index])
        holds = gate.holds(value)
        results.append(GateResult(table, gate.name, gate.severity, value, gate.bound, holds, gate.message))
    return results


def require(results: Sequence[GateResult]) -> None:
    """Stop when a gate of severity "fail" does not hold.

    Raises
    ------
    GateError
        Names every failed gate, with what was observed and what is accepted.
    """
    failed = [r for r in results if r.severity == "fail" and not r.passed]
    if failed:
        lines = (f"{r.table}: {r.gate} is {_words(r.observed)}, accepted {r.bound}. {r.message}" for r in failed)
        raise GateError("a quality check failed:\n  " + "\n  ".join(lines))


def _words(observed: float | None) -> str:
    return "unknown (no rows)" if observed is None else f"{observed:{EXACT}}"
