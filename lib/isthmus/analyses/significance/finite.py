"""Which z count under the rule "linked", which looks at all years and both networks of a pair (METHODS 2.3)."""

import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from isthmus.networks.names import COLLABORATION, KNOWLEDGE_EXCHANGE, PUBLICATION_YEAR
from isthmus.nullmodels.significance import EXPECTED_LINK_PROBABILITY

_PAIR = ["src", "dst"]


def linked_pairs(edges: DataFrame) -> DataFrame:
    """Return the pairs that have a tie in at least one year in both networks: citation_year, src, dst.

    Whether a single year's z counts must not depend on that year's own weight: z over the linked years alone is biased
    upwards.

    Parameters
    ----------
    edges : DataFrame
        Rows of `country_edges` of one study.
    """
    together = edges.where(F.col("network") == COLLABORATION).select(*_PAIR).distinct()
    exchanged = edges.where(F.col("network") == KNOWLEDGE_EXCHANGE).select("citation_year", *_PAIR).distinct()
    return exchanged.join(together, _PAIR).select("citation_year", *_PAIR)


def count_linked_pairs(pairs: DataFrame, edges: DataFrame, citation_year: str) -> DataFrame:
    """Return rows of pair tests whose z count only where the pair is linked.

    Parameters
    ----------
    pairs : DataFrame
        Rows of `pair_tests`, `finite` as both countries being present.
    edges : DataFrame
        Rows of `country_edges` of the same study.
    citation_year : str
        The citation year of the exchange that collaboration is paired with.
    """
    linked = linked_pairs(edges)
    own = linked.where(F.col("citation_year") == citation_year)
    known = linked.unionByName(own.withColumn("citation_year", F.lit(PUBLICATION_YEAR)))
    key = ["citation_year", *_PAIR]
    marked = pairs.join(known.select(*key, F.lit(True).alias("_linked")), key, "left")
    counts = F.col("finite") & F.coalesce("_linked", F.lit(False))
    return marked.withColumn("finite", counts).select(*pairs.columns)


def counting(ties: pd.DataFrame, finite: str, linked: pd.DataFrame) -> "pd.Series[bool]":
    """Return whether each z counts under another rule of finite pairs than the one that the column `finite` holds.

    Parameters
    ----------
    ties : pandas.DataFrame
        Rows of `pair_tests` of both networks, exchange in one citation year.
    finite : str
        The rule; "sampled" takes the column `finite` as it is.
    linked : pandas.DataFrame
        Src, dst of `linked_pairs` in the same citation year; read by the rule "linked".
    """
    there = ties["z"].notna()
    if finite == "expected_in_500_samples":
        return there & (ties["link_probability"] >= EXPECTED_LINK_PROBABILITY)
    if finite == "linked":
        known = pd.MultiIndex.from_frame(linked[_PAIR])
        return there & pd.MultiIndex.from_frame(ties[_PAIR]).isin(known)
    return there & ties["finite"] if finite == "sampled" else there
