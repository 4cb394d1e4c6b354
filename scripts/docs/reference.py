"""Pages of the documentation that are made from the code: commands, tables, fields of a study, the library.

A hook of MkDocs (`mkdocs build`). What is listed is what the code has, so no page can name a table or an option that
is not there.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import click
from mkdocs.structure.files import File

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

ROOT = Path(__file__).parents[2]
#: Page -> public modules: of one that says what it offers (`__all__`) that, of others everything public.
LIBRARY: dict[str, tuple[str, ...]] = {
    "null models": ("isthmus.nullmodels",),
    "trajectories": ("isthmus.trajectories",),
    "matching": ("isthmus.matching",),
    "centrality": ("isthmus.centrality",),
    "gravity": ("isthmus.gravity.ppml",),
    "disruption and impact": ("isthmus.indicators.disruption.counts", "isthmus.indicators.impact"),
    "novelty": ("isthmus.indicators.novelty.combinations", "isthmus.indicators.novelty.surprise"),
    "engine": ("isthmus.engine",),
    "reports": ("isthmus.report",),
}


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Put the pages of methods and reference into the contents, in the place of their names in mkdocs.yml."""
    methods = sorted((ROOT / "docs" / "methods").glob("*.md"))
    made = {
        "METHODS": [{_title(page): f"methods/{page.name}"} for page in methods],
        "REFERENCE": [
            {"Commands": "reference/commands.md"},
            {"Tables": "reference/tables.md"},
            {"A study's file": "reference/study.md"},
            {"Library": [{name.capitalize(): f"reference/{_file(name)}"} for name in LIBRARY]},
        ],
    }
    assert config.nav is not None
    config.nav = [
        {name: made.get(value, value) if isinstance(value, str) else value for name, value in entry.items()}
        for entry in config.nav
    ]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that are made from the code."""
    pages = {"commands.md": commands(), "tables.md": tables(), "study.md": study()}
    pages |= {_file(name): library(name, modules) for name, modules in LIBRARY.items()}
    for name, text in pages.items():
        files.append(File.generated(config, f"reference/{name}", content=text))
    return files


def commands() -> str:
    """Return every command with its help."""
    from isthmus.cli.main import COMMANDS, cli

    lines = ["# Commands", "", "Every command of `isthmus`, as `isthmus COMMAND --help` prints it.", ""]
    lines += ["```text", _help(cli, "isthmus"), "```", ""]
    for name, (module, attribute, _) in COMMANDS.items():
        lines += [
            f"## isthmus {name}",
            "",
            "```text",
            _help(getattr(import_module(module), attribute), name),
            "```",
            "",
        ]
    return "\n".join(lines)


def _help(command: click.Command, name: str) -> str:
    title = name if name == "isthmus" else f"isthmus {name}"
    return command.get_help(click.Context(command, info_name=title, max_content_width=100, terminal_width=100))


def tables() -> str:
    """Return every table with its key and columns, by the stage that writes it."""
    from isthmus.pipeline import STAGES

    lines = ["# Tables", "", "All tables are Delta; ids are the number in the OpenAlex address.", ""]
    for stage in STAGES:
        for spec in stage.writes:
            lines += [f"## {spec.name}", "", _cell(spec.comment), ""]
            lines += [f"Key: {', '.join(f'`{name}`' for name in spec.key)}. Written by stage `{stage.name}`.", ""]
            lines += ["| column | type | meaning |", "|---|---|---|"]
            lines += [f"| `{each.name}` | `{_cell(each.type)}` | {_cell(each.comment)} |" for each in spec.fields]
            lines += ["", *(f"Check `{name}`: `{_cell(rule)}`\n" for name, rule in spec.checks.items())]
    return "\n".join(lines)


def study() -> str:
    """Return every field of a study with its default and its meaning."""
    import json

    from isthmus.config import load_study
    from isthmus.config.section import Section

    shown = load_study("gallo2026")
    lines = [
        "# A study's file",
        "",
        "A study is one YAML file. `extends: NAME` starts from another one; what stands in the file wins; "
        "`section: null` turns a part off. The values here are those of `gallo2026`.",
        "",
    ]
    for name, field in type(shown).model_fields.items():
        value = getattr(shown, name)
        if not isinstance(value, Section):
            lines += [f"**`{name}`**: {_cell(field.description or '')}", ""]
            continue
        off = "" if shown.enabled(name) else " (off in this study)"
        lines += [f"## {name}{off}", "", "| field | value | meaning |", "|---|---|---|"]
        for inner, of in type(value).model_fields.items():
            printed = json.dumps(getattr(value, inner), default=_plain)
            lines.append(f"| `{inner}` | `{_cell(printed)}` | {_cell(of.description or '')} |")
        lines.append("")
    return "\n".join(lines)


def library(name: str, modules: tuple[str, ...]) -> str:
    """Return the page of some public modules."""
    lines = [f"# {name.capitalize()}", ""]
    for module in modules:
        offered = list(getattr(import_module(module), "__all__", []))
        lines += [f"`{module}`", ""] if offered else []
        lines += [f"::: {module}.{each}\n" for each in sorted(offered, key=str.lower)] or [f"::: {module}\n"]
    return "\n".join(lines)


def _plain(value: object) -> object:
    return value.model_dump(mode="json") if hasattr(value, "model_dump") else list(value)  # type: ignore[call-overload]


def _cell(text: str) -> str:
    """Return a text that stays within its cell and is no markup."""
    return text.replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")


def _file(name: str) -> str:
    return f"{name.replace(' ', '-')}.md"


def _title(page: Path) -> str:
    first = next(line for line in page.read_text(encoding="utf-8").splitlines() if line.startswith("# "))
    return first.removeprefix("# ").replace("`", "")
