"""Edge lists that people bring: CSV or Parquet files of whole-number networks, checked row by row."""

import gzip
from pathlib import Path

import numpy as np
import pandas as pd

from isthmus.errors import NetworkError, did_you_mean

COLUMNS = ("source", "target", "weight")
OPTIONAL_KEYS = ("network", "year")
#: What a .csv file may be separated by; the first where a header has none.
SEPARATORS = (",", ";", "\t")


def read_edges(
    path: str | Path, *, drop_loops: bool = False, directed: bool = False, loops: bool = False
) -> pd.DataFrame:
    """Read an edge list with columns source, target, weight and optionally network and year.

    Names are text: "NA" is Namibia, not a missing value. Rows of weight 0 are no links and are left out.

    Parameters
    ----------
    path : str | Path
        a .csv file (with a header; separated by commas, semicolons or tabs; also .csv.gz) or a .parquet file.
    drop_loops : bool, default False
        Leave out rows whose source is their target instead of refusing them.
    directed : bool, default False
        Source and target are told apart: a pair may come once in each direction.
    loops : bool, default False
        Keep rows whose source is their target.

    Returns
    -------
    pandas.DataFrame
        DataFrame with the keys that are there, source, target (text) and weight (int64), each pair once per key.

    Raises
    ------
    NetworkError
        The file cannot be read, lacks a column, or a row is no edge of an undirected network of full counts; names the
        row.
    """
    edges = _read(Path(path))
    missing = [name for name in COLUMNS if name not in edges.columns]
    if missing:
        hint = did_you_mean(missing[0], [str(name) for name in edges.columns]).replace("valid: ", "it has ")
        columns = f"column{'s' * (len(missing) > 1)} {', '.join(missing)}"
        raise NetworkError(f"{path} lacks the {columns}; {hint} (rename columns in its first line)")
    keys = [name for name in OPTIONAL_KEYS if name in edges.columns]
    edges = edges[[*keys, *COLUMNS]]
    _refuse_missing(edges, path)
    edges = edges.assign(source=edges["source"].astype(str), target=edges["target"].astype(str))
    if "year" in keys:
        edges["year"] = _whole(edges, "year", path)
    edges["weight"] = _whole(edges, "weight", path, least=0)
    edges = edges[edges["weight"] > 0]
    if not loops:
        edges = _without_loops(edges, path, drop_loops)
    _refuse_repeated(edges, keys, path, directed)
    return edges.reset_index(drop=True)


def _read(path: Path) -> pd.DataFrame:
    name = path.name.lower()
    if not path.is_file():
        raise NetworkError(f"there is no file {path}")
    if name.endswith((".parquet", ".pq")):
        try:
            return pd.read_parquet(path)
        except (OSError, ValueError) as error:  # Arrow's own errors are of both kinds
            raise NetworkError(f"{path} cannot be read as Parquet: {error}") from None
    if name.endswith((".csv", ".csv.gz")):
        try:
            return pd.read_csv(
                path, sep=_separator(path), dtype=str, keep_default_na=False, na_values=[""], skipinitialspace=True
            )
        except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError, gzip.BadGzipFile) as error:
            raise NetworkError(f"{path} cannot be read as comma-separated text: {error}") from None
    raise NetworkError(f"{path} has an unknown ending; expected .csv, .csv.gz or .parquet")


def _separator(path: Path) -> str:
    """Return what separates the names of the header: a spreadsheet may write semicolons or tabs for commas."""
    packed = path.name.lower().endswith(".gz")
    with gzip.open(path, "rt", encoding="utf-8") if packed else path.open(encoding="utf-8") as file:
        return max(SEPARATORS, key=file.readline().count)


def _where(path: str | Path, row: int) -> str:
    """Return the row as a person finds it: line of a CSV file (line 1 is the header), row of a Parquet file."""
    return f"{path}, line {row + 2}" if ".csv" in str(path).lower() else f"{path}, row {row}"


def _refuse_missing(edges: pd.DataFrame, path: str | Path) -> None:
    for name in edges.columns:
        empty = edges[name].isna().to_numpy()
        if empty.any():
            raise NetworkError(f"{_where(path, int(np.argmax(empty)))}: {name} is empty; expected a value in every row")


def _whole(edges: pd.DataFrame, name: str, path: str | Path, *, least: int | None = None) -> pd.Series:
    numbers = pd.to_numeric(edges[name], errors="coerce").to_numpy(dtype=float)
    bad = ~(np.isfinite(numbers) & (numbers == np.floor(numbers)) & (np.abs(numbers) <= 2**53))
    if least is not None:
        bad |= numbers < least
    if bad.any():
        row = int(np.argmax(bad))
        bound = "" if least is None else f" >= {least} (null models take full counts, not fractions)"
        raise NetworkError(
            f"{_where(path, int(edges.index[row]))}: {name} is {edges[name].iloc[row]!r} for "
            f"{edges['source'].iloc[row]} - {edges['target'].iloc[row]}; expected a whole number{bound}"
        )
    return pd.Series(numbers.astype(np.int64), index=edges.index)


def _without_loops(edges: pd.DataFrame, path: str | Path, drop_loops: bool) -> pd.DataFrame:
    loops = edges["source"] == edges["target"]
    if loops.any() and not drop_loops:
        first = edges[loops].iloc[0]
        where = _where(path, int(edges.index[int(np.argmax(loops))]))
        raise NetworkError(
            f"{where}: {first['source']} - {first['target']} is a loop, one of {int(loops.sum())}; null models "
            "have none: leave them out with --drop-loops (drop_loops=True)"
        )
    return edges[~loops]


def _refuse_repeated(edges: pd.DataFrame, keys: list[str], path: str | Path, directed: bool) -> None:
    swapped = (edges["source"] > edges["target"]) & (not directed)
    pair = edges[keys].assign(
        low=edges["source"].where(~swapped, edges["target"]), high=edges["target"].where(~swapped, edges["source"])
    )
    repeated = pair.duplicated(keep="first")
    if not repeated.any():
        return
    row = int(repeated.argmax())
    same = pair.eq(pair.iloc[row]).all(axis=1)
    earlier = int(same.argmax())
    names = f"{edges['source'].iloc[row]} - {edges['target'].iloc[row]}"
    where = _where(path, int(edges.index[row]))
    first = f"{_where(path, int(edges.index[earlier]))} has weight {edges['weight'].iloc[earlier]}"
    here = f"weight {edges['weight'].iloc[row]}"
    if edges["source"].iloc[row] == edges["source"].iloc[earlier]:
        raise NetworkError(f"{where}: the pair {names} comes twice ({here}; {first}); list each pair once, summed")
    raise NetworkError(
        f"{where}: the pair {names} comes in both directions ({here}; {first}). The null models are for undirected "
        "networks: sum the two directions of directed flows, or keep one of two equal rows; "
        "or test the flows as they are, with --directed (directed=True)"
    )
