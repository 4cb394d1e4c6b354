"""Snapshot trees: `entity/updated_date=*/part_*`, official (JSON Lines or Parquet) and legacy, with their manifests."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from posixpath import join

from isthmus.files import FileEntry, Root
from isthmus.snapshot.manifest import Manifest, read_manifests
from isthmus.snapshot.model import ENTITIES, LINES, NEEDED_ENTITIES, PARQUET, Part, Snapshot

PART_FILE = re.compile(r"part_\d+(?:\.jsonl)?(?:\.gz|\.parquet)$")
PARTITION = re.compile(r"(?:^|/)updated_date=(\d{4}-\d{2}-\d{2})/")
LEGACY_PART_DIGITS = re.compile(r"part_\d{3}\.gz$")
TOPICS_EXIST_SINCE = "2024"
"""Topics came with the releases of 2024; a legacy copy before that has none and misses none."""


@dataclass(frozen=True, slots=True)
class Tree:
    """A folder whose sub-folders are entities; `base` is its path under the root."""

    layout: str
    base: str
    has_manifest: bool


def find_trees(root: Root) -> list[Tree]:
    """Return the snapshot trees at a root, under its `data` and under its `legacy-data`.

    Parameters
    ----------
    root : Root
        The folder to look in.
    """
    found = []
    for base in ("", "data", "legacy-data"):
        children = {entry.path: entry for entry in root.list(base)}
        if not children:
            continue
        for layout in ("parquet", "jsonl"):
            folder = join(base, layout)
            if folder in children:
                found += _tree_at(root, folder, layout)
        found += _tree_at(root, base, None)
    return found


def is_tree(root: Root, folder: str) -> bool:
    """Whether a folder is a snapshot tree, or holds one as `jsonl` or `parquet`.

    Parameters
    ----------
    root : Root
        Where the folder lies.
    folder : str
        Its path under the root.
    """
    return any(_tree_at(root, join(folder, name), "jsonl") for name in ("", "jsonl", "parquet", "data"))


def _tree_at(root: Root, base: str, layout: str | None) -> list[Tree]:
    """Return the tree whose entity folders lie in `base`; the layout is read off its files where it is not given."""
    children = {entry.path.rpartition("/")[2]: entry for entry in root.list(base)}
    entities = [name for name in ENTITIES if name in children and children[name].is_folder]
    names: set[str] = set()
    has_manifest = "manifest.json" in children and bool(entities)
    sample = ""
    for entity in entities:
        inside = root.list(join(base, entity))
        names |= {entry.path.rpartition("/")[2] for entry in inside}
        if not sample:
            partitions = [entry.path for entry in inside if entry.is_folder and "updated_date=" in entry.path]
            files = root.list(partitions[0]) if partitions else []
            sample = next((entry.path for entry in files if PART_FILE.search(entry.path)), "")
    has_manifest = has_manifest or bool({"manifest", "manifest.json"} & names)
    if not has_manifest and not any(name.startswith("updated_date=") for name in names):
        return []
    return [Tree(layout or _layout(names, sample), base, has_manifest)]


def _layout(names: set[str], sample: str) -> str:
    if sample.endswith(".parquet"):
        return "parquet"
    return "legacy" if "manifest" in names or LEGACY_PART_DIGITS.search(sample) else "jsonl"


def open_tree(root: Root, tree: Tree, *, partial: bool) -> Snapshot:
    """Return the snapshot in a tree, with every difference from its manifests as a problem.

    Parameters
    ----------
    root : Root
        The root that the tree was found under.
    tree : Tree
        The tree.
    partial : bool
        Kept in the snapshot, for the checks that only the reading can make.
    """
    manifests = tree_manifests(root, tree)
    problems = [problem for name in NEEDED_ENTITIES if name in manifests for problem in manifests[name].problems()]
    notes: list[str] = []
    parts = {}
    for entity in ENTITIES:
        files = [entry for entry in root.list(join(tree.base, entity), recursive=True) if not entry.is_folder]
        parts[entity], differences, remarks = _parts(tree, entity, files, manifests.get(entity))
        problems += differences if entity in NEEDED_ENTITIES else []
        notes += remarks
    release = _release(manifests, parts, problems)
    problems += _missing_entities(tree, release, parts, manifests)
    return Snapshot(
        uri=root.uri,
        layout=tree.layout,
        release=release,
        parts_by_entity=parts,
        manifest_records={name: m.records for name, m in manifests.items() if m.records is not None},
        deletions=_deletions(root, tree),
        merges=_merges(root, tree),
        problems=tuple(problems),
        notes=tuple(notes),
        partial=partial,
    )


def tree_manifests(root: Root, tree: Tree) -> dict[str, Manifest]:
    """Return a manifest per entity: its own, written after its parts, or else what the combined one says of it.

    Parameters
    ----------
    root : Root
        The root that the tree was found under.
    tree : Tree
        The tree.
    """
    combined = join(tree.base, "manifest.json")
    found = read_manifests(root.read(combined), combined) if root.is_file(combined) else {}
    for entity in ENTITIES:
        for name in ("manifest.json", "manifest"):
            path = join(tree.base, entity, name)
            if root.is_file(path):
                own = read_manifests(root.read(path), path, entity)[entity]
                found[entity] = own if own.release or entity not in found else found[entity]
                break
    return found


def _parts(
    tree: Tree, entity: str, files: Iterable[FileEntry], manifest: Manifest | None
) -> tuple[tuple[Part, ...], list[str], list[str]]:
    """Return the parts of an entity that are read, the differences from the manifest, and what is left aside."""
    suffix = ".parquet" if tree.layout == "parquet" else ".gz"
    folder = join(tree.base, entity) + "/"
    there = {f.path.removeprefix(folder): f for f in files if PART_FILE.search(f.path) and f.path.endswith(suffix)}
    if manifest is None:
        without = [f"{entity}: {len(there)} parts and no manifest, so nobody knows whether the copy is complete"]
        return tuple(_part(tree, entity, f) for f in there.values()), without if there else [], []
    parts, problems = [], []
    for listed in manifest.files:
        file = there.pop(listed.path, None)
        if file is None:
            problems.append(f"{entity}: part {listed.path} is missing ({listed.records} records)")
            continue
        if listed.bytes is not None and listed.bytes != file.bytes:
            problems.append(f"{entity}: part {listed.path} has {file.bytes} bytes, the manifest says {listed.bytes}")
        parts.append(_part(tree, entity, file, listed.records))
    notes = [f"{path}: left aside, the manifest does not list it" for path in (f.path for f in there.values())]
    return tuple(sorted(parts, key=lambda part: part.path)), problems, notes


def _part(tree: Tree, entity: str, file: FileEntry, records: int | None = None) -> Part:
    partition = PARTITION.search(file.path)
    return Part(
        entity=entity,
        path=file.path,
        bytes=file.bytes,
        format=PARQUET if tree.layout == "parquet" else LINES,
        records=records,
        updated_date=partition[1] if partition else None,
    )


def _release(manifests: dict[str, Manifest], parts: dict[str, tuple[Part, ...]], problems: list[str]) -> str:
    dates = {m.release: m for name, m in manifests.items() if m.release and name in NEEDED_ENTITIES}
    if len(dates) > 1:
        listing = "; ".join(f"{m.source} is of {date}" for date, m in sorted(dates.items(), key=lambda d: str(d[0])))
        problems.append(f"the manifests are of different releases: {listing}")
    if dates:
        works = manifests.get("works")
        return str((works and works.release) or max(str(date) for date in dates))
    listed = [PARTITION.search(file.path) for m in manifests.values() for file in m.files]
    days = [match[1] for match in listed if match]
    days += [part.updated_date for group in parts.values() for part in group if part.updated_date]
    return max(days, default="unknown")


def _missing_entities(
    tree: Tree, release: str, parts: dict[str, tuple[Part, ...]], manifests: dict[str, Manifest]
) -> list[str]:
    needed = [name for name in NEEDED_ENTITIES if name != "topics" or release >= TOPICS_EXIST_SINCE]
    return [
        f"{entity}: no part under {join(tree.base, entity)}"
        for entity in needed
        if not parts[entity] and not (entity in manifests and not manifests[entity].files)
    ]


def _deletions(root: Root, tree: Tree) -> tuple[str, ...]:
    names = ("deleted_ids.csv", "deleted_ids.csv.gz")
    return tuple(path for name in names if root.is_file(path := join(tree.base, "works", name)))


def _merges(root: Root, tree: Tree) -> dict[str, tuple[str, ...]]:
    files: dict[str, list[str]] = {}
    for entry in root.list(join(tree.base, "merged_ids"), recursive=True):
        if entry.path.endswith((".csv", ".csv.gz")):
            files.setdefault(entry.path.split("/")[-2], []).append(entry.path)
    return {entity: tuple(paths) for entity, paths in files.items()}
