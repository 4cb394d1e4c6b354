"""How large a snapshot is, from its manifests or a listing of its files; no part is read.

Only of loose folders, which have nothing that says what is in them, the beginning of each file is looked at.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from isthmus.config.storage import Storage
from isthmus.errors import SnapshotError
from isthmus.files import Root, open_root
from isthmus.snapshot.manifest import Manifest, read_manifests
from isthmus.snapshot.model import NEEDED_ENTITIES, Snapshot
from isthmus.snapshot.opening import find_tree, open_snapshot
from isthmus.snapshot.trees import tree_manifests

MANIFEST, LISTING = "manifest", "listing"


@dataclass(frozen=True, slots=True)
class Extent:
    """The parts of an entity: their number, bytes as they lie there, and records (None where nothing says so)."""

    parts: int
    bytes: int
    records: int | None


@dataclass(frozen=True)
class Survey:
    """What a snapshot holds.

    Parameters
    ----------
    uri : str
        As it was given.
    layout : str
        "parquet", "jsonl", "legacy" or "loose".
    release : str
        The manifest's date, or what `Snapshot.release` is.
    origin : str
        "manifest" (what the release promises) or "listing" (the files that are there).
    extents : Mapping[str, Extent]
        Needed entity -> its extent; entities without parts are left out.
    """

    uri: str
    layout: str
    release: str
    origin: str
    extents: Mapping[str, Extent]

    @property
    def works(self) -> Extent:
        """The extent of works."""
        return self.extents.get("works", Extent(0, 0, 0))

    @property
    def bytes(self) -> int:
        """The bytes of all needed entities."""
        return sum(extent.bytes for extent in self.extents.values())


def survey(uri: str, *, layout: str | None = None, partial: bool = False, storage: Storage | None = None) -> Survey:
    """Measure a snapshot without reading any of its parts.

    Parameters
    ----------
    uri : str
        a folder or URI of any layout; also a manifest alone, as a file.
    layout : str | None, optional
        One of `LAYOUTS`, where several are there.
    partial : bool, default False
        Count the parts that are there and not those that the manifest promises.
    storage : Storage | None, optional
        How object storage is reached.

    Raises
    ------
    SnapshotError
        There is nothing, or a manifest that cannot be read, or no works.
    """
    root = open_root(str(uri), storage)
    if root.is_file("") and root.path.rpartition("/")[2] in {"manifest", "manifest.json"}:
        return _of_manifests(root, "", read_manifests(root.read(""), root.path, root.path.split("/")[-2]))
    tree = None if partial or root.is_file("") else find_tree(root, layout)
    if tree is not None and tree.has_manifest:
        manifests = tree_manifests(root, tree)
        if "works" in manifests:
            return _of_manifests(root, tree.layout, manifests)
    return _checked(of_snapshot(open_snapshot(uri, layout=layout, partial=True, storage=storage)))


def of_snapshot(snapshot: Snapshot) -> Survey:
    """Return how large a snapshot is that has been opened already.

    Parameters
    ----------
    snapshot : Snapshot
        Any.
    """
    extents = {
        entity: Extent(len(parts), sum(part.bytes for part in parts), _sum(part.records for part in parts))
        for entity in NEEDED_ENTITIES
        if (parts := snapshot.parts(entity))
    }
    return Survey(snapshot.uri, snapshot.layout, snapshot.release, LISTING, extents)


def _of_manifests(root: Root, layout: str, manifests: Mapping[str, Manifest]) -> Survey:
    found = {entity: manifests[entity] for entity in NEEDED_ENTITIES if entity in manifests}
    paths = [file.path for manifest in found.values() for file in manifest.files]
    if not layout:
        layout = "parquet" if any(path.endswith(".parquet") for path in paths) else "jsonl"
    extents = {entity: _extent(manifest) for entity, manifest in found.items()}
    release = max((manifest.release or "" for manifest in found.values()), default="")
    newest = max((path.partition("=")[2].partition("/")[0] for path in paths), default="unknown")
    return _checked(Survey(root.uri, layout, release or newest, MANIFEST, extents))


def _extent(manifest: Manifest) -> Extent:
    length = manifest.bytes if manifest.bytes is not None else _sum(file.bytes for file in manifest.files)
    if length is None:
        raise SnapshotError(
            f"manifest {manifest.source}: says of no file of {manifest.entity} how long it is (content_length); with "
            "--partial the files that are there are counted instead"
        )
    records = manifest.records if manifest.records is not None else _sum(file.records for file in manifest.files)
    return Extent(len(manifest.files), length, records)


def _sum(counts: Iterable[int | None]) -> int | None:
    known = list(counts)
    return None if None in known else sum(count or 0 for count in known)


def _checked(found: Survey) -> Survey:
    if not found.works.bytes:
        raise SnapshotError(f"snapshot {found.uri!r} ({found.layout}): holds no works, so there is nothing to plan")
    return found
