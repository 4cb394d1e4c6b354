"""Small published results on output, scientists and hits: published values of AlShebli et al. 2024 hold in them."""

import importlib.util
from pathlib import Path

import pandas as pd
import pytest

_FILE = Path(__file__).parents[1] / "migration" / "conftest.py"
_SPEC = importlib.util.spec_from_file_location("migration_world", _FILE)
_MOVES = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(_MOVES)
YEARS = _MOVES.YEARS
PEOPLE = {"US": 94_363, "CN": 105_103, "NA": 300, "IN": 163_163}
CITED = {"US": 5.0, "CN": 1.7, "IN": 3.5, "NA": 1.0}
SHARES = {"US": 0.45, "CN": 0.10, "IN": 0.44, "NA": 0.01}


def as_published():
    """Papers as printed; China passes the United States in 2010, its hits rise, those of the United States fall."""
    return {
        "country_output": _output(),
        "scientist_totals": pd.DataFrame(
            [(code, number, number + 100) for code, number in PEOPLE.items()] + [(None, 0, 50)],
            columns=["country", "majority", "at_least_half"],
        ),
        "output_totals": pd.DataFrame({"year": YEARS, "works": 257_000, "works_with_country": 240_000}),
        "hit_years": _hit_years(),
        "country_hits": _hits(),
    }


def papers(code, year):
    base = {"US": 65_000, "CN": 45_000, "IN": 165_000, "NA": 50}[code]
    step = {"US": 0, "CN": 2_100, "IN": 100, "NA": 1}[code]
    return base + step * (year - 2000)


def _output():
    rows = []
    for code in PEOPLE:
        for year in YEARS:
            works, over = papers(code, year), year <= 2018
            mean = CITED[code] * (1 + (year - 2000) / 50)
            cited = int(works * mean) if over else None
            rows.append((year, code, works, cited, mean if over else None, 900, 950))
    columns = ["year", "country", "works", "c2", "mean_c2", "majority", "at_least_half"]
    return pd.DataFrame(rows, columns=columns).astype({"c2": "float64"})


def _hit_years():
    rows = [
        (year, 250_000, 240_000, 40.0, 2600.0, 2500.0, 2400.0, 0.0104, 0.01) if year > 2000
        else (year, 250_000, 240_000, 0.0, None, None, None, None, None)
        for year in YEARS[:-2]
    ]  # fmt: skip
    columns = ["year", "works", "works_with_country", "cut", "hits", "hits_with_country",
               "hits_with_country_fractional", "realised", "realised_fractional"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _hits():
    rows = []
    for year in YEARS[:-2]:
        for code, share in SHARES.items():
            turn = {"CN": 0.004, "US": -0.003}.get(code, 0.0) * (year - 2009)
            own = share + turn
            hits = None if year == 2000 else 2500 * own
            rows.append(
                (
                    year,
                    code,
                    papers(code, year),
                    hits,
                    hits,
                    None if hits is None else own,
                    None if hits is None else own,
                )
            )
    columns = ["year", "country", "works", "hits", "hits_fractional", "share", "share_fractional"]
    return pd.DataFrame(rows, columns=columns)


@pytest.fixture
def tables():
    """The tables in which every covered published value holds."""
    return as_published()


@pytest.fixture
def publish(publish_study):
    """A function that publishes tables, as that of migration."""

    def write(changed=None, *, without=(), **changes):
        study = _MOVES.STUDY | {"switches": {"hits.share": 0.01}} | changes
        return publish_study(as_published() | (changed or {}), YEARS, without=without, **study)

    return write
