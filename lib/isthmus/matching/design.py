"""What is matched on what: the treatment, the covariates and how each is coarsened, checked before any work."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from isthmus.errors import MatchingError, did_you_mean
from isthmus.matching.coarsening import Coarsening, coarsening

MISSING_RULES = ("level", "drop")
EXACT = Coarsening("exact")

Outcome = str | tuple[str, str]
"""A column, or the two columns numerator and denominator of a share."""


@dataclass(frozen=True)
class Design:
    """A treatment and its covariates.

    Attributes
    ----------
    treatment : str
        Column of the treatment.
    covariates : dict of str to Coarsening
        How each covariate is coarsened, in the order of the strata's columns.
    treated : object or None
        Value of the treatment that counts as treated; None: the column holds 0 and 1, or false and true.
    missing : str
        "level": units without a value of a covariate are matched with one another; "drop": they are left out.
    """

    treatment: str
    covariates: dict[str, Coarsening]
    treated: Any = None
    missing: str = "level"

    @property
    def coarsened(self) -> dict[str, Coarsening]:
        """The covariates that are not exact."""
        return {name: how for name, how in self.covariates.items() if how.rule != "exact"}

    @property
    def text(self) -> str:
        """The design in words."""
        return "; ".join(f"{name}: {how.text}" for name, how in self.covariates.items())

    def with_coarsenings(self, other: Mapping[str, Coarsening]) -> "Design":
        """Return the design with some covariates coarsened otherwise.

        Parameters
        ----------
        other : mapping of str to Coarsening
            Covariates and their rules.
        """
        return Design(self.treatment, {**self.covariates, **other}, self.treated, self.missing)


def design(
    columns: Sequence[str],
    *,
    treatment: str,
    exact: str | Sequence[str] = (),
    coarsen: Mapping[str, Any] | None = None,
    treated: Any = None,
    missing: str = "level",
) -> Design:
    """Return a checked design.

    Parameters
    ----------
    columns : sequence of str
        Columns that there are.
    treatment : str
        Column of the treatment.
    exact : str or sequence of str
        Covariates that are matched on their values.
    coarsen : mapping of str to rule or None
        Covariates that are matched on bins, and their rules, see `isthmus.matching.coarsening.coarsening`.
    treated : object
        See `Design`.
    missing : str
        See `Design`.

    Raises
    ------
    MatchingError
        No such column or rule, no covariate, or one that is named twice.
    """
    names = [exact] if isinstance(exact, str) else list(exact)
    rules = {name: coarsening(asked, name) for name, asked in (coarsen or {}).items()}
    if missing not in MISSING_RULES:
        raise MatchingError(f"there is no rule {missing!r} for missing values; {did_you_mean(missing, MISSING_RULES)}")
    for name in (treatment, *names, *rules):
        require_column(name, columns)
    twice = [name for name in names if names.count(name) > 1 or name in rules]
    if twice:
        raise MatchingError(f"the covariate {twice[0]!r} is named twice; name it under exact or under coarsen")
    if treatment in names or treatment in rules:
        raise MatchingError(f"{treatment!r} is the treatment; units cannot be matched on it")
    if not names and not rules:
        raise MatchingError("no covariate is named; give exact=[...] or coarsen={...}")
    return Design(treatment, dict.fromkeys(names, EXACT) | rules, treated, missing)


def require_column(name: Any, columns: Sequence[str]) -> None:
    """Refuse a column that is not there.

    Parameters
    ----------
    name : str
        Asked for.
    columns : sequence of str
        Columns that there are.

    Raises
    ------
    MatchingError
        It is not there; names the nearest.
    """
    if list(columns).count(name) > 1:
        raise MatchingError(f"there are {list(columns).count(name)} columns {name!r}; give each its own name")
    if name not in columns:
        raise MatchingError(f"there is no column {name!r}; {did_you_mean(name, [str(column) for column in columns])}")


def outcome_columns(outcome: Outcome, columns: Sequence[str]) -> tuple[str, ...]:
    """Return the one or two columns of an outcome.

    Parameters
    ----------
    outcome : str or (str, str)
        See `Outcome`.
    columns : sequence of str
        Columns that there are.

    Raises
    ------
    MatchingError
        No such column, or neither one nor two.
    """
    names = (outcome,) if isinstance(outcome, str) else tuple(outcome)
    if len(names) not in (1, 2):
        raise MatchingError(f"the outcome {outcome!r} is no column and no pair of numerator and denominator")
    for name in names:
        require_column(name, columns)
    return names


def arm_of(values: Sequence[Any], treatment: str, treated: Any) -> Any:
    """Return which of a treatment's values counts as treated.

    Parameters
    ----------
    values : sequence of object
        Distinct values of the treatment, without missing ones.
    treatment : str
        Its column.
    treated : object
        The value asked for, or None.

    Raises
    ------
    MatchingError
        There are not two values, or none of them is the one asked for.
    """
    known = sorted(values, key=str)
    shown = ", ".join(str(value) for value in known[:6]) + (", ..." if len(known) > 6 else "")
    if len(known) != 2:
        raise MatchingError(
            f"the treatment {treatment!r} has {len(known)} values ({shown or 'none'}); expected two, one for each arm"
        )
    if treated is None:
        wanted = [value for value in known if str(value).lower() in ("1", "1.0", "true")]
        others = [value for value in known if str(value).lower() in ("0", "0.0", "false")]
        if len(wanted) != 1 or len(others) != 1:
            raise MatchingError(
                f"the treatment {treatment!r} holds {shown}; say which is treated (treated={known[0]!r})"
            )
        return wanted[0]
    for value in known:
        if value == treated or str(value) == str(treated):
            return value
    raise MatchingError(f"the treatment {treatment!r} is never {treated!r}; it holds {shown}")
