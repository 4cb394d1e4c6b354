"""Public docstrings are valid numpydoc: every parameter has a type, a description and a place in the signature."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

LIBRARY = Path(__file__).parents[2] / "lib" / "isthmus"
FILES = sorted(LIBRARY.rglob("*.py"))
SECTIONS = (
    "Parameters", "Returns", "Yields", "Raises", "Attributes", "Notes", "References", "See Also", "Examples", "Warns",
)  # fmt: skip
WITH_ENTRIES = ("Parameters", "Attributes", "Raises")
ENTRY = re.compile(r"^[*\w.]+(, [*\w.]+)*( : \S.*)?$")


def sections(docstring: str) -> dict[str, list[str]]:
    """Section -> its lines, without the heading and the line under it."""
    lines, found, name = ast_clean(docstring), {}, ""
    for number, line in enumerate(lines):
        following = lines[number + 1] if number + 1 < len(lines) else ""
        if line and not line.startswith(" ") and re.fullmatch(r"-{3,}", following):
            name = line
            found[name] = []
        elif name and not re.fullmatch(r"-{3,}", line):
            found[name].append(line)
    return found


def ast_clean(docstring: str) -> list[str]:
    import inspect

    return inspect.cleandoc(docstring).split("\n")


def faults(docstring: str, known: set[str] | None) -> Iterator[str]:
    for name, lines in sections(docstring).items():
        if name not in SECTIONS:
            yield f"there is no section {name!r} in numpydoc"
        if name not in WITH_ENTRIES:
            continue
        entries = [number for number, line in enumerate(lines) if line and not line.startswith(" ")]
        for number in entries:
            entry = lines[number]
            if not ENTRY.match(entry) or (name == "Raises") == (" : " in entry):
                yield f"{name}: {entry!r} is no `name : type` (Raises: no error's name alone)"
            elif number + 1 == len(lines) or not lines[number + 1].startswith("    "):
                yield f"{name}: {entry!r} has no indented description"
            elif name == "Parameters" and known is not None:
                named = {part.lstrip("*") for part in entry.split(" : ")[0].split(", ")}
                if named - known:
                    yield f"Parameters: {sorted(named - known)} are not in the signature"


def documented(tree: ast.AST) -> Iterator[tuple[str, str, set[str] | None]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and (text := ast.get_docstring(node, clean=False)):
            known = None
            if isinstance(node, ast.FunctionDef):
                given = node.args
                known = {a.arg for a in (*given.posonlyargs, *given.args, *given.kwonlyargs)}
                known |= {a.arg for a in (given.vararg, given.kwarg) if a}
            yield node.name, text, known


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(LIBRARY)))
def test_docstrings_are_numpydoc(file: Path) -> None:
    found = [
        f"{name}: {f}" for name, text, known in documented(ast.parse(file.read_text())) for f in faults(text, known)
    ]
    assert found == []


@pytest.mark.parametrize(
    ("docstring", "fault"),
    [
        ("Do.\n\n    Parameters\n    ----------\n    a : the first number.\n    ", "has no indented description"),
        ("Do.\n\n    Parameters\n    ----------\n    b : int\n        A number.\n    ", "not in the signature"),
        ("Do.\n\n    Raises\n    ------\n    ValueError : never.\n        Never.\n    ", "is no `name : type`"),
        ("Do.\n\n    Remarks\n    -------\n    None.\n    ", "there is no section"),
    ],
)
def test_faults_are_found(docstring: str, fault: str) -> None:
    assert any(fault in found for found in faults(docstring, {"a"}))
