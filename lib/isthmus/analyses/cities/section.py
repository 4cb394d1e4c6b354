"""The section on cities: leaders and ranks, matrices of the leading ones, the two sides, venues."""

from functools import partial

from isthmus.analyses.cities import charts, frames
from isthmus.analyses.cities import tables as t
from isthmus.analyses.cities.findings import findings, method
from isthmus.report.results import Results
from isthmus.report.section import Figure, Section, figure_name

#: Figures of AlShebli et al. 2022 that ours repeat.
_LIKE = " Like {} of AlShebli et al. 2022."
_RANKS = {"c2": "Figure 1a", "works": "Figure 1b", "scientists": "Figure 1c", "c5": "SI Figure 1"}
_MATRICES = {
    "impact": ("Who builds on whom", "Figure 2a"),
    "over_impact": ("Who builds on whom beyond output", "Figure 2b"),
    "migration": ("Who moves where", "Figure 2c"),
    "collaboration": ("Who writes with whom", "Figure 2d"),
}
_READING = {
    "impact": "The city of the row cites that of the column: citations run along rows, impact down columns.",
    "over_impact": "Citations beyond (or below) the share of the column's city in the world's works.",
    "migration": "Scientists from the city of the row to that of the column; the diagonal are those who stayed.",
    "collaboration": "The last author is in the city of the row, another author in that of the column.",
}


def section(results: Results) -> Section | None:
    """Return the section on cities; None where the study compares none."""
    if not (results.has(t.CITY_YEARS) and results.has(t.CITIES) and len(frames.cities(results))):
        return None
    sizes = frames.sizes(results)
    tested = bool(sizes) and results.has(t.CITY_FITS)
    shown = sizes[0] if sizes else 0
    return Section(
        id="cities",
        title="Cities",
        template="isthmus.analyses.cities/section.html.j2",
        values={
            "leaders": frames.leaders(results),
            "units": frames.UNITS,
            "top_year": frames.top_year(results),
            "leading": frames.leading(results).to_dict("records"),
            "placed": frames.coverage(results),
            "ranks": [_rank_name(metric) for metric in frames.METRICS],
            "matrices": {name: _READING[name] for name in _MATRICES if sizes},
            "shown": shown,
            "larger": [[figure_name("city_matrix", name, str(size)) for name in _MATRICES] for size in sizes[1:]],
            "quadrants": {n: frames.quadrants(results, n, shown) for n in frames.NETWORKS} if tested else {},
            "home": {n: frames.home(results, n, shown) for n in ("impact", "collaboration")} if tested else {},
            "firm": frames.firm_pairs(results),
            "names": {"impact": "Cites", "migration": "Loses scientists to", "collaboration": "Writes with"},
            "sides": frames.sides(results),
        },
        figures=tuple(_figures(results, sizes)),
        findings=findings(results),
        method=method(results),
        contents=(("cities", "Cities"), *((("city-matrices", "Ties between cities"),) if sizes else ())),
    )


def _figures(results: Results, sizes: list[int]) -> list[Figure]:
    found = []
    for metric, like in _RANKS.items():
        if charts.has_ranks(results, metric):
            unit = frames.UNITS[metric]
            caption = f"The cities with most impact in {frames.top_year(results)}, ranked by {unit} among all cities."
            draw = partial(charts.ranks_chart, results, metric)
            found.append(Figure(_rank_name(metric), f"Rank by {unit}", caption + _LIKE.format(like), draw))
            draw = partial(charts.relative_chart, results, metric)
            heading = f"{unit.capitalize()} over the first city's"
            found.append(Figure(figure_name("city_relative", metric), heading, _LIKE.format(like).strip(), draw))
    if len(frames.shares(results)):
        caption = "Their share of what all cities have." + _LIKE.format("SI Figure 2")
        heading = "Share of the leading cities"
        found.append(Figure("city_shares", heading, caption, partial(charts.shares_chart, results)))
    for size in sizes:
        for name, (heading, like) in _MATRICES.items():
            network = "impact" if name == "over_impact" else name
            draw = partial(charts.matrix_chart, results, network, size, over=name == "over_impact")
            caption = f"{_READING[name]} Dots: firm by the null model." + _LIKE.format(like)
            found.append(Figure(_matrix_name(name, size), f"{heading}: {size} cities", caption, draw))
    if len(frames.venues(results)):
        caption = "By the side of the last author's city." + _LIKE.format("SI Figure 4")
        draw = partial(charts.venues_chart, results)
        found.append(Figure("city_venues", "Works in leading venues", caption, draw))
    return found


def _rank_name(metric: str) -> str:
    return figure_name("city_ranks", metric)


def _matrix_name(name: str, size: int) -> str:
    return figure_name("city_matrix", name, str(size))
