"""Edge lists per year: collaboration, citation, knowledge exchange; and what each country brings to them."""

from isthmus.networks.citation import CITATION_FLOWS, citation_edges, citation_flows, knowledge_exchange
from isthmus.networks.collaboration import collaboration
from isthmus.networks.edges import CITATION, COLLABORATION, COUNTRY_EDGES, KNOWLEDGE_EXCHANGE, all_edges
from isthmus.networks.nodes import COUNTRY_YEARS, node_volumes

__all__ = [
    "CITATION",
    "CITATION_FLOWS",
    "COLLABORATION",
    "COUNTRY_EDGES",
    "COUNTRY_YEARS",
    "KNOWLEDGE_EXCHANGE",
    "all_edges",
    "citation_edges",
    "citation_flows",
    "collaboration",
    "knowledge_exchange",
    "node_volumes",
]
