"""Tables of ties over the significance years: graded by the test of the window, and called by the published rule."""

from functools import lru_cache

import numpy as np
import pandas as pd

from isthmus.analyses.networks.countries import pole_members
from isthmus.analyses.networks.joint import joint_shares
from isthmus.analyses.networks.words import unit_of
from isthmus.analyses.significance.pooled import of_converged_years
from isthmus.analyses.significance.tables import NULL_MODEL_FITS, PAIR_TESTS, SIGNIFICANT_PAIRS
from isthmus.networks.names import COLLABORATION, KNOWLEDGE_EXCHANGE, PUBLICATION_YEAR
from isthmus.nullmodels.grades import FEW_PAPERS, FIRM, PROBABLE, STRONGER
from isthmus.nullmodels.propensity import propensity
from isthmus.report.results import Results, rows_of
from isthmus.report.statement import GRADES, Statement, statement
from isthmus.report.text import place_name, span

KEYS = ["network", "citation_year", "src", "dst"]
SUMS = ["weight", "expected"]
TIMES = ["propensity", "propensity_low", "propensity_high"]
TEST = ["p_upper", "p_lower", "p_two_sided", "q_upper", "q_lower", "direction", "grade"]
#: Which ties a reader may ask for: (key, grades that it takes); the published rule is one of its own.
PUBLISHED = "published"
CALLED = {"firm": (FIRM,), "probable": (FIRM, PROBABLE), "all": (FIRM, PROBABLE, FEW_PAPERS)}
_TIE_COLUMNS = ["network", "src", "dst", "first", "second", "weight", "expected", *TIMES, *TEST, "years_seen"]
_OTHER_COLUMNS = ["joint_share", "mean_z", "finite_years", "significant"]


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


def window_ties(results: Results) -> pd.DataFrame:
    """Return every pair of the networks shown, tested over the significance years.

    Columns network, src, dst (codes), first, second (names), weight and expected (sums over the window), propensity and
    its bounds, p and q of both tails, direction, grade; joint_share (of the citations, those of papers that both
    countries sign; nan for collaboration); and of the published rule mean_z, finite_years, significant.
    """
    return _window_ties(results).copy()


@lru_cache(maxsize=1)  # wanted by every section of a report, and a sum over a million rows in a large study
def _window_ties(results: Results) -> pd.DataFrame:
    first, last = results.window
    tested = results.table(SIGNIFICANT_PAIRS).drop(columns=SUMS).merge(_sums(results), on=KEYS, how="left")
    shown = pd.MultiIndex.from_frame(tested[["network", "citation_year"]]).isin(list(shown_networks(results)))
    tested = tested[shown].copy()
    tested["significant"] = tested["significant"].fillna(False).astype(bool)
    numbers = [*TEST[:-2], "years_seen"]
    tested[numbers] = tested[numbers].apply(pd.to_numeric)
    times = propensity(tested["weight"], tested["expected"])  # also where the window as a whole is not tested
    tested[TIMES] = np.column_stack([times.value, times.low, times.high])
    tested["first"] = tested["src"].map(place_name)
    tested["second"] = tested["dst"].map(place_name)
    tested = tested.merge(joint_shares(results, (first, last)), on=["src", "dst"], how="left")
    tested["joint_share"] = tested["joint_share"].where(tested["network"] == KNOWLEDGE_EXCHANGE)
    return tested[[*_TIE_COLUMNS, *_OTHER_COLUMNS]].reset_index(drop=True)


def _sums(results: Results) -> pd.DataFrame:
    """Return weight and expected weight of each pair over the window, as far as its years count for the test.

    Years whose null model did not converge are left out, as they are out of the test; a pair that has no other keeps
    them.
    """
    ties, fits = results.table(PAIR_TESTS), results.table(NULL_MODEL_FITS)
    in_window = ties[ties["year"].between(*results.window)]
    sums = in_window.groupby(KEYS, observed=True)[SUMS].sum()
    counted = of_converged_years(in_window, fits, ["network", "citation_year", "year"])
    if len(counted) < len(in_window):
        sums = counted.groupby(KEYS, observed=True)[SUMS].sum().combine_first(sums)
    return sums.reset_index()


def is_tested(results: Results) -> bool:
    """Return whether the window as a whole was tested: not where the null model's law of a sum is not exact."""
    return bool(_window_ties(results)["p_upper"].notna().any())


def graded_ties(results: Results, network: str | None = None, called: str = "all") -> pd.DataFrame:
    """Return the ties with a grade, columns as in `window_ties`: firm first, stronger before weaker, then by evidence.

    Evidence is the end of the propensity's interval that is nearer to 1.

    Parameters
    ----------
    results : Results
        The study.
    network : str | None, optional
        One network; all that the report shows without it.
    called : str, default 'all'
        Key of `CALLED`: which grades.
    """
    window = _window_ties(results)
    found = window[window["grade"].isin(CALLED[called])]
    if network is not None:
        found = found[found["network"] == network]
    stronger = found["direction"] == STRONGER
    with np.errstate(divide="ignore"):
        nearest = np.where(stronger, found["propensity_low"], 1.0 / found["propensity_high"])
    order = found.assign(_grade=found["grade"].map(GRADES.index), _side=~stronger, _far=-nearest)
    order = order.sort_values(["_grade", "_side", "_far", "src", "dst"], kind="stable")
    return found.loc[order.index].reset_index(drop=True)


def published_ties(results: Results, network: str | None = None) -> pd.DataFrame:
    """Return the ties that the published rule calls (mean z above the threshold), highest mean z first.

    Columns as in `window_ties`, for one network or for all that the report shows.
    """
    window = _window_ties(results)
    found = window[window["significant"]]
    if network is not None:
        found = found[found["network"] == network]
    return found.sort_values(["mean_z", "src", "dst"], ascending=[False, True, True], ignore_index=True)


def listed_ties(results: Results, network: str | None, most: int) -> pd.DataFrame:
    """Return the ties that a page holds: those with a grade in their order, and those that the published rule calls.

    Every firm tie and every one of the published rule; of the others as many as make up `most`, those of which most
    was observed or expected.

    Parameters
    ----------
    results : Results
        The study.
    network : str | None
        One network; all that the report shows without it.
    most : int
        Rows; more where firm ties and those of the published rule are more.
    """
    graded, rule = graded_ties(results, network), published_ties(results, network)
    keys = ["network", "src", "dst"]
    every = pd.concat([graded, rule]).drop_duplicates(keys, ignore_index=True)
    sure = (every["grade"] == FIRM) | every["significant"]
    large = every.loc[~sure, ["weight", "expected"]].max(axis=1).sort_values(ascending=False, kind="stable")
    others = large.index[: max(most - int(sure.sum()), 0)]
    return every[sure | every.index.isin(others)].reset_index(drop=True)


def default_called(results: Results) -> str:
    """Return which ties a page shows first: firm ones, else the next grade that any tie has, else the published rule.

    Where nothing has a grade although the window was tested: firm ones, of which there are none.
    """
    if not is_tested(results):
        return PUBLISHED
    return next((called for called in CALLED if len(graded_ties(results, called=called))), "firm")


def tie_statement(results: Results, network: str, one: str, two: str) -> Statement | None:
    """Return what is said of a pair (codes, in any order) in a network; None where it is in no year of the window."""
    row = window_tie(results, network, one, two)
    return None if row.empty else statement(next(rows_of(row)), unit_of(results, network))


def window_tie(results: Results, network: str, one: str, two: str) -> pd.DataFrame:
    """Return the row of `window_ties` of a pair (codes, in any order) in a network; no row where it has none."""
    src, dst = sorted((one, two))
    window = _window_ties(results)
    return window[(window["network"] == network) & (window["src"] == src) & (window["dst"] == dst)].copy()


def with_words(results: Results, ties: pd.DataFrame) -> pd.DataFrame:
    """Return ties of `window_ties` with what is said of each: standing, times, evidence, statement."""
    said = [statement(row, unit_of(results, row.network)) for row in rows_of(ties)]
    return ties.assign(
        standing=[one.standing for one in said],
        evidence=[one.evidence for one in said],
        words=[one.words for one in said],
    )


def partners(results: Results, pole: str, network: str = COLLABORATION) -> pd.DataFrame:
    """Return the countries that a pole has graded ties with, in the order of `graded_ties`.

    Columns partner, member (codes), partner_name, and those of `window_ties`. `member` is the pole itself, or the
    country of a bloc that holds the tie; ties within a bloc are left out.
    """
    return _of_pole(results, pole, graded_ties(results, network))


def published_partners(results: Results, pole: str, network: str = COLLABORATION) -> pd.DataFrame:
    """Return the countries that a pole has ties with by the published rule; columns as in `partners`."""
    return _of_pole(results, pole, published_ties(results, network))


def _of_pole(results: Results, pole: str, found: pd.DataFrame) -> pd.DataFrame:
    members = pole_members(results, pole)
    found = found[found["src"].isin(members) ^ found["dst"].isin(members)].copy()
    inside = found["src"].isin(members)
    found["partner"] = found["dst"].where(inside, found["src"])
    found["member"] = found["src"].where(inside, found["dst"])
    found["partner_name"] = found["partner"].map(place_name)
    front = ["partner", "member", "partner_name"]
    return found[[*front, *(name for name in found if name not in front)]].reset_index(drop=True)


def window_text(results: Results) -> str:
    """Return the years over which ties are tested."""
    return span(range(results.window[0], results.window[1] + 1))
