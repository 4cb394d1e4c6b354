"""The report of somebody's own yearly network of countries: published results without a snapshot and without Spark."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from isthmus import __version__
from isthmus.analyses.networks.tables import COUNTRY_EDGES, COUNTRY_YEARS
from isthmus.analyses.networks.words import GIVEN_UNIT
from isthmus.analyses.output.tables import DENSITIES
from isthmus.analyses.significance.pooled import NOT_POOLED, of_converged_years, pools
from isthmus.analyses.significance.tables import NULL_MODEL_FITS, PAIR_TESTS, SIGNIFICANT_PAIRS
from isthmus.errors import NetworkError, did_you_mean
from isthmus.files import whole_file, write_text
from isthmus.geography import COUNTRIES
from isthmus.indicators.regions import regional_densities
from isthmus.networks.names import COLLABORATION, PUBLICATION_YEAR
from isthmus.nullmodels.frames import significant_ties
from isthmus.nullmodels.window_frames import window_tests
from isthmus.report.results import ACCOUNTING_COLUMNS, COVERAGE_COLUMNS, GATES_COLUMNS, GIVEN, UNPUBLISHED
from isthmus.tablespec import TableSpec

WINDOW_YEARS = 5
LEAST_FINITE_YEARS = 3
THRESHOLD = 2.0
FALSE_DISCOVERY_RATE = 0.05
#: A network alone holds no citations: the report needs a name for the year they would count in.
CITATION_YEAR = "cited"


def publish_network(
    ties: pd.DataFrame,
    fits: pd.DataFrame,
    out: str | Path,
    *,
    title: str,
    poles: Sequence[str] = (),
    unit: str = GIVEN_UNIT,
    window: tuple[int, int] | None = None,
    regions: Mapping[str, Sequence[str]] | None = None,
    threshold: float = THRESHOLD,
    least_finite_years: int = LEAST_FINITE_YEARS,
    false_discovery_rate: float = FALSE_DISCOVERY_RATE,
) -> Path:
    """Write the tested ties of a network as the published results of a study, which `build_report` reads.

    Papers and coverage are not known from a network alone: papers of a country are missing, and the coverage is empty.

    Parameters
    ----------
    ties : pandas.DataFrame
        Year, source, target (ISO 3166-1 alpha-2 codes), and the columns of `isthmus.nullmodels.significance.PairTable`
        from weight on.
    fits : pandas.DataFrame
        Year and the columns of `isthmus.nullmodels.link_models.FitReport`.
    out : str | Path
        Folder to write into.
    title : str
        The report's heading.
    poles : Sequence[str], optional
        Countries whose tie the report puts first; the two whose ties sum to most without any.
    unit : str, default "units"
        What the weights count: "tonnes".
    window : tuple[int, int] | None, optional
        First and last year over which ties are tested; the last five without it.
    regions : Mapping[str, Sequence[str]] | None, optional
        Names and countries whose density of significant ties is counted.
    threshold, least_finite_years : float, int
        The published rule calls a tie when its mean z over at least so many years is above it.
    false_discovery_rate : float
        A firm tie has a q below this.

    Raises
    ------
    NetworkError
        No year, several networks, a name that is no country code, or a pole that is no node.
    """
    poles = report_poles(ties, poles)
    folder = Path(out)
    (folder / "study.json").unlink(missing_ok=True)  # it says that the results are whole, and is written last
    first, last = int(ties["year"].min()), int(ties["year"].max())
    window = window_within(window, first, last)
    named = _named(ties)
    significant = significant_ties(named, window, threshold=threshold, least_finite_years=least_finite_years)
    exact = pools(str(fits["null_model"].iloc[0]), int(fits["samples"].max()))
    if exact:
        fitted = of_converged_years(named, fits, ["year"])
        tested = window_tests(fitted, window, false_discovery_rate, threshold, min_finite_years=least_finite_years)
        pair = ["network", "citation_year", "src", "dst"]
        significant = significant.merge(
            tested[[*pair, *tested.columns.difference(significant.columns)]], "left", on=pair
        )
    tables = {
        PAIR_TESTS.name: named,
        COUNTRY_EDGES.name: named.loc[named["weight"] > 0, [*KEY, "weight"]].assign(fractional=float("nan")),
        COUNTRY_YEARS.name: _nodes(named),
        NULL_MODEL_FITS.name: fits.assign(network=COLLABORATION, citation_year=PUBLICATION_YEAR),
        SIGNIFICANT_PAIRS.name: significant,
        "coverage": pd.DataFrame(columns=list(COVERAGE_COLUMNS)),
        "accounting": pd.DataFrame(columns=list(ACCOUNTING_COLUMNS)),
        "gates": pd.DataFrame(columns=list(GATES_COLUMNS)),
    }
    if regions:
        tables[DENSITIES.name] = regional_densities(significant, regions)
    for name, frame in tables.items():
        spec = _SPECS.get(name)
        with whole_file(folder / f"{name}.parquet") as file:
            (frame if spec is None else _complete(frame, spec)).to_parquet(file, index=False)
    study = {
        "study": "network",
        "title": title,
        "description": "A network of countries, tested against what their sizes alone would make of it.",
        GIVEN: {"name": _network_name(ties), "unit": unit},
        "release": "none: the network was given",
        "simulated": False,
        "poles": list(poles),
        "years": [first, last],
        "significance_years": list(window),
        "citation_year": CITATION_YEAR,
        "null_model": str(fits["null_model"].iloc[0]),
        "threshold": threshold,
        "switches": {
            "significance.min_finite_years": least_finite_years,
            "significance.false_discovery_rate": false_discovery_rate,
        },
        "notes": ["Papers and coverage are unknown: only the network was given.", *([] if exact else [NOT_POOLED])],
        "isthmus_version": __version__,
    }
    write_text(folder / "study.json", json.dumps(study, indent=2, ensure_ascii=False))
    return folder


def window_within(window: tuple[int, int] | None, first: int, last: int) -> tuple[int, int]:
    """Return the years of a window that a network has; its last ones, `WINDOW_YEARS` at most, where none is named.

    Parameters
    ----------
    window : tuple[int, int] | None
        First and last year that were asked for; returned as it is where the network has none of them.
    first, last : int
        First and last year of the network.
    """
    if window is None:
        return max(first, last - WINDOW_YEARS + 1), last
    if window[1] < first or window[0] > last:
        return window
    return max(window[0], first), min(window[1], last)


KEY = ["network", "citation_year", "year", "src", "dst"]


_SPECS = {
    spec.name: spec
    for spec in (PAIR_TESTS, COUNTRY_EDGES, COUNTRY_YEARS, NULL_MODEL_FITS, SIGNIFICANT_PAIRS, DENSITIES)
}


def _complete(frame: pd.DataFrame, spec: TableSpec) -> pd.DataFrame:
    """Return the frame with empty columns for what a network alone does not tell."""
    lacking = [name for name in spec.columns if name not in frame.columns and name not in UNPUBLISHED]
    return frame.assign(**dict.fromkeys(lacking, None))


def _named(ties: pd.DataFrame) -> pd.DataFrame:
    low, high = ties[["source", "target"]].min(axis=1), ties[["source", "target"]].max(axis=1)
    rest = ties.drop(columns=[c for c in ("source", "target", "network") if c in ties.columns])
    return rest.assign(network=COLLABORATION, citation_year=PUBLICATION_YEAR, src=low, dst=high)


def _nodes(ties: pd.DataFrame) -> pd.DataFrame:
    """Degree and strength of each country and year; what a network does not tell is missing."""
    linked = ties[ties["weight"] > 0]
    ends = pd.concat([linked[["year", end, "weight"]].rename(columns={end: "country"}) for end in ("src", "dst")])
    sums = ends.groupby(["year", "country"], as_index=False)["weight"].agg(
        collaboration_degree="size", collaboration_strength="sum"
    )
    known = {*sums.columns, "citation_year", *UNPUBLISHED}
    unknown = [name for name in COUNTRY_YEARS.columns if name not in known]
    nodes: pd.DataFrame = sums.assign(citation_year=CITATION_YEAR, **dict.fromkeys(unknown, float("nan")))
    return nodes


def report_poles(ties: pd.DataFrame, poles: Sequence[str] = ()) -> list[str]:
    """Return the poles of a network's report; refuse a network of which there can be none.

    Parameters
    ----------
    ties : pandas.DataFrame
        source, target, weight, year and perhaps network.
    poles : Sequence[str], optional
        Those that were asked for; without any the two countries whose ties sum to most.

    Raises
    ------
    NetworkError
        No year, several networks, a name that is no country code, or a pole that is no node.
    """
    if "year" not in ties.columns:
        raise NetworkError("the network has no column year; a report needs at least one year")
    if "network" in ties.columns and ties["network"].nunique() > 1:
        names = ", ".join(sorted(map(str, ties["network"].unique())))
        raise NetworkError(f"the file holds several networks ({names}), and a report is of one: keep one in the file")
    ends = pd.concat([ties[[end, "weight"]].rename(columns={end: "country"}) for end in ("source", "target")])
    refuse_unknown([*ends["country"].unique(), *poles])
    strengths = ends.groupby("country")["weight"].sum().sort_values(ascending=False, kind="stable")
    for pole in poles:
        if pole not in strengths.index:
            raise NetworkError(
                f"the pole {pole!r} is no node of the network; {did_you_mean(pole, list(strengths.index))}"
            )
    return list(poles) or [str(code) for code in strengths.index[:2]]


def _network_name(ties: pd.DataFrame) -> str:
    """Return the name that the file gives its network; empty without one."""
    return str(ties["network"].iloc[0]) if "network" in ties.columns and len(ties) else ""


def refuse_unknown(names: Sequence[str]) -> None:
    """Refuse a network whose nodes are not all countries.

    Parameters
    ----------
    names : Sequence[str]
        Nodes and poles.

    Raises
    ------
    NetworkError
        One of them is no code of a country; the nearest is named.
    """
    for name in names:
        if name not in COUNTRIES:
            raise NetworkError(
                f"{name!r} is no country (ISO 3166-1 alpha-2); {did_you_mean(str(name), list(COUNTRIES))} A report can "
                "be made of networks of countries only"
            )
