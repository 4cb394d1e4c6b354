"""Finding out what a folder is: an official snapshot, a legacy one, or a loose collection of records."""

from dataclasses import replace

from isthmus.config.storage import Storage
from isthmus.errors import SnapshotError, did_you_mean
from isthmus.files import Root, open_root
from isthmus.snapshot.loose import open_loose
from isthmus.snapshot.model import LAYOUTS, Snapshot
from isthmus.snapshot.trees import Tree, find_trees, open_tree

SHOWN_PROBLEMS = 10


def open_snapshot(
    uri: str, *, layout: str | None = None, partial: bool = False, storage: Storage | None = None
) -> Snapshot:
    """Return the snapshot at a path or URI, checked against its manifests.

    Looked for at the root, under `data/` and under `legacy-data/`, in this order: official Parquet, official JSON
    Lines, legacy; a copy with a manifest goes before one without. A folder that is none of them is read as loose
    records: JSON Lines (gzip or not) and API pages.

    Parameters
    ----------
    uri : str
        Local path, or URI with the scheme file, s3, gs or abfs.
    layout : str | None, optional
        One of `LAYOUTS`, to choose instead of looking.
    partial : bool, default False
        Read what is there although it differs from its manifest; the differences are in `Snapshot.problems`.
    storage : Storage | None, optional
        How buckets are reached; the public one of OpenAlex needs no word.

    Raises
    ------
    SnapshotError
        Nothing is there, the layout is not, or the copy differs from its manifest and `partial` is False.
    """
    if layout is not None and layout not in LAYOUTS:
        raise SnapshotError(f"layout {layout!r} is not known; {did_you_mean(layout, LAYOUTS)}")
    root = open_root(str(uri), storage)
    snapshot = replace(_open(root, layout, partial), storage=storage or Storage())
    if snapshot.problems and not partial:
        raise SnapshotError(_refusal(snapshot))
    return snapshot


def _open(root: Root, layout: str | None, partial: bool) -> Snapshot:
    if root.is_file(""):
        return open_loose(root, partial=partial)
    if not root.list():
        raise SnapshotError(f"snapshot {root.uri!r}: nothing is there; name a folder that exists and is not empty")
    tree = find_tree(root, layout)
    return open_loose(root, partial=partial) if tree is None else open_tree(root, tree, partial=partial)


def find_tree(root: Root, layout: str | None = None) -> Tree | None:
    """Return the snapshot tree that is read of those at a root.

    None where there is none, or loose records are asked for.

    Parameters
    ----------
    root : Root
        The folder to look in.
    layout : str | None, optional
        One of `LAYOUTS`; None takes the first in their order, one with a manifest before one without.

    Raises
    ------
    SnapshotError
        There is no tree of this layout.
    """
    if layout == "loose":
        return None
    trees = find_trees(root)
    wanted = [tree for tree in trees if layout in {None, tree.layout}]
    if not wanted and layout is not None:
        there = ", ".join(sorted({tree.layout for tree in trees})) or "no snapshot tree"
        raise SnapshotError(f"snapshot {root.uri!r}: asked for the layout {layout!r}, found {there}")
    return min(wanted, key=_preference, default=None)


def _preference(tree: Tree) -> tuple[bool, int]:
    # the manifest is written last: a tree without one may still be on its way
    return (not tree.has_manifest, LAYOUTS.index(tree.layout))


def _refusal(snapshot: Snapshot) -> str:
    shown = snapshot.problems[:SHOWN_PROBLEMS]
    more = len(snapshot.problems) - len(shown)
    lines = [f"  - {problem}" for problem in shown] + ([f"  - and {more} more"] if more else [])
    return (
        f"snapshot {snapshot.uri!r} ({snapshot.layout}, release {snapshot.release}) is not what its manifest says:\n"
        + "\n".join(lines)
        + "\nFetch what is missing, or read what is there with --partial (partial=True)."
    )
