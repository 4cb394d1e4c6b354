"""Small published results of scientists who move: published values of AlShebli et al. 2024 hold in them."""

import pandas as pd
import pytest

YEARS = tuple(range(2000, 2021))
COUNTS = ["scientists", "n_first", "n_second", "works", "works_joint", "all_treated", "all_control", "n_treated",
          "n_control", "n_strata", "movers", "with_institution", "from_leading"]  # fmt: skip
ORIGINS = {"CN": 40, "IN": 30, "GB": 22, "CA": 15, "NA": 3}


def as_published():
    """Tables of moves between two poles: more every year, movers above others, joint work that fades in China."""
    return {
        "migration_flows": _flows(),
        "migration_countries": _countries(),
        "migration_pairs": _pairs(),
        "migration_profiles": _profiles(),
        "migration_comparisons": _comparisons(),
        "origin_ties_by_year": _yearly_ties(),
        "origin_ties": _ties(),
        "matched_movers": _matched(),
        "leading_universities": _universities(),
        "university_movers": _from_universities(),
        "ancestry_shares": _ancestry(),
        "migration_agreement": _agreement(),
    }


def _and_with_orcid(frame):
    """Rows of the field's scientists, and half as many of those with an ORCID: all else is alike."""
    counts = [name for name in COUNTS if name in frame]
    return pd.concat(
        [frame.assign(whose="field"), frame.assign(whose="with_orcid", **frame[counts] // 2)],
        ignore_index=True,
    )


def _flows():
    rows = []
    for year in YEARS:
        growth = 1 + (year - 2000) / 10
        for origin, movers in ORIGINS.items():
            n = int(movers * growth)
            rows.append(("field", year, origin, "US", n, n // 2, n + 2, n // 10))
        for origin, movers in {"US": 20, "HK": 12, "DE": 4}.items():
            n = int(movers * growth)
            rows.append(("field", year, origin, "CN", n, n // 2, n + 1, 0))
        rows.append(("everyone", year, "CN", "US", 900, 500, 990, 90))
        rows.append(("with_orcid", year, "CN", "US", 16, 8, 17, 1))
    columns = [
        "scientists",
        "year",
        "origin",
        "destination",
        "movers",
        "movers_strict",
        "movers_any_gap",
        "returned",
    ]
    return pd.DataFrame(rows, columns=columns)


def _countries():
    flows = _flows().query("scientists == 'field'")
    arrivals = flows.groupby(["year", "destination"])["movers"].sum()
    departures = flows.groupby(["year", "origin"])["movers"].sum()
    rows = []
    for year in YEARS:
        for country in ("US", "HK", "DE", *ORIGINS):
            come, leave = int(arrivals.get((year, country), 0)), int(departures.get((year, country), 0))
            rows.append(("field", year, country, 1000, come, leave, come - leave))
            rows.append(("with_orcid", year, country, 400, come // 2, leave // 2, come // 2 - leave // 2))
    columns = ["scientists", "year", "country", "present", "arrivals", "departures", "net"]
    return pd.DataFrame(rows, columns=columns).drop_duplicates()


def _pairs():
    rows = []
    for origin, destination, weight, expected, grade in (
        ("CN", "US", 520, 200.0, "firm"), ("US", "CN", 260, 250.0, None), ("NA", "US", 30, 22.0, "probable"),
        ("DE", "US", 0, 30.0, "firm"),
    ):  # fmt: skip
        up = weight > expected
        rows.append(
            {
                "scientists": "field", "origin": origin, "destination": destination, "finite_years": 5, "mean_z": 2.5,
                "significant": grade == "firm", "weight": weight, "years_seen": 5, "years_present": 5,
                "expected": expected, "propensity": weight / expected, "propensity_low": 0.9 * weight / expected,
                "propensity_high": 1.1 * weight / expected + 0.01, "p_upper": 0.0001 if up and grade else 0.3,
                "p_lower": 0.0001 if grade and not up else 0.7, "p_two_sided": 0.6, "q_upper": 0.001 if up else 0.9,
                "q_lower": 0.9 if up else 0.001,
                "direction": (("stronger" if up else "weaker") if grade else None), "grade": grade,
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


DIRECTIONS = (("US", "CN"), ("CN", "US"))  # destination, origin


def _profiles():
    rows = []
    for destination, origin in DIRECTIONS:
        for measure, typical in (("career_age", 9.0), ("works", 4.0), ("citations", 60.0)):
            for group, factor in (("moved from there", 1.5), ("moved elsewhere", 1.1), ("never moved", 1.0)):
                mean = typical * factor * (1.2 if destination == "CN" else 1.0)
                rows.append((destination, origin, measure, group, 400, mean, mean // 2, mean, mean * 2))
    columns = ["destination", "origin", "measure", "group", "scientists", "mean", "q25", "median", "q75"]
    return _and_with_orcid(pd.DataFrame(rows, columns=columns))


def _comparisons():
    rows = [
        (destination, origin, measure, against, 400, 4000, 0.62, 6.0, 1e-9)
        for destination, origin in DIRECTIONS
        for measure in ("career_age", "works", "citations")
        for against in ("all others", "moved elsewhere", "never moved")
    ]
    columns = ["destination", "origin", "measure", "against", "n_first", "n_second", "superiority", "z", "p_value"]
    return _and_with_orcid(pd.DataFrame(rows, columns=columns))


def _yearly_ties():
    rows = []
    for destination, origin in DIRECTIONS:
        for group, share in (("moved from there", 0.5), ("never moved", 0.02)):
            for since in range(-10, 11):
                error = None if since == 10 else 0.01
                rows.append((destination, origin, group, since, 300, 900, int(900 * share), share, error))
    columns = [
        "destination",
        "origin",
        "group",
        "since",
        "scientists",
        "works",
        "works_joint",
        "share",
        "standard_error",
    ]
    return _and_with_orcid(pd.DataFrame(rows, columns=columns))


def _ties():
    rows = [
        ("CN", "US", "moved from there", 380, 0.551, 0.36, -0.012, -0.02, -0.004, 0.002),
        ("CN", "US", "never moved", 30_000, 0.028, 0.11, 0.0, -0.001, 0.001, 0.9),
        ("US", "CN", "moved from there", 700, 0.43, 0.32, 0.01, 0.004, 0.016, 0.001),
        ("US", "CN", "never moved", 40_000, 0.013, 0.07, 0.001, 0.0, 0.002, 0.04),
    ]
    columns = ["destination", "origin", "group", "scientists", "share", "sd", "slope", "low", "high", "p_value"]
    return _and_with_orcid(pd.DataFrame(rows, columns=columns))


def _matched():
    rows = []
    for destination, origin, treated, control, mean, others, l1 in (
        ("CN", "US", 700, 765, 0.5509, 0.0301, 0.19), ("US", "CN", 1958, 1856, 0.4583, 0.0124, 0.24),
    ):  # fmt: skip
        rows.append(
            {
                "destination": destination, "origin": origin, "all_treated": treated + 500, "all_control": 2 * control,
                "n_treated": treated, "n_control": control, "n_strata": 90, "mean_treated": mean,
                "mean_control": others, "mean_control_weighted": others + 0.01, "satt": mean - others - 0.01,
                "difference": mean - others, "effective_controls": 500.0, "l1_before": 0.5, "l1_after": l1,
                "error": 0.01, "low": mean - others - 0.03, "high": mean - others + 0.01, "p_value": 1e-12,
                "student_p": 1e-10, "welch_p": 1e-11, "reason": None,
            }
        )  # fmt: skip
    return _and_with_orcid(pd.DataFrame(rows))


def _universities():
    rows = [(7, 1, "Old University", "CN", 900, 30_000), (8, 2, None, "US", 700, 20_000)]
    return pd.DataFrame(rows, columns=["institution_id", "position", "name", "country", "works", "c2"])


def _from_universities():
    """Of a hundred movers with an institution 28 come from a leading university; of these 37 and 20 percent as published."""
    rows = []
    for destination, shares in (("US", {"CN": 37, "IN": 63}), ("CN", {"US": 20, "HK": 80})):
        for origin, percent in shares.items():
            rows += [(destination, origin, year, 2 * percent, percent, 28 * percent // 100) for year in YEARS]
    columns = ["destination", "origin", "year", "movers", "with_institution", "from_leading"]
    return _and_with_orcid(pd.DataFrame(rows, columns=columns))


def _ancestry():
    rows = [("US", "CN", "Asian", 988, 0.988), ("US", "CN", "others", 12, 0.012),
            ("CN", "US", "Asian", 96, 0.96), ("CN", "US", "others", 4, 0.04)]  # fmt: skip
    return pd.DataFrame(rows, columns=["destination", "origin", "ancestry", "movers", "share"])


def _agreement():
    rows = [
        (whose, rule, compared, 2000, 2018, 120, 14_280, 2000, 2500, 4000, rho, 0.001)
        for whose in ("everyone", "field")
        for rule in ("movers", "movers_strict", "movers_any_gap")
        for compared, rho in (("flows", 0.81), ("times what size explains", 0.44))
    ]
    columns = ["scientists", "rule", "compared", "first_year", "last_year", "countries", "pairs", "linked_both",
               "linked_own", "linked_published", "spearman", "p_value"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


STUDY = {
    "study": "moves",
    "paper": "alshebli2024",
    "title": "Scientists who move",
    "description": "Who moves where.",
    "significance_years": [2016, 2020],
    "corpus": {"rule": "ai_primary", "ids": []},
    "switches": {
        "migration.gap": 5,
        "migration.strict_works": 2,
        "migration.years_after": 10,
        "migration.universities": 100,
        "migration.ancestry": {"file": "groups.csv", "source": "A census of names"},
        "migration.published_flows": {"file": "flows.csv", "movers": "movers", "source": "Others et al. 2024"},
    },
}


@pytest.fixture
def tables():
    """The tables in which every covered published value holds."""
    return as_published()


@pytest.fixture
def publish(publish_study):
    """A function that publishes tables: `publish({"migration_pairs": frame}, without=("origin_ties",), years=...)`."""

    def write(changed=None, *, without=(), **changes):
        return publish_study(as_published() | (changed or {}), YEARS, without=without, **(STUDY | changes))

    return write
