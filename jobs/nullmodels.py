"""A study's null models and significant pairs: `isthmus run --tasks nullmodels`."""

from isthmus.cli.run import job

job("nullmodels")
