"""The window of somebody's own network: the test of all its years together, and what is said of its ties."""

from collections.abc import Sequence

import pandas as pd

from isthmus.analyses.networks.words import GIVEN_UNIT
from isthmus.analyses.significance.pooled import CONVERGED, NOT_POOLED, of_converged_years, pools
from isthmus.analyses.user_network import FALSE_DISCOVERY_RATE, LEAST_FINITE_YEARS, THRESHOLD, window_within
from isthmus.errors import NetworkError
from isthmus.nullmodels.grades import FIRM, FIRM_YEARS_SEEN, STRONGER, WEAKER
from isthmus.nullmodels.window_frames import WINDOW_COLUMNS, window_tests
from isthmus.report.results import rows_of
from isthmus.report.statement import counts_words, few_of, grade_counts, statement
from isthmus.report.text import capital, count, plural, span

SHOWN_TIES = 5
NEEDS_ALL = "The window as a whole is not tested: that needs the pairs without a link, too (leave out --linked-only)."
ONE_NETWORK = "Without years firm rests on q alone: a lasting tie is not told from one large project."
ONE_YEAR = "In a window of one year no tie is firm above size: that takes a weight in a second year."
#: The year of a network without years.
_ONE_YEAR = 0
_DIRECTED = ("directed-ecm", "directed-ecm-loops")


def window_of(
    ties: pd.DataFrame,
    fits: pd.DataFrame,
    keys: Sequence[str],
    window: tuple[int, int] | None,
    *,
    linked_only: bool = False,
) -> tuple[pd.DataFrame, str]:
    """Return the tests of a window of years, a row per pair, and why there are none (empty where there are).

    Parameters
    ----------
    ties : pandas.DataFrame
        `keys`, src, dst and the columns of `isthmus.nullmodels.significance.PairTable` from weight on.
    fits : pandas.DataFrame
        The columns of `isthmus.nullmodels.link_models.FitReport`.
    keys : Sequence[str]
        Columns that tell networks apart: network, year, both or none.
    window : tuple[int, int] | None
        First and last year; the last five without it. A network without years is tested as it is, and a firm tie needs
        no second year there.
    linked_only : bool, default False
        Whether pairs without a link are missing.

    Returns
    -------
    tuple[pandas.DataFrame, str]
        Columns first_year and last_year where there are years (those of the window that the network has), network
        where there are several, src, dst, `WINDOW_COLUMNS`, and published_rule; and the note.

    Raises
    ------
    NetworkError
        A window of years for a network that has none, or one that holds no year of it.
    """
    if window is not None:
        require_window(ties, window)
    model, samples = str(fits["null_model"].iloc[0]), int(fits["samples"].max())
    if linked_only:
        return pd.DataFrame(), NEEDS_ALL
    if not pools(model, samples) and model not in _DIRECTED:
        return pd.DataFrame(), NOT_POOLED
    if ties.empty:
        return pd.DataFrame(), "Nothing was fitted: no window is tested."
    yearly = "year" in keys
    first, last = window_within(window, ties["year"].min(), ties["year"].max()) if yearly else (_ONE_YEAR,) * 2
    others = [key for key in keys if key != "year"]
    fitted = of_converged_years(ties, fits, keys)
    if fitted.empty:
        return pd.DataFrame(), "No null model converged: no window is tested."
    found = window_tests(
        fitted if yearly else fitted.assign(year=_ONE_YEAR),
        (first, last),
        FALSE_DISCOVERY_RATE,
        THRESHOLD,
        keys=others,
        min_finite_years=LEAST_FINITE_YEARS if yearly else 1,
        firm_years_seen=FIRM_YEARS_SEEN if yearly else 1,
    )
    if found.empty:
        raise NetworkError(
            f"the window {first}-{last} holds no year in which the network's null model converged: {_span_of(fitted)}"
        )
    found["published_rule"] = (found["mean_z"] > THRESHOLD).fillna(False)
    if not yearly:
        return found, ""
    front = ["first_year", "last_year"]
    found = found.assign(first_year=first, last_year=last)
    return found[[*front, *others, "src", "dst", *WINDOW_COLUMNS, "published_rule"]], ""


def require_window(ties: pd.DataFrame, window: tuple[int, int]) -> None:
    """Refuse a window of years that a network cannot have.

    Parameters
    ----------
    ties : pandas.DataFrame
        With a column year where the network is yearly.
    window : tuple[int, int]
        First and last year.

    Raises
    ------
    NetworkError
        The network has no years, or none of these.
    """
    if "year" not in ties.columns:
        raise NetworkError("--window is for yearly networks, and this one has no column year; leave it out")
    if not ties["year"].between(*window).any():
        raise NetworkError(
            f"the window {window[0]}-{window[1]} holds no year of the network, which has {_span_of(ties)}"
        )


def _span_of(ties: pd.DataFrame) -> str:
    first, last = ties["year"].min(), ties["year"].max()
    return f"{first} to {last}" if first < last else f"{first} only"


def said_of_fits(fits: pd.DataFrame, keys: Sequence[str]) -> list[str]:
    """Return how the fits went: how many, which did not converge, the worst error."""
    fitted = fits[fits["status"] != "failed"]
    model = fits["null_model"].iloc[0]
    lines = [f"{len(fitted)} of {len(fits)} networks fitted with {model}, in {fitted['seconds'].sum():.2f} s"]
    left_out = "; left out of the window" * ("year" in keys)
    for _, row in fits[fits["status"] != CONVERGED].iterrows():
        name = " ".join(str(row[key]) for key in keys) or "the network"
        lines.append(f"  {name}: {row['status']}: {row['message']}{left_out}")
    if fitted.empty:
        return lines
    if model == "rewiring":
        return [*lines, f"samples worth at least {fitted['effective_samples'].min():.0f} independent ones"]
    return [*lines, f"worst relative error of a degree or strength: {fitted['max_relative_error'].max():.1e}"]


def said_of_window(
    tested: pd.DataFrame, keys: Sequence[str], *, directed: bool = False, unit: str = GIVEN_UNIT
) -> list[str]:
    """Return how many ties of each network have each grade, and the firm ones furthest from size, in words.

    Parameters
    ----------
    tested : pandas.DataFrame
        As `window_of` returns it, the ends named source and target.
    keys : Sequence[str]
        Columns that tell networks apart.
    directed : bool, default False
        Whether a tie has a direction.
    unit : str, default "units"
        What the weights count.
    """
    others = [key for key in keys if key != "year"]
    yearly = "year" in keys
    years = span(range(tested["first_year"].iloc[0], tested["last_year"].iloc[0] + 1)) if yearly else ""
    networks = tested.groupby(others, dropna=False) if others else [((), tested)]
    lines = [_grades_of(own, " ".join(map(str, name)), years, unit) for name, own in networks]
    if not yearly:
        lines.append(ONE_NETWORK)
    elif tested["first_year"].iloc[0] == tested["last_year"].iloc[0]:
        lines.append(ONE_YEAR)
    for direction, words in ((STRONGER, "furthest above size"), (WEAKER, "furthest below size")):
        firm = _firm(tested, direction)
        if len(firm):
            lines.append(f"{capital(words)}:")
        for row in rows_of(firm.head(SHOWN_TIES)):
            pair = f"{row.source} {'->' if directed else '-'} {row.target}"
            name = " ".join([*(str(getattr(row, key)) for key in others), pair])
            lines.append(f"  {name}: {statement(row, unit).sentence}")
    return lines


def _grades_of(tested: pd.DataFrame, network: str, years: str, unit: str) -> str:
    """Return how many ties of one network have each grade; the network's name and the years may be empty."""
    if network:
        start = f"{', '.join(part for part in (network, years) if part)}: of"
    else:
        start = f"In {years}, of" if years else "Of"
    found = counts_words(grade_counts(tested["grade"], tested["direction"]), "weigh", few_of(unit))
    rule = f"The published rule (mean z above {THRESHOLD:g}) calls {count(tested['published_rule'].sum())}."
    if years and tested["finite_years"].max() < LEAST_FINITE_YEARS:
        rule = f"{rule} It takes a z in at least {LEAST_FINITE_YEARS} years, which no pair has."
    return f"{start} {plural(len(tested), 'pair')} {found} (false-discovery rate {FALSE_DISCOVERY_RATE:g}). {rule}"


def _firm(tested: pd.DataFrame, direction: str) -> pd.DataFrame:
    own = tested[(tested["grade"] == FIRM) & (tested["direction"] == direction)]
    by = {STRONGER: ("propensity_low", False), WEAKER: ("propensity_high", True)}[direction]
    return own.sort_values(by[0], ascending=by[1], kind="stable")
