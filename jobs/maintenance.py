"""Fewer, larger files in the tables, and old versions removed: `isthmus maintain`."""

from isthmus.cli.maintain import job

job()
