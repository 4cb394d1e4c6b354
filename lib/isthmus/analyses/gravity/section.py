"""The section on gravity: coefficients of each model side by side, what is 1 by construction, what is missing."""

from typing import Any

import pandas as pd

from isthmus.analyses.gravity import tables as t
from isthmus.analyses.gravity.models import (
    DISTANCE,
    IMPACT,
    MADE,
    MIGRATION,
    MOVERS,
    OF_A_TABLE,
    OUTPUT,
    PAIRS,
    SCIENTISTS,
)
from isthmus.report.results import Results, rows_of
from isthmus.report.section import Paragraph, Section
from isthmus.report.text import joined, measure, number, p_value

SIZES = (OUTPUT, MADE, *SCIENTISTS, *MOVERS)
NAMES = (*SIZES, *PAIRS, "constant")
NETWORKS = {IMPACT: "citations between cities", MIGRATION: "moves between cities"}


def section(results: Results) -> Section | None:
    """Return the section on gravity; None where the study fits none."""
    if not results.has(t.GRAVITY_FITS):
        return None
    return Section(
        id="gravity",
        title="What size and distance explain between cities",
        template="isthmus.analyses.gravity/section.html.j2",
        values={"models": [_models(results, network) for network in NETWORKS if len(_fits(results, network))]},
        findings=tuple(_findings(results)),
        method=(Paragraph("Gravity", _METHOD), Paragraph("Gravity with effects", _EFFECTS)),
        contents=(("gravity", "Size and distance"),),
    )


_METHOD = (
    "Citations between all cities, zeros and a city's citations of itself included, are fitted by Poisson "
    "pseudo-maximum-likelihood to the logarithms of the cited city's works, of all that the citing city cites, of both "
    "cities' scientists and of distance, to whether they are one city or in one country, whether their countries share "
    "a border, how many hours of the sun they are apart, and what a table of the user says of their countries. Moves "
    "of scientists are fitted alike to the scientists of both ends, without those who stayed. Errors are robust to "
    "heteroscedasticity (HC1), and clustered by both cities beside that. Without distance the coefficient of what the "
    "citing city cites is 1 by construction where these are the totals of the grid: it is printed so and not tested. "
    "Where few large cities weigh most, both errors are too small, those of sizes above all: in drawn worlds intervals "
    "from them held the truth in six to eight of ten. The intervals shown leave out each city in turn, with all its "
    "flows, and are Student's, with as many degrees of freedom as cities decide the coefficient: they held it in "
    "nineteen of twenty. The p of 1 is that of the paper's test, which rests on HC1: beside an interval it says too "
    "much."
)
_EFFECTS = (
    "Model 5 has an effect of every origin and every destination instead of their sizes, which absorbs all that is of "
    "one end alone; what is left are frictions of pairs. It holds the cities with most flows."
)


def _fits(results: Results, network: str) -> list[Any]:
    table = results.table(t.GRAVITY_FITS)
    return sorted(rows_of(table[table["network"] == network]), key=lambda row: int(row.specification))


def _models(results: Results, network: str) -> dict[str, Any]:
    """Return what the table of a network shows."""
    fits = _fits(results, network)
    numbers = [fit.specification for fit in fits]
    rows = coefficient_rows(results, numbers, network)
    there = {row["name"] for row in rows}
    return {
        "network": network,
        "what": NETWORKS[network],
        "numbers": numbers,
        "rows": rows,
        "fits": [_fit(fit) for fit in fits],
        "missing": joined([name for name in OF_A_TABLE if name not in there]) if {4, 5} & set(numbers) else "",
        "failed": [fit._asdict() for fit in fits if fit.status != "converged"],
        "said": [fit._asdict() for fit in fits if fit.status == "converged" and fit.message],
    }


def coefficient_rows(results: Results, numbers: list[int], network: str = IMPACT) -> list[dict[str, Any]]:
    """Return a row per covariate, with a cell per specification; None where it does not enter.

    Parameters
    ----------
    results : Results
        The study.
    numbers : list of int
        The specifications, in the order of the columns.
    network : str
        "impact" or "migration".
    """
    table = results.table(t.GRAVITY_COEFFICIENTS)
    found = {(row.specification, row.name): row for row in rows_of(table[table["network"] == network])}
    rows = []
    for name in NAMES:
        cells = [_cell(found[number, name]) if (number, name) in found else None for number in numbers]
        if any(cells):
            rows.append({"name": name, "cells": cells})
    return rows


def _cell(row: Any) -> dict[str, str]:
    # nobody asks whether distance or a border counts for 1
    asked = row.name in SIZES and not pd.isna(row.p_of_one)
    of_one = f"p of 1: {p_value(row.p_of_one)}" if asked else ""
    return {
        "estimate": number(row.estimate, 3),
        "error": measure(row.standard_error),
        "two_way": measure(row.two_way_error),
        "interval": "" if pd.isna(row.low) else f"{number(row.low, 2)} to {number(row.high, 2)}",
        "of_one": "1 by construction" if row.constructed else of_one,
    }


def _fit(row: Any) -> dict[str, Any]:
    return {
        "number": row.specification,
        "pairs": int(row.n_pairs),
        "citing": int(row.n_citing),
        "cited": int(row.n_cited),
        "left_out": f"{int(row.left_out_citing):,} rows, {int(row.left_out_cited):,} columns",
        "mcfadden": "–" if pd.isna(row.mcfadden) else number(row.mcfadden, 3),
        "correlation": "–" if pd.isna(row.squared_correlation) else number(row.squared_correlation, 3),
        "clipped": bool(pd.notna(row.two_way_clipped) and row.two_way_clipped),
    }


def _findings(results: Results) -> list[str]:
    return [said for network in NETWORKS if (said := _of_distance(results, network))]


def _of_distance(results: Results, network: str) -> str:
    """Return what distance does to the flows of a network, in the first model that has it; nothing without one."""
    table = results.table(t.GRAVITY_COEFFICIENTS)
    rows = table[(table["name"] == DISTANCE) & (table["network"] == network)].sort_values("specification")
    if rows.empty:
        return ""
    row = rows.iloc[0]
    change = 100 * (2 ** row["estimate"] - 1)
    if pd.isna(row["low"]):
        return f"What distance does to {NETWORKS[network]} is not settled: one city alone decides it."
    low, high = (100 * (2 ** row[end] - 1) for end in ("low", "high"))
    if low <= 0 <= high:
        return (
            f"What distance does to {NETWORKS[network]} is not settled: {change:+.0f}% for twice the distance "
            f"({low:+.0f}% to {high:+.0f}%) at equal sizes."
        )
    does = {IMPACT: "is cited {}", MIGRATION: "gains {} scientists"}[network].format(
        f"{abs(change):.0f}% {'less' if change < 0 else 'more'}"
        if network == IMPACT
        else f"{abs(change):.0f}% {'fewer' if change < 0 else 'more'}"
    )
    return (
        f"At equal sizes a city twice as far away {does} "
        f"(95% interval {low:+.0f}% to {high:+.0f}%, by leaving out each city)."
    )
