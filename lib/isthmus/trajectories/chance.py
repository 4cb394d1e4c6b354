"""What the labels of trajectories are worth: their shares, and their support, where nothing is planted."""

from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

import pandas as pd

from isthmus.trajectories.labels import LABELS


@dataclass(frozen=True)
class ChanceLabels:
    """Shares of the labels over simulated worlds in which size explains everything.

    Attributes
    ----------
    worlds : int
        Number of worlds.
    mean, least, most : dict of str to float
        Share of the pairs with each label: mean over the worlds, and the least and the most of any.
    support : float
        Mean over the worlds of the mean support of a pair's label.
    """

    worlds: int
    mean: dict[str, float]
    least: dict[str, float]
    most: dict[str, float]
    support: float


def chance_table() -> pd.DataFrame:
    """Return the rows of `data/chance_labels.csv`, one per world; `data/PROVENANCE.md` says how they were made."""
    with resources.files("isthmus.trajectories").joinpath("data/chance_labels.csv").open(encoding="utf-8") as rows:
        return pd.read_csv(rows)


@lru_cache(maxsize=1)
def chance_labels() -> ChanceLabels:
    """Return what the shipped worlds say."""
    return summarise(chance_table())


def summarise(table: pd.DataFrame) -> ChanceLabels:
    """Return shares and support over worlds.

    Parameters
    ----------
    table : pandas.DataFrame
        pairs, a column of counts for each label, support: a row per world.
    """
    shares = table[list(LABELS)].div(table["pairs"], axis=0)

    def of(values: "pd.Series[float]") -> dict[str, float]:
        return {label: float(values[label]) for label in LABELS}

    return ChanceLabels(
        len(table), of(shares.mean()), of(shares.min()), of(shares.max()), float(table["support"].mean())
    )
