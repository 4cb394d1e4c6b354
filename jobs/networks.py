"""A study's works and yearly networks: `isthmus run --tasks networks`."""

from isthmus.cli.run import job

job("networks")
