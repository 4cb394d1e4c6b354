"""The stages of trajectories: trends of the propensity, and clusters of z as published."""

from isthmus.analyses.stage import Stage
from isthmus.analyses.trajectories.clusters import write_trajectories
from isthmus.analyses.trajectories.tables import TABLES, TREND_TABLES
from isthmus.analyses.trajectories.trends import write_trends

STAGES = (
    Stage(
        name="trends",
        description="follow how many times what size explains each tie weighs, and how sure its direction is",
        task="trajectories",
        section="trends",
        needs=("null_models",),
        writes=TREND_TABLES,
        publishes=TREND_TABLES,
        reads=("trends", "networks.citation_year", "years.analysis"),
        run=write_trends,
    ),
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
        ),
        run=write_trajectories,
    ),
)
