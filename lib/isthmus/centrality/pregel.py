"""The engine "graphframes" of `isthmus.centrality.graphs`: nodes that send messages along arcs (Pregel).

PageRank and label propagation are written as messages here, as GraphFrames' own know no weights, and break ties in a
way that changed between its versions.
"""

from importlib import import_module
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from isthmus.engine.jars import JAR_SETS
from isthmus.errors import SetupError

# A node whose rank changed by less than this share of the mean rank is done; the answer is then within
# damping / (1 - damping) of it.
TOLERANCE = 1e-8
MOST_STEPS = 500


def rank_by_messages(arcs: DataFrame, *, damping: float) -> DataFrame:
    """Return the weighted PageRank of every node: node, pagerank.

    A node sends each share of its rank along its arcs. What nodes without arcs would send to everybody is left out
    and made up for at the end: ranks are in proportion to the same vector, and are made to sum to 1.

    Parameters
    ----------
    arcs : DataFrame
        src, dst, weight; loops do not count.
    damping : float
        Probability to follow an arc.

    Raises
    ------
    SetupError
        GraphFrames or its jar is not there.
    """
    frames = graphframes()
    pregel = frames.lib.Pregel
    merged = arcs.where("src <> dst").groupBy("src", "dst").agg(F.sum("weight").alias("weight"))
    sent = merged.groupBy("src").agg(F.sum("weight").alias("total"))
    shares = merged.join(sent, "src").select("src", "dst", (F.col("weight") / F.col("total")).alias("share"))
    graph = _graph(frames, arcs, shares)
    anew = F.lit(1.0 - damping) + F.lit(damping) * F.coalesce(pregel.msg(), F.lit(0.0))
    messages = graph.pregel.setMaxIter(MOST_STEPS).setUseLocalCheckpoints(True).required_edge_columns("share")
    messages = messages.withVertexColumn("rank", F.lit(1.0), anew).sendMsgToDst(
        pregel.src("rank") * pregel.edge("share")
    )
    messages = messages.aggMsgs(F.sum(pregel.msg())).setStopIfAllNonActiveVertices(True)
    messages = messages.setUpdateActiveVertexExpression(F.abs(F.col("rank") - anew) > F.lit(TOLERANCE))
    ranks: DataFrame = messages.run()
    total = ranks.agg(F.sum("rank").alias("total"))
    return ranks.crossJoin(F.broadcast(total)).select(
        F.col("id").alias("node"), (F.col("rank") / F.col("total")).alias("pagerank")
    )


def components_of(arcs: DataFrame) -> DataFrame:
    """Return the connected component of every node: node, component (its smallest node).

    Parameters
    ----------
    arcs : DataFrame
        src, dst, weight.

    Raises
    ------
    SetupError
        GraphFrames or its jar is not there.
    """
    graph = _graph(graphframes(), arcs, arcs.where("src <> dst").select("src", "dst"))
    found: DataFrame = graph.connectedComponents(
        algorithm="two_phase", broadcastThreshold=-1, use_local_checkpoints=True
    )
    # which number a component has is GraphFrames' affair
    called = found.groupBy("component").agg(F.min("id").alias("smallest"))
    return found.join(called, "component").select(F.col("id").alias("node"), F.col("smallest").alias("component"))


def communities_by_messages(arcs: DataFrame, *, rounds: int) -> DataFrame:
    """Return the community of every node by label propagation: node, community.

    Parameters
    ----------
    arcs : DataFrame
        src, dst, weight.
    rounds : int
        Rounds at most.

    Raises
    ------
    SetupError
        GraphFrames or its jar is not there.
    """
    frames = graphframes()
    pregel = frames.lib.Pregel
    apart = arcs.where("src <> dst")
    turned = apart.select(F.col("dst").alias("src"), F.col("src").alias("dst"))
    graph = _graph(frames, arcs, apart.select("src", "dst").unionByName(turned).distinct())
    heard = F.coalesce(pregel.msg(), F.col("community"))
    messages = graph.pregel.setMaxIter(rounds).setUseLocalCheckpoints(True)
    messages = messages.withVertexColumn("community", F.col("id"), heard).sendMsgToDst(pregel.src("community"))
    messages = messages.aggMsgs(F.mode(pregel.msg(), True)).setStopIfAllNonActiveVertices(True)
    messages = messages.setUpdateActiveVertexExpression(F.col("community") != heard)
    found: DataFrame = messages.run()
    return found.select(F.col("id").alias("node"), "community")


def graphframes() -> Any:
    """Return the package graphframes.

    Raises
    ------
    SetupError
        The package is not installed.
    """
    try:
        import_module("graphframes.lib")
        return import_module("graphframes")
    except ImportError as error:
        raise SetupError(
            f"engine 'graphframes' needs the package graphframes-py ({error}): pip install 'isthmus[graphs]'"
        ) from error


def _graph(frames: Any, arcs: DataFrame, edges: DataFrame) -> Any:
    """Return a GraphFrame of all nodes of the arcs, those with a loop alone included."""
    ends = arcs.select(F.explode(F.array("src", "dst")).alias("id"))
    try:
        return frames.GraphFrame(ends.distinct(), edges)
    except Exception as error:
        if "GraphFramePythonAPI" not in str(error):
            raise
        raise SetupError(
            f"engine 'graphframes' needs the jar {JAR_SETS['graphs'].coordinates[0]} in the Spark session: start it by "
            "start_session(..., jar_sets=['graphs']), or add the jar to spark.jars.packages"
        ) from error
