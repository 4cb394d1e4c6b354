"""What the section on cities shows, as frames: leaders, ranks, shares, matrices in blocks."""

from typing import Any

import numpy as np
import pandas as pd

from isthmus.analyses.cities import tables as t
from isthmus.analyses.places.tables import PLACE_COVERAGE
from isthmus.report.results import Results, rows_of
from isthmus.report.text import measure, p_value
from isthmus.tablespec import TableSpec

METRICS = {"c2": "Impact", "works": "Productivity", "scientists": "Scientists"}
#: How the report counts each metric.
UNITS = {
    "c2": "citations within two years",
    "c5": "citations within five years",
    "works": "works",
    "scientists": "scientists",
}
SHOWN = 20
NETWORKS = {"impact": "citations", "migration": "scientists", "collaboration": "works"}


def cities(results: Results) -> pd.DataFrame:
    """Return the cities with their place by impact, best first."""
    table = results.table(t.CITIES)
    return table.dropna(subset="position").sort_values("position", ignore_index=True)


def sides(results: Results) -> list[str]:
    """Return the names of the two sides, the first of which stands first."""
    return list(results.switch("cities.sides", ["East", "West"]))


def top_year(results: Results) -> int:
    """Return the year whose impact orders the cities."""
    years = results.switch("cities.impact_years")
    return int(years[1]) if years else int(results.years[1])


def leading(results: Results, number: int = SHOWN) -> pd.DataFrame:
    """Return the leading cities, the first side's before the second's, then those of neither."""
    found = cities(results).head(number)
    order = {name: at for at, name in enumerate(sides(results))}
    return found.assign(block=found["side"].map(order).fillna(len(order)).astype(int)).sort_values(
        ["block", "position"], ignore_index=True
    )


def sizes(results: Results) -> list[int]:
    """Return how many cities each matrix shows: those that the study asks for and the corpus has."""
    there = len(cities(results))
    return [n for n in results.switch("cities.top", [SHOWN]) if n <= there] or ([there] if there > 1 else [])


def ranks(results: Results, metric: str, number: int = SHOWN) -> pd.DataFrame:
    """Return the rank of each leading city by year: label, side, year, value, rank, relative."""
    chosen = cities(results).head(number)[["city", "label", "side", "position"]]
    table = results.table(t.CITY_YEARS).merge(chosen, on="city")
    rows = table.rename(columns={metric: "value", f"rank_{metric}": "rank", f"relative_{metric}": "relative"})
    kept = rows[rows["value"].fillna(0) > 0].sort_values(["position", "year"])
    return kept[["label", "side", "position", "year", "value", "rank", "relative"]].reset_index(drop=True)


def shares(results: Results, number: int = SHOWN) -> pd.DataFrame:
    """Return the share of the leading cities in all cities by metric and year: metric, year, share."""
    own = results.table(t.CITY_YEARS)
    own = own[own["city"].isin(cities(results).head(number)["city"])]
    world = results.table(t.SIDE_YEARS)
    world = world[world["side"] == "world"].set_index("year")
    parts = []
    for metric, name in METRICS.items():
        total = world[metric].astype(float)
        part = own.groupby("year")[metric].sum().reindex(total.index, fill_value=0).astype(float)
        share = (part / total).where(total > 0).dropna()
        parts.append(pd.DataFrame({"metric": name, "year": share.index, "share": share.to_numpy()}))
    return pd.concat(parts, ignore_index=True)


def leaders(results: Results) -> list[dict[str, Any]]:
    """Return who is first by each metric in its last year, since when, and how far ahead of the second."""
    table = results.table(t.CITY_YEARS).merge(results.table(t.CITIES)[["city", "label"]], on="city")
    found = []
    for metric, name in METRICS.items():
        known = table[(table[metric].fillna(0) > 0) & (table["year"] <= last_year(results, metric))]
        if known.empty:
            continue
        last = int(known["year"].max())
        order = known[known["year"] == last].sort_values([metric, "label"], ascending=[False, True])
        first, second = order.iloc[0], order.iloc[1] if len(order) > 1 else None
        found.append(
            {
                "metric": metric,
                "name": name,
                "year": last,
                "label": first["label"],
                "value": int(first[metric]),
                "since": first_year_leading(known, metric, int(first["city"])),
                "second": None if second is None else second["label"],
                "ratio": None if second is None else float(first[metric]) / float(second[metric]),
            }
        )
    return found


def last_year(results: Results, metric: str) -> int:
    """Return the last year that a metric is known in: that of the order for impact, else that of the analysis."""
    return top_year(results) if metric in ("c2", "c5") else results.years[1]


def first_year_leading(years: pd.DataFrame, metric: str, city: int) -> int | None:
    """Return the first year from which a city is first in every year up to the last; None where it is not last.

    Parameters
    ----------
    years : pandas.DataFrame
        Rows of `city_years`, with values of the metric.
    metric : str
        Which metric.
    city : int
        Which city.
    """
    first = years.groupby("year")[metric].max()
    own = years[years["city"] == city].set_index("year")[metric].reindex(first.index)
    behind = first.index[~(own >= first)]
    since = [year for year in first.index if behind.empty or year > behind.max()]
    return int(min(since)) if since else None


def matrix(results: Results, network: str, number: int) -> pd.DataFrame:
    """Return the ties of the leading cities as cells of a matrix, pairs without a tie too.

    Columns are those of `city_matrices`, with labels and sides of both ends (`source`, `target`, `from`, `to`), the
    colour class of the cell (`hue`, `step` from 0 to 5), and what is said of it (`words`).
    """
    order = leading(results, number)
    table = results.table(t.CITY_MATRICES)
    ends = order[["city", "label", "side"]]
    rows = table[table["network"] == network]
    rows = rows.merge(ends.rename(columns={"city": "src", "label": "source", "side": "from"}), on="src")
    rows = rows.merge(ends.rename(columns={"city": "dst", "label": "target", "side": "to"}), on="dst")
    within = (rows["from"] == rows["to"]).fillna(False)
    hue = np.where(within, rows["from"].fillna("neither"), "across")
    return rows.assign(hue=hue, step=steps(rows["weight"]), words=_said(rows, network)).reset_index(drop=True)


def steps(values: pd.Series, number: int = 5) -> pd.Series:
    """Return the class of each value: 0 for what is 0, else 1 to 5 by quantiles of the absolute values above 0."""
    size = values.abs().astype(float)
    seen = size[size > 0]
    bounds = np.quantile(seen, np.arange(1, number) / number) if len(seen) else np.array([])
    return pd.Series(np.where(size > 0, 1 + np.searchsorted(bounds, size, side="right"), 0), index=values.index)


def quadrants(results: Results, network: str, number: int) -> list[dict[str, Any]]:
    """Return the graded ties among the leading cities by the sides of both: firm, probable, not settled."""
    rows = matrix(results, network, number)
    rows = rows[rows["src"] != rows["dst"]]
    found = []
    for source in sides(results):
        for target in sides(results):
            cells = rows[(rows["from"] == source) & (rows["to"] == target)]
            if len(cells):
                found.append({"from": source, "to": target, "pairs": len(cells)} | _graded(cells))
    return found


def home(results: Results, network: str, number: int) -> dict[str, int]:
    """Return the graded ties of leading cities with themselves."""
    rows = matrix(results, network, number)
    cells = rows[rows["src"] == rows["dst"]]
    return {"pairs": len(cells)} | _graded(cells)


def firm_pairs(results: Results, number: int = SHOWN) -> dict[str, Any] | None:
    """Return the firm ties of all cities that write together: how many of how many pairs, and the first ones.

    None where there is no such test. The first ones are those with most works beyond what is expected.
    """
    if not (results.has(t.CITY_PAIR_FITS) and results.has(t.CITY_FIRM_PAIRS)):
        return None
    fits = results.table(t.CITY_PAIR_FITS)
    years = results.switch("cities.flow_years")
    over = fits[(fits["first_year"] == years[0]) & (fits["last_year"] == years[1]) & (fits["status"] == "converged")]
    if over.empty:
        return None
    names = results.table(t.CITIES)[["city", "label"]]
    rows = results.table(t.CITY_FIRM_PAIRS)
    rows = rows.merge(names.rename(columns={"city": "src", "label": "one"}), on="src")
    rows = rows.merge(names.rename(columns={"city": "dst", "label": "other"}), on="dst")
    more = rows[rows["direction"] == "stronger"]
    order = more.assign(beyond=more["weight"] - more["expected"]).sort_values(
        ["beyond", "one", "other"], ascending=[False, True, True]
    )
    fit = over.iloc[0]
    return {
        "years": years,
        "cities": int(fit["n_nodes"]),
        "pairs": int(fit["n_pairs"]),
        "linked": int(fit["n_links"]),
        "more": len(more),
        "less": len(rows) - len(more),
        "first": [
            {
                "one": row.one,
                "other": row.other,
                "weight": row.weight,
                "expected": row.expected,
                "q": p_value(row.q_upper),
            }
            for row in rows_of(order.head(number))
        ],
        "unfitted": int((fits["status"] != "converged").sum()),
    }


def coverage(results: Results) -> dict[str, Any]:
    """Return the share of works, and of their citations, whose last author has a city: in all, and by year."""
    table = _sorted(results, PLACE_COVERAGE)
    by_year = (table["works_with_city"] / table["works"].where(table["works"] > 0)).astype(float)
    return {
        "works": _ratio(table, "works_with_city", "works"),
        "citations": _ratio(table.dropna(subset="c2"), "c2_with_city", "c2"),
        "years": [
            {"year": int(year), "works": int(works), "share": share}
            for year, works, share in zip(table["year"], table["works"], by_year, strict=True)
        ],
    }


def venues(results: Results) -> pd.DataFrame:
    """Return the works of each side in the study's venues: venue, side, year, works, share of those with a side."""
    table = _sorted(results, t.VENUE_YEARS).dropna(subset="side")
    total = table.groupby(["venue", "year"])["works"].transform("sum")
    return table.assign(share=table["works"] / total).reset_index(drop=True)


def _sorted(results: Results, spec: TableSpec) -> pd.DataFrame:
    return results.table(spec).sort_values("year")


def _ratio(table: pd.DataFrame, part: str, whole: str) -> float:
    total = float(table[whole].sum())
    return float(table[part].sum()) / total if total else float("nan")


def _graded(cells: pd.DataFrame) -> dict[str, int]:
    def number(grade: str, direction: str) -> int:
        return int(((cells["grade"] == grade) & (cells["direction"] == direction)).sum())

    settled = {
        f"{grade}_{'more' if direction == 'stronger' else 'less'}": number(grade, direction)
        for grade in ("firm", "probable")
        for direction in ("stronger", "weaker")
    }
    return settled | {"unsettled": len(cells) - sum(settled.values())}


def _said(rows: pd.DataFrame, network: str) -> list[str]:
    return [_words(row, network) for row in rows.itertuples(index=False)]


def _words(row: Any, network: str) -> str:
    said = f"{int(row.weight):,} {NETWORKS[network]}"
    if network == "impact" and pd.notna(row.over_impact):
        said += f", {row.over_impact:+,.0f} against output alone"
    if pd.isna(row.expected):
        return said
    grade = row.grade if isinstance(row.grade, str) else "not settled"
    more = {"stronger": "more than size explains", "weaker": "less than size explains"}.get(row.direction or "", "")
    return f"{said}; {measure(row.expected)} expected by size: {', '.join(part for part in (more, grade) if part)}"
