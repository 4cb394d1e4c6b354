"""A study's small results as Parquet files beside the tables: what the report, notebooks and people read."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from isthmus import __version__
from isthmus.analyses.corpus.tables import CORPUS_COVERAGE
from isthmus.analyses.networks.tables import COUNTRY_EDGES, COUNTRY_YEARS
from isthmus.analyses.output.tables import DENSITIES, ENTITY_YEARS, STUDY_TOTALS
from isthmus.analyses.robustness.bootstrap import BOOTSTRAP_STAGE
from isthmus.analyses.robustness.sensitivity import SENSITIVITY_STAGE
from isthmus.analyses.robustness.stability import STABILITY_STAGE
from isthmus.analyses.robustness.tables import CLUSTERING_AGREEMENT, INTERVALS, LABEL_SUPPORT, SENSITIVITY, SILHOUETTE
from isthmus.analyses.rows import of_study
from isthmus.analyses.significance.other_models import OTHER_NULL_MODELS
from isthmus.analyses.significance.tables import NULL_MODEL_FITS, PAIR_TESTS, PAIR_TESTS_OTHER_MODELS, SIGNIFICANT_PAIRS
from isthmus.analyses.trajectories.tables import TABLES
from isthmus.config import Study
from isthmus.engine.concurrent import concurrently
from isthmus.geography.places import pole_members
from isthmus.snapshot.filesystem import Root, open_root
from isthmus.tablespec import TableSpec

if TYPE_CHECKING:
    from isthmus.analyses.stage import Run

STUDY_TABLES = (
    COUNTRY_EDGES,
    COUNTRY_YEARS,
    PAIR_TESTS,
    NULL_MODEL_FITS,
    SIGNIFICANT_PAIRS,
    ENTITY_YEARS,
    STUDY_TOTALS,
    DENSITIES,
    *TABLES,
)
#: Tables of stages that a study may turn off, with the stage.
OPTIONAL = (
    (OTHER_NULL_MODELS, (PAIR_TESTS_OTHER_MODELS,)),
    (STABILITY_STAGE, (CLUSTERING_AGREEMENT, SILHOUETTE)),
    (BOOTSTRAP_STAGE, (INTERVALS, LABEL_SUPPORT)),
    (SENSITIVITY_STAGE, (SENSITIVITY,)),
)
TRUTH_TIES = "truth/pair_tests.parquet"
AT_ONCE = 4  # tables that are read at the same time


def publish(run: "Run") -> str:
    """Write `results/STUDY/*.parquet` and `study.json`; return the folder.

    Each file is complete before it gets its name, so a reader never sees half of one.
    """
    study = run.the_study
    root = run.results_root
    asked = [spec for stage, specs in OPTIONAL if stage.asked(study) for spec in specs]

    def write(spec: TableSpec) -> None:
        rows = of_study(run, spec).drop("study", "release")
        _write(root, spec.name, _frame(rows, [k for k in spec.key if k != "study"]))

    # small tables mostly wait for their query to be planned
    concurrently(*((lambda spec=spec: write(spec)) for spec in (*STUDY_TABLES, *asked)), at_once=AT_ONCE)
    for stage, specs in OPTIONAL:
        for spec in specs:
            if not stage.asked(study) and root.is_file(f"{spec.name}.parquet"):
                root.remove(f"{spec.name}.parquet")  # of an earlier run that asked for it
    _write(root, "coverage", _coverage(run))
    _write(root, "accounting", _frame(run.store.read("accounting"), ["entity"]))
    _write(root, "gates", _gates(run))
    _publish_truth(run, root)
    root.write("study.json", json.dumps(describe(run), indent=2, ensure_ascii=False).encode())
    return root.uri


def has_result(run: "Run", name: str) -> bool:
    """Whether a published file of the study is there."""
    return run.results_root.is_file(name)


def describe(run: "Run") -> dict[str, Any]:
    """Return what the report says about the study: title, poles, years, methods and switches."""
    study = run.the_study
    return {
        "study": study.study,
        "title": study.title,
        "description": study.description,
        "release": run.release,
        "simulated": bool(run.notes.get("simulated")),
        "snapshot": run.notes.get("snapshot", ""),
        "poles": list(study.geography.poles),
        "pole_members": pole_members(study),
        "years": list(study.years.analysis),
        "significance_years": list(study.years.significance),
        "citation_year": study.networks.citation_year,
        "null_model": study.significance.null_model,
        "threshold": study.significance.threshold,
        "corpus": study.corpus.model_dump(mode="json"),
        "switches": _switches(study),
        "notes": [note for remarks in run.remarks.values() for note in remarks.splitlines()],
        "isthmus_version": __version__,
    }


def _switches(study: Study) -> dict[str, Any]:
    """Every field of the configuration as `section.field`."""
    switches: dict[str, Any] = {}
    for section, values in study.model_dump(mode="json").items():
        if isinstance(values, dict):
            switches |= {f"{section}.{field}": value for field, value in values.items()}
    return switches | {"seed": study.seed}


def _coverage(run: "Run") -> pd.DataFrame:
    corpus = of_study(run, CORPUS_COVERAGE).drop("study", "release")
    whole = run.store.read("coverage").withColumnRenamed("publication_year", "year")
    first, last = run.the_study.years.corpus
    joined = whole.where(F.col("year").between(first, last)).join(corpus, "year", "full")
    return _frame(joined.na.fill(0), ["year"])


def _gates(run: "Run") -> pd.DataFrame:
    columns = ["stage", "table", "gate", "severity", "observed", "bound", "passed", "message"]
    rows = [{"stage": stage} | asdict(result) for stage, results in run.gates.items() for result in results]
    return pd.DataFrame(rows, columns=columns).astype({"observed": "float64", "passed": "bool"})


def _publish_truth(run: "Run", root: Root) -> None:
    """Write the planted truth of a simulated snapshot; a file of an earlier snapshot does not stay."""
    target = "truth_ties.parquet"
    about = run.the_study.corpus.rule.startswith("ai_")  # what is planted are ties of research on AI
    if run.notes.get("simulated") and run.snapshot is not None and about:
        root.write(target, open_root(run.snapshot.uri, run.storage).read(TRUTH_TIES))
    elif root.is_file(target):
        root.remove(target)


def _frame(rows: DataFrame, order: list[str]) -> pd.DataFrame:
    return rows.toPandas().sort_values(order, ignore_index=True)


def _write(root: Root, name: str, frame: pd.DataFrame) -> None:
    buffer = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), buffer, compression="zstd")
    root.write(f"{name}.parquet", buffer.getvalue().to_pybytes())
