"""One run of the pipeline: from a snapshot's address and a study to tables, results and a report."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from isthmus.analyses import stages as analyses
from isthmus.analyses.stage import TASK_ORDER, Context, Stage
from isthmus.config import Storage, Study
from isthmus.config.secrets import redacted
from isthmus.engine import Ledger, TableStore
from isthmus.engine.objectstore import reach
from isthmus.engine.tasks import cores_of
from isthmus.engine.turns import turn
from isthmus.errors import ConfigError, StoreError, did_you_mean
from isthmus.files import open_root, require_no_key
from isthmus.geography.places import pole_members
from isthmus.pipeline.estimate import estimated_seconds
from isthmus.pipeline.export_stage import EXPORTS
from isthmus.pipeline.maintenance import maintenance_stage
from isthmus.pipeline.onestudy import require_serves
from isthmus.pipeline.publish import TRUTH_TIES, publish_stage
from isthmus.pipeline.report_stage import REPORT
from isthmus.pipeline.runner import Runner, choose_stages
from isthmus.pipeline.snapshot_stages import SNAPSHOT_STAGES
from isthmus.snapshot import Snapshot, open_snapshot
from isthmus.snapshot.survey import of_snapshot

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

STUDY_STAGES: tuple[Stage, ...] = (*analyses.STAGES, publish_stage(analyses.STAGES), REPORT, EXPORTS)
STAGES: tuple[Stage, ...] = (*SNAPSHOT_STAGES, *STUDY_STAGES, maintenance_stage((*SNAPSHOT_STAGES, *STUDY_STAGES)))
#: Groups of stages that a scheduler runs as one task each, in their order.
TASKS: tuple[str, ...] = tuple(task for task in TASK_ORDER if any(stage.task == task for stage in STAGES))


@dataclass(frozen=True)
class Request:
    """What somebody wants to be run.

    Parameters
    ----------
    warehouse : str
        Folder, URI or `catalog.schema` of the tables.
    study : Study | None, optional
        The study; None makes the snapshot's tables only.
    snapshot : str | None, optional
        Folder or URI of the snapshot; None uses the tables that are in the warehouse.
    results : str | None, optional
        Folder or URI of published results; None puts them beside the tables.
    stages : tuple[str, ...], optional
        Names of stages; none means all of them.
    tasks : tuple[str, ...], optional
        Groups of stages, as `isthmus stages --tasks` lists them; those of their stages that the study asks for.
    partial : bool, default False
        Accept a snapshot that is not all that its manifest says.
    layout : str | None, optional
        Layout of the snapshot where it holds several; None prefers Parquet.
    force : bool, default False
        Run stages that have nothing to do, too.
    quiet : bool, default False
        No progress.
    storage : Storage, optional
        How buckets are reached.
    incremental : bool, default False
        Read only the parts of the snapshot that changed since the tables were made.
    for_study : Study | None, optional
        Make tables that hold only what this study needs; None makes them for all studies.
    replace : bool, default False
        Let another snapshot take the place of the one whose tables the warehouse holds.
    """

    warehouse: str
    study: Study | None = None
    snapshot: str | None = None
    results: str | None = None
    stages: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    partial: bool = False
    layout: str | None = None
    force: bool = False
    quiet: bool = False
    storage: Storage = field(default_factory=Storage)
    incremental: bool = False
    for_study: Study | None = None
    replace: bool = False

    @property
    def results_folder(self) -> str:
        """Where published results go."""
        return self.results or results_beside(self.warehouse)

    @property
    def addresses(self) -> tuple[str, ...]:
        """What Spark reads and writes: the tables and the snapshot."""
        return tuple(address for address in (self.warehouse, self.snapshot) if address)

    def open_snapshot(self) -> Snapshot | None:
        """Return the snapshot, checked against its manifests; None where the tables that are there are used."""
        if self.snapshot is None:
            return None
        return open_snapshot(self.snapshot, layout=self.layout, partial=self.partial, storage=self.storage)


def results_beside(warehouse: str) -> str:
    """Return the folder of published results that belongs to a warehouse.

    Raises
    ------
    ConfigError
        The warehouse is a catalog, which has no folder.
    """
    from isthmus.engine.turns import is_catalog

    if is_catalog(warehouse):
        raise ConfigError(
            f"the warehouse {warehouse!r} is a catalog, which has no folder for published results: name one with "
            f"--results (a folder or URI)"
        )
    return f"{warehouse.rstrip('/')}/results"


def wanted_stages(request: Request) -> list[Stage]:
    """Return the stages of a request in their order.

    Raises
    ------
    ConfigError
        a name is no stage, a stage needs a study or a snapshot that is not named, a pole is no place, or a stage
        cannot work with its fields of the study.
    StorageError
        An address carries a key.
    """
    for address in (request.warehouse, request.results, request.snapshot):
        require_no_key(address or "")
    if request.for_study is not None and request.incremental:
        raise ConfigError(
            "--for-study reads the snapshot twice and keeps little of it: it does not go with --incremental"
        )
    if request.study is not None:
        pole_members(request.study)
        _check_fields(request.study)
    _require_whole_snapshot(request.for_study is not None, request)
    possible = [s for s in STAGES if _possible(s, request)]
    if request.tasks and not request.stages:
        return [s for s in possible if s.task in _known_tasks(request.tasks) and s.enabled(request.study)]
    if not request.stages:
        return [s for s in possible if not s.on_request and s.enabled(request.study)]
    chosen = choose_stages(STAGES, request.stages)
    for stage in chosen:
        if stage not in possible:
            missing = "--snapshot" if stage.scope == "snapshot" else "--study"
            raise ConfigError(f"stage {stage.name!r} needs {missing}: {stage.description}")
        if not stage.enabled(request.study):
            raise ConfigError(
                f"stage {stage.name!r} is turned off in study {request.study and request.study.study!r}: its section "
                f"`{stage.section}` is null"
            )
    return chosen


def run_pipeline(spark: "SparkSession", request: Request, snapshot: Snapshot | None = None) -> dict[str, str]:
    """Run what is asked; return stage -> its summary.

    Parameters
    ----------
    spark : SparkSession
        The session.
    request : Request
        What to run.
    snapshot : Snapshot | None, optional
        The request's snapshot where it has been opened already.
    """
    stages = wanted_stages(request)
    with turn(request.warehouse, who=_who(request), storage=request.storage) as require_turn:
        runner = _runner(spark, request, snapshot, require_turn)
        opened = runner.context.snapshot
        estimated = estimated_seconds(
            stages,
            None if opened is None else of_snapshot(opened),
            study=request.study,
            for_study=request.for_study,
            cores=cores_of(spark),
        )
        return runner.execute(stages, force=request.force, quiet=request.quiet, estimated=estimated)


def _who(request: Request) -> str:
    """Return what a request runs, for whoever has to wait for it."""
    if request.study is None:
        return f"the reading of {request.snapshot}"
    return f"a run of the study {request.study.study}"


def explain(
    spark: "SparkSession", request: Request, snapshot: Snapshot | None = None
) -> list[tuple[Stage, str | None]]:
    """Each wanted stage and why it would run; None when it has nothing to do. Nothing is run."""
    return _runner(spark, request, snapshot).reasons(wanted_stages(request))


def _runner(
    spark: "SparkSession",
    request: Request,
    snapshot: Snapshot | None,
    require_turn: Callable[[], None] | None = None,
) -> Runner:
    reach(spark, request.storage, request.addresses)
    store = TableStore(spark, request.warehouse)
    snapshot = snapshot or request.open_snapshot()
    if snapshot is not None and not (request.replace or request.incremental):
        _require_same_origin(store, snapshot)
    release, notes = _origin(store, snapshot)
    if snapshot is None and request.study is not None:
        made_for = notes.pop("for_study")
        require_serves(made_for, request.study)
        _require_whole_snapshot(bool(made_for), request)
    context = Context(
        spark=spark,
        store=store,
        study=request.study,
        snapshot=snapshot,
        release=release,
        results=request.results_folder if request.study else "",
        notes=notes,
        storage=request.storage,
        incremental=request.incremental,
        for_study=request.for_study,
    )
    return Runner(context, STAGES, require_turn)


def _require_same_origin(store: TableStore, snapshot: Snapshot) -> None:
    """Refuse a snapshot of another address, with other works, where the tables of one are: nobody may mean that."""
    made = Ledger(store).last_done("parse", "")
    if made is None or made.inputs.get("snapshot") == redacted(snapshot.uri):
        return
    if made.inputs.get("works") != snapshot.fingerprint("works"):
        raise StoreError(
            f"{store.location} holds the tables of {made.inputs.get('snapshot')!r} (release {made.release}), and "
            f"{snapshot.uri!r} (release {snapshot.release}) holds other works. Name another --warehouse; or, if its "
            "tables shall go, --replace; or --incremental, if it is the next release."
        )


def _origin(store: TableStore, snapshot: Snapshot | None) -> tuple[str, dict[str, Any]]:
    """Return the release and what is known of the snapshot: from itself, else from when the tables were made."""
    if snapshot is not None:
        simulated = open_root(snapshot.uri, snapshot.storage).is_file(TRUTH_TIES)
        return snapshot.release, {"snapshot": snapshot.uri, "simulated": simulated}
    made = Ledger(store).last_done("parse", "")
    if made is None:
        raise StoreError(
            f"{store.location} holds no complete tables of a snapshot: name one with --snapshot (a folder or URI), or "
            f"run scripts/submit.sh without arguments for the demonstration"
        )
    return made.release, {
        "snapshot": made.inputs.get("snapshot", ""),
        "simulated": made.inputs.get("simulated") == "True",
        "for_study": made.inputs.get("for_study", ""),
    }


def _possible(stage: Stage, request: Request) -> bool:
    if stage.scope == "warehouse":
        return True
    return request.snapshot is not None if stage.scope == "snapshot" else request.study is not None


def _known_tasks(names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        if name not in TASKS:
            raise ConfigError(f"there is no task {name!r}; {did_you_mean(name, list(TASKS))}")
    return names


def _check_fields(study: Study) -> None:
    """Ask every stage that the study turns on whether it can work with its fields."""
    enabled = (stage for stage in STAGES if stage.enabled(study))
    problems = list(dict.fromkeys(problem for stage in enabled for problem in stage.problems(study)))
    if problems:
        raise ConfigError("\n".join(f"study {study.study!r}: {problem}" for problem in problems))


def _require_whole_snapshot(made_for_one_study: bool, request: Request) -> None:
    """Refuse stages that need all works and authors where the tables hold those of one study."""
    if not made_for_one_study or request.study is None:
        return
    chosen = [s for s in STAGES if s.whole_snapshot and s.enabled(request.study)]
    chosen = [s for s in chosen if not request.stages or s.name in request.stages]
    if chosen:
        raise ConfigError(
            f"stage {chosen[0].name!r} needs all works and authors of the snapshot, and these tables hold those of one "
            f"study (--for-study). Read the whole snapshot (isthmus ingest), or turn the stage off with "
            f"`{chosen[0].section}: null`."
        )
