"""How published values on hits are found in a study."""

from collections.abc import Mapping

from isthmus.analyses.hits import tables as t
from isthmus.analyses.scientists.scores import country, table, trend
from isthmus.report.results import Results
from isthmus.report.scoring import SIGN, NotComparableError, Ours, Published, Rule, same, sign_text, within_points
from isthmus.report.text import count

WANTED = 0.01  # the published hits are the top percent


def _share(results: Results, published: Published) -> Ours:
    _require_the_top_percent(results)
    own = table(results, t.COUNTRY_HITS, published)
    there = own[own["country"] == country(published.scope)]
    total, parts = own["hits"].sum(), own["hits_fractional"].sum()
    if not total:
        raise NotComparableError("no paper of these years is a hit")
    share = 100 * float(there["hits"].sum() / total)
    other = there["hits_fractional"].sum() / parts
    how = f"{count(there['hits'].sum())} of {count(total)} hits with a country; with ties in part {other:.1%}"
    return Ours(share, f"{share:.1f}%", how)


def _trend(results: Results, published: Published) -> Ours:
    _require_the_top_percent(results)
    own = table(results, t.COUNTRY_HITS, published)
    sign, how = trend(own[own["country"] == country(published.scope)].set_index("year")["share"])
    return Ours(sign, sign_text(sign), how)


def _require_the_top_percent(results: Results) -> None:
    share = float(results.switch("hits.share", WANTED))
    if share != WANTED:
        raise NotComparableError(f"hits of this study are the top {share:.1%}")


RULES: Mapping[str, Rule] = {
    "share_hits_impact_top1pct": Rule(_share, "M", "within 5 points", within_points),
    "hit_share_trend_sign": same(_trend, SIGN),
}
