"""The section on gravity: coefficients of each model side by side, what is 1 by construction, what is missing."""

from typing import Any

import pandas as pd

from isthmus.analyses.gravity import tables as t
from isthmus.analyses.gravity.models import BORDERS, DISTANCE, MADE, MISSING, OUTPUT, SAME_CITY, SCIENTISTS
from isthmus.report.results import Results, rows_of
from isthmus.report.section import Paragraph, Section
from isthmus.report.text import joined, measure, number, p_value

NAMES = (OUTPUT, MADE, *SCIENTISTS, DISTANCE, SAME_CITY, *BORDERS, "constant")
#: How many standard errors make the interval of 95 %.
WIDTH = 1.959964


def section(results: Results) -> Section | None:
    """Return the section on gravity; None where the study fits none."""
    if not results.has(t.GRAVITY_FITS):
        return None
    fits = sorted(rows_of(results.table(t.GRAVITY_FITS)), key=lambda row: row.specification)
    return Section(
        id="gravity",
        title="What size and distance explain between cities",
        template="isthmus.analyses.gravity/section.html.j2",
        values={
            "numbers": [fit.specification for fit in fits],
            "rows": coefficient_rows(results, [fit.specification for fit in fits]),
            "fits": [_fit(fit) for fit in fits],
            "missing": joined(MISSING),
            "failed": [fit._asdict() for fit in fits if fit.status != "converged"],
        },
        findings=tuple(_findings(results)),
        method=(Paragraph("Gravity", _METHOD),),
        contents=(("gravity", "Size and distance"),),
    )


_METHOD = (
    "Citations between all cities, zeros and a city's citations of itself included, are fitted by Poisson "
    "pseudo-maximum-likelihood to the logarithms of the cited city's works, of all that the citing city cites, of both "
    "cities' scientists and of distance, to whether they are one city or in one country, whether their countries share "
    "a border, and how many hours of the sun they are apart. Errors are robust to heteroscedasticity (HC1), and "
    "clustered by both cities beside that. Without distance the coefficient of what the citing city cites is 1 by "
    "construction where these are the totals of the grid: it is printed so and not tested."
)


def coefficient_rows(results: Results, numbers: list[int]) -> list[dict[str, Any]]:
    """Return a row per covariate, with a cell per specification; None where it does not enter.

    Parameters
    ----------
    results : Results
        The study.
    numbers : list of int
        The specifications, in the order of the columns.
    """
    table = results.table(t.GRAVITY_COEFFICIENTS)
    found = {(row.specification, row.name): row for row in rows_of(table)}
    rows = []
    for name in NAMES:
        cells = [_cell(found[number, name]) if (number, name) in found else None for number in numbers]
        if any(cells):
            rows.append({"name": name, "cells": cells})
    return rows


def _cell(row: Any) -> dict[str, str]:
    by_construction = bool(row.constructed)
    return {
        "estimate": number(row.estimate, 3),
        "error": measure(row.standard_error),
        "two_way": measure(row.two_way_error),
        "of_one": "1 by construction" if by_construction else f"p of 1: {p_value(row.p_of_one)}",
    }


def _fit(row: Any) -> dict[str, Any]:
    return {
        "number": row.specification,
        "pairs": int(row.n_pairs),
        "citing": int(row.n_citing),
        "cited": int(row.n_cited),
        "left_out": f"{int(row.left_out_citing):,} citing, {int(row.left_out_cited):,} cited",
        "mcfadden": number(row.mcfadden, 3),
        "correlation": number(row.squared_correlation, 3),
        "clipped": bool(pd.notna(row.two_way_clipped) and row.two_way_clipped),
    }


def _findings(results: Results) -> list[str]:
    table = results.table(t.GRAVITY_COEFFICIENTS)
    rows = table[table["name"] == DISTANCE].sort_values("specification")
    if rows.empty:
        return []
    row = rows.iloc[0]
    low, high = (100 * (2 ** (row["estimate"] + side * WIDTH * row["two_way_error"]) - 1) for side in (-1, 1))
    change = 100 * (2 ** row["estimate"] - 1)
    if low <= 0 <= high:
        return [
            f"What distance does to citations between cities is not settled: {change:+.0f}% for twice the distance "
            f"({low:+.0f}% to {high:+.0f}%) at equal sizes."
        ]
    return [
        f"At equal sizes a city twice as far away is cited {abs(change):.0f}% {'less' if change < 0 else 'more'} "
        f"(95% interval {low:+.0f}% to {high:+.0f}%, clustered by both cities)."
    ]
