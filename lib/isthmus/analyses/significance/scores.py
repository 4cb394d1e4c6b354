"""How published significant ties, and the parameters of the test, are found in a study's results."""

from collections.abc import Mapping

import pandas as pd

from isthmus.analyses.networks.places import both_names, country_code, country_pair
from isthmus.analyses.significance.pair_series import pole_volumes
from isthmus.analyses.significance.tables import SIGNIFICANT_PAIRS
from isthmus.analyses.significance.ties import published_partners, window_text, window_ties
from isthmus.geography import bloc_members
from isthmus.indicators.regions import region_density
from isthmus.networks.names import COLLABORATION
from isthmus.report.results import Results
from isthmus.report.scoring import (
    HOLDS,
    SIGN,
    NotComparableError,
    Ours,
    Published,
    Rule,
    exact,
    magnitude,
    same,
    sign_of,
    sign_text,
    switch_value,
    yes_or_no,
)
from isthmus.report.text import count, number, percent


def _realizations(results: Results, published: Published) -> Ours:
    found = switch_value("significance.samples", "networks drawn per year")(results, published)
    if found.value == 0:
        raise NotComparableError(
            "exact moments take the place of samples; `as_published: true` draws 500 networks a year"
        )
    return found


def _threshold(results: Results, _: Published) -> Ours:
    return Ours(results.threshold, f"{results.threshold:g}", "mean z over the significance years, strictly above")


def _require_window(results: Results, published: Published) -> None:
    if not results.published(SIGNIFICANT_PAIRS):
        raise NotComparableError("these results hold no tests of ties")
    if results.window != (published.first, published.last):
        raise NotComparableError(f"the significance years of this study are {results.window[0]}–{results.window[1]}")


def _partners(results: Results, published: Published) -> Ours:
    _require_window(results, published)
    code = country_code(results, published.scope)
    total = published_partners(results, code)["partner"].nunique()
    return Ours(float(total), count(total), f"ties of mean z above {results.threshold:g} over {window_text(results)}")


def _significant(results: Results, published: Published) -> Ours:
    _require_window(results, published)
    one, two = country_pair(results, published.scope)
    tested = window_ties(results)
    src, dst = sorted((one, two))
    row = tested[(tested["network"] == COLLABORATION) & (tested["src"] == src) & (tested["dst"] == dst)]
    if row.empty or pd.isna(row["mean_z"].iloc[0]):
        raise NotComparableError(f"{both_names(one, two)} have no mean z in {window_text(results)}")
    return yes_or_no(bool(row["significant"].iloc[0]), f"mean z {number(row['mean_z'].iloc[0])}")


_REGIONS = {
    "South American countries": "South America",
    "former Soviet republics": "Former Soviet Union",
    "Balkan countries": "Balkans",
    "Arab countries": "Arab countries",
}


def _cluster(results: Results, published: Published) -> Ours:
    _require_window(results, published)
    inside, outside = _region_density(results, _REGIONS[published.scope])
    if pd.isna(inside) or pd.isna(outside):
        raise NotComparableError(f"too few pairs of {published.scope} were tested")
    return yes_or_no(inside > outside, f"density inside {percent(inside, 1.0)}, outside {percent(outside, 1.0)}")


def _raw_volumes(results: Results, published: Published) -> Ours:
    one, two = country_pair(results, published.scope.split(" collaborations")[0])
    changes = pole_volumes(results, one, two)
    if not changes or any(pd.isna(value) for value in changes.values()):
        raise NotComparableError(f"{both_names(one, two)} have no series in every network")
    value = sign_of(list(changes.values()))
    return Ours(value, sign_text(value), "mean of the last three years minus mean of the first three, both networks")


def _region_density(results: Results, region: str) -> tuple[float, float]:
    """Return the share of tested pairs that are significant inside a region, and between it and the others."""
    pairs = window_ties(results)
    found = region_density(pairs[pairs["network"] == COLLABORATION], bloc_members(region))
    return found.inside, found.outside


RULES: Mapping[str, Rule] = {
    "n_significant_collab_partners": magnitude(_partners),
    "significant_tie": same(_significant, HOLDS),
    "z_threshold_significance": exact(_threshold),
    "n_null_realizations": exact(_realizations),
    "raw_volume_trend": same(_raw_volumes, SIGN),
    "significant_cluster": same(_cluster, HOLDS),
}
