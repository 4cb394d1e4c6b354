"""Integration groups: with which poles a country converges, from which it diverges, and how fast (METHODS 2.6)."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from isthmus.errors import TrajectoryError
from isthmus.trajectories.labels import SC, SD

_NUMBERS = ("speed", "speed_smoothed", "group_speed")
SLOW, MODERATE, FAST = SPEED_CLASSES = ("slow", "moderately fast", "fast")
NO_GROUP = "none"
COLUMNS = (
    "country",
    "rank",
    "papers",
    "pole",
    "label",
    "speed",
    "speed_smoothed",
    "group",
    "group_speed",
    "speed_class",
)  # fmt: skip


_UNKNOWN: tuple[str | None, float, float] = (None, float("nan"), float("nan"))


def group_of(labels: Mapping[str, str | None]) -> str:
    """Return the group of a country from its label with each pole, the poles in their order.

    Converging with some and diverging from all others: "SC_A_SD_B". Converging with some, and with the others neither
    converging nor diverging: "SC_A_only". Converging with all: "SC_both" of two, "SC_all" of more ("SC_A_only" where A
    is the only one). Everything else is "none", and so is a country without a label for one of the poles.

    Parameters
    ----------
    labels : Mapping[str, str | None]
        pole -> label, None where the pair has no trajectory.
    """
    together = [pole for pole, label in labels.items() if label == SC]
    apart = [pole for pole, label in labels.items() if label == SD]
    if not together or any(label is None for label in labels.values()):
        return NO_GROUP
    if len(together) == len(labels) > 1:
        return "SC_both" if len(together) == 2 else "SC_all"
    if not apart:
        return "_".join(["SC", *together, "only"])
    if len(together) + len(apart) == len(labels):
        return "_".join(["SC", *together, "SD", *apart])
    return NO_GROUP


def speed_classes(
    speeds: ArrayLike, thresholds: tuple[float, float] | None = None
) -> tuple[NDArray[np.object_], tuple[float, float]]:
    """Return the class of each speed, and the two thresholds: slow below the first, fast from the second.

    Parameters
    ----------
    speeds : ArrayLike
        (n,), nan where there is none; that has no class (None).
    thresholds : tuple[float, float] | None, optional
        The terciles of the speeds when missing (nan without any speed).

    Raises
    ------
    TrajectoryError
        The first threshold is above the second.
    """
    values = np.asarray(speeds, dtype=float)
    known = np.isfinite(values)
    if thresholds is None:
        low, high = np.quantile(values[known], [1 / 3, 2 / 3]) if known.any() else (np.nan, np.nan)
    else:
        low, high = thresholds
        if low > high:
            raise TrajectoryError(f"speed thresholds {low}, {high}: the first is above the second")
    found = np.where(values < low, SLOW, np.where(values < high, MODERATE, FAST)).astype(object)
    found[~known] = None
    return found, (float(low), float(high))


def integration_groups(
    labels: pd.DataFrame,
    papers: Mapping[str, float],
    *,
    poles: Sequence[str],
    top: int = 30,
    include_poles: bool = False,
    thresholds: tuple[float, float] | None = None,
    smoothed: bool = False,
) -> pd.DataFrame:
    """Group the most productive countries by their labels with the poles.

    Parameters
    ----------
    labels : pandas.DataFrame
        Src, dst, label, speed, speed_smoothed of pairs (`isthmus.trajectories.frames.labels_frame`).
    papers : Mapping[str, float]
        country -> papers over all years; equal numbers rank by name.
    poles : Sequence[str]
        Countries or blocs, in the order that names the groups.
    top : int, default 30
        How many countries.
    include_poles : bool, default False
        Rank the poles among the countries, each against the others; otherwise they are left out.
    thresholds : tuple[float, float] | None, optional
        Of the speed classes; without them the terciles over the converging pairs of these countries.
    smoothed : bool, default False
        Take the speed of the smoothed z.

    Returns
    -------
    pandas.DataFrame
        A row per country and pole: country, rank (from 1), papers, pole, label (None without a trajectory), speed and
        speed_smoothed of the pair, group, group_speed (the fastest of the country's converging pairs when it has a
        group), speed_class (of the group's speed; only where the label is SC).
    """
    in_order = sorted(papers.items(), key=lambda item: (-item[1], item[0]))
    ranked = [(c, n) for c, n in in_order if include_poles or c not in poles][:top]
    known = _by_pair(labels)
    rows: list[dict[str, Any]] = []
    for rank, (country, number) in enumerate(ranked, start=1):
        pairs = {pole: known.get(frozenset((country, pole)), _UNKNOWN) for pole in poles if pole != country}
        named = {pole: label for pole, (label, *_) in pairs.items()}
        group = group_of(named)
        ours: list[dict[str, Any]] = [
            {
                "country": country,
                "rank": rank,
                "papers": int(number),
                "pole": pole,
                "label": named[pole],
                "speed": raw,
                "speed_smoothed": smooth,
                "group": group,
            }
            for pole, (_, raw, smooth) in pairs.items()
        ]
        speed = "speed_smoothed" if smoothed else "speed"
        fastest = max((row[speed] for row in ours if row["label"] == SC), default=np.nan)
        rows += [row | {"group_speed": np.nan if group == NO_GROUP else fastest} for row in ours]
    found = pd.DataFrame(rows, columns=list(COLUMNS))
    converging = (found["label"] == SC).to_numpy()
    own = found["speed_smoothed" if smoothed else "speed"].to_numpy(dtype=float)
    _, bounds = speed_classes(np.where(converging, own, np.nan), thresholds)
    decisive = np.where(found["group"] == NO_GROUP, own, found["group_speed"].to_numpy(dtype=float))
    converging_decisive = np.where(converging, decisive, np.nan)
    found["speed_class"] = speed_classes(converging_decisive, bounds if np.isfinite(bounds).all() else None)[0]
    return found.astype({"rank": "int32", "papers": "int64", **dict.fromkeys(_NUMBERS, float)})


def _by_pair(labels: pd.DataFrame) -> dict[frozenset[str], tuple[str | None, float, float]]:
    """Label, speed and smoothed speed of each pair, whichever comes first in it."""
    label = [
        None if missing else str(name) for name, missing in zip(labels["label"], labels["label"].isna(), strict=True)
    ]
    speed, smooth = (labels[name].astype(float).tolist() for name in ("speed", "speed_smoothed"))
    ends = zip(labels["src"], labels["dst"], strict=True)
    return {frozenset(pair): found for pair, found in zip(ends, zip(label, speed, smooth, strict=True), strict=True)}
