"""The library uses Spark's public interface only, and its rooms without Spark import without it."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import isthmus

LIBRARY = Path(isthmus.__file__).parent
MODULES = sorted(LIBRARY.rglob("*.py"))
PRIVATE = {"_jvm", "_jsc", "_jdf", "_jsparkSession", "sparkContext", "SparkContext", "rdd"}  # gone under Spark Connect
# Asked of a session that is no remote one, or shown where it can be known; all do without under Spark Connect.
GUARDED = {"cli/failures.py", "engine/maintenance.py", "engine/tasks.py", "engine/workers.py"}
WITHOUT_SPARK = ("config", "geography", "report", "nullmodels", "matching")
WIRING = "fanout.py"  # the files of a room that hand its numbers to Spark end so


def private_names(source: str) -> list[tuple[int, str]]:
    """Line and name of each use of Spark's inner parts."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and node.attr in PRIVATE:
            found.append((node.lineno, node.attr))
        elif isinstance(node, ast.ImportFrom | ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names if alias.name.split(".")[-1] in PRIVATE]
        elif isinstance(node, ast.Constant) and node.value in PRIVATE:  # getattr(spark, "_jvm")
            found.append((node.lineno, node.value))
    return sorted(found)


def test_no_file_of_the_library_uses_inner_parts_of_spark():
    assert len(MODULES) > 40
    used = {str(file.relative_to(LIBRARY)): private_names(file.read_text(encoding="utf-8")) for file in MODULES}
    assert {file: names for file, names in used.items() if names and file not in GUARDED} == {}


@pytest.mark.parametrize(
    "line",
    [
        "spark._jvm.x()",
        "spark.sparkContext.broadcast(1)",
        "df.rdd.map(f)",
        "from pyspark import SparkContext",
        "getattr(s, '_jsc')",
    ],
)
def test_the_search_would_find_them(line):
    assert len(private_names(line)) == 1


def module_name(file: Path) -> str:
    parts = ("isthmus", *file.relative_to(LIBRARY).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def test_rooms_without_spark_import_without_it():
    names = ["isthmus", "isthmus.errors"]
    names += [
        module_name(f)
        for room in WITHOUT_SPARK
        for f in sorted((LIBRARY / room).rglob("*.py"))
        if not f.name.endswith(WIRING)
    ]
    assert {"isthmus.config.study", "isthmus.nullmodels.ecm"} <= set(names)
    script = (
        "import importlib, sys\n"
        "sys.modules.update(dict.fromkeys(('pyspark', 'delta', 'py4j')))\n"  # importing them is an ImportError
        f"for name in {names!r}:\n"
        "    try:\n"
        "        importlib.import_module(name)\n"
        "    except ImportError as error:\n"
        "        print(name, error)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == ""


def test_importing_the_package_imports_neither_spark_nor_pandas():
    script = "import sys, isthmus, isthmus.config\nprint(sorted({m.split('.')[0] for m in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    loaded = set(ast.literal_eval(done.stdout))
    assert "isthmus" in loaded
    assert loaded.isdisjoint({"pyspark", "delta", "pandas", "numba", "scipy"})
