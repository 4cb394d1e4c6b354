"""What the networks of a page are called and what their ties count: of works, or of a network that was given."""

from isthmus.analyses.networks.text import NETWORK_MEANINGS, NETWORK_NAMES
from isthmus.networks.names import COLLABORATION, KNOWLEDGE_EXCHANGE
from isthmus.report.results import GIVEN, Results, from_works
from isthmus.report.statement import few_of
from isthmus.report.text import capital

UNITS = {COLLABORATION: "papers", KNOWLEDGE_EXCHANGE: "citations"}
#: What is counted in a network that was given, and what its ties are called, where nobody said.
GIVEN_UNIT = "units"
GIVEN_NAME = "ties"


def unit_of(results: Results, network: str) -> str:
    """Return what the ties of a network count: papers, citations; of a given network what its owner said."""
    return UNITS[network] if from_works(results) else str(_given(results).get("unit") or GIVEN_UNIT)


def network_name(results: Results, network: str) -> str:
    """Return the name of a network for legends and headings: "Collaboration"; of a given one its own, or "Ties"."""
    if from_works(results):
        return NETWORK_NAMES.get(network, network)
    return capital(str(_given(results).get("name") or GIVEN_NAME))


def network_meaning(results: Results, network: str) -> str:
    """Return what the weight of a network's tie is: "papers written together"; of a given one "units"."""
    return NETWORK_MEANINGS[network] if from_works(results) else unit_of(results, network)


def in_network(results: Results, network: str) -> str:
    """Return the network for the middle of a sentence, with a blank before it: " in collaboration"; else nothing.

    A given network without a name is the only one there is, and is not named.
    """
    if from_works(results):
        return f" in {NETWORK_NAMES[network].lower()}"
    return f" in {name}" if (name := str(_given(results).get("name") or "")) else ""


def few(results: Results) -> str:
    """Return the name of the lowest grade: "few papers"; of a given network "few units"."""
    return few_of(unit_of(results, COLLABORATION))


def _given(results: Results) -> dict[str, str]:
    return dict(results.study.get(GIVEN) or {})
