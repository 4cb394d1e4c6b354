"""A stand-in for GraphFrames on plain DataFrames: what it documents of `pregel` and `connectedComponents`, no jar.

Messages go along triplets of src, edge and dst; edges have the columns that were asked for alone; null messages are
left out; whoever hears nothing has a null message; a step sees the columns of the step before.
"""

from types import SimpleNamespace

import networkx
from pyspark.sql import functions as F

MESSAGE, ACTIVE = "_pregel_msg_", "_pregel_is_active"


class Pregel:
    def __init__(self, graph):
        self.graph, self.columns, self.edge_columns, self.stops, self.active = graph, [], [], False, F.lit(True)

    msg = staticmethod(lambda: F.col(MESSAGE))
    src = staticmethod(lambda name: F.col(f"src.{name}"))
    dst = staticmethod(lambda name: F.col(f"dst.{name}"))
    edge = staticmethod(lambda name: F.col(f"edge.{name}"))

    def setMaxIter(self, value):
        self.most = value
        return self

    def setUseLocalCheckpoints(self, value):
        assert value, "else GraphFrames wants a folder for checkpoints"
        return self

    def required_edge_columns(self, name, *names):
        self.edge_columns = [name, *names]
        return self

    def withVertexColumn(self, colName, initialExpr, updateAfterAggMsgsExpr):
        self.columns.append((colName, initialExpr, updateAfterAggMsgsExpr))
        return self

    def sendMsgToDst(self, msgExpr):
        self.message = msgExpr
        return self

    def aggMsgs(self, aggExpr):
        self.merged = aggExpr
        return self

    def setStopIfAllNonActiveVertices(self, value):
        self.stops = value
        return self

    def setUpdateActiveVertexExpression(self, value):
        self.active = value
        return self

    def run(self):
        own = [F.col("src").alias("tail"), F.col("dst").alias("head")]
        edge = F.struct(*self.edge_columns) if self.edge_columns else F.struct(F.lit(None).alias("nothing"))
        edges = self.graph.edges.select(*own, edge.alias("edge")).cache()
        state = _cut(self.graph.vertices.select("id", *(first.alias(name) for name, first, _ in self.columns)))
        for step in range(1, self.most + 1):
            self.graph.steps = step
            sent = edges.join(state.select(F.struct("*").alias("src")), F.col("src.id") == F.col("tail"))
            heard = sent.select(F.col("head").alias("id"), self.message.alias(MESSAGE)).where(
                F.col(MESSAGE).isNotNull()
            )
            told = state.join(heard.groupBy("id").agg(self.merged.alias(MESSAGE)), "id", "left")
            anew = [update.alias(name) for name, _, update in self.columns]
            state = _cut(told.select("id", self.active.alias(ACTIVE), *anew))
            if self.stops and not state.where(ACTIVE).head(1):
                break
            state = state.drop(ACTIVE)
        return state


class GraphFrame:
    made = None

    def __init__(self, v, e):
        assert v.columns == ["id"]
        assert {"src", "dst"} <= set(e.columns)
        self.vertices, self.edges = v, e
        GraphFrame.made = self

    @property
    def pregel(self):
        return Pregel(self)

    def connectedComponents(self, *, algorithm, broadcastThreshold, use_local_checkpoints):
        graph = networkx.Graph([(row.src, row.dst) for row in self.edges.collect()])
        graph.add_nodes_from(row.id for row in self.vertices.collect())
        found = [(node, 1000 - k) for k, part in enumerate(networkx.connected_components(graph)) for node in part]
        return self.vertices.sparkSession.createDataFrame(found, "id bigint, component bigint")


def _cut(frame):
    """The same rows without what they were made of."""
    return frame.sparkSession.createDataFrame(frame.collect(), frame.schema)


PACKAGE = SimpleNamespace(GraphFrame=GraphFrame, lib=SimpleNamespace(Pregel=Pregel))
