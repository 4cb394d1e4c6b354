"""The report of a study, from its published results."""

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from isthmus.snapshot.filesystem import Root, open_root

if TYPE_CHECKING:
    from isthmus.pipeline.stage import Run


def write_report(run: "Run") -> str:
    """Build `report.html` beside the published results and return its path."""
    from isthmus.report import build_report

    root = open_root(f"{run.results}/{run.the_study.study}")
    with tempfile.TemporaryDirectory() as scratch:
        results = fetch_results(root, Path(scratch))
        page = Path(scratch) / "report.html"
        build_report(results, page)
        with page.open("rb") as source, root.filesystem.open_output_stream(root.full("report.html")) as target:
            shutil.copyfileobj(source, target)
    return root.full("report.html")


def fetch_results(root: Root, scratch: Path) -> Path:
    """The published results as a local folder: the folder itself, or a copy of one in object storage."""
    if root.filesystem.type_name == "local":
        return Path(root.path)
    folder = scratch / "results"
    folder.mkdir()
    for entry in root.list():
        if entry.path.endswith((".parquet", ".json")):
            (folder / entry.path).write_bytes(root.read(entry.path))
    return folder
