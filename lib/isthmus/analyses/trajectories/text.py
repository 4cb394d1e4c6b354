"""The labels of trajectories in words; a sentence names one only with its P."""

import pandas as pd

from isthmus.report.text import percent
from isthmus.trajectories.labels import KD, KI, SC, SD

LABEL_MEANINGS = {
    SC: "collaboration and knowledge exchange both rise beyond what size explains",
    SD: "both fall behind what size explains",
    KI: "knowledge exchange grows while collaboration falls",
    KD: "knowledge exchange falls while collaboration stays",
}


def in_starts(support: float | None) -> str:
    """Return how many starts of the clustering give a label: "87% of the starts"; empty where it is not known.

    Results of earlier versions have no support.
    """
    return "" if support is None or pd.isna(support) else f"{percent(support, 1.0)} of the starts"


def with_support(label: str | None, support: float | None) -> str:
    """Return a label with the share of the starts that give it: "SC (87%)"; a dash without a label."""
    if label is None or pd.isna(label):
        return "–"
    return label if support is None or pd.isna(support) else f"{label} ({percent(support, 1.0)})"
