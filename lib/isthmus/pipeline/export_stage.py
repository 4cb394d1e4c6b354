"""The stage of the exports: the networks for other programs, from the published results."""

import tempfile
from pathlib import Path

from isthmus.analyses.stage import Context, Outcome, Stage
from isthmus.pipeline.published import has_result, origin, results_root
from isthmus.pipeline.report_stage import fetch_results

FOLDER = "exports"
GUIDE = f"{FOLDER}/README.md"  # written last


def write_exports(context: Context) -> Outcome:
    """Write `exports/` beside the published results."""
    from isthmus.analyses.networks.exports import export_networks

    root = results_root(context)
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
    description="write the networks as Parquet, CSV, GraphML, GEXF, VOSviewer and GeoJSON files",
    task="report",
    needs=("publish",),
    reads=(
        "title",
        "geography.poles",
        "geography.blocs",
        "networks.citation_year",
        "significance",
        "years.analysis",
        "years.significance",
    ),
    inputs=origin,
    run=write_exports,
    has_result=lambda context: has_result(context, GUIDE),
)
