"""`isthmus studies`, `stages`, `tables`, `describe`: what there is, without Spark's JVM."""

import click

from isthmus.config import available_studies, load_study
from isthmus.errors import StoreError, did_you_mean


@click.command()
def studies() -> None:
    """List the studies that come with Isthmus."""
    for name in available_studies():
        study = load_study(name)
        click.secho(name, bold=True)
        click.echo(f"  {study.title}, {study.years.corpus[0]}-{study.years.corpus[1]}")
        click.echo(click.wrap_text(study.description, 96, "  ", "  ") + "\n")


@click.command()
def stages() -> None:
    """List the stages of the pipeline in their order."""
    from isthmus.pipeline import STAGES

    for stage in STAGES:
        click.echo(f"{stage.name:<14} {stage.says}")
        if stage.writes:
            click.echo(f"{'':<14} writes {', '.join(spec.name for spec in stage.writes)}")


@click.command()
def tables() -> None:
    """List the tables: name, key, what a row is, which stage writes it."""
    from isthmus.pipeline import STAGES

    for stage in STAGES:
        for spec in stage.writes:
            click.echo(f"{spec.name:<18} {spec.comment}")
            click.echo(f"{'':<18} key: {', '.join(spec.key)}; written by stage {stage.name}")


@click.command(epilog="Example:\n\n\b\n  isthmus describe ties\n")
@click.argument("table")
def describe(table: str) -> None:
    """Show the columns of TABLE and what each of them means."""
    from isthmus.pipeline import STAGES

    specs = {spec.name: spec for stage in STAGES for spec in stage.writes}
    if table not in specs:
        raise StoreError(f"there is no table {table!r}; {did_you_mean(table, list(specs))}")
    spec = specs[table]
    click.echo(f"{spec.name}: {spec.comment}\nkey: {', '.join(spec.key)}\n")
    width = max(len(f.name) for f in spec.fields)
    for field in spec.fields:
        click.echo(f"  {field.name:<{width}}  {field.dataType.simpleString():<10.60}  {field.metadata['comment']}")
    for name, condition in spec.checks.items():
        click.echo(f"\n  check {name}: {condition}")
