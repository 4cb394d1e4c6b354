"""What a stage is: what it reads and writes, what its result depends on, and what it does."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, get_args

from isthmus.config import Storage, Study
from isthmus.engine import GateResult, TableStore
from isthmus.tablespec import TableSpec

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from isthmus.snapshot import Snapshot

#: Groups of stages that share one task of a scheduler, so that Spark starts once for each of them.
Task = Literal["ingest", "networks", "nullmodels", "matching", "trajectories", "centrality", "report", "maintenance"]


TASK_ORDER: tuple[Task, ...] = get_args(Task)


@dataclass(frozen=True)
class Context:
    """What every stage of a run works with.

    Parameters
    ----------
    spark : SparkSession
        The session.
    store : TableStore
        The tables.
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
        Stage -> its quality checks, filled while the run goes on.
    remarks : dict[str, str], optional
        Stage -> its notes, filled while the run goes on.
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
    snapshot: "Snapshot | None"
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

    @property
    def the_snapshot(self) -> "Snapshot":
        """The snapshot, where a stage cannot do without one."""
        if self.snapshot is None:
            raise ValueError("this stage needs a snapshot")
        return self.snapshot


@dataclass(frozen=True)
class Outcome:
    """What a stage did, for the ledger and for people.

    Parameters
    ----------
    summary : str, default ''
        The result in a few words.
    rows_in : int | None, optional
        Rows read, where they are known without another pass.
    gates : tuple[GateResult, ...], optional
        Quality checks of what was written.
    notes : tuple[str, ...], optional
        What a reader of the results should know, in sentences.
    """

    summary: str = ""
    rows_in: int | None = None
    gates: tuple[GateResult, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Stage:
    """One step of the pipeline.

    It runs again when its release, its inputs' versions, a field that it names in `reads`, or its code
    changed. Its code is not declared: it is the module that defines `run` and all that this module imports.

    Parameters
    ----------
    name : str
        Its name on the command line.
    description : str
        What it does, in a sentence.
    task : Task
        The group of stages that it runs with under a scheduler.
    run : Callable[[Context], Outcome]
        What it does.
    scope : {'snapshot', 'study', 'warehouse'}, default 'study'
        "snapshot" for tables shared by all studies, "study" for a study's own, "warehouse" for whatever is there.
    section : str | None, optional
        The study's section that turns it on; None is always on.
    needs : tuple[str, ...], optional
        Stages whose tables it reads; it does without those that the study turns off.
    writes : tuple[TableSpec, ...], optional
        Tables that it writes.
    publishes : tuple[TableSpec, ...], optional
        Those of them that become `results/STUDY/*.parquet`.
    reads : tuple[str, ...], optional
        Fields of the configuration that it reads, such as "significance.null_model" or "years"; "*" is all of it.
    inputs : Callable[[Context], Mapping[str, str]], optional
        Fingerprints of what it reads beside tables.
    has_result : Callable[[Context], bool], optional
        Whether what it wrote beside tables still exists.
    problems : Callable[[Study], Iterable[str]], optional
        What is wrong with the fields of a study that turns it on, in sentences; asked before anything runs.
    whole_snapshot : bool, default False
        It needs all works and authors: refused on a warehouse that was made for one study.
    on_request : bool, default False
        It runs only when it is named, and then always.
    """

    name: str
    description: str
    task: Task
    run: Callable[[Context], Outcome]
    scope: Literal["snapshot", "study", "warehouse"] = "study"
    section: str | None = None
    needs: tuple[str, ...] = ()
    writes: tuple[TableSpec, ...] = ()
    publishes: tuple[TableSpec, ...] = ()
    reads: tuple[str, ...] = ()
    inputs: Callable[[Context], Mapping[str, str]] = lambda context: {}
    has_result: Callable[[Context], bool] = lambda context: True
    problems: Callable[[Study], Iterable[str]] = lambda study: ()
    whole_snapshot: bool = False
    on_request: bool = False

    def enabled(self, study: Study | None) -> bool:
        """Return whether a study asks for this stage; without a study every stage is possible."""
        return study is None or study.enabled(self.section)

    def study_of(self, context: Context) -> str:
        """Return the study that the stage's rows belong to; empty for the snapshot's tables."""
        return context.the_study.study if self.scope == "study" else ""

    def configuration(self, study: Study | None) -> dict[str, Any]:
        """Return the fields that the stage reads, as plain values."""
        if study is None:
            return {}
        return study.plain() if "*" in self.reads else {path: study.field(path) for path in self.reads}
