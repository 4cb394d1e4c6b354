"""What the trajectories show, in sentences."""

from isthmus.analyses.networks.countries import pole_pairs
from isthmus.analyses.significance.pair_series import change
from isthmus.analyses.significance.text import MODEL_NAMES
from isthmus.analyses.trajectories.frames import (
    label_of,
    label_row,
    label_shares,
    other_model_plane,
    other_models,
)
from isthmus.analyses.trajectories.group_members import NO_GROUP, integration_groups
from isthmus.analyses.trajectories.tables import INTEGRATION_GROUPS
from isthmus.analyses.trajectories.text import LABEL_MEANINGS
from isthmus.report.results import Results, rows_of
from isthmus.report.text import capital, count, in_sentence, joined, number, percent, plural
from isthmus.trajectories.labels import END_YEARS, LABEL_NAMES


def trajectories_findings(results: Results) -> list[str]:
    """Return the label of each pair of poles, the share of each label, and the integration groups."""
    sentences = [_pole_label(results, one, two) for one, two in pole_pairs(results)]
    shares = label_shares(results)
    if len(shares):
        total = int(shares["pairs"].sum())
        parts = [f"{percent(row.share, 1.0)} {LABEL_NAMES[row.label]}" for row in rows_of(shares)]
        sentences.append(f"Of {plural(total, 'pair')} of countries with a trajectory: {joined(parts)}.")
    return [*sentences, _groups(results)]


def _pole_label(results: Results, one: str, two: str) -> str:
    label = label_of(results, one, two)
    if label is None:
        return ""
    both = capital(f"{in_sentence(one)} and {in_sentence(two)}")
    return f"{both} are on the way of {LABEL_NAMES[label]}: {LABEL_MEANINGS[label]}."


def _groups(results: Results) -> str:
    groups = [group for group in integration_groups(results) if group.key != NO_GROUP]
    table = results.optional(INTEGRATION_GROUPS)
    total = 0 if table is None else table["country"].nunique()
    if not groups:
        return f"None of the {count(total)} most productive countries belongs to an integration group." if total else ""
    parts = [f"{plural(len(group.countries), 'is', 'are')} {group.words}" for group in groups]
    return f"Of the {count(total)} most productive countries: {'; '.join(parts)}."


def pole_sentence(results: Results, one: str, two: str) -> str:
    """Return the label of a pair of poles and what it means; or why it has none."""
    row = label_row(results, one, two)
    both = f"{in_sentence(one)} and {in_sentence(two)}"
    if row is None:
        return ""
    label = label_of(results, one, two)
    if label is None:
        why = "the clusters of this study have no names" if row["status"] == "clustered" else f"it is {row['status']}"
        return f"The tie between {both} has no label: {why}."
    changes = (
        f"from {results.years[0]} to {results.years[1]} the z of collaboration changed by "
        f"{number(row['z_change_collaboration'])}, that of knowledge exchange by {number(row['z_change_exchange'])}"
    )
    return f"{capital(both)} are on the way of {LABEL_NAMES[label]} ({label}): {LABEL_MEANINGS[label]}; {changes}."


def other_model_sentences(results: Results, one: str, two: str) -> list[str]:
    """Return what the other null models say of a pair of poles: the direction of both z."""
    sentences = []
    for model in other_models(results):
        frame = other_model_plane(results, model, one, two)
        if len(frame) < 2 * END_YEARS:
            continue
        x, y = change(frame["x"]), change(frame["y"])
        ways = ("falls" if x < 0 else "rises", "falls" if y < 0 else "rises")
        both = f"both z {'fall' if ways[0] == 'falls' else 'rise'}"
        how = both if ways[0] == ways[1] else f"the z of collaboration {ways[0]}, that of knowledge exchange {ways[1]}"
        sentences.append(
            f"Under the {MODEL_NAMES.get(model, model)} {how} (by {number(abs(x))} and {number(abs(y))}, first three "
            "years to last three)."
        )
    return sentences
