"""The report of a study, from its published results."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from isthmus.snapshot.filesystem import Root

if TYPE_CHECKING:
    from isthmus.pipeline.stage import Run


def write_report(run: "Run") -> str:
    """Build `report.html` beside the published results and return its path."""
    from isthmus.report import build_report

    root = run.results_root
    with tempfile.TemporaryDirectory() as scratch:
        results = fetch_results(root, Path(scratch))
        page = Path(scratch) / "report.html"
        build_report(results, page)
        root.write("report.html", page.read_bytes())
    return f"{root.uri}/report.html"


def fetch_results(root: Root, scratch: Path) -> Path:
    """The published results as a local folder: the folder itself, or a copy of one in object storage."""
    if root.is_local:
        return Path(root.path)
    folder = scratch / "results"
    folder.mkdir()
    for entry in root.list():
        if entry.path.endswith((".parquet", ".json")):
            (folder / entry.path).write_bytes(root.read(entry.path))
    return folder
