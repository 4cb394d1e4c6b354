import hashlib
from pathlib import Path

import pytest

from isthmus.simulate import World, simulate_on_spark, simulate_snapshot

pytestmark = pytest.mark.spark


def test_one_and_sixteen_partitions_write_the_files_that_no_spark_writes(spark, tmp_path):
    world = World(works=2_000, works_per_part=250)
    simulate_on_spark(spark, str(tmp_path / "one"), world=world, partitions=1)
    simulate_on_spark(spark, str(tmp_path / "sixteen"), world=world, partitions=16)
    simulate_snapshot(tmp_path / "none", world=world, processes=1)

    def contents(name):
        root = tmp_path / name
        files = [p for p in Path(root).rglob("*") if p.is_file() and not p.name.startswith(".")]
        return {str(p.relative_to(root)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}

    assert contents("one") == contents("sixteen") == contents("none")
