"""How published values of novelty are found in a study."""

from collections.abc import Mapping

import pandas as pd

from isthmus.analyses.novelty import tables as t
from isthmus.analyses.novelty.frames import SHOWN, world_share
from isthmus.errors import ConfigError
from isthmus.geography import find_country
from isthmus.indicators.novelty.names import PAIRS
from isthmus.report.results import Results
from isthmus.report.scoring import (
    HOLDS,
    LABEL,
    NotComparableError,
    Ours,
    Published,
    Rule,
    same,
    within_points,
    yes_or_no,
)

CN, US = "CN", "US"
_ENDS = 3  # first and last years that are compared
_CAUGHT_UP = 0.5  # of the first distance that may be left


def _pairs(results: Results, published: Published) -> pd.DataFrame:
    """Return the rows on pairs of sources of the shown counting; they must span the published years."""
    table = results.optional(t.NOVELTY_YEARS)
    if table is None:
        raise NotComparableError("this study measures no novelty (section novelty)")
    chosen = table[(table["measure"] == PAIRS) & (table["counting"] == SHOWN) & (table["scored"] > 0)]
    missing = set(range(published.first, published.last + 1)) - set(chosen["year"])
    if missing:
        raise NotComparableError(f"no paper of {min(missing)} has a novelty in this study")
    return chosen[chosen["year"].between(published.first, published.last)]


def _against(results: Results) -> str:
    whole = results.switch("novelty.background") == "all"
    return f"by the country of the last author, against {'all works' if whole else 'the works of the corpus'}"


def _share(results: Results, published: Published) -> Ours:
    _pairs(results, published)
    try:
        code = find_country(published.scope.strip()).code
    except ConfigError:
        raise NotComparableError(f"{published.scope!r} is no country that is counted") from None
    share = world_share(results, PAIRS, published.first, published.last).get(code)
    if share is None:
        raise NotComparableError(f"no paper of {published.scope} is a novelty hit in this study")
    return Ours(share, f"{share:.1f}%", f"hits over those of all papers with a known country, {_against(results)}")


def _order(results: Results, published: Published) -> Ours:
    means = _by_year(_pairs(results, published), "mean_value")
    ahead = means[CN] >= means[US]
    label = CN if ahead.mean() >= 1 / 2 else US
    how = f"China's mean of -z10 is at or above that of the United States in {int(ahead.sum())} of {len(ahead)} years"
    return Ours(label, label, f"{how}, {_against(results)}")


def _catching_up(results: Results, published: Published) -> Ours:
    shares = _by_year(_pairs(results, published), "share_of_hits")
    gaps = (shares[US] - shares[CN]).sort_index()
    first, last = gaps.iloc[:_ENDS].mean(), gaps.iloc[-_ENDS:].mean()
    words = f"the United States' share of hits less China's: {first:.1%} in the first three years, at last {last:.1%}"
    return yes_or_no(first > 0 and last <= _CAUGHT_UP * first, f"{words}, {_against(results)}")


def _by_year(rows: pd.DataFrame, column: str) -> pd.DataFrame:
    """Return a column of China and the United States by year."""
    wide = rows.pivot_table(index="year", columns="entity", values=column)
    if not {CN, US} <= set(wide.columns):
        raise NotComparableError("China or the United States has no paper with a novelty")
    return wide[[CN, US]].dropna()


RULES: Mapping[str, Rule] = {
    "share_hits_novelty_top1pct": Rule(_share, "M", "within 5 points", within_points),
    "mean_novelty_order": same(_order, LABEL),
    "novelty_hit_share_catches_up": same(_catching_up, HOLDS),
}
