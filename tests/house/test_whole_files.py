"""Every file that the project writes gets its name when it is complete: a rule over the code of the library."""

import ast
import re
from pathlib import Path

import pytest

LIBRARY = Path(__file__).parents[2] / "lib" / "isthmus"
WRITES = {"to_csv", "to_parquet", "write_text", "write_bytes"}
MAY_WRITE = re.compile(rf"\.(?:{'|'.join(WRITES)})\(|\bopen\(.*[\"'][wx]")  # most modules write nothing
#: Modules that write to a path which is not the final one, and why.
ALLOWED = {
    "report/graphfiles.py": "is given the path by report/exports.py, inside whole_file",
    "report/geojson.py": "is given the path by report/exports.py, inside whole_file",
    "report/vosviewer.py": "is given the paths by report/exports.py, inside whole_file",
    "engine/shipping.py": "an archive in a temporary folder, moved when it is complete",
    "engine/checkup.py": "a probe, deleted at once",
    "engine/jars.py": "a script in a temporary folder",
    "pipeline/report_stage.py": "copies of published files in a temporary folder",
}


def torn(source):
    """Lines that write a file outside of `with whole_file(...)`."""
    found = []
    if not MAY_WRITE.search(source):
        return found

    def look(node, whole):
        if isinstance(node, ast.With):
            whole = whole or any("whole_file(" in ast.unparse(item.context_expr) for item in node.items)
        if isinstance(node, ast.Call) and not whole and (to_a_path(node) or opens_to_write(node)):
            found.append(node.lineno)
        for child in ast.iter_child_nodes(node):
            look(child, whole)

    look(ast.parse(source), False)
    return found


def to_a_path(call):
    """Whether a call is `x.to_csv(...)` or the like; without a path `to_csv` returns text."""
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in WRITES:
        return False
    is_help = isinstance(call.func.value, ast.Name) and call.func.value.id == "formatter"  # click's, for the terminal
    return bool(call.args or call.keywords) and not is_help


def opens_to_write(call):
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    modes = [a.value for a in (*call.args, *(k.value for k in call.keywords)) if isinstance(a, ast.Constant)]
    return name == "open" and any(mode in ("w", "wb", "x", "xb", "wt") for mode in modes)


def test_no_module_writes_a_file_under_its_final_name():
    guilty = {}
    for file in LIBRARY.rglob("*.py"):
        name = file.relative_to(LIBRARY).as_posix()
        lines = torn(file.read_text(encoding="utf-8"))
        if lines and name not in ALLOWED:
            guilty[name] = lines
    assert guilty == {}


def test_what_is_allowed_still_writes():
    assert [name for name in ALLOWED if not torn((LIBRARY / name).read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("frame.to_csv(path)", [1]),
        ("with whole_file(path) as file:\n    frame.to_csv(file)", []),
        ("text = frame.to_csv()", []),
        ("with path.open('wb') as out:\n    out.write(b'')", [1]),
        ("open(path, mode='w')", [1]),
        ("open(path)", []),
        ("with open(path) as a:\n    other.write_text('x')", [2]),
    ],
)
def test_the_rule_sees_what_it_shall_see(source, lines):
    assert torn(source) == lines
