"""Coarsened Exact Matching: units of two arms that are alike, and what the treatment does to them.

Names are imported when they are used, so that nothing here waits for a compiler or a cluster it does not need.
"""

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from isthmus.matching.effects import Effect, effect
    from isthmus.matching.matched import Matched
    from isthmus.matching.strata import Strata, stratify
    from isthmus.matching.sums import Sums, add_sums, block_sums

__all__ = ["Effect", "Matched", "Strata", "Sums", "add_sums", "block_sums", "effect", "match", "stratify"]

_MODULE_OF = {
    "Effect": "effects",
    "Matched": "matched",
    "Strata": "strata",
    "Sums": "sums",
    "add_sums": "sums",
    "block_sums": "sums",
    "effect": "effects",
    "stratify": "strata",
}


def match(
    frame: Any,
    *,
    treatment: str,
    exact: str | Sequence[str] = (),
    coarsen: Mapping[str, Any] | None = None,
    treated: Any = None,
    missing: str = "level",
) -> "Matched":
    """Match the units of two arms on coarsened covariates (Iacus, King and Porro 2012).

    Parameters
    ----------
    frame : pandas.DataFrame or pyspark.sql.DataFrame
        One row a unit.
    treatment : str
        Column that tells the arms apart: 0 and 1, false and true, or two values of which `treated` names one.
    exact : str or sequence of str
        Covariates that are matched on their values.
    coarsen : mapping of str to rule or None
        Covariates that are matched on bins: "sturges", "scott", "quantiles:5", "width:5", "log:sturges", cut points.
    treated : object
        Value of the treatment that counts as treated.
    missing : str
        "level": units without a value are matched with one another; "drop": they are left out.

    Returns
    -------
    Matched
        The match; ask it for `effect("outcome")`, `balance()`, `weights()`, `sensitivity("outcome")`, ...

    Raises
    ------
    MatchingError
        No frame, no such column or rule, a treatment without two arms.
    """
    from isthmus.errors import MatchingError
    from isthmus.matching.design import design

    if not hasattr(frame, "columns"):
        raise MatchingError(f"{type(frame).__name__} is no table; expected a DataFrame of pandas or Spark")
    asked = design(
        list(frame.columns), treatment=treatment, exact=exact, coarsen=coarsen, treated=treated, missing=missing
    )
    # a module of Spark is asked for by name, so that frames of pandas are matched without it
    kind, made = (
        ("match_fanout", "SparkMatch") if type(frame).__module__.startswith("pyspark.") else ("frames", "FrameMatch")
    )
    found: Matched = getattr(import_module(f"{__name__}.{kind}"), made)(frame, asked)
    return found


def __getattr__(name: str) -> Any:
    """Import a public name from its module on first use."""
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
