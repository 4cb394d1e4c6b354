"""Networks and the years of citations in words."""

from isthmus.networks.names import CITATION, COLLABORATION, KNOWLEDGE_EXCHANGE, PUBLICATION_YEAR

NETWORK_NAMES = {
    COLLABORATION: "Collaboration",
    KNOWLEDGE_EXCHANGE: "Knowledge exchange",
    CITATION: "Citation",
}
NETWORK_MEANINGS = {
    COLLABORATION: "papers written together",
    KNOWLEDGE_EXCHANGE: "citations in either direction",
    CITATION: "citations from one country to the other",
}
CITATION_YEAR_MEANINGS = {
    PUBLICATION_YEAR: "a paper counts in the year of its publication",
    "cited": "a citation counts in the year in which the cited paper was published",
    "cited_window": "a citation counts in the year of the cited paper, if it came within the citation window",
    "citing": "a citation counts in the year in which the citing paper was published",
}
#: The same in a few words, for tables and charts.
CITATION_YEAR_NAMES = {
    "cited": "year of the cited paper",
    "cited_window": "year of the cited paper, within the window",
    "citing": "year of the citing paper",
}
#: What becomes of citations of papers that both countries of a pair sign.
JOINT_PAPERS_NAMES = {
    "whole": "citations of joint papers count",
    "left_out": "without citations of joint papers",
}
