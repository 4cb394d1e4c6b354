"""The stage that publishes a study's small results as Parquet files: what the report, notebooks and people read."""

from collections.abc import Sequence
from dataclasses import asdict

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from isthmus.analyses.corpus.tables import CORPUS_COVERAGE
from isthmus.analyses.rows import of_study
from isthmus.analyses.stage import Context, Outcome, Stage
from isthmus.engine.concurrent import concurrently
from isthmus.files import Root, open_root
from isthmus.pipeline.published import STUDY_FILE, has_result, origin, results_root, write_study_file
from isthmus.tablespec import TableSpec

TRUTH_TIES = "truth/ties.parquet"
AT_ONCE = 4  # tables that are read at the same time


def publish_stage(stages: Sequence[Stage]) -> Stage:
    """Return the stage `publish`: the tables that these stages publish, coverage, accounting and quality checks.

    Parameters
    ----------
    stages : Sequence[Stage]
        The stages of all analyses.
    """
    publishing = tuple(stage for stage in stages if stage.publishes)
    return Stage(
        name="publish",
        description="write the study's results as Parquet files that need no Spark",
        task="report",
        needs=("accounting", "corpus", *(stage.name for stage in publishing if stage.name != "corpus")),
        reads=("years.corpus", "corpus.rule"),
        inputs=origin,
        run=lambda context: publish(context, publishing),
        has_result=lambda context: has_result(context, STUDY_FILE),
    )


def publish(context: Context, stages: Sequence[Stage]) -> Outcome:
    """Write `results/STUDY/*.parquet` and `study.json`.

    Each file is complete before it gets its name, so a reader never sees half of one. The file of a stage that the
    study turned off since does not stay.

    Parameters
    ----------
    context : Context
        The run.
    stages : Sequence[Stage]
        Stages with tables to publish.
    """
    root = results_root(context)
    wanted = [spec for stage in stages if stage.enabled(context.study) for spec in stage.publishes]
    off = [spec for stage in stages if not stage.enabled(context.study) for spec in stage.publishes]

    def write(spec: TableSpec) -> None:
        rows = of_study(context, spec).drop("study", "release")
        _write(root, spec.name, _frame(rows, [k for k in spec.key if k != "study"]))

    # small tables mostly wait for their query to be planned
    concurrently(*((lambda spec=spec: write(spec)) for spec in wanted), at_once=AT_ONCE)
    for spec in off:
        if root.is_file(f"{spec.name}.parquet"):
            root.remove(f"{spec.name}.parquet")
    _write(root, "coverage", _coverage(context))
    _write(root, "accounting", _frame(context.store.read("accounting"), ["entity"]))
    _write(root, "gates", _gates(context))
    _publish_truth(context, root)
    write_study_file(context)
    return Outcome(f"results in {root.uri}")


def _coverage(context: Context) -> pd.DataFrame:
    corpus = of_study(context, CORPUS_COVERAGE).drop("study", "release")
    whole = context.store.read("coverage").withColumnRenamed("publication_year", "year")
    first, last = context.the_study.years.corpus
    joined = whole.where(F.col("year").between(first, last)).join(corpus, "year", "full")
    return _frame(joined.na.fill(0), ["year"])


def _gates(context: Context) -> pd.DataFrame:
    columns = ["stage", "table", "gate", "severity", "observed", "bound", "passed", "message"]
    rows = [{"stage": stage} | asdict(result) for stage, results in context.gates.items() for result in results]
    return pd.DataFrame(rows, columns=columns).astype({"observed": "float64", "passed": "bool"})


def _publish_truth(context: Context, root: Root) -> None:
    """Write the planted truth of a simulated snapshot; a file of an earlier snapshot does not stay."""
    target = "truth_ties.parquet"
    about = context.the_study.corpus.rule.startswith("ai_")  # what is planted are ties of research on AI
    if context.notes.get("simulated") and context.snapshot is not None and about:
        root.write(target, open_root(context.snapshot.uri, context.storage).read(TRUTH_TIES))
    elif root.is_file(target):
        root.remove(target)


def _frame(rows: DataFrame, order: list[str]) -> pd.DataFrame:
    return rows.toPandas().sort_values(order, ignore_index=True)


def _write(root: Root, name: str, frame: pd.DataFrame) -> None:
    buffer = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), buffer, compression="zstd")
    root.write(f"{name}.parquet", buffer.getvalue().to_pybytes())
