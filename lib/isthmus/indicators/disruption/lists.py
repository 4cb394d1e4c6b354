"""Citation lists that people bring: who cites whom and the years of papers, CSV or Parquet, checked row by row."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pyarrow import csv, parquet

from isthmus.errors import IndicatorError, did_you_mean

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

CITATION_COLUMNS = ("citing", "cited")
PAPER_COLUMNS = ("paper", "year")
UNKNOWN = -1


@dataclass(frozen=True)
class CitationList:
    """Citations between numbered papers.

    Attributes
    ----------
    papers : pyarrow.Array
        Names of the N papers: those of the file of years in its order, then those that only a citation names.
    year : array of shape (N,)
        Their years; -1 where a paper has none.
    citing, cited : array of shape (E,)
        Positions of the papers of each citation, each pair once, no paper citing itself.
    left_out : int
        Rows that were left out, as was asked for: papers that cite themselves and repeated citations.
    """

    papers: pa.Array
    year: Ints
    citing: Ints
    cited: Ints
    left_out: int

    @property
    def without_year(self) -> int:
        """Papers of the list without a year: they are references, and neither measured nor citers."""
        return int(np.count_nonzero(self.year == UNKNOWN))


def read_citation_list(
    citations: str | Path, years: str | Path, *, drop_loops: bool = False, drop_repeated: bool = False
) -> CitationList:
    """Read a list of citations with columns citing and cited, and the years of papers with columns paper and year.

    Names are text. A paper without a year in `years`, or not in it, has none.

    Parameters
    ----------
    citations, years : str | Path
        .csv (comma-separated, with a header, also .csv.gz) or .parquet files.
    drop_loops, drop_repeated : bool, default False
        Leave out rows in which a paper cites itself, or that stand there already, instead of refusing them.

    Raises
    ------
    IndicatorError
        A file cannot be read, lacks a column, or a row is no citation or no year; names the row. No citing paper has
        a year.
    """
    papers = _Table(Path(years), PAPER_COLUMNS)
    edges = _Table(Path(citations), CITATION_COLUMNS)
    if not len(edges.column("citing")):
        raise IndicatorError(f"{citations} holds no citation; expected a row for each, with columns citing and cited")
    named = papers.filled("paper", "the name of a paper")
    _refuse_repeated_papers(papers, named)
    year = _years(papers)
    both = [edges.filled(name, "the name of a paper") for name in CITATION_COLUMNS]
    other = pc.unique(pa.chunked_array([part for column in both for part in column.chunks], pa.string()))
    new = other.filter(pc.invert(pc.is_in(other, value_set=named)))
    names = pa.concat_arrays([named.combine_chunks(), new])
    year = np.concatenate([year, np.full(len(new), UNKNOWN)])
    citing, cited = (_positions(column, names) for column in both)
    if (year[citing] == UNKNOWN).all():
        raise IndicatorError(
            f"no citing paper of {citations} has a year in {years}: there is {both[0][0].as_py()!r} in the one and "
            f"{named[0].as_py() if len(named) else 'no paper'!r} in the other; expected the same names in both"
        )
    kept = _no_loops(edges, names, citing, cited, drop_loops)
    kept &= _no_repeats(edges, names, citing, cited, drop_repeated)
    return CitationList(names, year, citing[kept], cited[kept], int(np.count_nonzero(~kept)))


def _hint(missing: str, found: list[str]) -> str:
    """Return what to do about a column that is not there."""
    other = next((mark for mark in (";", "\t", "|") if len(found) == 1 and mark in found[0]), None)
    if other is not None:
        return f"columns are separated by {other!r} here; separate them by commas"
    return did_you_mean(missing, found)


class _Table:
    """Two columns of a file, as text without blanks around it, and where a row stands in the file."""

    def __init__(self, path: Path, names: tuple[str, ...]) -> None:
        self.path = path
        table = _read(path)
        found = [str(name).strip() for name in table.column_names]
        missing = [name for name in names if name not in found]
        if missing:
            hint = _hint(missing[0], found)
            raise IndicatorError(
                f"{path} lacks the column{'s' * (len(missing) > 1)} {', '.join(missing)}; "
                f"expected {' and '.join(names)}, found {', '.join(found)}: {hint}"
            )
        self._columns = {name: self._words(table.column(found.index(name)), name) for name in names}

    def _words(self, column: pa.ChunkedArray, name: str) -> pa.ChunkedArray:
        try:
            return _text(column)
        except pa.ArrowException:
            raise IndicatorError(
                f"{self.path}: the column {name} holds {column.type}; expected text or whole numbers"
            ) from None

    def column(self, name: str) -> pa.ChunkedArray:
        """Return a column; null where the file has nothing."""
        return self._columns[name]

    def filled(self, name: str, what: str) -> pa.ChunkedArray:
        """Return a column that has a value in every row; refuse it otherwise."""
        empty = self.column(name).is_null().to_numpy()
        if empty.any():
            raise IndicatorError(f"{self.row(int(empty.argmax()))}: {name} is empty; expected {what} in every row")
        return self.column(name)

    def row(self, at: int) -> str:
        """Return a row as a person finds it: line of a CSV file (line 1 is the header), row of a Parquet file."""
        return f"{self.path}, line {at + 2}" if ".csv" in self.path.name.lower() else f"{self.path}, row {at}"


def _read(path: Path) -> pa.Table:
    if not path.is_file():
        raise IndicatorError(f"there is no file {path}")
    name = path.name.lower()
    try:
        if name.endswith((".parquet", ".pq")):
            return parquet.read_table(path)
        if name.endswith((".csv", ".csv.gz")):
            return _read_text(path)
    except (pa.ArrowException, OSError) as error:
        why = str(error).splitlines()[0]
        raise IndicatorError(f"{path} cannot be read: {why}{_remedy(why)}") from None
    raise IndicatorError(f"{path} has an unknown ending; expected .csv, .csv.gz or .parquet")


def _read_text(path: Path) -> pa.Table:
    with csv.open_csv(path) as stream:
        names = stream.schema.names
    # as text, so that 007 stays what it is, and a column of numbers is compared with one of words
    convert = csv.ConvertOptions(
        column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=True, null_values=[""]
    )
    try:
        return csv.read_csv(path, convert_options=convert)
    except pa.ArrowInvalid:
        # on one thread the reader counts lines, and its error says which
        return csv.read_csv(path, read_options=csv.ReadOptions(use_threads=False), convert_options=convert)


def _remedy(why: str) -> str:
    """Return what to do about what a reader says of a file."""
    if "UTF8" in why or "\x00" in why:
        return "; save it as text in UTF-8"
    if "Parquet" in why:
        return "; expected a Parquet file, or another ending"
    if "Empty CSV" in why:
        return "; expected a first line that names the columns"
    if "Expected" in why and "columns" in why:
        return "; expected as many values in every line as there are columns, and names with a comma in double quotes"
    return ""


def _text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_floating(column.type):  # a column of whole numbers with a gap is one of these in many programs
        whole = pc.all(pc.equal(column, pc.floor(column))).as_py() in (True, None)
        column = column.cast(pa.int64()) if whole else column
    trimmed = pc.utf8_trim_whitespace(column.cast(pa.string()))
    return pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)


def _positions(column: pa.ChunkedArray, names: pa.Array) -> Ints:
    positions: Ints = pc.index_in(column, value_set=names).to_numpy().astype(np.int64)
    return positions


def _years(papers: _Table) -> Ints:
    column = papers.column("year").combine_chunks()
    known = column.is_valid()
    whole = pc.fill_null(pc.match_substring_regex(column, r"^[0-9]{1,4}(\.0*)?$"), False)
    wrong = pc.and_(known, pc.invert(whole)).to_numpy(zero_copy_only=False)
    if wrong.any():
        at = int(wrong.argmax())
        raise IndicatorError(
            f"{papers.row(at)}: year is {column[at].as_py()!r} for {papers.column('paper')[at].as_py()}; expected a "
            "whole number from 0 to 9999, or nothing where it is unknown"
        )
    text = pc.replace_substring_regex(pc.fill_null(column, str(UNKNOWN)), r"\.0*$", "")
    years: Ints = text.cast(pa.int64()).to_numpy()
    return years


def _refuse_repeated_papers(papers: _Table, named: pa.ChunkedArray) -> None:
    again = _again(_positions(named, pc.unique(named)))
    if again.any():
        at = int(again.argmax())
        raise IndicatorError(f"{papers.row(at)}: {named[at].as_py()} stands there already; expected each paper once")


def _no_loops(edges: _Table, names: pa.Array, citing: Ints, cited: Ints, drop: bool) -> Flags:
    loops: Flags = citing == cited
    if loops.any() and not drop:
        at = int(loops.argmax())
        raise IndicatorError(
            f"{edges.row(at)}: {names[int(citing[at])].as_py()} cites itself, one of {loops.sum():,} such rows; leave "
            "them out with --drop-loops (drop_loops=True)"
        )
    return ~loops


def _no_repeats(edges: _Table, names: pa.Array, citing: Ints, cited: Ints, drop: bool) -> Flags:
    again: Flags = _again(citing * len(names) + cited) & (citing != cited)  # the others are left out
    if again.any() and not drop:
        at = int(again.argmax())
        who, whom = (names[int(pair[at])].as_py() for pair in (citing, cited))
        raise IndicatorError(
            f"{edges.row(at)}: {who} cites {whom}, which stands there already, one of {again.sum():,} such rows; count "
            "each citation once with --drop-repeated (drop_repeated=True)"
        )
    return ~again


def _again(values: Ints) -> Flags:
    """Return where a value stands that stood before."""
    order = np.argsort(values, kind="stable")
    again = np.zeros(values.size, dtype=np.bool_)
    again[order[1:]] = values[order[1:]] == values[order[:-1]]
    return again
