"""The names of the networks."""

COLLABORATION = "collaboration"
CITATION = "citation"
KNOWLEDGE_EXCHANGE = "knowledge_exchange"
PUBLICATION_YEAR = "publication_year"
