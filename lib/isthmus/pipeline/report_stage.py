"""The report of a study, from its published results."""

import tempfile
from pathlib import Path

from isthmus.analyses.stage import Context, Outcome, Stage
from isthmus.files import Root
from isthmus.pipeline.published import has_result, origin, results_root, write_study_file

PAGE = "report.html"


def write_report(context: Context) -> Outcome:
    """Write `study.json` anew, and `report.html`, the figures and the scorecard beside the published results."""
    from isthmus.analyses.sections import study_report, study_scorecard
    from isthmus.report import load_results, write_scorecard

    write_study_file(context)
    root = results_root(context)
    with tempfile.TemporaryDirectory() as scratch:
        folder = fetch_results(root, Path(scratch))
        results = load_results(folder)
        scores = write_scorecard(study_scorecard(results), folder)
        summary = study_report(results, folder / PAGE, figures=True)
        if not root.is_local:
            for file in (*scores, *summary.figures, summary.path):
                root.write(file.relative_to(folder).as_posix(), file.read_bytes())
    return Outcome(f"report in {root.uri}/{PAGE}")


def fetch_results(root: Root, scratch: Path) -> Path:
    """Return the published results as a local folder: the folder itself, or a copy of one in object storage."""
    if root.is_local:
        return Path(root.path)
    folder = scratch / "results"
    folder.mkdir()
    for entry in root.list():
        if entry.path.endswith((".parquet", ".json")):
            (folder / entry.path).write_bytes(root.read(entry.path))
    return folder


REPORT = Stage(
    name="report",
    description="write the report that a browser opens",
    task="report",
    needs=("publish",),
    reads=("*",),
    inputs=origin,
    run=write_report,
    has_result=lambda context: has_result(context, PAGE),
)
