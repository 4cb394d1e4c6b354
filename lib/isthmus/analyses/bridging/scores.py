"""How published values on bridges are found in a study (AlShebli et al. 2022)."""

from collections.abc import Callable, Mapping

import pandas as pd

from isthmus.analyses.bridging import frames
from isthmus.analyses.bridging import tables as t
from isthmus.analyses.cities.tables import CITIES
from isthmus.report.results import Results
from isthmus.report.scoring import NotComparableError, Ours, Published, Rule, magnitude, same
from isthmus.report.text import joined

CENTRE = "Beijing"
NETWORKS = ("impact", "migration", "collaboration")
#: Published rank -> the measures that stand for it.
MEASURES = {
    "rank_degree": ("degree",),
    "rank_closeness": ("closeness_out", "closeness_in"),
    "rank_pagerank": ("pagerank",),
    "rank_independent_cascade": ("independent_cascade",),
    "rank_linear_threshold": ("linear_threshold",),
}
SMALL_BRIDGES = ("Jeddah", "Islamabad")


def _bridges(results: Results, network: str) -> pd.DataFrame:
    table = results.optional(t.CITY_BRIDGES)
    rows = None if table is None else table[table["network"] == network]
    if rows is None or rows.empty or not results.has(CITIES):
        raise NotComparableError(f"these results hold no bridges of {frames.NETWORKS[network].lower()}")
    return rows.merge(results.table(CITIES)[["city", "name", "side"]], on="city")


def _ratio(network: str, *, second: bool = False) -> Callable[[Results, Published], Ours]:
    def compute(results: Results, _: Published) -> Ours:
        rows = _bridges(results, network)
        own = float(rows.loc[rows["name"] == CENTRE, "betweenness"].max()) if (rows["name"] == CENTRE).any() else 0.0
        others = rows.loc[rows["name"] != CENTRE, "betweenness"]
        beside = float(others.max() if second else others.sum())
        if not beside:
            raise NotComparableError("no other city is a bridge")
        against = "the second city" if second else "all other cities together"
        return Ours(own / beside, f"{own / beside:.2f}", f"{own:,.0f} over {beside:,.0f} of {against}")

    return compute


def _more_than_all(ours: Ours, published: Published) -> bool:
    return float(ours.value) > float(published.value)


def _rank(measures: tuple[str, ...]) -> Callable[[Results, Published], Ours]:
    def compute(results: Results, _: Published) -> Ours:
        table = results.optional(t.CITY_INFLUENCE)
        names = results.optional(CITIES)
        if table is None or names is None:
            raise NotComparableError("these results hold no influence of cities")
        own = table[table["city"].isin(names.loc[names["name"] == CENTRE, "city"]) & table["measure"].isin(measures)]
        best = own.groupby("network")["rank"].min().reindex(list(NETWORKS))
        if best.isna().any():
            raise NotComparableError(f"{CENTRE} is not among the leading cities of all three networks")
        said = joined([f"{network} {int(rank)}" for network, rank in best.items()])
        return Ours(float(best.max()), str(int(best.max())), f"the worst of the three networks: {said}")

    return compute


def _small_bridges(results: Results, _: Published) -> Ours:
    rows = _bridges(results, "normalised_impact")
    first_side = results.switch("cities.sides", ["East", "West"])[0]
    east = rows[rows["side"] == first_side].sort_values(["betweenness", "name"], ascending=[False, True])
    first = tuple(east["name"].head(2))
    value = "1-2" if set(first) == set(SMALL_BRIDGES) else "others"
    return Ours(value, value, f"the first two are {joined(first)}")


RULES: Mapping[str, Rule] = {
    "ew_betweenness_ratio_impact": magnitude(_ratio("impact")),
    "ew_betweenness_ratio_migration": magnitude(_ratio("migration", second=True)),
    "ew_betweenness_ratio_collab": Rule(_ratio("collaboration"), "S", "above the bound", _more_than_all),
    **{quantity: same(_rank(measures), "the same rank") for quantity, measures in MEASURES.items()},
    "normalized_betweenness_rank_among_east": same(_small_bridges, "the same two cities"),
}
