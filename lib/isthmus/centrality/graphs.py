"""PageRank, components and communities of networks of institutions or authors, on one machine or by GraphFrames.

A network is a DataFrame of arcs: src, dst (whole numbers), weight. Both engines give the same answer; "local" collects
the arcs, "graphframes" leaves them on the cluster and needs GraphFrames' jar in the session (jar set "graphs").
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from isthmus.centrality.arcs import Floats, Ints
from isthmus.centrality.measures import DAMPING, pagerank
from isthmus.errors import CentralityError, did_you_mean

Engine = Literal["local", "graphframes"]
# Arcs that the local engine collects at most: 24 bytes each, and as much again for the matrix.
MOST_ARCS = 50_000_000
ROUNDS = 10


@dataclass(frozen=True)
class Collected:
    """A network on this machine.

    Attributes
    ----------
    nodes : int64 array of shape (N,)
        Numbers of the nodes, rising.
    tails, heads : int64 arrays of shape (A,)
        Positions of the ends of each arc.
    weights : float64 array of shape (A,)
        Weights.

    """

    nodes: Ints
    tails: Ints
    heads: Ints
    weights: Floats

    @property
    def matrix(self) -> sparse.csr_array:
        """Weights as a sparse array of shape (N, N), row to column; arcs that come twice are added up."""
        return sparse.csr_array((self.weights, (self.tails, self.heads)), shape=(self.nodes.size,) * 2)


def both_ways(pairs: DataFrame) -> DataFrame:
    """Return the arcs of an undirected network, each pair in both directions.

    Parameters
    ----------
    pairs : DataFrame
        src, dst, weight; a row per pair.
    """
    turned = pairs.select(F.col("dst").alias("src"), F.col("src").alias("dst"), "weight")
    return pairs.select("src", "dst", "weight").unionByName(turned)


def rank(arcs: DataFrame, *, engine: Engine = "local", damping: float = DAMPING) -> DataFrame:
    """Return the weighted PageRank of every node: node, pagerank; the values sum to 1.

    Parameters
    ----------
    arcs : DataFrame
        src, dst, weight > 0; loops do not count. Of an undirected network `both_ways`.
    engine : str
        "local" or "graphframes".
    damping : float
        Probability to follow an arc, at least 0 and below 1.

    Raises
    ------
    CentralityError
        Another engine, more arcs than one machine should collect, or a damping outside [0, 1).
    SetupError
        GraphFrames or its jar is not there.
    """
    if not 0 <= damping < 1:
        raise CentralityError(f"damping is {damping}; expected at least 0 and below 1")
    if _checked(engine) == "graphframes":
        from isthmus.centrality.pregel import rank_by_messages

        return rank_by_messages(arcs, damping=damping)
    return _local(arcs, "pagerank double", lambda network: pagerank(network.matrix, damping=damping))


def components(arcs: DataFrame, *, engine: Engine = "local") -> DataFrame:
    """Return the connected component of every node: node, component; it is called by its smallest node.

    Parameters
    ----------
    arcs : DataFrame
        src, dst, weight; directions do not count.
    engine : str
        "local" or "graphframes".

    Raises
    ------
    CentralityError
        Another engine, or more arcs than one machine should collect.
    SetupError
        GraphFrames or its jar is not there.
    """
    if _checked(engine) == "graphframes":
        from isthmus.centrality.pregel import components_of

        return components_of(arcs)
    return _local(arcs, "component bigint", local_components)


def communities(arcs: DataFrame, *, engine: Engine = "local", rounds: int = ROUNDS) -> DataFrame:
    """Return the community of every node by label propagation: node, community (Raghavan et al. 2007).

    Every node starts as a community of its own. In each round all nodes at once take the community that most of their
    neighbours have; of several the smallest. Two groups that face each other alone, such as a star, swap for ever:
    that is why the number of rounds is given.

    Parameters
    ----------
    arcs : DataFrame
        src, dst, weight; directions and weights do not count, each neighbour has one voice.
    engine : str
        "local" or "graphframes".
    rounds : int
        Rounds, at least 1; they end sooner when nothing changes.

    Raises
    ------
    CentralityError
        Another engine, fewer than one round, or more arcs than one machine should collect.
    SetupError
        GraphFrames or its jar is not there.
    """
    if rounds < 1:
        raise CentralityError(f"{rounds} rounds of label propagation; expected at least 1")
    if _checked(engine) == "graphframes":
        from isthmus.centrality.pregel import communities_by_messages

        return communities_by_messages(arcs, rounds=rounds)
    return _local(arcs, "community bigint", lambda network: local_communities(network, rounds))


def collected(arcs: pd.DataFrame) -> Collected:
    """Return a network by the positions of its nodes.

    Parameters
    ----------
    arcs : pandas.DataFrame
        src, dst, weight.
    """
    nodes, at = np.unique(arcs[["src", "dst"]].to_numpy(np.int64), return_inverse=True)
    tails, heads = at.reshape(-1, 2).T
    return Collected(nodes, tails, heads, arcs["weight"].to_numpy(np.float64))


def local_components(network: Collected) -> Ints:
    """Return the smallest node of the component of every node, shape (N,).

    Parameters
    ----------
    network : Collected
        The network.
    """
    number, component = connected_components(network.matrix, directed=False)
    smallest = np.full(number, np.iinfo(np.int64).max)
    np.minimum.at(smallest, component, network.nodes)
    return smallest[component]


def local_communities(network: Collected, rounds: int) -> Ints:
    """Return the community of every node after label propagation, shape (N,).

    Parameters
    ----------
    network : Collected
        The network.
    rounds : int
        Rounds at most.
    """
    apart = network.tails != network.heads
    ends = np.stack([network.tails[apart], network.heads[apart]])
    # each neighbour once, whatever the number of arcs between the two
    to, of = np.unique(np.concatenate([ends, ends[::-1]], axis=1), axis=1)
    label = np.arange(network.nodes.size)
    for _ in range(rounds):
        anew = _most_frequent(to, label[of], label)
        if np.array_equal(anew, label):
            break
        label = anew
    return network.nodes[label]


def _most_frequent(to: Ints, said: Ints, label: Ints) -> Ints:
    """Return what each node hears most often, the smallest of several; its own label where it hears nothing."""
    heard, times = np.unique(np.stack([to, said]), axis=1, return_counts=True)
    order = np.lexsort([heard[1], -times, heard[0]])
    node, first = np.unique(heard[0][order], return_index=True)
    found = label.copy()
    found[node] = heard[1][order][first]
    return found


def _local(arcs: DataFrame, column: str, measure: Callable[[Collected], Floats | Ints]) -> DataFrame:
    """Collect a network, measure it, and return node and measure as a DataFrame."""
    number = arcs.count()
    if number > MOST_ARCS:
        raise CentralityError(
            f"the network has {number:,} arcs; the local engine collects at most {MOST_ARCS:,}: "
            "use engine='graphframes'"
        )
    schema = f"node bigint, {column}"
    if not number:
        return arcs.sparkSession.createDataFrame([], schema)
    network = collected(arcs.select("src", "dst", "weight").toPandas())
    found = pd.DataFrame({"node": network.nodes, column.split(maxsplit=1)[0]: measure(network)})
    return arcs.sparkSession.createDataFrame(found, schema)


def _checked(engine: str) -> str:
    if engine not in get_args(Engine):
        raise CentralityError(f"{engine!r} is no engine; {did_you_mean(engine, get_args(Engine))}")
    return engine
