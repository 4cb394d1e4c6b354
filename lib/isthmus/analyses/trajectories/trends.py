"""How many times what size explains each tie weighs, how that changes, and how sure it is (METHODS 9.2)."""

import math

from pyspark.sql import functions as F

from isthmus.analyses.rows import in_both_networks, of_study, write_frames, write_rows
from isthmus.analyses.significance.tables import PAIR_TESTS
from isthmus.analyses.stage import Context, Outcome
from isthmus.analyses.trajectories.tables import PAIR_CLASSES, PAIR_TRENDS, PROPENSITIES
from isthmus.engine.concurrent import concurrently
from isthmus.trajectories.trend_fanout import fan_out_propensities, fan_out_trends
from isthmus.trajectories.trend_frames import pair_classes


def write_trends(context: Context) -> Outcome:
    """Write the tables `propensities`, `pair_trends` and `pair_classes` of the study."""
    study = context.the_study
    years = study.years.analysis
    followed = in_both_networks(study.networks.citation_year) & F.col("year").between(*years)
    tests = of_study(context, PAIR_TESTS).where(followed)
    concurrently(
        lambda: write_rows(context, PROPENSITIES, fan_out_propensities(tests, level=study.trends.level)),
        lambda: write_rows(context, PAIR_TRENDS, fan_out_trends(tests, years, delta=math.log(study.trends.change))),
    )
    trends = of_study(context, PAIR_TRENDS).select("network", "src", "dst", "papers", "p_rise", "p_fall", "p_level")
    classes = pair_classes(trends.toPandas())
    write_frames(context, {PAIR_CLASSES.name: classes}, (PAIR_CLASSES,))
    return Outcome(f"{int(classes['settled'].sum()):,} of {len(classes):,} pairs move in a direction that is settled")
