"""How much of the knowledge exchange of a pair stems from papers that both its countries sign (METHODS 9.5)."""

import pandas as pd

from isthmus.analyses.networks.tables import COUNTRY_EDGES
from isthmus.networks.names import KNOWLEDGE_EXCHANGE
from isthmus.report.results import Results


def joint_citations(results: Results) -> pd.DataFrame:
    """Return the citations of each pair and year of the exchange network that the report shows.

    Columns year, src, dst, citations (those of joint papers included, whether they count or not) and joint (those of
    joint papers). Without rows where the study has no such network.
    """
    columns = ["year", "src", "dst", "citations", "joint"]
    edges = results.optional(COUNTRY_EDGES)
    if edges is None:
        return pd.DataFrame(columns=columns)
    shown = (edges["network"] == KNOWLEDGE_EXCHANGE) & (edges["citation_year"] == results.study["citation_year"])
    edges = edges[shown & edges["joint"].notna()]
    left_out = results.switch("networks.joint_papers") == "left_out"
    joint = edges["joint"].astype("int64")
    found: pd.DataFrame = edges.assign(joint=joint, citations=edges["weight"] + joint * left_out)
    return found[columns]


def joint_shares(results: Results, years: tuple[int, int]) -> pd.DataFrame:
    """Return src, dst and joint_share, the share of joint papers in the citations of a pair over some years."""
    citations = joint_citations(results)
    inside = citations[citations["year"].between(*years)].groupby(["src", "dst"], as_index=False)
    sums = inside[["citations", "joint"]].sum()
    return sums.assign(joint_share=sums["joint"] / sums["citations"])[["src", "dst", "joint_share"]]
