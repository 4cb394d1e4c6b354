"""Tables of ties: the significant ones, and those of a pole."""

from functools import lru_cache

import pandas as pd

from isthmus.report.results import COLLABORATION, Results
from isthmus.report.words import place_name, pole_members

#: Papers or citations over the window below which a tie may be mere chance, however large its z.
SOLID = 5
KEYS = ["network", "citation_year", "src", "dst"]


def significant_ties(results: Results, network: str | None = None) -> pd.DataFrame:
    """Return the ties that are stronger than size explains over the significance years, strongest first.

    Returns the columns network, src, dst (codes), first, second (names), mean_z, weight and expected (sums over the
    window), ratio (weight / expected) and finite_years, for one network or for all that the report shows.
    """
    window = _window_ties(results)
    found = window[window["significant"]]
    if network is not None:
        found = found[found["network"] == network]
    return found.sort_values(["mean_z", "src", "dst"], ascending=[False, True, True], ignore_index=True)


def window_ties(results: Results) -> pd.DataFrame:
    """Every pair of the networks shown, judged over the significance years.

    Columns as in `significant_ties`, and `significant`.
    """
    return _window_ties(results).copy()


@lru_cache(maxsize=1)  # asked for by every section of a report, and a sum over a million rows in a large study
def _window_ties(results: Results) -> pd.DataFrame:
    first, last = results.window
    in_window = results.pair_tests[results.pair_tests["year"].between(first, last)]
    expected = in_window.groupby(KEYS, as_index=False, observed=True)["expected"].sum()
    # the pooled test has an expected weight of its own, null where it does not apply
    judged = results.significant_pairs.drop(columns="expected", errors="ignore").merge(expected, on=KEYS, how="left")
    shown = pd.MultiIndex.from_frame(judged[["network", "citation_year"]]).isin(list(results.networks))
    judged = judged[shown].copy()
    judged["significant"] = judged["significant"].fillna(False).astype(bool)
    judged["ratio"] = judged["weight"] / judged["expected"].where(judged["expected"] > 0)
    judged["first"] = judged["src"].map(place_name)
    judged["second"] = judged["dst"].map(place_name)
    columns = ["network", "src", "dst", "first", "second", "mean_z", "weight", "expected", "ratio", "finite_years"]
    return judged[[*columns, "significant"]].reset_index(drop=True)


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
