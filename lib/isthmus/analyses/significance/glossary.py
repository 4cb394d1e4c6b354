"""Terms of ties in plain words, for a reader who meets them for the first time."""

from collections.abc import Iterable

from isthmus.networks.names import COLLABORATION, KNOWLEDGE_EXCHANGE
from isthmus.nullmodels.grades import FEW_PAPERS, FIRM, PROBABLE
from isthmus.report.section import Paragraph

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
_NETWORKS = {
    COLLABORATION: Paragraph("Collaboration", "Papers that two countries wrote together."),
    KNOWLEDGE_EXCHANGE: Paragraph(
        "Knowledge exchange", "Citations between the papers of two countries, in both directions together."
    ),
}


def glossary(networks: Iterable[str]) -> tuple[Paragraph, ...]:
    """Return the terms that a study with these networks uses.

    Parameters
    ----------
    networks : Iterable[str]
        Names of networks that the page shows.
    """
    return (*_TERMS, *(_NETWORKS[network] for network in networks))
