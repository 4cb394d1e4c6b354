"""A study's trajectories, and how firm they are: `isthmus run --tasks trajectories`."""

from isthmus.cli.run import job

job("trajectories")
