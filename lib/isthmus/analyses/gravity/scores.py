"""How the published coefficients of gravity models are found in a study (AlShebli et al. 2022, Table 1)."""

import re
from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from isthmus.analyses.gravity import tables as t
from isthmus.analyses.gravity.models import IMPACT, MADE, OUTPUT
from isthmus.report.results import Results
from isthmus.report.scoring import NotComparableError, Ours, Published, Rule, magnitude, within_factor
from isthmus.report.text import count, p_value

#: Coefficients differ by this much at most; probabilities lie on the same side of the level.
AWAY, LEVEL = 0.15, 0.05
CONSTANT = "constant"


def _number(published: Published) -> int:
    found = re.match(r"spec(\d)", published.scope)
    if found is None:
        raise NotComparableError(f"no model is meant by {published.scope!r}")
    return int(found[1])


def _of_impact(table: pd.DataFrame, published: Published) -> Any:
    return (table["network"] == IMPACT) & (table["specification"] == _number(published))


def _row(results: Results, published: Published, name: str) -> Any:
    table = results.optional(t.GRAVITY_COEFFICIENTS)
    if table is None:
        raise NotComparableError("these results hold no gravity models")
    rows = table[_of_impact(table, published) & (table["name"] == name)]
    if rows.empty:
        raise NotComparableError(f"model {_number(published)} was not fitted")
    return rows.iloc[0]


def _fit(results: Results, published: Published) -> Any:
    table = results.optional(t.GRAVITY_FITS)
    rows = None if table is None else table[_of_impact(table, published)]
    if rows is None or rows.empty or rows.iloc[0]["status"] != "converged":
        raise NotComparableError(f"model {_number(published)} was not fitted")
    return rows.iloc[0]


def _estimate(name: str, column: str) -> Callable[[Results, Published], Ours]:
    def compute(results: Results, published: Published) -> Ours:
        row = _row(results, published, name)
        value = float(row[column])
        how = "1 by construction" if row["constructed"] else f"two-way error {row['two_way_error']:.3f}"
        return Ours(value, f"{value:.3f}", how)

    return compute


def _wald(name: str) -> Callable[[Results, Published], Ours]:
    def compute(results: Results, published: Published) -> Ours:
        row = _row(results, published, name)
        if pd.isna(row["p_of_one"]):
            raise NotComparableError("the coefficient is 1 by construction: there is nothing to test")
        return Ours(float(row["p_of_one"]), p_value(float(row["p_of_one"])), "Wald test that the coefficient is 1")

    return compute


def _pairs(results: Results, published: Published) -> Ours:
    row = _fit(results, published)
    return Ours(float(row["n_pairs"]), count(row["n_pairs"]), f"{count(row['n_citing'])} x {count(row['n_cited'])}")


def _r_squared(results: Results, published: Published) -> Ours:
    row = _fit(results, published)
    how = f"McFadden's; squared correlation {row['squared_correlation']:.3f}"
    return Ours(float(row["mcfadden"]), f"{row['mcfadden']:.3f}", how)


def near(ours: Ours, published: Published) -> bool:
    """Return whether a coefficient lies within 0.15 of the published one."""
    return abs(float(ours.value) - float(published.value)) <= AWAY


def same_side(ours: Ours, published: Published) -> bool:
    """Return whether both probabilities are below 5 %, or neither."""
    return (float(ours.value) < LEVEL) == (float(published.value.lstrip("<")) < LEVEL)


def _coefficient(name: str) -> Rule:
    return Rule(_estimate(name, "estimate"), "M", f"within {AWAY}", near)


def _error(name: str) -> Rule:
    return Rule(_estimate(name, "standard_error"), "M", "within a factor of two", within_factor)


def _tested(name: str) -> Rule:
    return Rule(_wald(name), "S", "the same side of 5 %", same_side)


RULES: Mapping[str, Rule] = {
    "T1_gravity_coef_ln_nj": _coefficient(OUTPUT),
    "T1_gravity_coef_ln_mi": _coefficient(MADE),
    "T1_gravity_constant": _coefficient(CONSTANT),
    "T1_gravity_coef_ln_nj_se": _error(OUTPUT),
    "T1_gravity_coef_ln_mi_se": _error(MADE),
    "T1_gravity_constant_se": _error(CONSTANT),
    "T1_N": magnitude(_pairs),
    "T1_pseudo_R2": Rule(_r_squared, "M", f"within {AWAY}", near),
    "T1_wald_p_nj_eq_1": _tested(OUTPUT),
    "T1_wald_p_mi_eq_1": _tested(MADE),
}
