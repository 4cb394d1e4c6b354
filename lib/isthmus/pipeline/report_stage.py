"""The report of a study, from its published results."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from isthmus.snapshot.filesystem import Root

if TYPE_CHECKING:
    from isthmus.analyses.stage import Run

PAGE = "report.html"


def write_report(run: "Run") -> str:
    """Build `report.html`, the figures and the scorecard beside the published results; return the page's path."""
    from isthmus.report import build_report, load_results, write_scorecard

    root = run.results_root
    with tempfile.TemporaryDirectory() as scratch:
        folder = fetch_results(root, Path(scratch))
        scores = write_scorecard(load_results(folder), folder)
        summary = build_report(folder, folder / PAGE, figures=True)
        if not root.is_local:
            for file in (*scores, *summary.figures, summary.path):
                root.write(file.relative_to(folder).as_posix(), file.read_bytes())
    return f"{root.uri}/{PAGE}"


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
