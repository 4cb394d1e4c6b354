"""What a study of a partnership compares, and what it refuses."""

import pytest

from isthmus.analyses.partnership.plan import Spans, matches, pairs, problems, spans
from isthmus.config import Study
from isthmus.indicators.partnership.names import READINGS


def study(geography=None, **partnership):
    return Study(
        study="mine",
        title="Mine",
        years={"corpus": (2000, 2018), "analysis": (2000, 2018), "significance": (2014, 2018), "citing_until": 2020},
        geography=geography or {},
        places={},
        partnership=partnership,
    )


def test_the_poles_and_the_placebo_each_way_and_the_poles_with_others():
    found = pairs(study(partners=("GB",), pooled_years=(2015, 2018)))
    named = [(pair.kind, pair.home, pair.partner, pair.years) for pair in found]
    assert named == [
        ("poles", "US", "CN", (2000, 2018)), ("poles", "CN", "US", (2000, 2018)),
        ("placebo", "CA", "KR", (2000, 2018)), ("placebo", "KR", "CA", (2000, 2018)),
        ("other partner", "US", "GB", (2015, 2018)), ("other partner", "CN", "GB", (2015, 2018)),
    ]  # fmt: skip
    assert [pair.kind for pair in pairs(study(placebo=None))] == ["poles", "poles"]


def test_years_are_those_of_the_analysis_unless_others_are_named():
    assert spans(study()) == Spans((2000, 2018), (2000, 2018), (2015, 2018))
    own = study(matched_years=(2005, 2007))
    assert spans(own) == Spans((2000, 2018), (2005, 2007), (2005, 2007))


def test_every_year_is_matched_and_the_pooled_ones_in_four_readings():
    found = matches(study(matched_years=(2014, 2018), pooled_years=(2015, 2018)))
    assert [m.years[0] for m in found[:5]] == [2014, 2015, 2016, 2017, 2018]
    assert [m.reading for m in found[5:9]] == list(READINGS)
    assert [m.all_outcomes for m in found[5:9]] == [True, False, False, False]
    assert found[9].kinds == ("other partner",)
    one = matches(study(matched_years=(2018, 2018)))
    assert [(m.years, m.reading) for m in one if m.reading == READINGS[0] and "poles" in m.kinds] == [
        ((2018, 2018), READINGS[0])
    ], "a pooled year that is matched already is matched once"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"partners": ("XX",)}, "neither a country"),
        ({"partners": ("US",)}, "US and US share US"),
        ({"placebo": ("FR", "EU-27")}, "EU-27 and FR share FR"),
        ({"placebo": ("US", "CN")}, "compared already"),
        ({"placebo": ("US", "GB"), "partners": ("GB",)}, "compared already"),
        ({"matched_years": (1999, 2018)}, "stay within"),
        ({"geography": {"poles": ("US",)}}, "two or more"),
    ],
)
def test_what_cannot_be_compared_is_refused(asked, said):
    assert any(said in problem for problem in problems(study(**asked)))


def test_years_and_cuts_out_of_order_are_refused():
    with pytest.raises(ValueError, match="after"):
        study(matched_years=(2018, 2005))
    with pytest.raises(ValueError, match="does not rise"):
        study(team_cuts=(3, 3))
