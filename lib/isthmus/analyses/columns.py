"""Columns that the tables of several analyses share."""

from isthmus.tablespec import column

STUDY_COLUMNS = (
    column("study", "string", "study that the row belongs to", False),
    column("release", "string", "release of the snapshot", False),
)
NETWORK_COLUMNS = (
    *STUDY_COLUMNS,
    column("network", "string", "collaboration or knowledge_exchange", False),
    column("citation_year", "string", "which year a citation belongs to", False),
)
YEAR = column("year", "int", "year of the network", False)
PAIR = (
    column("src", "string", "country", False),
    column("dst", "string", "country, after src in the alphabet", False),
)
