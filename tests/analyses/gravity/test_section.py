"""The section on gravity and its rules of the scorecard, on the coefficients as published."""

import importlib.util
import sys
from pathlib import Path

import pandas as pd
import pytest

from isthmus.analyses.gravity.models import DISTANCE, MADE, MOVERS, OUTPUT
from isthmus.analyses.gravity.scores import RULES
from isthmus.analyses.gravity.section import coefficient_rows, section
from isthmus.analyses.sections import study_report, study_scorecard
from isthmus.report import load_results
from isthmus.report.papers import PAPERS, published_values

_FILE = Path(__file__).parent.parent / "cities" / "conftest.py"
_SPEC = importlib.util.spec_from_file_location("published_cities", _FILE)
_CITIES = sys.modules.setdefault("published_cities", importlib.util.module_from_spec(_SPEC))
if not hasattr(_CITIES, "as_published"):
    _SPEC.loader.exec_module(_CITIES)

VALUES = [value for value in published_values(PAPERS["alshebli2022"]) if value.quantity in RULES]
#: Estimate and error of Table 1: works of the cited city, citations made, the constant.
PRINTED = {
    1: ((1.145, 0.029), (1.000, 0.017), (-12.509, 0.110)),
    2: ((1.340, 0.085), (1.002, 0.037), (-12.814, 0.224)),
    3: ((1.324, 0.085), (0.951, 0.028), (-12.173, 0.306)),
    4: ((1.250, 0.081), (0.894, 0.024), (-13.014, 0.315)),
}
SIZES = {1: (2206, 2774, 0.568), 2: (1706, 1808, 0.559), 3: (1706, 1808, 0.630), 4: (1700, 1802, 0.654)}
P_OF_ONE = {1: (0.0001, 0.99), 2: (0.0001, 0.95), 3: (0.0001, 0.08), 4: (0.002, 0.0001)}


def as_published():
    coefficients, fits = [], []
    for number, printed in PRINTED.items():
        p = (*P_OF_ONE[number], 0.0)
        for (name, (estimate, error)), own in zip(
            zip((OUTPUT, MADE, "constant"), printed, strict=True), p, strict=True
        ):
            coefficients.append(
                (
                    "impact",
                    number,
                    name,
                    estimate,
                    error,
                    2 * error,
                    estimate - 5 * error,
                    estimate + 5 * error,
                    4.0,
                    own,
                    False,
                )
            )
        if number > 2:
            coefficients.append(("impact", number, DISTANCE, -0.2, 0.01, 0.03, -0.259, -0.141, 9.0, 0.0, False))
        citing, cited, r = SIZES[number]
        fits.append(
            ("impact", number, citing, cited, citing * cited, 5000, 9, 8, 0, r, 0.7, number == 4, "converged", "")
        )
    coefficients += [
        ("migration", 3, MOVERS[0], 0.9, 0.1, 0.2, 0.3, 1.5, 3.0, 0.4, False),
        ("migration", 5, DISTANCE, -0.5, 0.05, 0.1, -0.7, -0.3, 6.0, None, False),
    ]
    fits.append(("migration", 3, 9, 9, 72, 30, 0, 0, 1, 0.4, 0.6, False, "converged", "no row of XK"))
    fits.append(("migration", 5, 9, 9, 72, 30, 0, 0, 1, None, None, False, "converged", ""))
    columns = [
        "network",
        "specification",
        "name",
        "estimate",
        "standard_error",
        "two_way_error",
        "low",
        "high",
        "effective_cities",
        "p_of_one",
        "constructed",
    ]
    names = [
        "network", "specification", "n_citing", "n_cited", "n_pairs", "n_positive", "left_out_citing", "left_out_cited", "near_pairs",
        "mcfadden", "squared_correlation", "two_way_clipped", "status", "message",
    ]  # fmt: skip
    return {
        "gravity_coefficients": pd.DataFrame(coefficients, columns=columns),
        "gravity_fits": pd.DataFrame(fits, columns=names),
    }


@pytest.fixture
def publish(publish_study):
    """A function that writes results: `publish(tables={"gravity_fits": frame}, without=("gravity_fits",))`."""

    def write(tables=None, without=()):
        frames = _CITIES.as_published() | as_published() | (tables or {})
        return publish_study(frames, _CITIES.YEARS, without=without, **_CITIES.STUDY)

    return write


def changed(name, column, value, where):
    frame = as_published()[name]
    chosen = frame.eval(where)
    assert chosen.any()
    frame[column] = frame[column].where(~chosen, value)
    return {name: frame}


def verdicts(folder):
    return {score.id: score for score in study_scorecard(load_results(folder)).scores}


def test_there_is_no_section_without_models(publish):
    assert section(load_results(publish(without=("gravity_fits",)))) is None


def test_a_row_for_each_covariate_and_a_cell_for_each_model(publish):
    rows = {row["name"]: row["cells"] for row in coefficient_rows(load_results(publish()), [1, 2, 3, 4])}
    assert list(rows) == [OUTPUT, MADE, DISTANCE, "constant"]
    assert rows[DISTANCE][:2] == [None, None]
    assert rows[DISTANCE][2]["of_one"] == "", "the p of 1 is one of sizes"
    assert rows[OUTPUT][0] == {
        "estimate": "1.145", "error": "0.029", "two_way": "0.058", "interval": "1.00 to 1.29", "of_one": "p of 1: < 0.001",
    }  # fmt: skip


def test_what_distance_does_has_an_interval_or_is_not_settled(publish, unsupported):
    said, moves = section(load_results(publish())).findings
    assert moves.startswith("At equal sizes a city twice as far away gains 29% fewer scientists (95% interval")
    assert unsupported([said, moves]) == []
    assert said == (
        "At equal sizes a city twice as far away is cited 13% less (95% interval -16% to -9%, by leaving out each city)."
    )
    wide = changed("gravity_coefficients", "high", 0.2, f"name == '{DISTANCE}'")
    open_ = section(load_results(publish(tables=wide))).findings[0]
    assert open_.startswith("What distance does to citations between cities is not settled")
    alone = changed("gravity_coefficients", "low", None, f"name == '{DISTANCE}'")
    open_ = section(load_results(publish(tables=alone))).findings[0]
    assert open_ == "What distance does to citations between cities is not settled: one city alone decides it."


def test_the_page_says_what_is_constructed_clipped_missing_and_failed(publish, tmp_path):
    out = tmp_path / "report.html"
    tables = changed("gravity_coefficients", "constructed", True, f"specification == 1 and name == '{MADE}'")
    tables |= changed("gravity_fits", "message", "shared border is empty", "specification == 4")
    tables["gravity_fits"].loc[3, "status"] = "failed"
    tables["gravity_fits"] = tables["gravity_fits"].astype({"two_way_clipped": object, "mcfadden": float})
    tables["gravity_fits"].loc[2, ["two_way_clipped", "mcfadden"]] = None
    study_report(load_results(publish(tables=tables)), out)
    page = out.read_text(encoding="utf-8")
    body = page[page.index('<section id="gravity"') :]
    body = body[: body.index("</section>")]
    assert "1 by construction" in body
    assert "The clustered matrix of model 4 had a negative eigenvalue" in body
    assert body.count("negative eigenvalue") == 1, "of a model that failed nothing is said"
    assert "official language, spoken language" in body
    assert "Model 4 is failed: shared border is empty." in body
    assert "Left out of model 3, or 0 there: no row of XK." in body
    assert "moves between cities" in body


def test_results_as_published_lie_inside(publish):
    assert {value.quantity for value in VALUES} == set(RULES)
    assert len(VALUES) == 40
    found = verdicts(publish())
    assert {v.id: (found[v.id].ours, found[v.id].why) for v in VALUES if found[v.id].verdict != "inside"} == {}


@pytest.mark.parametrize(
    ("value", "table", "column", "wrong", "where"),
    [
        ("SHEBLI22-042", "gravity_coefficients", "estimate", 1.4, "specification == 1 and network == 'impact'"),
        ("SHEBLI22-051", "gravity_coefficients", "standard_error", 0.1, "specification == 1"),
        ("SHEBLI22-060", "gravity_coefficients", "estimate", -10.0, "specification == 2"),
        ("SHEBLI22-067", "gravity_fits", "n_pairs", 900_000, "specification == 2"),
        ("SHEBLI22-072", "gravity_fits", "mcfadden", 0.3, "specification == 3"),
        ("SHEBLI22-077", "gravity_coefficients", "p_of_one", 0.3, "specification == 4"),
        ("SHEBLI22-080", "gravity_coefficients", "p_of_one", 0.01, "specification == 3"),
    ],
)
def test_each_rule_can_fail(publish, value, table, column, wrong, where):
    assert verdicts(publish(tables=changed(table, column, wrong, where)))[value].verdict == "outside"


def test_what_is_one_by_construction_is_not_compared(publish):
    found = verdicts(publish(tables=changed("gravity_coefficients", "p_of_one", None, f"name == '{MADE}'")))
    assert found["SHEBLI22-078"].verdict == "cannot be compared"
    assert "by construction" in found["SHEBLI22-078"].why
