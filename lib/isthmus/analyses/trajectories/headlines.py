"""Two of the first answers of the page: how the poles move, and who moves with whom."""

from collections import Counter

from isthmus.analyses.networks.countries import pole_pairs
from isthmus.analyses.networks.words import network_name
from isthmus.analyses.significance.paircharts import pair_frame
from isthmus.analyses.significance.ties import shown_networks, tie_statement, window_text
from isthmus.analyses.trajectories.directions import direction_of, directions
from isthmus.analyses.trajectories.findings import settled_sentence
from isthmus.report.drawings import Interval, Part, series, shares
from isthmus.report.results import Results, from_works, rows_of
from isthmus.report.section import Headline
from isthmus.report.statement import NOT_SETTLED
from isthmus.report.text import capital, count, in_sentence
from isthmus.trajectories.labels import LABEL_NAMES, LABELS

_TOKENS = dict(zip(("SC", "SD", "KI", "KD"), ("pole-3", "pole-2", "pole-1", "pole-4"), strict=True))


def headlines(results: Results) -> tuple[Headline, ...]:
    """Return how the first two poles move and which pairs come closer or part, as far as a study has them.

    Parameters
    ----------
    results : Results
        The study.
    """
    return (*_poles(results), *_pairs(results))


def _poles(results: Results) -> tuple[Headline, ...]:
    if not pole_pairs(results) or not shown_networks(results):
        return ()
    one, two = pole_pairs(results)[0]
    both = f"{in_sentence(one)} and {in_sentence(two)}"
    network = shown_networks(results)[0][0]
    said = tie_statement(results, network, one, two)
    if said is None:
        return ()
    direction = direction_of(results, one, two)
    span = f"{results.years[0]}–{results.years[1]}"
    moved = f" Direction {span}: {direction.words}." if direction.label else ""
    sentence = f"{network_name(results, network)}, {window_text(results)}: {said.words}.{moved}"
    frame = pair_frame(results, one, two)
    own = frame[frame["network"] == network_name(results, network)]
    rows = [Interval(str(row.year), row.times, row.times_low, row.times_high) for row in rows_of(own)]
    what = f"{network_name(results, network)} of {both}: times what size explains, by year"
    drawing = series([int(year) for year in own["year"]], rows, what)
    link = "ways" if from_works(results) else "pair"
    question = f"Do {both} come closer?"
    return (Headline(question, sentence, drawing, f"{capital(what)}; band: 95% interval.", link=link),)


def _pairs(results: Results) -> tuple[Headline, ...]:
    sentence = settled_sentence(results)
    if not sentence:
        return ()
    labelled = [said for said in directions(results).values() if said.label in LABEL_NAMES]
    settled = Counter(said.label for said in labelled if said.settled)
    parts = [Part(LABEL_NAMES[label], settled[label], _TOKENS[label]) for label in LABELS]
    what = "Pairs of countries by the settled direction of their tie"
    rest = f"{count(len(labelled) - sum(settled.values()))} of {count(len(labelled))} are {NOT_SETTLED}"
    return (Headline("Who moves with whom?", sentence, shares(parts, what), f"{what}; {rest}.", link="clusters"),)
