"""Small published results of joint papers: published values of AlShebli et al. 2024 hold in them."""

import pandas as pd
import pytest

from isthmus.indicators.partnership.names import OUTCOMES, READINGS
from isthmus.report.papers import find_paper, published_values

YEARS = tuple(range(2000, 2021))
PAIRS = (("US", "CN", "poles"), ("CN", "US", "poles"), ("CA", "KR", "placebo"), ("KR", "CA", "placebo"))
CODES = {"US": "US", "China": "CN", "Canada": "CA", "S.Korea": "KR"}
#: Of an effect, the published quantity that it is.
COLUMNS = {
    "n_joint": "n_matched_T",
    "n_others": "n_matched_C",
    "l1_after": "L1",
    "mean_joint": "mu_T",
    "mean_others": "mu_C",
}


def published():
    """Return the values of Tables S2 to S4 by pair, years and quantity."""
    found = {}
    for value in published_values(find_paper("alshebli2024")):
        table, _, quantity = value.quantity.partition("_")
        if table in ("S2", "S3", "S4"):
            first, second = value.scope.replace(" ", "").split(")")[0].strip("(").split(",")
            found[(CODES[first], CODES[second], value.first, value.last, quantity)] = float(value.value)
    return found


def effect(values, home, partner, first, last):
    """One row of effects on citations as published, the effect with weights like the one without."""
    given = {name: values[(home, partner, first, last, quantity)] for name, quantity in COLUMNS.items()}
    percent = 100 * (given["mean_joint"] / given["mean_others"] - 1)
    settled = abs(percent) > 30
    return given | {
        "all_joint": values[(home, partner, first, last, "n_T")], "all_others": values[(home, partner, first, last, "n_C")],
        "strata": 400, "l1_before": 0.7, "effective_others": given["n_others"] / 3,
        "mean_others_weighted": given["mean_others"] + 0.1, "satt": given["mean_joint"] - given["mean_others"] - 0.1,
        "error": 0.2, "low": 0.3 if settled and percent > 0 else -0.5, "high": 4.0, "p_value": 0.001 if settled else 0.4,
        "difference": given["mean_joint"] - given["mean_others"], "percent": percent, "percent_low": percent - 9.0,
        "percent_high": percent + 11.0, "percent_weighted": percent - 2, "percent_weighted_low": percent - 8.0,
        "percent_weighted_high": percent + 6.0, "student_p": 0.001, "welch_p": 0.002, "fisher_p": None, "reason": None,
    }  # fmt: skip


def effects():
    values, rows = published(), []
    for home, partner, kind in PAIRS:
        pair = {"home": home, "partner": partner, "kind": kind, "outcome": "c2"}
        years = [(first, last) for (h, p, first, last, q) in values if (h, p, q) == (home, partner, "n_T")]
        for first, last in years:
            own = pair | {"first_year": first, "last_year": last} | effect(values, home, partner, first, last)
            readings = READINGS if last > first else READINGS[:1]
            rows += [own | {"reading": reading} for reading in readings]
            if last > first and kind == "poles":
                venue = {"mean_joint": 0.06, "mean_others": 0.03, "mean_others_weighted": 0.04, "fisher_p": 0.0001}
                others = [name for name in OUTCOMES if name != "c2"]
                rows += [
                    own | {"reading": READINGS[0], "outcome": n} | (venue if n == "in_venue" else {}) for n in others
                ]
    return pd.DataFrame(rows)


def years():
    """Papers of the years: as many as published where they are, more joint papers every year."""
    values, rows = published(), []
    for home, partner, kind in PAIRS:
        for year in YEARS:
            joint, others = (int(_papers(values, home, partner, year, quantity)) for quantity in ("n_T", "n_C"))
            for is_joint, works, authors in ((True, joint, 5), (False, others, 3)):
                rows.append(
                    {
                        "home": home, "partner": partner, "kind": kind, "year": year, "joint": is_joint, "works": works,
                        "alone": 0 if is_joint else works // 7, "with_institution": works, "leading": works // 4,
                        "in_venue": works // 30, "authors": authors * works, "authors_squared": authors**2 * works + works,
                        "with_c2": works, "c2": 6 * works,
                    }
                )  # fmt: skip
    return pd.DataFrame(rows)


def _papers(values, home, partner, year, quantity):
    """Papers of a year: as published, a fourth of those of four years, or in other years few before and many after."""
    usual = {"n_T": 5_000 if year > 2018 else 40 + year - 2000, "n_C": 60_000}[quantity]
    four = values.get((home, partner, 2015, 2018, quantity)) if home in ("CA", "KR") else None
    return values.get((home, partner, year, year, quantity), usual if four is None else four / 4)


def contrasts():
    rows = []
    for home, partner, kind in PAIRS:
        pair = {"home": home, "partner": partner, "kind": kind, "last_year": 2020, "n_joint": 900, "n_others": 9000}
        for measure, joint, others in (
            ("papers a year", 300.0, 40_000.0), ("authors", 5.0, 3.0), ("leading institution", 0.5, 0.3), ("in a venue", 0.06, 0.03),
        ):  # fmt: skip
            for first in (2000, 2020):
                numbers = {"joint": joint, "others": others, "ratio": joint / others, "p_value": 1e-9, "p_welch": None}
                rows.append(pair | {"first_year": first, "measure": measure} | numbers)
    return pd.DataFrame(rows)


def factors():
    rows = [
        {
            "home": home, "partner": partner, "kind": kind, "first_year": 2015, "last_year": 2018, "outcome": outcome,
            "coefficient": 0.3, "error": 0.05, "percent": 35.0, "percent_low": 22.0, "percent_high": 49.0,
            "p_value": 1e-6, "papers": 5000, "left_out": 12, "institutions": 300, "imbalance": 1e-12, "reason": None,
        }
        for home, partner, kind in PAIRS
        for outcome in ("c2", "c2_home", "c2_partner", "c2_elsewhere", "c2_not_self")
    ]  # fmt: skip
    return pd.DataFrame(rows)


def as_published():
    covariates = ("authors", "year", "leading institution", "papers of the institution")
    balance = [
        {"home": h, "partner": p, "kind": k, "first_year": 2015, "last_year": 2018, "covariate": c,
         "before": 0.6, "after": 0.3, "weighted": 0.0}
        for h, p, k in PAIRS
        for c in covariates
    ]  # fmt: skip
    institutions = [
        (1, 7, "Institute of Seven", "US", 90, 900),
        (2, 8, None, "CN", 80, 700),
        (3, 9, "Nine", None, 50, 400),
    ]
    names = ["position", "institution_id", "name", "country", "works", "c2"]
    return {
        "partnership_effects": effects(),
        "partnership_years": years(),
        "partnership_contrasts": contrasts(),
        "partnership_factors": factors(),
        "partnership_balance": pd.DataFrame(balance),
        "partnership_institutions": pd.DataFrame(institutions, columns=names),
    }


STUDY = {
    "study": "joint",
    "paper": "alshebli2024",
    "title": "Papers with a partner",
    "description": "What a partner adds.",
    "significance_years": [2016, 2020],
    "corpus": {"rule": "ai_primary", "ids": []},
    "switches": {"partnership.own_affiliations": False},
}


@pytest.fixture
def tables():
    """The tables in which published values hold."""
    return as_published()


@pytest.fixture
def publish(publish_study):
    """A function that publishes tables: `publish({"partnership_years": frame}, without=("partnership_factors",))`."""

    def write(changed=None, *, without=(), **changes):
        return publish_study(as_published() | (changed or {}), YEARS, without=without, **(STUDY | changes))

    return write
