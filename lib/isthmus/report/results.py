"""A study's published results, read and checked: the only input of reports, figures and notebooks."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
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
    "country_edges": ("network", "citation_year", "year", "src", "dst", "weight"),
    "country_years": ("year", "country", "papers", "papers_international", "citations_received", "citations_given"),
    "pair_tests": (
        "network", "citation_year", "year", "src", "dst",
        "weight", "expected", "sd", "z", "p_upper", "p_two_sided", "finite",
    ),
    "null_model_fits": ("network", "citation_year", "year", "null_model", "n_nodes", "status",
                        "max_relative_error", "message"),
    "significant_pairs": ("network", "citation_year", "src", "dst", "finite_years", "mean_z", "significant", "weight"),
    "coverage": (
        "year", "works", "core_works", "with_country",
        "corpus_works", "corpus_with_authors", "corpus_with_country", "corpus_with_city", "corpus_with_references",
    ),
    "accounting": ("entity", "read", "kept", "rejected"),
    "gates": ("stage", "table", "gate", "severity", "observed", "bound", "passed", "message"),
}  # fmt: skip
#: The columns of files that are published only when their stage is on; results of earlier versions lack them.
OPTIONAL_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "trajectories": (
        "src", "dst", "year", "z_collaboration", "z_exchange",
        "smooth_collaboration", "smooth_exchange", "scaled_collaboration", "scaled_exchange",
    ),
    "pair_labels": (
        "src", "dst", "status", "cluster", "label", "distance",
        "z_change_collaboration", "z_change_exchange", "speed", "speed_smoothed", "speed_per_year",
    ),
    "centroids": ("cluster", "label", "members", "year", "collaboration", "exchange"),
    "clusterings": ("restart", "seed", "inertia", "iterations", "status", "chosen"),
    "integration_groups": ("country", "rank", "papers", "pole", "label", "speed", "group",
                           "group_speed", "speed_class"),
    "pair_tests_other_models": ("null_model", "network", "citation_year", "year", "src", "dst", "z"),
    "clustering_agreement": ("comparison", "variant", "pairs", "adjusted_rand", "same_label"),
    "silhouette": ("clusters", "silhouette", "pairs", "inertia"),
    "intervals": ("network", "year", "src", "dst", "z", "low", "high", "replicates"),
    "label_support": ("src", "dst", "label", "support", "replicates"),
    "sensitivity": ("corpus_rule", "citation_year", "finite", "null_model", "is_default", "finding", "value", "text"),
    "entity_years": (
        "entity", "year", "papers", "papers_fractional", "papers_international",
        "citations_received", "citations_received_foreign",
    ),
    "densities": (
        "network", "region", "members", "present", "inside_possible", "inside_significant",
        "outside_possible", "outside_significant", "density_inside", "density_outside", "ratio",
    ),
    "study_totals": ("quantity", "value"),
}  # fmt: skip
STUDY_FIELDS = (
    "study", "title", "release", "simulated", "poles",
    "years", "significance_years", "citation_year", "null_model", "threshold",
)  # fmt: skip
TRUTH = "truth_ties"


@dataclass(frozen=True, eq=False)
class Results:
    """Everything that one study published.

    `edges`, `nodes`, `ties`, `fits`, `significant`, `coverage`, `accounting` and `gates` are the files of these names
    (dictionary of columns: README); `truth` is what was planted in a simulated snapshot, None for a real one.
    `folder` is where they were read. The frames below `truth` are None when the study's settings leave their stage
    out, when it found nothing, and in results of earlier versions.
    """

    folder: Path
    study: Mapping[str, Any]
    country_edges: pd.DataFrame
    country_years: pd.DataFrame
    pair_tests: pd.DataFrame
    null_model_fits: pd.DataFrame
    significant_pairs: pd.DataFrame
    coverage: pd.DataFrame
    accounting: pd.DataFrame
    gates: pd.DataFrame
    truth: pd.DataFrame | None
    trajectories: pd.DataFrame | None = None
    pair_labels: pd.DataFrame | None = None
    centroids: pd.DataFrame | None = None
    clusterings: pd.DataFrame | None = None
    integration_groups: pd.DataFrame | None = None
    pair_tests_other_models: pd.DataFrame | None = None
    clustering_agreement: pd.DataFrame | None = None
    silhouette: pd.DataFrame | None = None
    intervals: pd.DataFrame | None = None
    label_support: pd.DataFrame | None = None
    sensitivity: pd.DataFrame | None = None
    entity_years: pd.DataFrame | None = None
    densities: pd.DataFrame | None = None
    study_totals: pd.DataFrame | None = None

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
        """(network, citation_year) pairs shown in the report that have at least one tie, collaboration first."""
        wanted = ((COLLABORATION, PUBLICATION_YEAR), (KNOWLEDGE_EXCHANGE, str(self.study["citation_year"])))
        there = set(map(tuple, self.pair_tests[["network", "citation_year"]].drop_duplicates().to_numpy()))
        return tuple(key for key in wanted if key in there)

    @cached_property
    def countries(self) -> tuple[str, ...]:
        """The codes of all countries in the networks or volumes, in alphabetical order."""
        codes = {*self.pair_tests["src"], *self.pair_tests["dst"], *self.country_years["country"]}
        return tuple(sorted(codes))

    @cached_property
    def pole_pairs(self) -> tuple[tuple[str, str], ...]:
        """The pairs of poles that are nodes of the networks, in the poles' order."""
        present = [pole for pole in self.poles if pole in self.countries]
        return tuple(combinations(present, 2))

    def switch(self, name: str, default: Any = None) -> Any:
        """Return a field of the study's configuration as `section.field`; `default` where the file does not list it."""
        return self.study.get("switches", {}).get(name, default)


def load_results(folder: str | Path) -> Results:
    """Read the published results of a study.

    Parameters
    ----------
    folder : str | Path
        The folder with study.json and the Parquet files, `WAREHOUSE/results/STUDY`.

    Raises
    ------
    StoreError
        a file is missing, unreadable, or lacks a column; names the file and what was expected.
    """
    folder = Path(folder)
    study = _read_study(folder / "study.json")
    tables: dict[str, Any] = {
        name: _read_table(folder / f"{name}.parquet", columns) for name, columns in COLUMNS.items()
    }
    tables |= {name: _read_optional(folder / f"{name}.parquet", columns) for name, columns in OPTIONAL_COLUMNS.items()}
    truth = folder / f"{TRUTH}.parquet"
    planted = _read_table(truth, ("src", "dst", "kind")) if study["simulated"] and truth.is_file() else None
    return Results(folder=folder, study=study, truth=planted, **tables)


def rows_of(frame: pd.DataFrame) -> Iterator[Any]:
    """Yield the rows of a frame as named tuples."""
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


def _read_optional(file: Path, columns: tuple[str, ...]) -> pd.DataFrame | None:
    """Return the table, or None where it is not there or holds no row."""
    frame = _read_table(file, columns) if file.is_file() else None
    return None if frame is None or frame.empty else frame


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
