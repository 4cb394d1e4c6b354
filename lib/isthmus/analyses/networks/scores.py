"""How published volumes are found in a study's networks."""

from collections.abc import Mapping

import pandas as pd

from isthmus.analyses.networks.countries import ranked
from isthmus.analyses.networks.places import country_code, country_pair
from isthmus.analyses.networks.tables import COUNTRY_EDGES, COUNTRY_YEARS
from isthmus.networks.names import COLLABORATION
from isthmus.report.results import Results
from isthmus.report.scoring import NotComparableError, Ours, Published, Rule, magnitude, same, within_points
from isthmus.report.text import count, in_sentence

US, CN = "US", "CN"
SIMILAR = (0.8, 1.25)  # a ratio within these bounds counts as "similar"


def _weight(results: Results, published: Published) -> Ours:
    one, two = country_pair(results, published.scope)
    value = _joint(results, one, two, published.last)
    return Ours(value, count(value), f"papers of {published.last} with both countries, full counting")


def _joint(results: Results, one: str, two: str, year: int) -> float:
    edges = _collaboration(results, year)
    src, dst = sorted((one, two))
    return float(edges.loc[(edges["src"] == src) & (edges["dst"] == dst), "weight"].sum())


def _collaboration(results: Results, year: int) -> pd.DataFrame:
    edges = results.table(COUNTRY_EDGES)
    edges = edges[(edges["network"] == COLLABORATION) & (edges["year"] == year)]
    if edges.empty:
        raise NotComparableError(f"there is no collaboration network of {year}")
    return edges


def _row_sum(results: Results, code: str, year: int) -> float:
    edges = _collaboration(results, year)
    return float(edges.loc[(edges["src"] == code) | (edges["dst"] == code), "weight"].sum())


def _strength(results: Results, published: Published) -> Ours:
    code = country_code(results, published.scope)
    value = _row_sum(results, code, published.last)
    nodes = results.table(COUNTRY_YEARS)
    own = nodes[(nodes["country"] == code) & (nodes["year"] == published.last)]
    distinct = f"; distinct international papers: {count(own['papers_international'].sum())}" if len(own) else ""
    return Ours(value, count(value), f"joint papers summed over partners, {published.last}{distinct}")


def _share_of_strength(results: Results, published: Published) -> Ours:
    name, _, partner = published.scope.partition(" with ")
    code, other = country_code(results, name), country_code(results, partner)
    whole = _row_sum(results, code, published.last)
    if not whole:
        raise NotComparableError(f"{in_sentence(code)} has no joint paper in {published.last}")
    share = 100 * _joint(results, code, other, published.last) / whole
    return Ours(share, f"{share:.1f}%", f"joint papers with {in_sentence(other)} over the sum of all partners")


def _rank(results: Results, published: Published) -> Ours:
    code, order = country_code(results, published.scope), ranked(results)
    if code not in order:
        raise NotComparableError(f"{in_sentence(code)} has no paper in these years")
    rank = order.index(code) + 1
    return Ours(float(rank), count(rank), f"rank by papers, full counting, {results.years[0]}–{results.years[1]}")


def _similar(results: Results, published: Published) -> Ours:
    if not results.published(COUNTRY_YEARS):
        raise NotComparableError("these results hold no networks of countries")
    nodes = results.table(COUNTRY_YEARS)
    nodes = nodes[nodes["year"].between(published.first, published.last)]
    sums = nodes[nodes["country"].isin([US, CN])].groupby("country")["papers_international"].sum()
    if len(sums) < 2 or not sums.min():
        raise NotComparableError(f"no international papers of both in {published.first}–{published.last}")
    ratio = float(sums[CN] / sums[US])
    word = "similar" if SIMILAR[0] <= ratio <= SIMILAR[1] else "different"
    return Ours(
        word, f"{word} (ratio {ratio:.2f})", f"international papers: {_sums_text({US: sums[US], CN: sums[CN]})}"
    )


def _sums_text(sums: Mapping[str, float]) -> str:
    return ", ".join(f"{in_sentence(country)} {count(value)}" for country, value in sums.items())


RULES: Mapping[str, Rule] = {
    "collab_weight": magnitude(_weight),
    "collab_strength": magnitude(_strength),
    "collab_share_of_strength": Rule(_share_of_strength, "M", "within 5 points", within_points),
    "rank_productivity": same(_rank, "the same rank"),
    "collab_strength_order": same(_similar, "a ratio of 0.8 to 1.25"),
}
