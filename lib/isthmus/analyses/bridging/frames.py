"""What the section on bridges shows: the leading bridges of each network and what explains them."""

from typing import Any

import pandas as pd

from isthmus.analyses.bridging import tables as t
from isthmus.analyses.cities.tables import CITIES
from isthmus.report.results import Results
from isthmus.report.text import equals, number, p_value

NETWORKS = {
    "impact": "Who builds on whom",
    "migration": "Who moves where",
    "collaboration": "Who writes with whom",
    "normalised_impact": "Who builds on whom, over size",
}
#: What each null model knows.
NULLS = {"size": "size alone", "distance": "size and distance"}
MEASURES = {
    "degree": "Partners",
    "strength": "Strength",
    "closeness_out": "Closeness, out",
    "closeness_in": "Closeness, in",
    "pagerank": "PageRank",
    "pagerank_turned": "PageRank, turned",
    "independent_cascade": "Independent cascade",
    "linear_threshold": "Linear threshold",
}
SHOWN = 10
FLOWS_EXCEED = "{} times what its own side and distances make of it"
EXCEEDS, UNSETTLED, UNKNOWN = "more than {} explains", "not settled against {}", "not tested against {}"


def bridges(results: Results, network: str, number: int = SHOWN) -> pd.DataFrame:
    """Return the cities of a network with most betweenness: the table's columns, label, side, and share of the cap."""
    table = results.table(t.CITY_BRIDGES)
    rows = table[(table["network"] == network) & (table["betweenness"] > 0)]
    named = rows.merge(results.table(CITIES)[["city", "label", "side"]], on="city")
    ordered = named.sort_values(["betweenness", "label"], ascending=[False, True]).head(number)
    return ordered.assign(share=ordered["betweenness"] / ordered["cap"]).reset_index(drop=True)


def networks(results: Results) -> list[str]:
    """Return the networks in which some city is a bridge."""
    return [network for network in NETWORKS if len(bridges(results, network, 1))]


def level(results: Results) -> float:
    """Return the probability of the bands: one minus it is the error that all cities of a network share."""
    return float(results.switch("bridging.level", 0.95))


def leader(results: Results, network: str) -> dict[str, Any]:
    """Return the first bridge of a network: how far ahead it is, and what explains it."""
    table = results.table(t.CITY_BRIDGES)
    rows = table[table["network"] == network]
    first = bridges(results, network, 2)
    own = first.iloc[0]
    others = float(rows["betweenness"].sum()) - float(own["betweenness"])
    second = float(first["betweenness"].iloc[1]) if len(first) > 1 else 0.0
    return {
        "network": network,
        "name": NETWORKS[network],
        "label": own["label"],
        "betweenness": float(own["betweenness"]),
        "cap": float(own["cap"]),
        "share": float(own["share"]),
        "over_others": float(own["betweenness"]) / others if others else None,
        "over_second": float(own["betweenness"]) / second if second else None,
        "second": first["label"].iloc[1] if len(first) > 1 else None,
        "verdicts": [verdict(own, null, 1 - level(results)) for null in NULLS],
        "flows": flows_verdict(own, 1 - level(results)),
        "interval": None if pd.isna(own["works_low"]) else (float(own["works_low"]), float(own["works_high"])),
        "first_in": None if pd.isna(own["works_first"]) else float(own["works_first"]),
    }


def flows_verdict(row: Any, error: float) -> str:
    """Return how the flows of a bridge with the other side compare with its size and distances, or that it is open.

    Parameters
    ----------
    row : Series
        A row of `city_bridges`.
    error : float
        Share of worlds without any bridge in which some city may be called one.
    """
    p, expected = row["flows_family_p"], row["flows_expected"]
    if pd.isna(p):
        return "not tested"
    if p > error:
        return f"not settled (p {equals(p_value(p))} over all cities, p {equals(p_value(row['flows_p']))} for this one)"
    times = FLOWS_EXCEED.format(number(row["flows_observed"] / expected, 1)) if expected > 0 else "none expected"
    return f"{times} (p {equals(p_value(p))} over all cities)"


def exceeding_flows(results: Results, network: str) -> list[dict[str, Any]]:
    """Return the cities whose flows with the other side exceed size and distance, most in excess first."""
    table = results.table(t.CITY_BRIDGES)
    error = 1 - level(results)
    rows = table[(table["network"] == network) & (table["flows_family_p"] <= error)]
    named = rows.merge(results.table(CITIES)[["city", "label", "side"]], on="city")
    ordered = named.assign(times=named["flows_observed"] / named["flows_expected"].where(named["flows_expected"] > 0))
    return [
        {"label": row.label, "side": row.side, "times": row.times, "observed": row.flows_observed}
        for row in ordered.sort_values(["flows_z", "label"], ascending=[False, True]).itertuples()
    ]


def verdict(row: Any, null: str, error: float) -> str:
    """Return whether a bridge exceeds a null model: with the p over all cities of the network, or that it is open.

    Parameters
    ----------
    row : Series
        A row of `city_bridges`.
    null : str
        "size" or "distance".
    error : float
        Share of worlds without any bridge in which some city may be called one.
    """
    p, family = row[f"{null}_p"], row[f"{null}_family_p"]
    if pd.isna(p):
        return UNKNOWN.format(NULLS[null])
    words = EXCEEDS if family <= error else UNSETTLED
    # a draw more or less than the observed value at the cap leaves no room: say how sure the city alone is, too
    alone, together = (equals(p_value(value)) for value in (p, family))
    return f"{words.format(NULLS[null])} (p {together} over all cities, p {alone} for this one)"


def ranks(results: Results) -> list[dict[str, Any]]:
    """Return the ranks of the first bridges by each measure of influence, a row per network and city."""
    table, names = results.table(t.CITY_INFLUENCE), results.table(CITIES).set_index("city")["label"]
    found = []
    for network, name in NETWORKS.items():
        rows = table[table["network"] == network]
        if rows.empty:
            continue
        wide = rows.pivot_table(index="city", columns="measure", values="rank", aggfunc="first")
        best = wide.mean(axis=1).sort_values(kind="stable").head(SHOWN).index
        found += [
            {
                "network": name,
                "label": names[city],
                "ranks": [None if pd.isna(rank) else int(rank) for rank in wide.loc[city].reindex(list(MEASURES))],
            }
            for city in best
        ]
    return found


def notes(results: Results) -> list[str]:
    """Return why a network or a null model has no result, in sentences."""
    table = results.table(t.BRIDGE_NOTES)
    about = NULLS | {"network": "the network", "flows": "flows with the other side", "works": "bootstrap over works"}
    rows = table[["network", "null_model", "message"]].astype(str)
    return [f"{NETWORKS[network]}, {about[null]}: {message}" for network, null, message in rows.itertuples(index=False)]
