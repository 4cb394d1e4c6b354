"""The stage of the exports: the networks for other programs, from the published results."""

import tempfile
from pathlib import Path

from isthmus.analyses.stage import Outcome, Run, Stage
from isthmus.pipeline.publish import has_result
from isthmus.pipeline.report_stage import fetch_results

FOLDER = "exports"
GUIDE = f"{FOLDER}/README.md"  # written last


def write_exports(run: Run) -> Outcome:
    """Write `exports/` beside the published results."""
    from isthmus.report.exports import export_networks

    root = run.results_root
    with tempfile.TemporaryDirectory(prefix="isthmus-") as scratch:
        results = fetch_results(root, Path(scratch))
        out = Path(root.path) / FOLDER if root.is_local else Path(scratch) / FOLDER
        written = export_networks(results, out)
        if not root.is_local:
            for file in written:
                root.write(f"{FOLDER}/{file.name}", file.read_bytes())
    return Outcome(f"{len(written)} files in {root.uri}/{FOLDER}")


EXPORTS = Stage(
    name="exports",
    says="write the networks as Parquet, CSV, GraphML, GEXF and VOSviewer files",
    scope="study",
    needs=("publish",),
    writes=(),
    rooms=("report", "geography", "pipeline.export_stage"),
    configuration=lambda run: [run.the_study.model_dump(mode="json"), run.notes, run.results],
    run=write_exports,
    is_there=lambda run: has_result(run, GUIDE),
)
