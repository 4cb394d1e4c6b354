"""The section on bridges between the two sides."""

from functools import partial

from isthmus.analyses.bridging import frames
from isthmus.analyses.bridging import tables as t
from isthmus.analyses.bridging.charts import bridges_chart
from isthmus.report.results import Results
from isthmus.report.section import Figure, Paragraph, Section, figure_name
from isthmus.report.text import percent

#: Cities named, at most, whose flows with the other side exceed size and distance.
SHOWN_ABOVE = 5
_LIKE = {
    "impact": " Like Figure 3a of AlShebli et al. 2022.",
    "migration": " Like Figure 3b of AlShebli et al. 2022.",
    "collaboration": " Like Figure 3c of AlShebli et al. 2022.",
    "normalised_impact": " Like SI Figure 10 of AlShebli et al. 2022.",
}


def section(results: Results) -> Section | None:
    """Return the section on bridges; None where the study asks for none or no city is one."""
    if not results.has(t.CITY_BRIDGES) or not frames.networks(results):
        return None
    networks = frames.networks(results)
    sides = results.switch("cities.sides", ["East", "West"])
    return Section(
        id="bridging",
        title=f"Bridges between {sides[0]} and {sides[1]}",
        template="isthmus.analyses.bridging/section.html.j2",
        values={
            "sides": sides,
            "leaders": [frames.leader(results, network) for network in networks],
            "charts_of": {figure_name("bridges", network): frames.NETWORKS[network] for network in networks},
            "error": 1 - frames.level(results),
            "above": [
                (frames.NETWORKS[network], frames.exceeding_flows(results, network)[:SHOWN_ABOVE])
                for network in networks
                if network != "normalised_impact"
            ],
            "measures": list(frames.MEASURES.values()),
            "ranks": frames.ranks(results),
            "notes": frames.notes(results),
        },
        figures=tuple(_figure(results, network) for network in networks),
        findings=tuple(_finding(results, network) for network in networks if network in ("impact", "collaboration")),
        method=_method(results),
        contents=(("bridging", "Bridges"),),
    )


def _figure(results: Results, network: str) -> Figure:
    caption = (
        "The point is what was observed; the bars are where it lies in networks of the same sizes, and in networks of "
        f"the same sizes and distances.{_LIKE[network]}"
    )
    heading = f"Bridges: {frames.NETWORKS[network].lower()}"
    return Figure(figure_name("bridges", network), heading, caption, partial(bridges_chart, results, network))


def _finding(results: Results, network: str) -> str:
    found = frames.leader(results, network)
    way = {"impact": "citations", "collaboration": "joint works"}[network]
    return (
        f"{found['label']} is the first bridge of {way}, at {percent(found['share'], 1.0)} of the most that a city can "
        f"be: {'; '.join(found['verdicts'])}. Its flows with the other side: {found['flows']}."
    )


def _method(results: Results) -> tuple[Paragraph, ...]:
    draws = results.switch("bridging.draws", 500)
    text = (
        "Betweenness counts, over all pairs of a city of the one side and a city of the other and in both directions, "
        "the share of shortest ways that lead through a third city. A tie's length is the reciprocal of its weight, "
        f"and ties of length are decided exactly. Two null models of {draws} drawn networks each stand beside it: the "
        "directed Enhanced Configuration Model (sizes alone), and gravity with effects of origins and destinations and "
        "the logarithm of distance, negative binomial. A city exceeds a null model where the largest standardised "
        "deviation of all cities is rare there. Near the most that a city can be no null model can be exceeded."
    )
    spread = (
        "Influence spreads from the cited to the citing, from origin to destination, from the last author to the "
        "others: independent cascade and linear threshold with weights over all that arrives at a city; all cities are "
        "seeds of the same worlds."
    )
    flows = (
        "Betweenness is bounded, flows are not. For each city the gravity model is fitted without its pairs with the "
        "other side, so that its size is that of its ties with its own; what it has with the other side beyond what "
        "follows is tested by drawn flows, its size estimated again from each draw (probabilities over all "
        "cities by Holm). One bridge shines on the cities that it is tied to: the first is the one to read."
    )
    replicates = results.switch("bridging.replicates", 500)
    works = (
        f"How far betweenness depends on single works is told by {replicates} replicates in which citing works, papers "
        "and scientists are drawn again, each with all that it adds."
    )
    return (
        Paragraph("Bridges", text),
        Paragraph("Flows with the other side", flows),
        Paragraph("Works drawn again", works),
        Paragraph("Influence", spread),
    )
