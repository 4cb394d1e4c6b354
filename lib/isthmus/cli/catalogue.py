"""What stages and tables there are, as a file that is read in a moment: `catalogue.jsonl`, made from the code.

The stages themselves import Spark, pandas and numba, which takes two seconds: too long for a command that prints a few
lines, or for the tabulator key. `make catalogue` writes the file anew; a test compares it with the code.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from isthmus.tablespec import Column, TableSpec

if TYPE_CHECKING:
    from isthmus.analyses.stage import Stage
    from isthmus.config import Study

CATALOGUE = "catalogue.jsonl"


@dataclass(frozen=True)
class ListedStage:
    """What is said of a stage where nothing is run.

    Parameters
    ----------
    name : str
        Its name on the command line.
    description : str
        What it does, in a sentence.
    task : str
        The group of stages that it runs with under a scheduler.
    section : str | None
        The study's section that turns it on; None is always on.
    needs : tuple[str, ...]
        Stages whose tables it reads.
    on_request : bool
        It runs only when it is named.
    writes : list[TableSpec], optional
        Tables that it writes.
    """

    name: str
    description: str
    task: str
    section: str | None
    needs: tuple[str, ...]
    on_request: bool
    writes: list[TableSpec] = field(default_factory=list)

    def enabled(self, study: "Study | None") -> bool:
        """Return whether a study asks for this stage; without a study every stage is possible."""
        return study is None or study.enabled(self.section)


@cache
def listed_stages() -> tuple[ListedStage, ...]:
    """Return the stages of the pipeline in their order."""
    text = files("isthmus.cli").joinpath("data", CATALOGUE).read_text(encoding="utf-8")
    return tuple(parsed(text))


def listed_tables() -> dict[str, TableSpec]:
    """Return the tables by their names, in the order of the stages that write them."""
    return {spec.name: spec for stage in listed_stages() for spec in stage.writes}


def listed_tasks(stages: Iterable[ListedStage]) -> dict[str, list[str]]:
    """Return the stages of each group that a scheduler runs as one task.

    Parameters
    ----------
    stages : Iterable[ListedStage]
        The stages in question; tasks come in the order of their first stage.
    """
    found: dict[str, list[str]] = {}
    for stage in stages:
        found.setdefault(stage.task, []).append(stage.name)
    return found


def parsed(text: str) -> list[ListedStage]:
    """Return the stages that a catalogue describes: lines for stages, their tables, and the columns of these.

    Parameters
    ----------
    text : str
        What `written` returned.
    """
    stages: list[ListedStage] = []
    tables: list[dict[str, Any]] = []
    for line in map(json.loads, text.splitlines()):
        if "stage" in line:
            stages.append(ListedStage(line.pop("stage"), needs=tuple(line.pop("needs")), **line))
        elif "table" in line:
            tables.append({**line, "columns": [], "stage": stages[-1]})
        else:
            tables[-1]["columns"].append(Column(**line))
    for table in tables:
        table["stage"].writes.append(_table(table))
    return stages


def _table(line: dict[str, Any]) -> TableSpec:
    return TableSpec(line["table"], tuple(line["columns"]), tuple(line["key"]), line["comment"], checks=line["checks"])


def written(stages: "Iterable[Stage]") -> str:
    """Return the catalogue of these stages, a JSON object on each line.

    Parameters
    ----------
    stages : Iterable[Stage]
        All stages of the pipeline.
    """
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in _lines(stages))


def _lines(stages: "Iterable[Stage]") -> Iterator[dict[str, Any]]:
    for stage in stages:
        names = ("description", "task", "section", "needs", "on_request")
        yield {"stage": stage.name} | {name: getattr(stage, name) for name in names}
        for spec in stage.writes:
            yield {"table": spec.name, "comment": spec.comment, "key": spec.key, "checks": dict(spec.checks)}
            for each in spec.fields:
                yield {"name": each.name, "type": each.type, "comment": each.comment, "nullable": each.nullable}


def main() -> None:
    """Write the catalogue of the stages as they are now."""
    from pathlib import Path

    from isthmus.files import write_text
    from isthmus.pipeline import STAGES

    write_text(Path(str(files("isthmus.cli").joinpath("data", CATALOGUE))), written(STAGES))


if __name__ == "__main__":
    main()
