"""A study's published results, read and checked: the only input of reports, figures and notebooks."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq

from isthmus.errors import StoreError, did_you_mean

COLLABORATION = "collaboration"
KNOWLEDGE_EXCHANGE = "knowledge_exchange"
PUBLICATION_YEAR = "publication_year"

#: The columns that the report reads of each published file; more may be there.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "edges": ("network", "reading", "year", "src", "dst", "weight"),
    "nodes": ("year", "country", "papers", "papers_international", "citations_received", "citations_given"),
    "ties": (
        "network", "reading", "year", "src", "dst",
        "weight", "expected", "sd", "z", "p_upper", "p_two_sided", "finite",
    ),
    "fits": ("network", "reading", "year", "null_model", "n_nodes", "status", "max_relative_error", "message"),
    "significant": ("network", "reading", "src", "dst", "finite_years", "mean_z", "significant", "weight"),
    "coverage": (
        "year", "works", "core_works", "with_country",
        "corpus_works", "corpus_with_authors", "corpus_with_country", "corpus_with_city", "corpus_with_references",
    ),
    "accounting": ("entity", "read", "kept", "rejected"),
    "gates": ("stage", "table", "gate", "severity", "observed", "bound", "passed", "message"),
}  # fmt: skip
STUDY_FIELDS = (
    "study", "title", "release", "simulated", "poles",
    "years", "significance_years", "reading", "null_model", "threshold",
)  # fmt: skip
TRUTH = "truth_ties"


@dataclass(frozen=True, eq=False)
class Results:
    """Everything that one study published.

    `edges`, `nodes`, `ties`, `fits`, `significant`, `coverage`, `accounting` and `gates` are the files of these names
    (dictionary of columns: README); `truth` is what was planted in a simulated snapshot, None for a real one.
    `folder` is where they were read.
    """

    folder: Path
    study: Mapping[str, Any]
    edges: pd.DataFrame
    nodes: pd.DataFrame
    ties: pd.DataFrame
    fits: pd.DataFrame
    significant: pd.DataFrame
    coverage: pd.DataFrame
    accounting: pd.DataFrame
    gates: pd.DataFrame
    truth: pd.DataFrame | None

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
        """First and last year whose mean z decides a significant tie."""
        first, last = self.study["significance_years"]
        return int(first), int(last)

    @property
    def years(self) -> tuple[int, int]:
        """First and last year of the analysis."""
        first, last = self.study["years"]
        return int(first), int(last)

    @property
    def threshold(self) -> float:
        """A tie is significant when its mean z is above this."""
        return float(self.study["threshold"])

    @cached_property
    def networks(self) -> tuple[tuple[str, str], ...]:
        """(network, reading) pairs shown in the report that have at least one tie, collaboration first."""
        wanted = ((COLLABORATION, PUBLICATION_YEAR), (KNOWLEDGE_EXCHANGE, str(self.study["reading"])))
        there = set(map(tuple, self.ties[["network", "reading"]].drop_duplicates().to_numpy()))
        return tuple(key for key in wanted if key in there)

    @cached_property
    def countries(self) -> tuple[str, ...]:
        """The codes of all countries in the networks or volumes, in alphabetical order."""
        codes = {*self.ties["src"], *self.ties["dst"], *self.nodes["country"]}
        return tuple(sorted(codes))

    def switch(self, name: str, default: Any = None) -> Any:
        """A field of the study's configuration as `section.field`; `default` where the file does not list it."""
        return self.study.get("switches", {}).get(name, default)


def load_results(folder: str | Path) -> Results:
    """Read the published results of a study.

    Parameters
    ----------
    folder : the folder with study.json and the Parquet files, `WAREHOUSE/results/STUDY`.

    Raises
    ------
    StoreError : a file is missing, unreadable, or lacks a column; names the file and what was expected.

    """
    folder = Path(folder)
    study = _read_study(folder / "study.json")
    tables = {name: _read_table(folder / f"{name}.parquet", columns) for name, columns in COLUMNS.items()}
    truth = folder / f"{TRUTH}.parquet"
    planted = _read_table(truth, ("src", "dst", "kind")) if study["simulated"] and truth.is_file() else None
    return Results(folder=folder, study=study, truth=planted, **tables)


def rows_of(frame: pd.DataFrame) -> Iterator[Any]:
    """The rows of a frame as named tuples."""
    yield from frame.itertuples(index=False)


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
    missing = [field for field in STUDY_FIELDS if field not in study]
    if missing:
        raise StoreError(f"{file} lacks {', '.join(missing)}; publish the study again with `isthmus run`")
    return dict(study)


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
