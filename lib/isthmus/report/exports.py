"""Graphs and tables as files for other programs: Parquet, CSV, GraphML, GEXF, VOSviewer, GeoJSON."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
from pyarrow import csv

from isthmus.files import whole_file
from isthmus.report.geojson import has_places, write_geojson
from isthmus.report.graphfiles import write_gexf, write_graphml
from isthmus.report.graphs import Graph
from isthmus.report.vosviewer import write_vosviewer

#: How a cell begins that a spreadsheet takes for a formula; a signed number is none.
FORMULA = re.compile(r"[=@\t\r]|[+-](?![0-9.]+(?:[eE][+-]?[0-9]+)?$)")
FORMATS = ("parquet", "csv", "graphml", "gexf", "vosviewer", "geojson")


def write_graph(graph: Graph, folder: Path, formats: Sequence[str]) -> list[Path]:
    """Write a graph in each of the formats; return the files.

    VOSviewer knows no direction: a directed graph has no such files. A graph without coordinates has no GeoJSON.
    """
    written = write_table(graph.edges, folder / graph.name, formats)
    writers: dict[str, Callable[[Graph, Path], None]] = {"graphml": write_graphml, "gexf": write_gexf}
    for name, write in writers.items():
        if name in formats:
            written.append(folder / f"{graph.name}.{name}")
            with whole_file(written[-1]) as file:
                write(graph, file)
    if "vosviewer" in formats and not graph.directed:
        pair = [folder / f"{graph.name}_vosviewer_{kind}.txt" for kind in ("map", "network")]
        with whole_file(pair[0]) as map_file, whole_file(pair[1]) as network_file:
            write_vosviewer(graph, map_file, network_file)
        written += pair
    if "geojson" in formats and has_places(graph):
        written.append(folder / f"{graph.name}.geojson")
        with whole_file(written[-1]) as file:
            write_geojson(graph, file)
    return written


def write_csv(frame: pd.DataFrame, file: Path) -> None:
    """Write a table as CSV, whole or not at all; no cell of it is a formula to a spreadsheet.

    Parameters
    ----------
    frame : DataFrame
        Its rows; text that begins as a formula does gets an apostrophe before it, as OWASP advises.
    file : Path
        Where to; replaced when it is there.
    """
    # many times as fast as pandas, which matters for a table of all years
    plain = pa.Table.from_pandas(frame.assign(**_harmless(frame)), preserve_index=False)
    with whole_file(file) as partial:
        csv.write_csv(plain, partial, csv.WriteOptions(quoting_style="needed"))


def _harmless(frame: pd.DataFrame) -> dict[str, "pd.Series[Any]"]:
    """Return the columns that hold text which a spreadsheet would execute, without that."""
    found: dict[str, pd.Series[Any]] = {}
    for name, column in frame.items():
        if pd.api.types.is_object_dtype(column.dtype) or pd.api.types.is_string_dtype(column.dtype):
            executed = column.map(lambda cell: isinstance(cell, str) and bool(FORMULA.match(cell)))
            if executed.any():
                found[str(name)] = column.where(~executed, "'" + column.astype(str))
    return found


def write_table(frame: pd.DataFrame, stem: Path, formats: Sequence[str]) -> list[Path]:
    """Write a table as Parquet and CSV, where these are among the formats; return the files."""
    written: list[Path] = []
    if "parquet" in formats:
        written.append(stem.with_name(f"{stem.name}.parquet"))
        with whole_file(written[-1]) as file:
            frame.to_parquet(file, index=False, compression="zstd")
    if "csv" in formats:
        written.append(stem.with_name(f"{stem.name}.csv"))
        write_csv(frame, written[-1])
    return written
