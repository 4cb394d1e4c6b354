"""The code of a stage: what it imports counts, directly or not; comments, docstrings and foreign rooms do not."""

import pytest

from isthmus.engine.code import closure, code_hash, modules_hash

FILES = {
    "analyses/a/stage.py": (
        "from typing import TYPE_CHECKING\n"
        "from isthmus.engine import store\n"
        "from isthmus.config.study import Study\n"
        "from isthmus.rooms.helper import helper\n"
        "if TYPE_CHECKING:\n    from isthmus.rooms.typing_only import Shape\n\n\n"
        'def run(context):\n    """Do it."""\n    from isthmus.rooms import lazy\n    return helper(1) + lazy.late()\n'
    ),
    "rooms/__init__.py": "",
    "rooms/helper.py": "from isthmus.rooms.deep import deep\n\n\ndef helper(x):\n    return deep(x) if x > 0 else 0\n",
    "rooms/deep.py": "NAME = 'table.csv'\n\n\ndef deep(x):\n    return x\n",
    "rooms/lazy.py": "def late():\n    return 1 if 'page.html.j2' else 0\n",
    "rooms/other.py": "def other():\n    return 1\n",
    "rooms/typing_only.py": "class Shape:\n    pass\n",
    "rooms/data/table.csv": "a,b\n1,2\n",
    "rooms/data/unnamed.csv": "a\n",
    "rooms/templates/page.html.j2": "{% include 'part.html.j2' %}",
    "rooms/templates/part.html.j2": "a part",
    "engine/store.py": "class Store:\n    pass\n",
    "config/study.py": "class Study:\n    pass\n",
}
STAGE = "isthmus.analyses.a.stage"


@pytest.fixture
def package(tmp_path):
    folder = tmp_path / "isthmus"
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def changed(package, file, old, new):
    """Whether the stage's hash changes when a text in a file does."""
    from isthmus.engine import code

    before = code_hash(STAGE, package)
    code._hash_of.cache_clear()
    text = (package / file).read_text()
    assert old in text
    (package / file).write_text(text.replace(old, new))
    return code_hash(STAGE, package) != before


def test_the_closure_is_what_is_imported_without_machinery_and_types(package):
    names = {name.removeprefix("isthmus.") for name in closure(STAGE, package)}
    assert names == {"analyses.a.stage", "rooms", "rooms.helper", "rooms.deep", "rooms.lazy"}


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        ("rooms/helper.py", "x > 0", "x <= 0", True),
        ("rooms/deep.py", "return x", "return x + 1", True),
        ("rooms/lazy.py", "return 1", "return 2", True),
        ("rooms/data/table.csv", "1,2", "1,3", True),
        ("rooms/data/unnamed.csv", "a", "b", False),
        ("rooms/templates/part.html.j2", "a part", "another", True),
        ("analyses/a/stage.py", "Do it.", "Do it well.", False),
        ("rooms/helper.py", "def helper", "# why\n\n\ndef helper", False),
        ("rooms/other.py", "return 1", "return 2", False),
        ("rooms/typing_only.py", "pass", "x = 1", False),
        ("engine/store.py", "pass", "x = 1", False),
        ("config/study.py", "class Study", "class Empty:\n    pass\n\n\nclass Study", False),
    ],
)
def test_what_changes_the_code_of_a_stage(package, file, old, new, expected):
    assert changed(package, file, old, new) is expected


def test_a_stage_of_the_library_has_the_code_of_the_rooms_that_it_uses(package):
    from importlib.resources import files
    from pathlib import Path

    names = closure("isthmus.analyses.networks.stage", Path(str(files("isthmus"))))
    assert {"isthmus.networks.citation", "isthmus.networks.collaboration", "isthmus.corpus.exact"} <= names
    assert not any(name.startswith(("isthmus.nullmodels", "isthmus.report", "isthmus.engine")) for name in names)


def test_modules_are_hashed_one_by_one():
    one = modules_hash(("networks.names",))
    assert one == modules_hash(("networks.names",)) != modules_hash(("networks.edges",))
    with pytest.raises(ModuleNotFoundError):
        modules_hash(("networks.nothing",))
