"""A network as a graph: nodes and edges with their attributes, ready for any format."""

from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True, eq=False)
class Graph:
    """One network as a graph.

    Parameters
    ----------
    name : str
        For files, for example "collaboration_2017-2021".
    title : str
        For people.
    directed : bool
        Whether an edge has a direction.
    nodes : pandas.DataFrame
        A row per node: `id`, `name` and further attributes.
    edges : pandas.DataFrame
        A row per edge: `source`, `target`, `weight` and further attributes.
    """

    name: str
    title: str
    directed: bool
    nodes: pd.DataFrame
    edges: pd.DataFrame
