"""The folder of a study's published results, and the file that says what the study is."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from isthmus import __version__
from isthmus.analyses.stage import Context
from isthmus.config import Study
from isthmus.config.study import SWITCHES
from isthmus.files import Root, open_root
from isthmus.geography.places import pole_members

STUDY_FILE = "study.json"
#: What was published: name of each file -> its bytes and their SHA-256. Written when all of them are there.
LISTING = "published.json"


def results_root(context: Context) -> Root:
    """Return the folder of the study's published results."""
    return open_root(f"{context.results}/{context.the_study.study}", context.storage)


def has_result(context: Context, name: str) -> bool:
    """Return whether a published file of the study is there."""
    return results_root(context).is_file(name)


def write_listing(root: Root, contents: Mapping[str, bytes]) -> None:
    """Write down what was published, so that a file that is changed or deleted later is noticed.

    Parameters
    ----------
    root : Root
        The folder of a study's published results.
    contents : Mapping[str, bytes]
        Name of each file -> what was written.
    """
    listing = {name: {"bytes": len(data), "sha256": _hash(data)} for name, data in sorted(contents.items())}
    root.write(LISTING, json.dumps(listing, indent=2).encode())


def is_as_published(context: Context) -> bool:
    """Return whether all published files of the study are there and are what was written.

    On this machine their content is compared, in object storage their size.
    """
    root = results_root(context)
    if not (root.is_file(STUDY_FILE) and root.is_file(LISTING)):
        return False
    try:
        listing = json.loads(root.read(LISTING))
        sizes = {entry.path: entry.bytes for entry in root.list()}
        return all(
            sizes.get(name) == said["bytes"] and not (root.is_local and _hash(root.read(name)) != said["sha256"])
            for name, said in listing.items()
        )
    except (ValueError, TypeError, KeyError, AttributeError):  # the listing itself was changed
        return False


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def origin(context: Context) -> dict[str, str]:
    """Return where results go and what is known of the snapshot: an input of all that is published."""
    return {"results": context.results} | {f"snapshot.{name}": str(value) for name, value in context.notes.items()}


def write_study_file(context: Context) -> None:
    """Write `study.json`: what the report and the notebooks know of the study beside its tables."""
    text = json.dumps(describe(context), indent=2, ensure_ascii=False)
    results_root(context).write(STUDY_FILE, text.encode())


def describe(context: "Context") -> dict[str, Any]:
    """Return what the report says about the study: title, poles, years, methods and switches."""
    study = context.the_study
    return {
        "study": study.study,
        "paper": study.paper,
        "title": study.title,
        "description": study.description,
        "release": context.release,
        "simulated": bool(context.notes.get("simulated")),
        "snapshot": context.notes.get("snapshot", ""),
        "poles": list(study.geography.poles),
        "pole_members": pole_members(study),
        "years": list(study.years.analysis),
        "significance_years": list(study.years.significance),
        "citation_year": study.networks.citation_year,
        "null_model": study.significance.null_model,
        "threshold": study.significance.threshold,
        "corpus": study.corpus.model_dump(mode="json"),
        "switches": _switches(study),
        "off": sorted(name for name, value in study.plain().items() if value is None and name in SWITCHES),
        "notes": [note for remarks in context.remarks.values() for note in remarks.splitlines()],
        "isthmus_version": __version__,
    }


def _switches(study: Study) -> dict[str, Any]:
    """Every field of the configuration as `section.field`."""
    switches: dict[str, Any] = {}
    for section, values in study.plain().items():
        if isinstance(values, dict):
            switches |= {f"{section}.{field}": value for field, value in values.items()}
    return switches | {"seed": study.seed}
