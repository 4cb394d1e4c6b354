"""The tables of a snapshot, shared by all studies: `isthmus run --tasks ingest`."""

from isthmus.cli.run import job

job("ingest")
