"""Tables of ties: the significant ones, and those of a pole."""

from functools import lru_cache

import pandas as pd

from isthmus.analyses.networks.countries import pole_members
from isthmus.analyses.networks.joint import joint_shares
from isthmus.analyses.significance.tables import PAIR_TESTS, SIGNIFICANT_PAIRS
from isthmus.networks.names import COLLABORATION, KNOWLEDGE_EXCHANGE, PUBLICATION_YEAR
from isthmus.report.results import Results
from isthmus.report.text import place_name, span

#: Papers or citations over the window below which a tie may be mere chance, however large its z.
SOLID = 5
KEYS = ["network", "citation_year", "src", "dst"]
_WINDOW = ["mean_z", "weight", "finite_years", "significant"]


@lru_cache(maxsize=2)  # wanted by every section
def shown_networks(results: Results) -> tuple[tuple[str, str], ...]:
    """Return the (network, citation year) pairs that the report shows and that have a tested pair, collaboration first.

    None where the study tested nothing.
    """
    if not results.published(PAIR_TESTS):
        return ()
    wanted = ((COLLABORATION, PUBLICATION_YEAR), (KNOWLEDGE_EXCHANGE, str(results.study["citation_year"])))
    there = set(map(tuple, results.table(PAIR_TESTS)[["network", "citation_year"]].drop_duplicates().to_numpy()))
    return tuple(key for key in wanted if key in there)


def significant_ties(results: Results, network: str | None = None) -> pd.DataFrame:
    """Return the ties that are stronger than size explains over the significance years, strongest first.

    Returns the columns network, src, dst (codes), first, second (names), mean_z, weight and expected (sums over the
    window), ratio (weight / expected), finite_years and joint_share (of the citations, those of papers that both
    countries sign; nan for collaboration), for one network or for all that the report shows.
    """
    window = _window_ties(results)
    found = window[window["significant"]]
    if network is not None:
        found = found[found["network"] == network]
    return found.sort_values(["mean_z", "src", "dst"], ascending=[False, True, True], ignore_index=True)


def window_ties(results: Results) -> pd.DataFrame:
    """Return every pair of the networks shown, tested over the significance years.

    Columns as in `significant_ties`, and `significant`.
    """
    return _window_ties(results).copy()


@lru_cache(maxsize=1)  # wanted by every section of a report, and a sum over a million rows in a large study
def _window_ties(results: Results) -> pd.DataFrame:
    first, last = results.window
    in_window = results.table(PAIR_TESTS)[results.table(PAIR_TESTS)["year"].between(first, last)]
    expected = in_window.groupby(KEYS, as_index=False, observed=True)["expected"].sum()
    tested = results.table(SIGNIFICANT_PAIRS)[[*KEYS, *_WINDOW]].merge(expected, on=KEYS, how="left")
    shown = pd.MultiIndex.from_frame(tested[["network", "citation_year"]]).isin(list(shown_networks(results)))
    tested = tested[shown].copy()
    tested["significant"] = tested["significant"].fillna(False).astype(bool)
    tested["ratio"] = tested["weight"] / tested["expected"].where(tested["expected"] > 0)
    tested["first"] = tested["src"].map(place_name)
    tested["second"] = tested["dst"].map(place_name)
    tested = tested.merge(joint_shares(results, (first, last)), on=["src", "dst"], how="left")
    tested["joint_share"] = tested["joint_share"].where(tested["network"] == KNOWLEDGE_EXCHANGE)
    columns = ["network", "src", "dst", "first", "second", "mean_z", "weight", "expected", "ratio", "finite_years"]
    return tested[[*columns, "joint_share", "significant"]].reset_index(drop=True)


def partners(results: Results, pole: str, network: str = COLLABORATION) -> pd.DataFrame:
    """Return the countries that a pole has significant ties with, strongest first.

    Returns the columns partner, member (codes), partner_name, mean_z, weight, expected, ratio. `member` is the pole
    itself, or the country of a bloc that holds the tie; ties within a bloc are left out.
    """
    members = pole_members(results, pole)
    found = significant_ties(results, network)
    starts, ends = found["src"].isin(members), found["dst"].isin(members)
    found = found[starts ^ ends].copy()
    inside = found["src"].isin(members)
    found["partner"] = found["dst"].where(inside, found["src"])
    found["member"] = found["src"].where(inside, found["dst"])
    found["partner_name"] = found["partner"].map(place_name)
    columns = ["partner", "member", "partner_name", "mean_z", "weight", "expected", "ratio"]
    return found[columns].reset_index(drop=True)


def window_text(results: Results) -> str:
    """Return the years that decide a significant tie."""
    return span(range(results.window[0], results.window[1] + 1))
