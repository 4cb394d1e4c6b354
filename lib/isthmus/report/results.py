"""A study's published results, read and checked: the only input of reports, figures and notebooks."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq

from isthmus.errors import StoreError, did_you_mean
from isthmus.tablespec import TableSpec

#: Columns of every study table that are not published: study.json holds both once.
UNPUBLISHED = ("study", "release")
#: Field of study.json of a network that was given, not made from works: its `name` (empty without one) and its `unit`.
GIVEN = "given"
STUDY_FIELDS = (
    "study", "title", "release", "simulated", "poles",
    "years", "significance_years", "citation_year", "null_model", "threshold",
)  # fmt: skip
#: The columns that the page reads of the three tables that every study publishes.
COVERAGE_COLUMNS = (
    "year", "works", "core_works", "with_country",
    "corpus_works", "corpus_with_authors", "corpus_with_country", "corpus_with_city", "corpus_with_references",
)  # fmt: skip
ACCOUNTING_COLUMNS = ("entity", "read", "kept", "rejected")
GATES_COLUMNS = ("stage", "table", "gate", "severity", "observed", "bound", "passed", "message")


@dataclass(frozen=True, eq=False)
class Results:
    """Everything that one study published; tables of analyses are read when they are first wanted.

    Attributes
    ----------
    folder : Path
        Where the results lie.
    study : Mapping[str, Any]
        The content of study.json.
    coverage, accounting, gates : pandas.DataFrame
        What the records cover, which records were read, which checks held: published by every study.
    """

    folder: Path
    study: Mapping[str, Any]
    coverage: pd.DataFrame
    accounting: pd.DataFrame
    gates: pd.DataFrame
    _tables: dict[str, pd.DataFrame] = field(default_factory=dict, repr=False)

    @property
    def poles(self) -> tuple[str, ...]:
        """The study's poles: country codes or names of blocs."""
        return tuple(self.study["poles"])

    @property
    def simulated(self) -> bool:
        """Whether the snapshot was made up by `isthmus simulate`."""
        return bool(self.study["simulated"])

    @property
    def window(self) -> tuple[int, int]:
        """First and last year over which ties are tested together."""
        first, last = self.study["significance_years"]
        return int(first), int(last)

    @property
    def years(self) -> tuple[int, int]:
        """First and last year of the analysis."""
        first, last = self.study["years"]
        return int(first), int(last)

    @property
    def threshold(self) -> float:
        """The published rule calls a tie when its mean z is above this."""
        return float(self.study["threshold"])

    def switch(self, name: str, default: Any = None) -> Any:
        """Return a field of the study's configuration as `section.field`; `default` where the file does not list it."""
        return self.study.get("switches", {}).get(name, default)

    def has(self, spec: TableSpec) -> bool:
        """Return whether a table was published and holds a row."""
        if not self.published(spec):
            return False
        return len(self._tables[spec.name] if spec.name in self._tables else _rows(self._file(spec))) > 0

    def published(self, spec: TableSpec) -> bool:
        """Return whether a table was published, be it empty."""
        return spec.name in self._tables or self._file(spec).is_file()

    def table(self, spec: TableSpec) -> pd.DataFrame:
        """Return a published table, checked against its specification; read once, so do not change it.

        Parameters
        ----------
        spec : TableSpec
            Which table; all its columns but study and release must be there, more may be.

        Raises
        ------
        StoreError
            The file is missing, unreadable, or lacks a column; names the file and what was expected.
        """
        if spec.name not in self._tables:
            expected = tuple(name for name in spec.columns if name not in UNPUBLISHED)
            self._tables[spec.name] = _read_table(self._file(spec), expected)
        return self._tables[spec.name]

    def optional(self, spec: TableSpec) -> pd.DataFrame | None:
        """Return a table as `table` does; None where it was not published or holds no row."""
        return self.table(spec) if self.has(spec) else None

    def _file(self, spec: TableSpec) -> Path:
        return self.folder / f"{spec.name}.parquet"


def load_results(folder: str | Path) -> Results:
    """Read what every study publishes: study.json, coverage, accounting and gates; other tables when they are wanted.

    Parameters
    ----------
    folder : str | Path
        The folder with study.json and the Parquet files, `WAREHOUSE/results/STUDY`.

    Raises
    ------
    StoreError
        A file is missing, unreadable, or lacks a column; names the file and what was expected.
    """
    folder = Path(folder)
    return Results(
        folder=folder,
        study=_read_study(folder / "study.json"),
        coverage=_read_table(folder / "coverage.parquet", COVERAGE_COLUMNS),
        accounting=_read_table(folder / "accounting.parquet", ACCOUNTING_COLUMNS),
        gates=_read_table(folder / "gates.parquet", GATES_COLUMNS),
    )


def from_works(results: Results) -> bool:
    """Return whether the results were made from works: nothing else can be computed of a network that was given."""
    return GIVEN not in results.study


def rows_of(frame: pd.DataFrame) -> Iterator[Any]:
    """Yield the rows of a frame as named tuples."""
    yield from frame.itertuples(index=False)


def records(frame: pd.DataFrame) -> list[dict[Any, Any]]:
    """Return the rows of a frame for JSON: null where a value is missing."""
    return frame.astype(object).where(frame.notna(), None).to_dict("records")


def _read_study(file: Path) -> dict[str, Any]:
    if not file.is_file():
        raise StoreError(
            f"{file.parent} holds no published results (no study.json); they lie in WAREHOUSE/results/STUDY "
            "once `isthmus run` has finished"
        )
    try:
        study = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise StoreError(f"{file} is not valid JSON ({error}); publish the study again with `isthmus run`") from None
    missing = [name for name in STUDY_FIELDS if name not in study]
    if missing:
        raise StoreError(f"{file} lacks {', '.join(missing)}; publish the study again with `isthmus run`")
    return dict(study)


def _rows(file: Path) -> range:
    """Return the numbers of a file's rows without reading them."""
    try:
        return range(pq.read_metadata(file).num_rows)
    except (OSError, ValueError) as error:
        raise StoreError(f"{file} is no readable Parquet file ({error}); publish the study again") from None


def _read_table(file: Path, columns: tuple[str, ...]) -> pd.DataFrame:
    if not file.is_file():
        near = did_you_mean(file.name, [other.name for other in file.parent.glob("*.parquet")] or ["none"])
        raise StoreError(f"{file} is missing ({near}); publish the study again with `isthmus run`")
    try:
        frame: pd.DataFrame = pq.read_table(file).to_pandas()
    except (OSError, ValueError) as error:
        raise StoreError(f"{file} is no readable Parquet file ({error}); publish the study again") from None
    missing = [name for name in columns if name not in frame.columns]
    if missing:
        raise StoreError(f"{file} lacks the columns {', '.join(missing)}; it has {', '.join(map(str, frame.columns))}")
    return frame
