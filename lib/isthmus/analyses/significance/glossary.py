"""Terms of ties in plain words, for a reader who meets them for the first time."""

from collections.abc import Iterable

from isthmus.analyses.networks.words import unit_of
from isthmus.networks.names import COLLABORATION, KNOWLEDGE_EXCHANGE
from isthmus.nullmodels.grades import FEW_PAPERS, FIRM, PROBABLE
from isthmus.report.results import Results, from_works
from isthmus.report.section import Paragraph
from isthmus.report.statement import grade_name

_TERMS = (
    Paragraph("Tie", "Two countries in a network, with the number of papers or citations that join them."),
    Paragraph(
        "Size",
        "How much a country publishes with all others together, and with how many of them. What size explains of a tie "
        "is what would be expected if nothing but the sizes of the two mattered.",
    ),
    Paragraph(
        "Times what size explains",
        "The observed number divided by the expected one: 1 is what size alone makes likely, 2 twice as much.",
    ),
    Paragraph("Pole", "A country or bloc to which the study relates all others."),
    Paragraph(FIRM, "Hardly chance: corrected for the number of pairs that were tested, and seen in several years."),
    Paragraph(PROBABLE, "Unlikely to be chance for this pair alone; among many pairs some such ties are chance."),
    Paragraph(FEW_PAPERS, "It stands out, but rests on so few papers that chance explains it, too."),
    Paragraph(
        "Mean z",
        "How many standard deviations a tie lies above what size explains, on average over the years: the measure of "
        "the published rule. It grows with the field.",
    ),
    Paragraph("q", "Of the ties that are called at this level, the share expected to be wrong."),
    Paragraph("p", "How likely such a number is if size alone decided, for this pair alone."),
)
#: Said otherwise of a network that was given.
_GIVEN = {
    "Tie": "Two countries in the network, with the weight that joins them, in {unit}.",
    "Size": "The weight of all ties of a country together, and how many ties it has. What size explains of a tie is "
    "what would be expected if nothing but the sizes of the two mattered.",
    "Mean z": "How many standard deviations a tie lies above what size explains, on average over the years: the "
    "measure of the published rule. It grows with the weights of the network.",
    "Pole": "A country to which this page relates all others.",
    FEW_PAPERS: "It stands out, but rests on so few {unit} that chance explains it, too.",
}
_NETWORKS = {
    COLLABORATION: Paragraph("Collaboration", "Papers that two countries wrote together."),
    KNOWLEDGE_EXCHANGE: Paragraph(
        "Knowledge exchange", "Citations between the papers of two countries, in both directions together."
    ),
}


def glossary(results: Results, networks: Iterable[str]) -> tuple[Paragraph, ...]:
    """Return the terms that a study with these networks uses; of a given network in words that hold of any.

    Parameters
    ----------
    results : Results
        The study.
    networks : Iterable[str]
        Names of networks that the page shows.
    """
    if not from_works(results):
        unit = unit_of(results, COLLABORATION)
        texts = {term.heading: _GIVEN.get(term.heading, term.text).format(unit=unit) for term in _TERMS}
        return tuple(Paragraph(grade_name(heading, unit), text) for heading, text in texts.items())
    return (*_TERMS, *(_NETWORKS[network] for network in networks))
