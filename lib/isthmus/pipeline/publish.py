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
from isthmus.files import open_root
from isthmus.pipeline.published import is_as_published, origin, results_root, write_listing, write_study_file
from isthmus.tablespec import TableSpec

TRUTH_TIES = "truth/ties.parquet"
TRUTH_FILE = "truth_ties.parquet"
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
        has_result=is_as_published,
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
    contents: dict[str, bytes] = {}

    def keep(name: str, content: bytes) -> None:
        root.write(name, content)
        contents[name] = content

    wanted = [spec for stage in stages if stage.enabled(context.study) for spec in stage.publishes]
    off = [spec for stage in stages if not stage.enabled(context.study) for spec in stage.publishes]

    def write(spec: TableSpec) -> None:
        rows = of_study(context, spec).drop("study", "release")
        keep(*_parquet(spec.name, _frame(rows, [k for k in spec.key if k != "study"])))

    # small tables mostly wait for their query to be planned
    concurrently(*((lambda spec=spec: write(spec)) for spec in wanted), at_once=AT_ONCE)
    for spec in off:
        if root.is_file(f"{spec.name}.parquet"):
            root.remove(f"{spec.name}.parquet")
    keep(*_parquet("coverage", _coverage(context)))
    keep(*_parquet("accounting", _frame(context.store.read("accounting"), ["entity"])))
    keep(*_parquet("gates", _gates(context)))
    truth = _truth(context)
    if truth is not None:
        keep(TRUTH_FILE, truth)
    elif root.is_file(TRUTH_FILE):  # of an earlier snapshot
        root.remove(TRUTH_FILE)
    write_listing(root, contents)
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


def _truth(context: Context) -> bytes | None:
    """Return the planted truth of a simulated snapshot, where the study asks for what is planted."""
    about = context.the_study.corpus.rule.startswith("ai_")  # what is planted are ties of research on AI
    if context.notes.get("simulated") and context.snapshot is not None and about:
        return open_root(context.snapshot.uri, context.storage).read(TRUTH_TIES)
    return None


def _frame(rows: DataFrame, order: list[str]) -> pd.DataFrame:
    return rows.toPandas().sort_values(order, ignore_index=True)


def _parquet(name: str, frame: pd.DataFrame) -> tuple[str, bytes]:
    """Return a table as a Parquet file: its name and its content."""
    buffer = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), buffer, compression="zstd")
    return f"{name}.parquet", buffer.getvalue().to_pybytes()
