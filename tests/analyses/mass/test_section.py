"""The section on centres of mass and its rules, on small published results of cities."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from isthmus.analyses.mass import frames
from isthmus.analyses.mass.scores import RULES
from isthmus.analyses.mass.section import section
from isthmus.analyses.sections import study_report, study_scorecard
from isthmus.indicators.cities.mass import planar_centre, pull_km
from isthmus.report import load_results
from isthmus.report.papers import PAPERS, published_values

_FILE = Path(__file__).parent.parent / "cities" / "conftest.py"
_SPEC = importlib.util.spec_from_file_location("published_cities", _FILE)
_CITIES = sys.modules.setdefault("published_cities", importlib.util.module_from_spec(_SPEC))
if not hasattr(_CITIES, "as_published"):
    _SPEC.loader.exec_module(_CITIES)

VALUES = [value for value in published_values(PAPERS["alshebli2022"]) if value.quantity in RULES]
#: Kilometres that the centre moves east within the years of each metric.
EASTWARD = {"c2": 6500.0, "works": 7000.0, "scientists": 8000.0}
LAST = {"c2": 2017, "works": 2019, "scientists": 2019}


def as_published():
    """Two places: what one has moves to the other, so that the centre goes east as was published."""
    cities = _CITIES.as_published()["cities"].head(2)
    cities = cities.assign(latitude=35.5, longitude=[120.0, -80.0], label=["Beijing", "Mountain View"])
    rows = []
    for year in _CITIES.YEARS:
        row = {}
        for metric, km in EASTWARD.items():
            degrees = km / (np.cos(np.radians(35.0)) * 111.32)
            share = 0.3 + degrees / 200.0 * (year - 1990) / (LAST[metric] - 1990)
            if metric == "works" and 1998 <= year <= 2004:
                share -= 0.2  # a pullback towards the West
            row[metric] = (round(1e6 * share), round(1e6 * (1 - share))) if year <= LAST[metric] else (None, None)
        for city in (1, 2):
            rows.append({"city": city, "year": year} | {metric: pair[city - 1] for metric, pair in row.items()})
    years = pd.DataFrame(rows)
    for metric in ("works", "c2", "c5", "scientists"):
        years[metric] = years["c2" if metric == "c5" else metric].astype("Int64")
        years[f"rank_{metric}"], years[f"relative_{metric}"] = 1, 1.0
    return {"cities": cities, "city_years": years}


@pytest.fixture
def publish(publish_study):
    """A function that writes results: `publish(tables={"cities": frame}, without=("cities",))`."""

    def write(tables=None, without=()):
        frames = _CITIES.as_published() | as_published() | (tables or {})
        return publish_study(frames, _CITIES.YEARS, without=without, **_CITIES.STUDY)

    return write


def test_there_is_no_section_without_cities_or_their_coordinates(publish):
    assert section(load_results(publish(without=("city_years",)))) is None
    nowhere = as_published()["cities"].assign(latitude=np.nan)
    assert section(load_results(publish(tables={"cities": nowhere}))) is None


def test_centres_and_pulls_are_those_of_the_library(publish):
    results = load_results(publish())
    found = frames.centres(results).set_index(["metric", "year"])
    pulls = frames.pulls(results).set_index(["metric", "year"])["km"]
    assert len(found) == 30 + 30 + 28, "impact ends with its last known year"
    years = as_published()["city_years"].query("year == 2005")
    at = years["works"], [35.5, 35.5], [120.0, -80.0]
    assert found.loc[("Productivity", 2005), "longitude"] == pytest.approx(planar_centre(*at).longitude)
    assert pulls["Productivity", 2005] == pytest.approx(pull_km(*at, 0))


def test_the_sentence_tells_the_way_and_both_readings(publish):
    results = load_results(publish())
    [said] = section(results).findings
    [impact] = [row for row in frames.shifts(results) if row["name"] == "Impact"]
    assert f"; {impact['direct']:,.0f} km along the great circle)" in said, "rounded, not cut off"
    assert said.startswith("From 1990 to 2017 the centre of impact moved 6,")
    assert "km to the east (at 35 degrees north; " in said


def test_figures_can_be_drawn_and_stand_on_the_page(publish, tmp_path):
    results = load_results(publish())
    own = section(results)
    assert [figure.name for figure in own.figures] == ["mass_way", "mass_pull"]
    for figure in own.figures:
        assert figure.draw().to_dict()["description"]
        assert figure.caption
    out = tmp_path / "report.html"
    study_report(results, out)
    page = out.read_text(encoding="utf-8")
    assert 'id="chart-mass_way"' in page
    assert "The pull of Beijing" in page


def verdicts(folder):
    return {score.id: score for score in study_scorecard(load_results(folder)).scores}


def test_results_as_published_lie_inside(publish):
    assert {value.quantity for value in VALUES} == set(RULES)
    found = verdicts(publish())
    assert {v.id: (found[v.id].ours, found[v.id].why) for v in VALUES if found[v.id].verdict != "inside"} == {}


def test_no_pullback_without_a_year_further_west(publish):
    steady = as_published()["city_years"]
    back = steady["year"].between(1998, 2004) & (steady["city"] == 1)
    steady.loc[back, "works"] += 600_000
    found = verdicts(publish(tables={"city_years": steady}))["SHEBLI22-095"]
    assert (found.verdict, found.ours) == ("outside", "no")


@pytest.mark.parametrize(
    ("change", "ids"),
    [
        ({"latitude": 45.0}, ["SHEBLI22-033"]),
        ({"longitude": [120.0, 60.0]}, ["SHEBLI22-034", "SHEBLI22-035", "SHEBLI22-036"]),
        ({"longitude": [-80.0, 120.0]}, ["SHEBLI22-034", "SHEBLI22-035"]),
    ],
)
def test_each_rule_can_fail(publish, change, ids):
    found = verdicts(publish(tables={"cities": as_published()["cities"].assign(**change)}))
    assert [found[one].verdict for one in ids] == ["outside"] * len(ids)


def test_the_pull_of_a_city_that_loses_falls(publish):
    swapped = as_published()["cities"].assign(position=pd.array([2, 1], dtype="Int32"))
    assert verdicts(publish(tables={"cities": swapped}))["SHEBLI22-094"].verdict == "outside"


def test_without_cities_nothing_is_compared(publish):
    missing = verdicts(publish(without=("cities",)))["SHEBLI22-094"]
    assert missing.verdict == "cannot be compared"
