"""Where a snapshot is written to: a folder of this machine, or of any file system that pyarrow knows."""

import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from posixpath import dirname, join

import pyarrow.fs as pafs

from isthmus.config import load_storage
from isthmus.errors import ConfigError
from isthmus.files import open_root, write_bytes


@dataclass(frozen=True)
class Target:
    """A folder to write into.

    Parameters
    ----------
    uri : str
        a local path, or a URI (`file://`, `s3://`, `gs://`, `abfs://`), with what the storage file that
        $ISTHMUS_STORAGE names says of its bucket.
    """

    uri: str

    def write(self, path: str, content: bytes) -> int:
        """Write a file under the folder, whole; its size in bytes."""
        filesystem, base = _opened(self.uri)
        full = join(base, path)
        if isinstance(filesystem, pafs.LocalFileSystem):
            write_bytes(Path(full), content)
            return len(content)
        filesystem.create_dir(dirname(full), recursive=True)
        with filesystem.open_output_stream(full, compression=None) as stream:  # an object has its name when it is whole
            stream.write(content)
        return len(content)

    def check_new(self) -> None:
        """Refuse a folder that holds something, so that nothing is overwritten or mixed.

        Raises
        ------
        ConfigError
            It is a file, or holds files.
        """
        filesystem, base = _opened(self.uri)
        info = filesystem.get_file_info(base)
        inside = filesystem.get_file_info(pafs.FileSelector(base, allow_not_found=True)) if not info.is_file else [info]
        if inside:
            raise ConfigError(f"{self.uri} is there and not empty: name another folder, or remove it first.")

    def under(self, name: str) -> "Target":
        """Return a folder in the folder."""
        return Target(join(self.uri, name))


@lru_cache(maxsize=8)
def _opened(uri: str) -> tuple[pafs.FileSystem, str]:
    file = os.environ.get("ISTHMUS_STORAGE")
    root = open_root(uri, load_storage(file) if file else None)
    return root.filesystem, root.path
