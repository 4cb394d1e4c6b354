"""A study's output, published results, report and exports: `isthmus run --tasks report`."""

from isthmus.cli.run import job

job("report")
