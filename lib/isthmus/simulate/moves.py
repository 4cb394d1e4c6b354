"""What a search for moves finds of those that were planted in a simulated world."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

KEY = ["author_id", "year", "origin", "destination"]


@dataclass(frozen=True)
class MoveRecovery:
    """How a search for moves did.

    Attributes
    ----------
    observable : int
        Planted moves that the records show: a known place in a year before, and one within the gap from the move on.
    recovered : int
        Of these, those found with author, year, origin and destination.
    found : int
        All moves found.
    false : int
        Of these, those between countries that the author never moved between.
    """

    observable: int
    recovered: int
    found: int
    false: int

    @property
    def recovered_share(self) -> float:
        """Recovered moves over the observable ones; nan without any."""
        return self.recovered / self.observable if self.observable else np.nan

    @property
    def false_share(self) -> float:
        """False moves over all found; nan without any."""
        return self.false / self.found if self.found else np.nan


def observable_moves(migrants: pd.DataFrame, author_years: pd.DataFrame, *, gap: int) -> pd.DataFrame:
    """Return the planted moves as the records show them: author_id, year (first known there), origin, destination.

    Parameters
    ----------
    migrants : pandas.DataFrame
        The answer key: author_id, year, origin, destination.
    author_years : pandas.DataFrame
        author_id, year, country_code; the country is null where no place is known.
    gap : int
        Most years between the two places.
    """
    known = author_years.loc[author_years["country_code"].notna(), ["author_id", "year"]]
    both = known.merge(migrants.rename(columns={"year": "moved"}), on="author_id")
    last = both[both["year"] < both["moved"]].groupby("author_id")["year"].max().rename("last").reset_index()
    first = both[both["year"] >= both["moved"]].groupby("author_id")["year"].min().rename("year_seen").reset_index()
    seen = migrants.merge(last, on="author_id").merge(first, on="author_id")
    near = seen[seen["year_seen"] - seen["last"] <= gap]
    return near.assign(year=near["year_seen"])[KEY].reset_index(drop=True)


def judge_moves(found: pd.DataFrame, migrants: pd.DataFrame, author_years: pd.DataFrame, *, gap: int) -> MoveRecovery:
    """Return how many planted moves were found, and how many moves were found that were not planted.

    Parameters
    ----------
    found : pandas.DataFrame
        The moves of a search: author_id, year, origin, destination.
    migrants, author_years : pandas.DataFrame
        As `observable_moves` takes them.
    gap : int
        Most years between the two places.
    """
    shown = observable_moves(migrants, author_years, gap=gap)
    recovered = len(shown.merge(found[KEY], on=KEY))
    pair = ["author_id", "origin", "destination"]
    true = len(found[pair].merge(migrants[pair].drop_duplicates(), on=pair))
    return MoveRecovery(len(shown), recovered, len(found), len(found) - true)
