"""The stage of the trajectories."""

from isthmus.analyses.stage import Stage
from isthmus.analyses.trajectories.clusters import write_trajectories
from isthmus.analyses.trajectories.tables import TABLES

STAGES = (
    Stage(
        name="trajectories",
        description="follow every tie over the years, cluster the trajectories, group the countries",
        task="trajectories",
        section="trajectories",
        needs=("networks", "null_models"),
        writes=TABLES,
        publishes=TABLES,
        reads=(
            "seed",
            "trajectories",
            "groups",
            "years.analysis",
            "geography.poles",
            "networks.citation_year",
            "significance.finite",
        ),
        run=write_trajectories,
    ),
)
