"""Running stages in order: skip what is done, record what was done, stop at the first failure."""

import time
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from isthmus.analyses.stage import Context, Outcome, Stage
from isthmus.engine import Ledger, LedgerEntry, Progress, require
from isthmus.engine.code import code_hash
from isthmus.engine.ledger import configuration_hash
from isthmus.engine.packages import difference, versions
from isthmus.engine.tasks import parts_of
from isthmus.engine.watch import changed_by_others, latest_version
from isthmus.errors import ConfigError, StoreError, did_you_mean


def choose_stages(stages: Sequence[Stage], names: Sequence[str]) -> list[Stage]:
    """Return the stages with these names in the order of the pipeline; all of them when none is named.

    Raises
    ------
    ConfigError
        a name is no stage; names the nearest one.
    """
    known = [stage.name for stage in stages]
    for name in names:
        if name not in known:
            raise ConfigError(f"there is no stage {name!r}; {did_you_mean(name, known)} Stages: {', '.join(known)}")
    return [stage for stage in stages if not names or stage.name in names]


class Runner:
    """Runs stages on one store and keeps its ledger.

    Parameters
    ----------
    context : Context
        What the stages work with.
    all_stages : Sequence[Stage]
        The whole pipeline, to know who writes what.
    require_turn : Callable[[], None] | None, optional
        Raises an error where this run no longer holds the warehouse; asked before a stage begins and before its end is
        recorded.
    """

    def __init__(
        self, context: Context, all_stages: Sequence[Stage], require_turn: Callable[[], None] | None = None
    ) -> None:
        self.context = context
        self.require_turn = require_turn or (lambda: None)
        self.stages = {stage.name: stage for stage in all_stages}
        self.ledger = Ledger(context.store)
        self.run_id = uuid.uuid4().hex[:12]
        for stage in all_stages:
            self._remember(stage)

    def reasons(self, stages: Iterable[Stage]) -> list[tuple[Stage, str | None]]:
        """Each stage and why it would run; None when it has nothing to do. A stage after one that runs, runs too."""
        decided: list[tuple[Stage, str | None]] = []
        dirty: set[str] = set()
        for stage in stages:
            upstream = [name for name in self._needs(stage) if name in dirty]
            reason = f"{upstream[0]} runs before it" if upstream else self._reason(stage)
            if reason is not None:
                dirty.add(stage.name)
            decided.append((stage, reason))
        return decided

    def execute(
        self,
        stages: Sequence[Stage],
        *,
        force: bool = False,
        quiet: bool = False,
        estimated: Mapping[str, float] | None = None,
    ) -> dict[str, str]:
        """Run the stages that have something to do; return stage -> its summary, or "unchanged".

        Parameters
        ----------
        stages : Sequence[Stage]
            In their order.
        force : bool, default False
            Run those that have nothing to do, too.
        quiet : bool, default False
            No progress.
        estimated : Mapping[str, float] | None, optional
            stage -> seconds by measurements elsewhere, for stages that never ran here.

        Raises
        ------
        StoreError
            a stage needs tables that have not been written.
        GateError
            a quality check of severity "fail" does not hold.
        """
        expected = self.ledger.expected_seconds(self.context.study.study if self.context.study else "")
        progress = Progress(
            [stage.name for stage in stages],
            expected=expected,
            estimated=estimated,
            parts=parts_of(self.context.spark),
            quiet=quiet,
        )
        summaries: dict[str, str] = {}
        for stage in stages:
            self.require_turn()
            self._require_inputs(stage)
            if not force and self._reason(stage) is None:
                progress.skip(stage.name, "unchanged")
                summaries[stage.name] = "unchanged"
            else:
                progress.start(stage.name)
                try:
                    outcome = self._execute(stage)
                except BaseException:
                    progress.fail(stage.name)
                    raise
                progress.finish(stage.name, outcome.summary)
                summaries[stage.name] = outcome.summary
            self._remember(stage)
        return summaries

    def _needs(self, stage: Stage) -> list[str]:
        """Return the stages whose tables a stage reads, without those that the study does not ask for."""
        study = self.context.study
        return [name for name in stage.needs if self.stages[name].enabled(study)]

    def _remember(self, stage: Stage) -> None:
        done = self._last(stage) if stage.scope != "study" or self.context.study else None
        self.context.gates[stage.name] = done.gates if done else ()
        self.context.remarks[stage.name] = done.message if done else ""

    def _execute(self, stage: Stage) -> Outcome:
        started = self._entry(stage, "started")
        if self._last(stage) is not None:
            # the tables are about to change: were this run killed, the earlier end must not speak for them
            self.ledger.record(started)
        clock = time.monotonic()
        before = self._versions(stage)
        try:
            outcome = stage.run(self.context)
            self.require_turn()
            self._require_unchanged(stage, before)
            require(outcome.gates)
        except Exception as error:
            seconds = time.monotonic() - clock
            message = f"{type(error).__name__}: {error}"[:2000]
            self.ledger.record(replace(started, status="failed", message=message, seconds=seconds, started_at=_now()))
            raise
        store = self.context.store
        outputs = {spec.name: version for spec in stage.writes if (version := store.version(spec)) is not None}
        self.ledger.record(
            replace(
                started,
                status="done",
                outputs=outputs,
                rows_in=outcome.rows_in,
                rows_out=sum(store.rows_written(name) for name in outputs),
                seconds=time.monotonic() - clock,
                gates=outcome.gates,
                message="\n".join(outcome.notes),
                started_at=_now(),
            )
        )
        return outcome

    def _reason(self, stage: Stage) -> str | None:
        if stage.on_request:
            return "it was asked for"
        last = self._last(stage)
        if last is None:
            return "it has not been completed yet"
        now = self._entry(stage, "done")
        for name, what in (
            ("release", "the release changed"),
            ("configuration_hash", "its configuration changed"),
            ("modules_hash", "its code changed"),
            ("inputs", "what it reads changed"),
        ):
            if getattr(last, name) != getattr(now, name):
                return what
        return self._unlike(stage, last, now)

    def _unlike(self, stage: Stage, last: LedgerEntry, now: LedgerEntry) -> str | None:
        """Return in what packages, tables and files are not those that a stage had, or left; None where in nothing."""
        package = difference(last.isthmus_version, now.isthmus_version) if stage.scope == "study" else None
        if package:
            return package
        for name, version in last.outputs.items():
            if not self.context.store.exists(name):
                return f"table {name} is gone"
            changed = changed_by_others(self.context.store, name, version)
            if changed:
                return f"table {name} is not what it left: {changed}"
        return None if stage.has_result(self.context) else "what it wrote is gone or was changed"

    def _last(self, stage: Stage) -> LedgerEntry | None:
        return self.ledger.last_done(stage.name, stage.study_of(self.context))

    def _entry(self, stage: Stage, status: str) -> LedgerEntry:
        return LedgerEntry(
            run_id=self.run_id,
            stage=stage.name,
            study=stage.study_of(self.context),
            release=self.context.release,
            configuration_hash=configuration_hash(stage.configuration(self.context.study)),
            modules_hash=code_hash(stage.run.__module__),
            inputs=self._inputs(stage),
            outputs={},
            rows_in=None,
            rows_out=None,
            seconds=0.0,
            status=status,
            message="",
            isthmus_version=versions(),
        )

    def _inputs(self, stage: Stage) -> Mapping[str, str]:
        """Return what the stage reads: fingerprints, and the table versions that the stages before it left."""
        inputs = dict(stage.inputs(self.context))
        for name in self._needs(stage):
            entry = self._last(self.stages[name])
            for spec in self.stages[name].writes:
                inputs[spec.name] = str(entry.outputs.get(spec.name, "missing")) if entry else "missing"
        return inputs

    def _versions(self, stage: Stage) -> dict[str, int | None]:
        """Return the versions of the tables that a stage reads, as they lie there now."""
        names = [spec.name for name in self._needs(stage) for spec in self.stages[name].writes]
        return {name: latest_version(self.context.store, name) for name in names}

    def _require_unchanged(self, stage: Stage, before: Mapping[str, int | None]) -> None:
        for name, version in self._versions(stage).items():
            if version != before[name]:
                raise StoreError(
                    f"table {name!r} in {self.context.store.location} changed while stage {stage.name!r} read it: "
                    f"version {before[name]} at its beginning, {version} at its end. Nothing of what the stage wrote "
                    "counts. Let whatever else writes to these tables end, then run again."
                )

    def _require_inputs(self, stage: Stage) -> None:
        for name in self._needs(stage):
            if self._last(self.stages[name]) is None and self.ledger.is_of_another_version(self.stages):
                raise StoreError(
                    f"the tables in {self.context.store.location} were made by an earlier version of Isthmus, whose "
                    f"stages had other names: stage {stage.name!r} cannot tell whether they are what it needs. Read "
                    f"the snapshot again (--snapshot), or use another warehouse."
                )
            for spec in self.stages[name].writes:
                if not self.context.store.exists(spec):
                    raise StoreError(
                        f"stage {stage.name!r} reads table {spec.name!r}, which {self.context.store.location} does not "
                        f"hold. Run stage {name!r} first: add it to --stages, or leave --stages out."
                    )


def _now() -> datetime:
    return datetime.now(UTC)
