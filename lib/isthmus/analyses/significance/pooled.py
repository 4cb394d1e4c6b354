"""Which null models let the years of a window be tested as one sum, and which years are left out of it."""

from collections.abc import Sequence

import pandas as pd

from isthmus.analyses.networks.text import NETWORK_NAMES
from isthmus.report.text import joined, span

#: Null models whose link probability and expected weight are the exact ones of the Enhanced Configuration Model.
EXACT_LAWS = ("ecm", "ecm-variance-corrected", "ecm-variance-corrected-poisson", "ecm-variance-corrected-mad")
NOT_POOLED = "The window as a whole is not tested: the null model's law of a sum of years is not known exactly."
#: Status of a fit whose probabilities can be trusted; the others' years are no part of a window's sum.
CONVERGED = "converged"


def of_converged_years(ties: pd.DataFrame, fits: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """Return the ties of the networks and years whose null model converged, in their order.

    Parameters
    ----------
    ties : pandas.DataFrame
        `keys` and more.
    fits : pandas.DataFrame
        `keys` and status, one row per network and year.
    keys : sequence of str
        Columns that tell networks and years apart; without any there is one fit.
    """
    good = fits[fits["status"] == CONVERGED]
    if not keys:
        return ties if len(good) == len(fits) else ties.iloc[:0]
    return ties.merge(good[list(keys)], on=list(keys))


def said_of_left_out(fits: pd.DataFrame, window: tuple[int, int], *, named: bool = True) -> str:
    """Return the sentence on the years that are left out of a window's sum; empty where all of them converged.

    Parameters
    ----------
    fits : pandas.DataFrame
        network, citation_year, year and status, one row per network and year.
    window : tuple[int, int]
        First and last year.
    named : bool, default True
        Name the network; False where there is one only.
    """
    left = fits[(fits["status"] != CONVERGED) & fits["year"].between(*window)]
    of = [
        f"{span(rows['year'])}"
        + f" of {NETWORK_NAMES.get(str(network), str(network)).lower()} (“{citation_year}”)" * named
        for (network, citation_year), rows in left.groupby(["network", "citation_year"], observed=True)
    ]
    return f"Left out of the sum, for the null model did not converge: {joined(of)}." if of else ""


def pools(null_model: str, samples: int) -> bool:
    """Return whether a null model's law of a pair is exact, so that years can be pooled.

    Parameters
    ----------
    null_model : str
        Its name in the configuration.
    samples : int
        Realisations behind its moments; 0 where they are exact.
    """
    return null_model in EXACT_LAWS and (samples == 0 or null_model != "ecm")
