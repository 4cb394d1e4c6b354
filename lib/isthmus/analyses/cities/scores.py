"""How published values on cities are found in a study (AlShebli et al. 2022)."""

from collections.abc import Callable, Mapping

import pandas as pd

from isthmus.analyses.cities import frames
from isthmus.analyses.cities import tables as t
from isthmus.analyses.places.tables import PLACE_COVERAGE
from isthmus.report.results import Results
from isthmus.report.scoring import (
    HOLDS,
    LABEL,
    SIGN,
    NotComparableError,
    Ours,
    Published,
    Rule,
    magnitude,
    quantity_of,
    same,
    within_points,
    yes_or_no,
)
from isthmus.report.text import count, joined
from isthmus.tablespec import TableSpec

PAPER = "alshebli2022_beijing"
NEAR_YEARS = 3
TOP = 20
_METRIC = {"impact": "c2", "productivity": "works", "scientists": "scientists"}
_LETTER = {"East": "E", "West": "W"}
#: A scope that names a side of each end: "Western rows, Eastern columns".
_WORDS = {"Eastern": 0, "Western": 1}
_MOST = 0.5


def _table(results: Results, spec: TableSpec) -> pd.DataFrame:
    found = results.optional(spec)
    if found is None:
        raise NotComparableError(f"these results hold no table {spec.name}")
    return found


def _city(results: Results, name: str) -> int:
    """Return the city of a name: of namesakes the one with most impact."""
    cities = _table(results, t.CITIES)
    rows = cities[cities["name"] == name.strip()].sort_values("position")
    if rows.empty:
        raise NotComparableError(f"no work comes from a city called {name.strip()}")
    return int(rows["city"].iloc[0])


def _subject(published: Published) -> str:
    """Return the first city that a scope names; Beijing where it names none."""
    head = published.scope.split(",")[0].split("/")[0].split(" column")[0].split(" attracts")[0].strip()
    return head if head and head[0].isupper() and "top" not in head else "Beijing"


def _year(results: Results, metric: str, year: int) -> pd.DataFrame:
    table = _table(results, t.CITY_YEARS)
    rows = table[(table["year"] == year) & (table[metric].fillna(0) > 0)]
    if rows.empty:
        raise NotComparableError(f"no city has {frames.UNITS[metric]} in {year}")
    return rows.sort_values([metric, "city"], ascending=[False, True])


def _label(results: Results, city: int) -> str:
    cities = _table(results, t.CITIES).set_index("city")["label"]
    return str(cities[city])


def _geocoded(results: Results, _: Published) -> Ours:
    table = _table(results, PLACE_COVERAGE)
    placed, works = int(table["works_with_city"].sum()), int(table["works"].sum())
    return Ours(float(placed), count(placed), f"works whose last author has a city, of {count(works)} in the corpus")


def _first_year(metric: str) -> Callable[[Results, Published], Ours]:
    def compute(results: Results, published: Published) -> Ours:
        table = _table(results, t.CITY_YEARS)
        known = table[(table[metric].fillna(0) > 0) & (table["year"] <= published.last)]
        city = _city(results, _subject(published))
        since = frames.first_year_leading(known, metric, city) if len(known) else None
        if since is None:
            first = _label(results, int(_year(results, metric, published.last)["city"].iloc[0]))
            return Ours(f"not first in {published.last}", f"first is {first}", f"by {frames.UNITS[metric]}")
        return Ours(float(since), str(since), f"first in every year since by {frames.UNITS[metric]}")

    return compute


def _near(ours: Ours, published: Published) -> bool:
    return not isinstance(ours.value, str) and abs(ours.value - float(published.value)) <= NEAR_YEARS


def _over_second(metric: str) -> Callable[[Results, Published], Ours]:
    def compute(results: Results, published: Published) -> Ours:
        rows = _year(results, metric, published.last)
        city = _city(results, _subject(published))
        own = rows.loc[rows["city"] == city, metric]
        others = rows[rows["city"] != city]
        if own.empty or others.empty:
            raise NotComparableError(f"there are no two cities to compare in {published.last}")
        ratio = float(own.iloc[0]) / float(others[metric].iloc[0])
        return Ours(ratio, f"{ratio:.2f}", f"over {_label(results, int(others['city'].iloc[0]))}, the next one")

    return compute


def _top_share(metric: str) -> Callable[[Results, Published], Ours]:
    def compute(results: Results, published: Published) -> Ours:
        for spec in (t.CITIES, t.CITY_YEARS, t.SIDE_YEARS):
            _table(results, spec)
        rows = frames.shares(results, TOP)
        rows = rows[(rows["metric"] == frames.METRICS[metric]) & rows["year"].between(published.first, published.last)]
        if rows.empty:
            raise NotComparableError(f"no share is known in {published.first}–{published.last}")
        share = 100 * float(rows["share"].mean())
        ends = f"{100 * rows['share'].min():.1f}% to {100 * rows['share'].max():.1f}%"
        return Ours(share, f"{share:.1f}%", f"mean of the years {int(rows['year'].min())}–{published.last}; {ends}")

    return compute


def _rank(metric: str) -> Callable[[Results, Published], Ours]:
    def compute(results: Results, published: Published) -> Ours:
        rows = _year(results, metric, published.last)
        own = rows.loc[rows["city"] == _city(results, _subject(published)), f"rank_{metric}"]
        if own.empty:
            raise NotComparableError(f"the city has no {frames.UNITS[metric]} in {published.last}")
        return Ours(float(own.iloc[0]), str(int(own.iloc[0])), f"of {count(len(rows))} cities")

    return compute


def _works_over(results: Results, published: Published) -> Ours:
    names = published.scope.split("/")
    masses = _table(results, t.CITY_MASSES).set_index("city")["works"]
    one, other = (float(masses.get(_city(results, name), 0)) for name in names)
    if not other:
        raise NotComparableError(f"{names[1].strip()} has no works in these years")
    return Ours(one / other, f"{one / other:.1f}", f"{count(one)} works over {count(other)}")


def _share_of_works(results: Results, published: Published) -> Ours:
    rows = _year(results, "works", published.last)
    own = float(rows.loc[rows["city"] == _city(results, _subject(published)), "works"].sum())
    world = _table(results, t.SIDE_YEARS)
    total = float(world.loc[(world["side"] == "world") & (world["year"] == published.last), "works"].sum())
    share = 100 * own / total
    return Ours(share, f"{share:.1f}%", f"of the works of {published.last} that have a city")


def _matrix(results: Results, network: str, number: int = TOP) -> pd.DataFrame:
    for spec in (t.CITIES, t.CITY_MATRICES):
        _table(results, spec)
    rows = frames.matrix(results, network, number)
    if rows["src"].nunique() < number:
        raise NotComparableError(f"fewer than {number} cities have impact")
    return rows


def _quadrant(results: Results, rows: pd.DataFrame, source: int, target: int) -> pd.DataFrame:
    names = frames.sides(results)
    return rows[(rows["from"] == names[source]) & (rows["to"] == names[target])]


def _citations_to(side: int) -> Callable[[Results, Published], Ours]:
    def compute(results: Results, published: Published) -> Ours:
        city = _city(results, _subject(published))
        rows = _matrix(results, "impact")
        own = rows[(rows["src"] == city) & (rows["dst"] != city)]
        total = float(own["weight"].sum())
        if not total:
            raise NotComparableError("the city is not among the leading ones, or cites none of them")
        share = 100 * float(own.loc[own["to"] == frames.sides(results)[side], "weight"].sum()) / total
        return Ours(share, f"{share:.1f}%", f"of {count(total)} citations to the other {TOP - 1} cities")

    return compute


def _eastern(results: Results, _: Published) -> Ours:
    _table(results, t.CITIES)
    own = frames.leading(results, TOP)
    number = int((own["side"] == frames.sides(results)[0]).sum())
    return Ours(float(number), str(number), f"of the {len(own)} cities with most impact")


def _negative_east(results: Results, _: Published) -> Ours:
    cells = _quadrant(results, _matrix(results, "impact"), 0, 0)
    number = int((cells["over_impact"] < 0).sum())
    return Ours(float(number), str(number), f"of {len(cells)} cells")


def _over_impacts(side: int | None) -> Callable[[Results, Published], Ours]:
    def compute(results: Results, published: Published) -> Ours:
        city, rows = _city(results, published.scope), _matrix(results, "impact")
        own = rows[(rows["dst"] == city) & (rows["src"] != city)]
        if side is not None:
            own = own[own["from"] == frames.sides(results)[side]]
        if own.empty:
            raise NotComparableError(f"{published.scope} is not among the {TOP} leading cities")
        above = int((own["over_impact"] > 0).sum())
        return yes_or_no(above == len(own), f"over-impact above 0 on {above} of {len(own)} cities")

    return compute


def _over_impacted(results: Results, published: Published) -> Ours:
    city, rows = _city(results, _subject(published)), _matrix(results, "impact")
    own = rows[(rows["dst"] == city) & (rows["src"] != city) & (rows["over_impact"] > 0)]
    names = joined(sorted(own["source"])) if len(own) else "none"
    return Ours(float(len(own)), str(len(own)), names)


def _diagonal_sign(results: Results, _: Published) -> Ours:
    rows = _matrix(results, "impact")
    own = rows.loc[rows["src"] == rows["dst"], "over_impact"]
    above = int((own > 0).sum())
    return Ours(1.0 if above == len(own) else 0.0, "rises" if above == len(own) else "mixed", f"{above} of {len(own)}")


def _quadrant_sign(results: Results, published: Published) -> Ours:
    source, target = (_WORDS[part.split()[0]] for part in published.scope.split(", "))
    cells = _quadrant(results, _matrix(results, "impact"), source, target)
    values = cells.loc[cells["src"] != cells["dst"], "over_impact"]
    if values.empty:
        raise NotComparableError("one of the sides has none of the leading cities")
    above = float((values > 0).mean())
    sign = 1.0 if above > _MOST else -1.0
    return Ours(sign, "positive" if sign > 0 else "negative", f"{above:.0%} of {len(values)} cells are above 0")


def _under_impact(results: Results, published: Published) -> Ours:
    rows, centre = _matrix(results, "impact"), _city(results, "Beijing")
    named = [_city(results, name) for name in published.scope.split(",")]
    own = rows[(rows["src"] == centre) & rows["dst"].isin(named)]
    if len(own) < len(named):
        raise NotComparableError(f"not all of {published.scope} are among the {TOP} leading cities")
    said = joined([f"{row.target} {row.over_impact:+,.0f}" for row in own.itertuples()])
    return yes_or_no(bool((own["over_impact"] < 0).all()), said)


def _citing_most(results: Results, published: Published) -> Ours:
    rows = _matrix(results, "impact")
    rows = rows[rows["src"] != rows["dst"]]
    totals = rows.groupby("src")["weight"].sum()
    rank = int(totals.rank(ascending=False, method="min").get(_city(results, _subject(published)), len(totals) + 1))
    return Ours(float(rank), str(rank), f"by citations to the other {TOP - 1} cities")


def _impact_on_west(results: Results, published: Published) -> Ours:
    totals = _quadrant(results, _matrix(results, "impact"), 1, 0).groupby("dst")["weight"].sum()
    rank = int(totals.rank(ascending=False, method="min").get(_city(results, _subject(published)), len(totals) + 1))
    return Ours(float(rank), str(rank), "among the leading cities of the first side")


def _means(results: Results, network: str) -> dict[str, float]:
    """Return the mean weight of the cells of each quadrant, "EW" being from the first side to the second."""
    rows = _matrix(results, network)
    rows = rows[rows["src"] != rows["dst"]]
    found = {}
    for source, one in enumerate("EW"):
        for target, other in enumerate("EW"):
            cells = _quadrant(results, rows, source, target)
            if len(cells):
                found[one + other] = float(cells["weight"].mean())
    if len(found) < len(_LETTER) ** 2:
        raise NotComparableError("one of the sides has fewer than two of the leading cities")
    return found


def _mean_words(means: Mapping[str, float]) -> str:
    return "mean of a cell: " + ", ".join(f"{name} {value:,.1f}" for name, value in means.items())


def _lowest(results: Results, _: Published) -> Ours:
    means = _means(results, "impact")
    return yes_or_no(min(means, key=lambda name: means[name]) == "WE", _mean_words(means))


def _largest_moves(results: Results, _: Published) -> Ours:
    means = _means(results, "migration")
    largest = max(means, key=lambda name: means[name])
    return Ours(largest, largest, _mean_words(means))


def _moves_rank(results: Results, published: Published) -> Ours:
    rows = _matrix(results, "migration")
    rows = rows[rows["src"] != rows["dst"]]
    city = _city(results, _subject(published))
    ranks = [
        int(rows.groupby(end)["weight"].sum().rank(ascending=False, method="min").get(city, TOP + 1))
        for end in ("dst", "src")
    ]
    return Ours(float(max(ranks)), str(max(ranks)), f"rank {ranks[0]} by arrivals, {ranks[1]} by departures")


def _diagonal_dominates(results: Results, _: Published) -> Ours:
    rows = _matrix(results, "migration")
    stays = rows[rows["src"] == rows["dst"]].set_index("src")["weight"]
    leaves = rows[rows["src"] != rows["dst"]].groupby("src")["weight"].max()
    above = int((stays > leaves.reindex(stays.index, fill_value=0)).sum())
    return yes_or_no(above > _MOST * len(stays), f"{above} of {len(stays)} cities keep more than move to any other")


def _cross_below(results: Results, _: Published) -> Ours:
    means = _means(results, "collaboration")
    cross = (means["EW"] + means["WE"]) / 2
    return yes_or_no(cross < min(means["EE"], means["WW"]), _mean_words(means))


def _points(compute: Callable[[Results, Published], Ours]) -> Rule:
    return Rule(compute, "M", "within 5 points", within_points)


def _year_rule(metric: str) -> Rule:
    return Rule(_first_year(metric), "M", f"within {NEAR_YEARS} years", _near)


RULES: Mapping[str, Rule] = {
    "n_ai_papers_geocoded": magnitude(_geocoded),
    **{f"first_year_rank1_{name}": _year_rule(metric) for name, metric in _METRIC.items()},
    **{f"ratio_{name}_vs_second": magnitude(_over_second(metric)) for name, metric in _METRIC.items()},
    **{f"top20_share_{name}": _points(_top_share(metric)) for name, metric in _METRIC.items()},
    quantity_of(PAPER, "rank_productivity"): magnitude(_rank("works")),
    "rank_impact": magnitude(_rank("c2")),
    "ratio_productivity": magnitude(_works_over),
    "share_ai_papers": _points(_share_of_works),
    "share_out_citations_to_east": _points(_citations_to(0)),
    "share_out_citations_to_west": _points(_citations_to(1)),
    "n_eastern_cities_in_top20": magnitude(_eastern),
    "n_negative_cells_overimpact_east_east": magnitude(_negative_east),
    "over_impacts_all_other_top20": same(_over_impacts(None), HOLDS),
    "over_impacts_all_top_eastern": same(_over_impacts(0), HOLDS),
    "n_top20_cities_overimpacted_by_beijing": magnitude(_over_impacted),
    "over_impact_diagonal_sign": same(_diagonal_sign, SIGN),
    "over_impact_quadrant_sign": same(_quadrant_sign, SIGN),
    "under_impact_on_beijing": same(_under_impact, HOLDS),
    "impact_most_citing_row": same(_citing_most, "the same rank"),
    "impact_on_west_rank_among_east": same(_impact_on_west, "the same rank"),
    "impact_quadrant_lowest": same(_lowest, HOLDS),
    "migration_largest_quadrant": same(_largest_moves, LABEL),
    "migration_rank1": same(_moves_rank, "the same rank"),
    "migration_diagonal_dominates": same(_diagonal_dominates, HOLDS),
    "collaboration_cross_below_within": same(_cross_below, HOLDS),
}
