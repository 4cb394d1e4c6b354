import gzip
import re
from pathlib import Path

import pytest

from isthmus.simulate import World, simulate_on_spark, simulate_snapshot

pytestmark = pytest.mark.spark


def test_one_and_sixteen_partitions_write_the_records_that_no_spark_writes(spark, tmp_path):
    world = World(works=2_000, works_per_part=250)
    simulate_on_spark(spark, str(tmp_path / "one"), world=world, partitions=1)
    simulate_on_spark(spark, str(tmp_path / "sixteen"), world=world, partitions=16)
    simulate_snapshot(tmp_path / "none", world=world, processes=1)
    expected = _contents(tmp_path / "none")
    for name in ("one", "sixteen"):
        found = _contents(tmp_path / name)
        assert found.keys() == expected.keys()
        for path, content in expected.items():
            assert found[path] == content, f"{name}, {path}: {_first_difference(found[path], content)}"


def _contents(root):
    """What every file says; how well a part is packed is no part of it, nor are the sizes that manifests tell."""
    files = {str(p.relative_to(root)): p for p in Path(root).rglob("*") if p.is_file() and not p.name.startswith(".")}
    assert any(path.endswith(".gz") for path in files)
    return {path: _content(file) for path, file in files.items()}


def _content(file):
    content = file.read_bytes()
    if file.suffix == ".gz":
        return gzip.decompress(content)
    return re.sub(rb'"content_length": \d+', b"", content) if file.name.startswith("manifest") else content


def _first_difference(found, expected):
    rows = zip(found.split(b"\n"), expected.split(b"\n"), strict=False)
    return next((f"{one!r} beside {other!r}" for one, other in rows if one != other), "one is longer")
