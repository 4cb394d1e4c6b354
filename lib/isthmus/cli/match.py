"""`isthmus match`: the effect of a treatment on matched units of your own table, without Spark."""

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from isthmus.errors import MatchingError
from isthmus.files import whole_file

if TYPE_CHECKING:
    import pandas as pd

    from isthmus.matching.effects import Effect
    from isthmus.matching.frames import FrameMatch

SHOWN_NAMES = {
    "student": "difference, Student",
    "welch": "difference, Welch",
    "robust": "effect, robust",
    "clustered": "effect, clustered",
    "stratified": "effect, within strata",
    "permutation": "effect, dealt anew",
}
SENSITIVITY_COLUMNS = ("coarsening", "n_strata", "n_treated", "n_control", "satt", "low", "high")


@click.command("match")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--treatment", required=True, help="Column that tells the arms apart: 0 and 1, or see --treated.")
@click.option("--treated", help="Value of the treatment that counts as treated.")
@click.option(
    "--outcome", "outcomes", required=True, multiple=True, help="Column, or NUMERATOR/DENOMINATOR. Repeatable."
)
@click.option("--exact", multiple=True, help="Covariates that are matched on their values, as a,b. Repeatable.")
@click.option(
    "--coarsen",
    multiple=True,
    metavar="NAME=RULE",
    help="Covariate that is matched on bins: sturges, scott, quantiles:5, width:5, log:sturges, or cut points as "
    "20.5,30.5. Repeatable.",
)
@click.option(
    "--missing",
    default="level",
    show_default=True,
    help="Units without a covariate: level (matched with one another) or drop (left out).",
)
@click.option(
    "--na", multiple=True, help="Text that stands for a missing value in a CSV file, beside nothing. Repeatable."
)
@click.option("--by", help="Also each group apart: an exact covariate, such as the year.")
@click.option("--level", default=0.95, show_default=True, help="Coverage of the intervals.")
@click.option("--draws", default=1000, show_default=True, help="Resamples of the bootstrap; 0 leaves it out.")
@click.option("--seed", default=0, show_default=True, help="Seed of all random draws.")
@click.option("--sensitivity", is_flag=True, help="Also under other coarsenings, and with something unmeasured.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
@click.option(
    "--out", type=click.Path(path_type=Path), help="Write the rows with stratum and weight, .csv or .parquet."
)
def match(
    file: Path,
    treatment: str,
    treated: str | None,
    outcomes: tuple[str, ...],
    exact: tuple[str, ...],
    coarsen: tuple[str, ...],
    missing: str,
    na: tuple[str, ...],
    by: str | None,
    level: float,
    draws: int,
    seed: int,
    sensitivity: bool,
    form: str,
    out: Path | None,
) -> None:
    """Compare treated units with control units that are alike in all covariates.

    FILE is a .csv or .parquet file with one row a unit. Strata with both arms are kept; the effect is the average over
    the treated units that are kept.
    """
    from isthmus.matching.design import design
    from isthmus.matching.frames import FrameMatch

    if draws < 0:
        raise MatchingError(f"--draws is {draws}; expected 0 or more")
    if out is not None and out.suffix.lower() not in (".csv", ".parquet"):
        raise MatchingError(f"--out {out} has an unknown ending; expected .csv or .parquet")
    table = _read(file, na)
    names = [name for part in exact for name in part.split(",") if name]
    rules = _rules(coarsen)
    asked = design(
        list(table.columns), treatment=treatment, exact=names, coarsen=rules, treated=treated, missing=missing
    )
    found = FrameMatch(table, asked)
    answers = [_answer(found, outcome, by, level, draws, seed, sensitivity) for outcome in outcomes]
    if form == "json":
        click.echo(json.dumps(_plain(_described(found) | {"outcomes": answers}), indent=2, ensure_ascii=False))
    else:
        _say(found, answers)
    if out is not None:
        _write(table, found, out)
        click.echo(f"written: {out}", err=form == "json")


def _read(path: Path, na: tuple[str, ...]) -> "pd.DataFrame":
    import pandas as pd

    name = path.name.lower()
    if not path.is_file():
        raise MatchingError(f"there is no file {path}")
    try:
        if name.endswith((".parquet", ".pq")):
            return pd.read_parquet(path)
        if name.endswith((".csv", ".csv.gz")):
            # "NA" is Namibia unless it is asked for
            return pd.read_csv(
                path, keep_default_na=False, na_values=["", *na], skipinitialspace=True, low_memory=False
            )
    except (ValueError, OSError, UnicodeDecodeError) as error:
        raise MatchingError(f"{path} cannot be read: {error}") from None
    raise MatchingError(f"{path} has an unknown ending; expected .csv, .csv.gz or .parquet")


def _rules(asked: tuple[str, ...]) -> dict[str, Any]:
    """Return NAME=RULE as a mapping; numbers with commas are cut points."""
    rules: dict[str, Any] = {}
    for text in asked:
        name, equals, rule = text.partition("=")
        if not equals or not name or not rule:
            raise MatchingError(f"--coarsen {text!r} is not NAME=RULE; write it as age=sturges or age=20.5,30.5")
        if name in rules:
            raise MatchingError(f"--coarsen names {name!r} twice")
        parts = rule.split(",")
        rules[name] = parts if _number(parts[0]) else rule
    return rules


def _number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _answer(
    found: "FrameMatch", text: str, by: str | None, level: float, draws: int, seed: int, sensitivity: bool
) -> dict[str, Any]:
    """Return all that is asked about one outcome."""
    from dataclasses import asdict

    numerator, slash, denominator = text.partition("/")
    outcome = (numerator, denominator) if slash and text not in found.columns else text
    effect = found.effect(outcome, level=level)
    answer: dict[str, Any] = {"outcome": text, "effect": effect}
    if draws:
        resampled = found.bootstrap(outcome, draws=draws, seed=seed)
        answer["bootstrap"] = {
            of: resampled.interval(of, level) for of in ("satt", "difference", "percent", "percent_weighted")
        }
    if by is not None:
        answer["groups"] = found.effects(outcome, by=by, level=level)
    if sensitivity:
        answer["coarsenings"] = found.sensitivity(outcome, level=level)
        answer["bounds"] = found.bounds(outcome)
        answer["tipping_gamma"] = found.tipping_gamma(outcome)
        strength = found.e_value(outcome, level=level)
        answer["e_value"] = None if strength is None else asdict(strength)
    return answer


def _described(found: "FrameMatch") -> dict[str, Any]:
    """Return the match itself."""
    from dataclasses import asdict

    return {
        "treatment": found.design.treatment,
        "covariates": {name: how.text for name, how in found.design.covariates.items()},
        "cut_points": found.cuts,
        "balance": asdict(found.balance()),
        "covariate_balance": found.covariate_balance(),
    }


def _plain(value: Any) -> Any:
    """Return what JSON can hold: tables as lists of rows, no NaN."""
    from dataclasses import asdict, is_dataclass

    if hasattr(value, "to_dict"):
        return _plain(value.to_dict(orient="records"))
    if is_dataclass(value) and not isinstance(value, type):
        return _plain(asdict(value))
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if hasattr(value, "item"):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _say(found: "FrameMatch", answers: list[dict[str, Any]]) -> None:
    own = found.balance()
    click.echo(f"matched on {found.design.text}")
    click.echo(
        f"{own.cells_with_both:,} of {own.cells:,} strata have both arms; imbalance L1 {own.l1_before:.3f} before, "
        f"{own.l1_after:.3f} after, {own.l1_weighted:.3f} with weights"
    )
    means = found.covariate_balance().dropna(subset=["smd_before"])
    for _, row in means.iterrows():
        click.echo(
            f"  {row['covariate']}: means differ by {row['smd_before']:+.2f} standard deviations before, "
            f"{row['smd_after']:+.2f} after, {row['smd_weighted']:+.2f} with weights"
        )
    for answer in answers:
        _say_effect(answer)


def _say_effect(answer: dict[str, Any]) -> None:
    effect: Effect = answer["effect"]
    click.echo(f"\n{answer['outcome']}")
    click.echo(
        f"  {effect.n_treated:,} of {effect.all_treated:,} treated and {effect.n_control:,} of {effect.all_control:,} "
        f"control units matched; the weighted controls are worth {effect.effective_controls:,.1f}"
    )
    click.echo(
        f"  mean of treated {effect.mean_treated:,.6g}, of controls {effect.mean_control:,.6g}, "
        f"of weighted controls {effect.mean_control_weighted:,.6g}"
    )
    click.echo(f"  effect on the treated (SATT) {effect.satt:,.6g}{_percent(effect.percent_weighted)}")
    click.echo(f"  difference without weights   {effect.difference:,.6g}{_percent(effect.percent)}")
    click.echo(f"\n  {'':24}{'estimate':>12}{'error':>12}{'p':>10}   {effect.level:.0%} interval")
    for found in effect.estimates:
        if found.method in SHOWN_NAMES:
            error = "-" if found.error is None else f"{found.error:.6g}"
            p = "-" if found.p is None else f"{found.p:.4f}"
            between = "" if found.low is None else f"{found.low:.6g} to {found.high:.6g}"
            click.echo(f"  {SHOWN_NAMES[found.method]:24}{found.value:>12.6g}{error:>12}{p:>10}   {between}")
    if "bootstrap" in answer:
        for title, of in (("effect", "satt"), ("difference", "difference")):
            low, high = answer["bootstrap"][of]
            click.echo(f"  {title + ', bootstrap':24}{'':34}   {low:.6g} to {high:.6g}")
    for note in effect.notes:
        click.echo(f"  note: {note}")
    _say_more(answer)


def _percent(percent: float | None) -> str:
    return "" if percent is None else f", {percent:+.2f} % of the mean of the controls"


def _say_more(answer: dict[str, Any]) -> None:
    if "groups" in answer:
        groups = answer["groups"]
        _say_table("by group", groups[[groups.columns[0], *SENSITIVITY_COLUMNS[1:]]])
    if "coarsenings" not in answer:
        return
    _say_table("under other coarsenings", answer["coarsenings"][list(SENSITIVITY_COLUMNS)])
    _say_table("if something unmeasured moves the odds of treatment by up to gamma", answer["bounds"])
    click.echo(f"  the effect may be 0 from gamma {answer['tipping_gamma']:.3f} on")
    if answer["e_value"] is not None:
        strength = answer["e_value"]
        click.echo(
            f"  E-value ({strength['scale']} {strength['ratio']:.3f}): {strength['of_estimate']:.3f}, "
            f"of the interval {strength['of_interval']:.3f}"
        )


def _say_table(title: str, table: "pd.DataFrame") -> None:
    click.echo(f"\n  {title}")
    for line in table.to_string(index=False, float_format=lambda x: f"{x:.6g}", na_rep="-").splitlines():
        click.echo(f"  {line}")


def _write(table: "pd.DataFrame", found: "FrameMatch", out: Path) -> None:
    import pandas as pd

    weights = found.weights()
    taken = [name for name in weights.columns if name in table.columns]
    if taken:
        raise MatchingError(f"the table has a column {taken[0]!r} already; rename it, so that the weights can be added")
    whole = pd.concat([table, weights], axis=1)
    with whole_file(out) as file:
        if out.suffix.lower() == ".csv":
            whole.to_csv(file, index=False)
        else:
            whole.to_parquet(file, index=False)
