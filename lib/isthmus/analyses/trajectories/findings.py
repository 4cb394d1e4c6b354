"""What the trajectories show, in sentences."""

from collections import Counter

from isthmus.analyses.networks.countries import pole_pairs
from isthmus.analyses.networks.text import NETWORK_NAMES
from isthmus.analyses.significance.pair_series import change
from isthmus.analyses.significance.text import MODEL_NAMES
from isthmus.analyses.significance.ties import shown_networks
from isthmus.analyses.trajectories.directions import direction_of, directions, trend_of
from isthmus.analyses.trajectories.frames import label_of, label_row, other_model_plane, other_models
from isthmus.analyses.trajectories.group_members import integration_countries
from isthmus.analyses.trajectories.text import LABEL_MEANINGS
from isthmus.report.results import Results
from isthmus.report.statement import NOT_SETTLED
from isthmus.report.text import capital, count, in_sentence, joined, number, plural
from isthmus.trajectories.labels import END_YEARS, LABEL_NAMES, LABELS, SC, SD, SETTLED


def trajectories_findings(results: Results) -> list[str]:
    """Return the direction of each pair of poles, how many directions are settled, and who moves with which pole."""
    sentences = [_pole_direction(results, one, two) for one, two in pole_pairs(results)]
    sentences.append(settled_sentence(results))
    return [*sentences, *(_towards_pole(results, pole) for pole in results.poles)]


def _pole_direction(results: Results, one: str, two: str) -> str:
    said = direction_of(results, one, two)
    if said.label is None:
        return ""
    meaning = f": {LABEL_MEANINGS[said.label]}" if said.settled else ""
    return f"{capital(_both(one, two))}, direction {_span(results)}: {said.words}{meaning}."


def settled_sentence(results: Results) -> str:
    """Return of how many labelled pairs the direction is settled, and which; empty without labels."""
    labelled = [said for said in directions(results).values() if said.label in LABEL_NAMES]
    if not labelled:
        return ""
    settled = Counter(said.label for said in labelled if said.settled)
    total = sum(settled.values())
    start = (
        f"Of {plural(len(labelled), 'pair')} of countries with a trajectory the direction of {count(total)} is settled"
    )
    parts = [f"{count(settled[label])} {LABEL_NAMES[label]}" for label in LABELS if settled[label]]
    listed = f": {joined(parts)}" if parts else ""
    return f"{start} (label and trend agree, P of {SETTLED:g} or above){listed}. The others are {NOT_SETTLED}."


def _towards_pole(results: Results, pole: str) -> str:
    """Return which of the most productive countries come closer to a pole or part from it, where that is settled."""
    known = set(integration_countries(results)) - {pole}
    said = {code: direction_of(results, code, pole) for code in known}
    if not any(direction.label for direction in said.values()):
        return ""
    parts = [
        f"{LABEL_NAMES[label]} (P of {SETTLED:g} or above) with {joined(names)}"
        for label in (SC, SD)
        if (names := sorted(in_sentence(code) for code in known if said[code].settled and said[code].label == label))
    ]
    rest = sum(not direction.settled for direction in said.values())
    what = f"Ways towards {in_sentence(pole)} of the {count(len(known))} most productive countries: "
    return f"{what}{'; '.join([*parts, f'{count(rest)} {NOT_SETTLED}'])}."


def pole_sentence(results: Results, one: str, two: str) -> str:
    """Return the direction of a pair of poles with its P, else that it is not settled or why it has no label."""
    row = label_row(results, one, two)
    if row is None:
        return ""
    label = label_of(results, one, two)
    if label is None:
        why = "the clusters of this study have no names" if row["status"] == "clustered" else f"it is {row['status']}"
        return f"The tie between {_both(one, two)} has no label: {why}."
    trends = [
        f"{NETWORK_NAMES[network].lower()} {trend.words}"
        for network, _ in shown_networks(results)
        if (trend := trend_of(results, network, one, two)) is not None
    ]
    text = _pole_direction(results, one, two)
    return f"{text} Trends: {'; '.join(trends)}." if trends else text


def _both(one: str, two: str) -> str:
    return f"{in_sentence(one)} and {in_sentence(two)}"


def _span(results: Results) -> str:
    return f"{results.years[0]}–{results.years[1]}"


def other_model_sentences(results: Results, one: str, two: str) -> list[str]:
    """Return how both z of a pair of poles change under the other null models; no direction, for they have no P."""
    sentences = []
    for model in other_models(results):
        frame = other_model_plane(results, model, one, two)
        if len(frame) < 2 * END_YEARS:
            continue
        x, y = change(frame["x"]), change(frame["y"])
        sentences.append(
            f"Under the {MODEL_NAMES.get(model, model)} the z of collaboration changes by {number(x)}, that of "
            f"knowledge exchange by {number(y)} (mean of the last three years minus that of the first)."
        )
    return sentences
