"""What a stage is: what it reads and writes, what its result depends on, and what it does."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from isthmus.config import Storage, Study
from isthmus.engine import GateResult, TableStore
from isthmus.snapshot import Snapshot, open_snapshot
from isthmus.snapshot.checksum import require_unchanged
from isthmus.snapshot.filesystem import Root, open_root
from isthmus.tablespec import TableSpec

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


@dataclass(frozen=True)
class Run:
    """What every stage of a run works with.

    Parameters
    ----------
    spark, store : SparkSession, TableStore
        The session and the tables.
    study : Study | None
        The study; None when only the snapshot's tables are made.
    snapshot : Snapshot | None
        The snapshot; None when its tables are there already.
    release : str
        The snapshot's release, written beside every result.
    results : str
        Folder or URI of the published results of all studies.
    notes : Mapping[str, Any], optional
        Facts about the run that the report shows.
    gates : dict[str, tuple[GateResult, ...]], optional
        stage -> its quality checks, filled while the run goes on.
    remarks : dict[str, str], optional
        stage -> its notes, filled while the run goes on.
    storage : Storage, optional
        How the buckets of the run are reached.
    incremental : bool, default False
        Read only the parts of the snapshot that changed since the tables were made.
    for_study : Study | None, optional
        Make tables that hold only what this study needs; None makes them for all studies.
    """

    spark: "SparkSession"
    store: TableStore
    study: Study | None
    snapshot: Snapshot | None
    release: str
    results: str
    notes: Mapping[str, Any] = field(default_factory=dict)
    gates: dict[str, tuple[GateResult, ...]] = field(default_factory=dict)
    remarks: dict[str, str] = field(default_factory=dict)
    storage: Storage = field(default_factory=Storage)
    incremental: bool = False
    for_study: Study | None = None

    @property
    def the_study(self) -> Study:
        """The study, where a stage cannot do without one."""
        if self.study is None:
            raise ValueError("this stage needs a study")
        return self.study

    def require_same_snapshot(self) -> None:
        """Make sure, after its parts were read, that the snapshot is still the one that was opened.

        Raises
        ------
        SnapshotError
            It changed meanwhile.
        """
        before = self.the_snapshot
        now = open_snapshot(before.uri, layout=before.layout, partial=before.partial, storage=before.storage)
        require_unchanged(before, now)

    @property
    def results_root(self) -> Root:
        """The folder of the study's published results."""
        return open_root(f"{self.results}/{self.the_study.study}", self.storage)

    @property
    def the_snapshot(self) -> Snapshot:
        """The snapshot, where a stage cannot do without one."""
        if self.snapshot is None:
            raise ValueError("this stage needs a snapshot")
        return self.snapshot


@dataclass(frozen=True)
class Outcome:
    """What a stage did, for the ledger and for people.

    Parameters
    ----------
    said : str, default ''
        The result in a few words.
    rows_in : int | None, optional
        Rows read, where they are known without another pass.
    gates : tuple[GateResult, ...], optional
        Quality checks of what was written.
    notes : tuple[str, ...], optional
        What a reader of the results should know, in sentences.
    """

    said: str = ""
    rows_in: int | None = None
    gates: tuple[GateResult, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Stage:
    """One step of the pipeline.

    Parameters
    ----------
    name : str
        Its name on the command line.
    says : str
        What it does, in a sentence.
    scope : {'snapshot', 'study', 'warehouse'}
        "snapshot" for tables shared by all studies, "study" for a study's own, "warehouse" for whatever is there.
    needs : tuple[str, ...]
        Stages whose tables it reads.
    writes : tuple[TableSpec, ...]
        Tables that it writes.
    rooms : tuple[str, ...]
        Rooms of the library whose code its result depends on.
    configuration : Callable[[Run], Any], optional
        What of the configuration it reads, as plain values.
    inputs : Callable[[Run], Mapping[str, str]], optional
        Fingerprints of what it reads beside tables.
    run : Callable[[Run], Outcome]
        What it does.
    is_there : Callable[[Run], bool], optional
        Whether what it wrote beside tables still exists.
    asked : Callable[[Study], bool], optional
        Whether the configuration asks for it at all; a stage that reads its tables does without them otherwise.
    turned_on_by : str, default ''
        Which setting asks for it, in words.
    on_request : bool, default False
        It runs only when it is named, and then always.
    """

    name: str
    says: str
    scope: Literal["snapshot", "study", "warehouse"]
    needs: tuple[str, ...]
    writes: tuple[TableSpec, ...]
    rooms: tuple[str, ...]
    run: Callable[[Run], Outcome]
    configuration: Callable[[Run], Any] = lambda run: None
    inputs: Callable[[Run], Mapping[str, str]] = lambda run: {}
    is_there: Callable[[Run], bool] = lambda run: True
    asked: Callable[[Study], bool] = lambda study: True
    turned_on_by: str = ""
    on_request: bool = False

    def study_of(self, run: Run) -> str:
        """Return the study that the stage's rows belong to; empty for the snapshot's tables."""
        return run.the_study.study if self.scope == "study" else ""
