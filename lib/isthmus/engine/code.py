"""What the code of a stage is: the modules that it imports, one after the other, and the data files that they read."""

import ast
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

PACKAGE = "isthmus"
#: Rooms whose code decides how a stage runs, not what comes out of it.
NOT_FOLLOWED = ("engine", "errors", "config", "files", "cli", "tablespec")


def code_hash(module: str, package: Path | None = None) -> str:
    """Return a hash of a module's code, of all modules of the package that it imports, and of their data files.

    Comments, docstrings and layout do not count; neither do imports for type checking alone. A data file is one that a
    module names in a text and that lies beside it, or in the folder `data` or `templates` beside it.

    Parameters
    ----------
    module : str
        The module's name, such as `isthmus.analyses.networks.stage`.
    package : Path | None, optional
        Folder of the package; the installed one without it.

    Returns
    -------
    str
        16 hexadecimal digits.
    """
    return _hash_of(module, package or Path(str(files(PACKAGE))))


@lru_cache
def _hash_of(module: str, package: Path) -> str:
    digest = hashlib.sha256()
    for name in sorted(closure(module, package)):
        path = _file_of(name, package)
        if path is None:
            continue
        source = _source(path)
        digest.update(name.encode() + source.code)
        for file in source.data:
            digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()[:16]


def closure(module: str, package: Path) -> frozenset[str]:
    """Return the names of the modules that a module imports, directly or not, itself included."""
    found: set[str] = set()
    waiting = [module]
    while waiting:
        name = waiting.pop()
        path = _file_of(name, package) if name not in found and _is_followed(name) else None
        if path is None:
            continue
        found.add(name)
        waiting.extend(_source(path).imports)
    return frozenset(found)


def _is_followed(name: str) -> bool:
    parts = name.split(".")
    return parts[0] == PACKAGE and len(parts) > 1 and parts[1] not in NOT_FOLLOWED


@dataclass(frozen=True)
class _Source:
    """What a module imports, its code without docstrings and comments, and the files that it names."""

    imports: tuple[str, ...]
    code: bytes
    data: tuple[Path, ...]


def _source(path: Path) -> _Source:
    state = path.stat()
    return _read(path, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=4096)  # every stage imports much of the same
def _read(path: Path, _changed: int, _size: int) -> _Source:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imports, data = tuple(_imports(tree)), tuple(_data_files(tree, path))
    return _Source(imports, ast.dump(_without_docstrings(tree)).encode(), data)


def _imports(tree: ast.Module) -> Iterator[str]:
    for node in _nodes(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)  # where it is a module


def _nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes of a module, without what stands under `if TYPE_CHECKING`."""
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, ast.If) and isinstance(child.test, ast.Name) and child.test.id == "TYPE_CHECKING":
            continue
        yield child
        yield from _nodes(child)


def _file_of(name: str, package: Path) -> Path | None:
    place = package.joinpath(*name.split(".")[1:])
    for file in (place.with_suffix(".py"), place / "__init__.py"):
        if file.is_file():
            return file
    return None


def _without_docstrings(tree: ast.Module) -> ast.Module:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and node.body:
            first = node.body[0]
            if (
                isinstance(first, ast.Expr)
                and isinstance(first.value, ast.Constant)
                and isinstance(first.value.value, str)
            ):
                node.body = node.body[1:]
    return tree


def _data_files(tree: ast.Module, path: Path) -> list[Path]:
    """Return the files that a module names, beside it or in `data`; of templates, which name each other, all."""
    texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    named = {text.rsplit("/", 1)[-1] for text in texts}
    found = [file for folder in (path.parent, path.parent / "data") for file in _files_in(folder) if file.name in named]
    templates = _files_in(path.parent / "templates")
    return found + (templates if any(file.name in named for file in templates) else [])


def _files_in(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return [file for file in sorted(folder.iterdir()) if file.is_file() and file.suffix not in (".py", ".pyc")]


@lru_cache
def modules_hash(modules: tuple[str, ...]) -> str:
    """Return a hash of the code of these modules alone, such as ("snapshot.parse", "snapshot.lines")."""
    package, digest = Path(str(files(PACKAGE))), hashlib.sha256()
    for module in modules:
        path = _file_of(f"{PACKAGE}.{module}", package)
        if path is None:
            raise ModuleNotFoundError(f"{PACKAGE}.{module}")
        digest.update(module.encode() + _source(path).code)
    return digest.hexdigest()[:16]
