"""Graphs and tables as files for other programs: Parquet, CSV, GraphML, GEXF, VOSviewer."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa
from pyarrow import csv

from isthmus.report.graphfiles import write_gexf, write_graphml
from isthmus.report.graphs import Graph
from isthmus.report.vosviewer import write_vosviewer

FORMATS = ("parquet", "csv", "graphml", "gexf", "vosviewer")


def write_graph(graph: Graph, folder: Path, formats: Sequence[str]) -> list[Path]:
    """Write a graph in each of the formats; return the files.

    VOSviewer knows no direction: a directed graph has no such files.
    """
    written = write_table(graph.edges, folder / graph.name, formats)
    writers: dict[str, Callable[[Graph, Path], None]] = {"graphml": write_graphml, "gexf": write_gexf}
    for name, write in writers.items():
        if name in formats:
            written.append(folder / f"{graph.name}.{name}")
            write(graph, written[-1])
    if "vosviewer" in formats and not graph.directed:
        pair = [folder / f"{graph.name}_vosviewer_{kind}.txt" for kind in ("map", "network")]
        write_vosviewer(graph, *pair)
        written += pair
    return written


def write_table(frame: pd.DataFrame, stem: Path, formats: Sequence[str]) -> list[Path]:
    """Write a table as Parquet and CSV, where these are among the formats; return the files."""
    written: list[Path] = []
    if "parquet" in formats:
        written.append(stem.with_name(f"{stem.name}.parquet"))
        frame.to_parquet(written[-1], index=False, compression="zstd")
    if "csv" in formats:
        written.append(stem.with_name(f"{stem.name}.csv"))
        # many times as fast as pandas, which matters for a table of all years
        plain = pa.Table.from_pandas(frame, preserve_index=False)
        csv.write_csv(plain, written[-1], csv.WriteOptions(quoting_style="needed"))
    return written
