"""`isthmus studies`, `stages`, `tables`, `describe`: what there is, in a moment, without Spark and pandas."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from isthmus.cli.catalogue import listed_stages, listed_tables, listed_tasks
from isthmus.cli.completion import complete_study, complete_table
from isthmus.cli.hints import command
from isthmus.cli.options import format_option, settings_option
from isthmus.config import available_studies, load_study
from isthmus.errors import StoreError, did_you_mean

if TYPE_CHECKING:
    from isthmus.config import Study
    from isthmus.tablespec import TableSpec

SETTING_WIDTH = 24


@click.command(
    epilog="Examples:\n\n\b\n  isthmus studies\n  isthmus studies gallo2026\n  isthmus studies my_field.yaml\n"
)
@click.argument("study", required=False, shell_complete=complete_study)
@format_option
def studies(study: str | None, form: str) -> None:
    """List the studies that come with Isthmus; of STUDY (a name or a YAML file), every setting and what it means.

    As JSON: every field of every study, or of the one.
    """
    if form == "json":
        found = load_study(study).plain() if study else {name: load_study(name).plain() for name in available_studies()}
        click.echo(json.dumps(found, indent=2, ensure_ascii=False))
        return
    if study is not None:
        chosen = load_study(study)
        _introduce(chosen)
        _settings(chosen)
        return
    for name in available_studies():
        _introduce(load_study(name))
    click.echo(f"Every setting of one:  {command('studies', 'NAME')}")
    click.echo("One of your own:       a YAML file that says `extends: NAME` and what differs")


def _introduce(study: "Study") -> None:
    """Name, title, what is asked, poles and years."""
    years, poles = study.years, [_pole(study, pole) for pole in study.geography.poles]
    click.secho(study.study, bold=True)
    click.echo(click.wrap_text(study.title, 100, "  ", "  "))
    if study.description:
        click.echo(click.wrap_text(study.description, 100, "  ", "  "))
    click.echo(f"  poles   {'; '.join(poles)}")
    click.echo(f"  years   {_span(years.analysis)} (significant ties: {_span(years.significance)})")
    click.echo(f"  corpus  {_corpus(study)}, {_span(years.corpus)}, cited until {years.citing_until}\n")


def _pole(study: "Study", pole: str) -> str:
    from isthmus.geography import COUNTRIES
    from isthmus.geography.places import Places

    if pole in COUNTRIES:
        return f"{COUNTRIES[pole].name} ({pole})"
    return f"{pole} ({len(Places(study).members(pole, study.years.analysis[1]))} countries as one)"


def _corpus(study: "Study") -> str:
    from isthmus.corpus.rules import resolved

    rule = resolved(study.corpus)
    ids = f" {', '.join(map(str, rule.ids))}" if rule.ids else ""
    return f"{rule.rule.replace('_', ' ')}{ids}"


def _span(years: tuple[int, int]) -> str:
    return f"{years[0]}-{years[1]}"


def _settings(study: "Study") -> None:
    """Each field of each section: its value and its meaning."""
    from isthmus.config.section import Section

    for name, field in type(study).model_fields.items():
        value = getattr(study, name)
        if not isinstance(value, Section):
            if name not in ("study", "title", "description"):
                _setting(name, value, field.description)
            continue
        click.secho(f"{name}{'' if study.enabled(name) else '  (off)'}", bold=True)
        for inner, of in type(value).model_fields.items():
            _setting(f"  {inner}", getattr(value, inner), of.description)


def _plain(value: Any) -> Any:
    """Return a section within a section (`corpus.tune`) as its file would hold it, anything else as a list."""
    return value.model_dump(mode="json") if hasattr(value, "model_dump") else list(value)


def _setting(name: str, value: object, meaning: str | None) -> None:
    shown = json.dumps(value, default=_plain)
    click.echo(f"{name:<{SETTING_WIDTH}} {shown}")
    click.echo(click.wrap_text(meaning or "", 100, " " * (SETTING_WIDTH + 1), " " * (SETTING_WIDTH + 1)))


@click.command(epilog="Examples:\n\n\b\n  isthmus stages\n  isthmus stages --study gallo2026 --format json\n")
@click.option("--study", "study_name", shell_complete=complete_study, help="Only the stages that this study asks for.")
@settings_option
@click.option("--tasks", "by_task", is_flag=True, help="The groups of stages that a scheduler runs as one task each.")
@format_option
def stages(study_name: str | None, settings: tuple[str, ...], by_task: bool, form: str) -> None:
    """List the stages of the pipeline in their order.

    As JSON: each stage with those that have to be done before it, for a scheduler; without those that run only on
    request.
    """
    if settings and study_name is None:
        raise click.UsageError("--set changes a study: name it with --study")
    study = load_study(study_name, settings) if study_name else None
    listed = [stage for stage in listed_stages() if stage.enabled(study)]
    if by_task:
        groups = listed_tasks(listed)
        text = "\n".join(f"{task:<14} {', '.join(names)}" for task, names in groups.items())
        click.echo(json.dumps(groups, indent=2) if form == "json" else text)
        return
    if form == "json":
        names = {stage.name for stage in listed}
        regular = {s.name: [name for name in s.needs if name in names] for s in listed if not s.on_request}
        click.echo(json.dumps(regular, indent=2))
        return
    for stage in listed:
        click.echo(f"{stage.name:<14} {stage.description}{' (only on request)' * stage.on_request}")
        if stage.writes:
            click.echo(f"{'':<14} writes {', '.join(spec.name for spec in stage.writes)}")


@click.command(epilog="Examples:\n\n\b\n  isthmus tables\n  isthmus tables --format json\n")
@format_option
def tables(form: str) -> None:
    """List the tables: name, key, what a row is, which stage writes it."""
    listed = [(spec, stage) for stage in listed_stages() for spec in stage.writes]
    if form == "json":
        found = {s.name: {"row": s.comment, "key": s.key, "stage": stage.name} for s, stage in listed}
        click.echo(json.dumps(found, indent=2, ensure_ascii=False))
        return
    for spec, stage in listed:
        click.echo(f"{spec.name:<18} {spec.comment}")
        click.echo(f"{'':<18} key: {', '.join(spec.key)}; written by stage {stage.name}")


@click.command(epilog="Examples:\n\n\b\n  isthmus describe pair_tests\n  isthmus describe works --format json\n")
@click.argument("table", shell_complete=complete_table)
@format_option
def describe(table: str, form: str) -> None:
    """Show the columns of TABLE and what each of them means."""
    specs = listed_tables()
    if table not in specs:
        raise StoreError(f"there is no table {table!r}; {did_you_mean(table, list(specs))}")
    spec = specs[table]
    if form == "json":
        shown = {"table": spec.name, "row": spec.comment, "key": spec.key, "checks": spec.checks}
        columns = {"columns": [asdict(each) for each in spec.fields]}
        click.echo(json.dumps(shown | columns, indent=2, ensure_ascii=False))
        return
    _columns(spec)


def _columns(spec: "TableSpec") -> None:
    click.echo(f"{spec.name}: {spec.comment}\nkey: {', '.join(spec.key)}\n")
    width = max(len(f.name) for f in spec.fields)
    for field in spec.fields:
        click.echo(f"  {field.name:<{width}}  {field.type:<10.60}  {field.comment}")
    for name, condition in spec.checks.items():
        click.echo(f"\n  check {name}: {condition}")
