"""Folders and files, on this machine or in object storage: addresses, listing, retries, files that must not change."""

from isthmus.files.addresses import S3, SCHEMES, require_no_key
from isthmus.files.filesystem import FileEntry, Root, absolute, open_root
from isthmus.files.stable_file import StableFile
from isthmus.files.whole import whole_file, write_bytes, write_text

__all__ = [
    "S3",
    "SCHEMES",
    "FileEntry",
    "Root",
    "StableFile",
    "absolute",
    "open_root",
    "require_no_key",
    "whole_file",
    "write_bytes",
    "write_text",
]
