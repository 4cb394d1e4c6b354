"""How published labels, trends and groups are found in a study's trajectories."""

from collections.abc import Callable, Mapping

import pandas as pd

from isthmus.analyses.networks.countries import ranked
from isthmus.analyses.networks.places import both_names, country_code, country_pair
from isthmus.analyses.trajectories.frames import label_matrix, label_row, label_shares, top_number
from isthmus.analyses.trajectories.group_members import NO_GROUP
from isthmus.analyses.trajectories.tables import INTEGRATION_GROUPS, PAIR_LABELS
from isthmus.geography import bloc_members
from isthmus.report.results import Results
from isthmus.report.scoring import (
    HOLDS,
    SIGN,
    NotComparableError,
    Ours,
    Published,
    Rule,
    exact,
    same,
    sign_of,
    sign_text,
    switch_value,
    yes_or_no,
)
from isthmus.report.text import count, in_sentence, number, place_name

US, CN, EU = "US", "CN", "EU-28"
#: The most productive members of the EU-28, compared with each other and with the others: a quarter.
EU_TOP = 7
#: Where no label has the majority that a statement needs.
MIXED = "mixed"
#: What a change of z is; the same for every sign.
ENDS = "last three years minus first three"


def _countries_grouped(results: Results, _: Published) -> Ours:
    groups = _groups_table(results)
    total = groups["country"].nunique()
    return Ours(float(total), count(total), "countries in integration_groups.parquet")


def _label_changes(results: Results, one: str, two: str) -> tuple[float, float]:
    row = label_row(results, one, two)
    if not results.has(PAIR_LABELS):
        raise NotComparableError("these results hold no trajectories")
    if row is None or row["status"] != "clustered":
        raise NotComparableError(f"{both_names(one, two)} have no z in both networks in every year")
    return float(row["z_change_collaboration"]), float(row["z_change_exchange"])


def _z_words(collaboration: float, exchange: float) -> str:
    return f"change of z, {ENDS}: collaboration {number(collaboration)}, exchange {number(exchange)}"


def _sign_of(*axes: int) -> Callable[[Results, Published], Ours]:
    def compute(results: Results, published: Published) -> Ours:
        one, two = country_pair(results, published.scope)
        found = _label_changes(results, one, two)
        sign = sign_of([found[axis] for axis in axes])
        return Ours(sign, sign_text(sign), _z_words(*found))

    return compute


def _integrates_with_both(results: Results, published: Published) -> Ours:
    code = country_code(results, published.scope)
    found = {pole: _label_changes(results, code, pole) for pole in (US, CN)}
    how = "; ".join(f"{in_sentence(pole)}: {number(c)}, {number(k)}" for pole, (c, k) in found.items())
    rises = all(value > 0 for pair in found.values() for value in pair)
    return yes_or_no(rises, f"change of z in collaboration and exchange, {ENDS}. With {how}")


def _faster_pole(results: Results, published: Published) -> Ours:
    code = country_code(results, published.scope)
    mean = {pole: sum(_label_changes(results, code, pole)) / 2 for pole in (US, CN)}
    first = max(mean, key=lambda pole: mean[pole])
    how = ", ".join(f"{in_sentence(pole)} {number(value)}" for pole, value in mean.items())
    return Ours(place_name(first), place_name(first), f"mean change of both z, {ENDS}: {how}")


def _groups_table(results: Results) -> pd.DataFrame:
    if not results.has(INTEGRATION_GROUPS):
        raise NotComparableError("these results hold no integration groups")
    if set(results.poles) != {US, CN}:
        raise NotComparableError("the poles of this study are others")
    return results.table(INTEGRATION_GROUPS)


def _group(results: Results, published: Published) -> Ours:
    groups, code = _groups_table(results), country_code(results, published.scope)
    own = groups[groups["country"] == code]
    if own.empty:
        raise NotComparableError(
            f"{in_sentence(code)} is not among the {groups['country'].nunique()} countries grouped"
        )
    labels = dict(zip(own["pole"], own["label"], strict=True))
    how = ", ".join(f"with {in_sentence(pole)} {_label_word(label)}" for pole, label in labels.items())
    found = str(own["group"].iloc[0])
    return Ours(found, found, how)


def _label_word(label: object) -> str:
    return str(label) if isinstance(label, str) else "no trajectory"


def _number_of_groups(results: Results, _: Published) -> Ours:
    found = sorted(set(_groups_table(results)["group"]) - {NO_GROUP})
    return Ours(float(len(found)), count(len(found)), ", ".join(found) or "nobody is in a group")


def _majority(results: Results, published: Published) -> Ours:
    if not len(label_shares(results)):
        raise NotComparableError("these results hold no labels")
    cells = _cells(results, published.scope)
    labels = cells["label"].dropna()
    if labels.empty:
        raise NotComparableError("none of these pairs has a trajectory")
    return majority(labels, published)


def majority(labels: pd.Series, published: Published) -> Ours:
    """Return the label that a statement on pairs comes to: of more than half of them, or of all where it says all.

    Parameters
    ----------
    labels : pandas.Series
        Of the pairs that have one, at least one.
    published : Published
        The statement; its unit ends with "(all)" where it is of all.
    """
    most = labels.value_counts()
    everyone = published.unit.endswith("(all)")
    enough = most.iloc[0] == len(labels) if everyone else 2 * most.iloc[0] > len(labels)
    label = str(most.index[0]) if enough else MIXED
    how = f"{most.index[0]} is the label of {count(most.iloc[0])} of {count(len(labels))} pairs that have a trajectory"
    return Ours(label, label, f"{how}; the statement needs {'all' if everyone else 'more than half'}")


def _cells(results: Results, scope: str) -> pd.DataFrame:
    """Return the pairs of a scope, each once, with their labels."""
    order = ranked(results)
    if "EU-28" not in scope:
        return _once(label_matrix(results, order[: top_number(results)]))
    members = [code for code in order if code in bloc_members(EU)]
    if len(members) <= EU_TOP:
        raise NotComparableError("too few of the EU-28 are in the networks of this study")
    cells = _once(label_matrix(results, members))
    largest = set(members[:EU_TOP])
    ends = cells["row"].isin(largest).astype(int) + cells["column"].isin(largest).astype(int)
    return cells[ends == (1 if "less productive" in scope else 2)]


def _once(cells: pd.DataFrame) -> pd.DataFrame:
    return cells[cells["row"] < cells["column"]]


RULES: Mapping[str, Rule] = {
    "n_clusters": exact(switch_value("trajectories.clusters", "k of k-means")),
    "savgol_window": exact(switch_value("trajectories.window", "years of the filter")),
    "savgol_polyorder": exact(switch_value("trajectories.order", "order of the filter")),
    "n_countries_integration": exact(_countries_grouped),
    "n_integration_groups": same(_number_of_groups, "the same number"),
    "z_trend_sign_both_dims": same(_sign_of(0, 1), SIGN),
    "integration_group": same(_group, "the same group"),
    "trajectory_fig2_integrates_with_both": same(_integrates_with_both, HOLDS),
    "trajectory_faster_pole": same(_faster_pole, "the same pole"),
    "trajectory_sign_collab": same(_sign_of(0), SIGN),
    "trajectory_sign_knowledge": same(_sign_of(1), SIGN),
    "trajectory_sign_both": same(_sign_of(0, 1), SIGN),
    "label_majority": same(_majority, "the same label of more than half, or of all where the paper says all"),
}
