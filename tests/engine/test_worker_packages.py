"""What travels to the workers is all that code which runs there imports, and little else."""

import ast
import importlib.metadata
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import isthmus
from isthmus.engine import worker_packages as module
from isthmus.engine.worker_packages import DRIVER_ONLY, package_files, worker_packages
from isthmus.errors import SetupError

LIBRARY = Path(isthmus.__file__).parent
SENDS = re.compile(r"\b(applyIn|mapIn|mapPartitions|DataSourceReader|[a-z_]*udf\()")
SPARK = {"pyspark", "py4j"}
#: Calls of modules that workers import, too, but which the driver alone makes: it commits and it locks.
ON_THE_DRIVER = {
    ("isthmus.engine.part_files", "deltalake"),
    ("isthmus.engine.folder_tables", "deltalake"),
    ("isthmus.engine.store", "deltalake"),
    ("isthmus.files.lock_object", "boto3"),
    ("isthmus.files.lock_object", "botocore"),
}


def file_of(name):
    place = LIBRARY.parent.joinpath(*name.split("."))
    return next((file for file in (place / "__init__.py", place.with_suffix(".py")) if file.is_file()), None)


def imports(file, *, in_functions):
    """Names of modules that a module imports, also inside functions where that is asked for."""
    waiting = [ast.parse(file.read_text())]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            continue
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) and not in_functions:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        waiting += ast.iter_child_nodes(node)


def senders():
    """Modules that hand code to Spark's workers."""
    for file in sorted(LIBRARY.rglob("*.py")):
        if SENDS.search(file.read_text()):
            yield ".".join(file.relative_to(LIBRARY.parent).with_suffix("").parts)


def reached(modules):
    """Isthmus' modules that these import, one after the other, each with the other packages that it imports."""
    found, waiting = {}, list(modules)
    while waiting:
        name = waiting.pop()
        file = file_of(name)
        if name in found or file is None:
            continue
        all_of_them = set(imports(file, in_functions=True))
        found[name] = {each.split(".")[0] for each in all_of_them} - set(sys.stdlib_module_names) - {"isthmus"}
        waiting += [each for each in all_of_them if each.startswith("isthmus")]
        waiting += [name.rpartition(".")[0]] if "." in name else []
    return found


@pytest.fixture(scope="module")
def archived():
    """Path in the archive -> file."""
    return dict(entry for name in worker_packages() for entry in package_files(name))


def test_all_that_code_of_workers_imports_travels_with_a_job(archived):
    importable = {re.sub(r"(\.[\w-]+)?\.(py|so)$", "", path.split("/")[0]) for path in archived}
    sent = list(senders())
    assert {"isthmus.snapshot.datasource", "isthmus.tables.one_pass", "isthmus.nullmodels.fanout"} <= set(sent)
    found = reached(sent)
    assert {"numba", "tslearn", "msgspec"} <= set().union(*found.values()), "imports inside functions count"
    missing = {(name, other) for name, others in found.items() for other in others - importable - SPARK}
    assert missing <= ON_THE_DRIVER, "leave it out of DRIVER_ONLY, or name it here if only the driver calls it"
    driver_only = {"pyspark" if name == "delta-spark" else name.replace("-", "_") for name in DRIVER_ONLY}
    assert not importable & (driver_only | {"vl_convert", "graphframes"})


def test_a_bare_python_with_these_files_alone_imports_what_workers_import(archived, tmp_path):
    site = Path(str(importlib.metadata.distribution("pyspark").locate_file("")))
    for path, file in archived.items():
        link = tmp_path / path
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(file)
        cached = link.parent / "__pycache__"
        if file.suffix == ".py" and not cached.is_symlink() and (file.parent / "__pycache__").is_dir():
            cached.symlink_to(file.parent / "__pycache__")
    for name in SPARK:  # the workers' own
        (tmp_path / name).symlink_to(site / name)
    names = [name for name in senders() if not name.startswith("isthmus.engine")]
    code = f"from importlib import import_module\nfor name in {names!r}: import_module(name)\n"
    code += "import pyarrow.fs, pyarrow.parquet, pyarrow.dataset, tslearn.clustering\n"
    code += "import pyspark.worker, pyspark.sql.worker.plan_data_source_read\n"
    environment = {"PYTHONPATH": os.pathsep.join([str(tmp_path), str(LIBRARY.parent)]), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(  # -S: no site-packages
        [sys.executable, "-S", "-c", code], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]


def test_what_only_the_driver_imports_stays_here(archived):
    found = worker_packages()
    assert {"numpy", "pyarrow", "pandas", "scipy", "numba", "llvmlite", "msgspec", "isal", "tslearn"} <= set(found)
    assert not {*DRIVER_ONLY, "urllib3", "pytest", "ruff"} & set(found)
    assert "pyarrow/parquet/core.py" in archived
    assert not [path for path in archived if "flight" in path or "/tests/" in path or path.endswith((".pyi", ".h"))]


def test_an_optional_package_travels_where_it_is_installed(monkeypatch):
    monkeypatch.setattr(module, "WHERE_INSTALLED", ("tslearn", "no-such-package"))
    assert "no-such-package" not in worker_packages()


def test_what_extras_require_stays_here(monkeypatch):
    lines = {"isthmus": ["six>=1", 'click; extra=="x"', "numba; extra == 'x'", "pytz; python_version < '3'"]}
    monkeypatch.setattr(module, "WHERE_INSTALLED", ())
    monkeypatch.setattr(module.importlib.metadata, "requires", lines.get)
    assert worker_packages() == ["six"]


def test_of_equal_libraries_the_one_counts_that_others_are_linked_to():
    equal = {"a/libx.so", "a/libx.so.26", "a/libx.so.26.1.0"}
    others = {"a/lib.cpython-311.so", "a/libxy.so", "b/libgfortran-8f1e.so.5.0.0"}
    assert module._second_names(equal | others) == {"a/libx.so", "a/libx.so.26.1.0"}


def test_a_package_that_is_not_installed_is_said(monkeypatch):
    monkeypatch.setattr(module.importlib.metadata, "requires", lambda name: ["no-such-package>=1"])
    with pytest.raises(SetupError, match="'no-such-package', which isthmus needs, is not installed"):
        worker_packages()
