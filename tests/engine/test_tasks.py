"""`parts_of`: how far Spark is, as far as it tells."""

from types import SimpleNamespace

import pytest

from isthmus.engine.machine import cores
from isthmus.engine.tasks import cores_of, parts_of


class Tracker:
    """What Spark's status tracker answers: stage -> (tasks, completed), None where it is known no more."""

    def __init__(self, stages):
        self.stages = stages

    def getActiveStageIds(self):
        return list(self.stages)

    def getStageInfo(self, stage):
        found = self.stages[stage]
        return found and SimpleNamespace(numTasks=found[0], numCompletedTasks=found[1])


def session(stages):
    return SimpleNamespace(sparkContext=SimpleNamespace(statusTracker=lambda: Tracker(stages), defaultParallelism=6))


class Connect:
    """A session of Spark Connect: it has no context."""

    @property
    def sparkContext(self):
        raise RuntimeError("no context here")


@pytest.mark.parametrize(
    ("stages", "parts"),
    [
        ({}, None),
        ({7: (200, 31)}, (31, 200)),
        ({7: (200, 31), 8: (4, 4)}, (35, 204)),
        ({7: (1, 0)}, None),
        ({7: None}, None),
        ({7: None, 8: (12, 0)}, (0, 12)),
    ],
)
def test_tasks_of_all_running_computations_are_added_up(stages, parts):
    assert parts_of(session(stages))() == parts


def test_where_nobody_can_be_asked_nothing_is_said():
    assert parts_of(Connect())() is None
    broken = session({})
    broken.sparkContext.statusTracker = lambda: SimpleNamespace(getActiveStageIds=lambda: 1 / 0)
    assert parts_of(broken)() is None
    assert cores_of(Connect()) == cores()
    assert cores_of(session({})) == 6
