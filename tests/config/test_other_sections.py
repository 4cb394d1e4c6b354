"""`geography`, `networks`, `significance`, and what holds between sections."""

import pytest
from pydantic import ValidationError

from isthmus.config import Geography, Networks, Significance, Study, load_study
from isthmus.errors import ConfigError


def test_poles_may_be_countries_and_own_blocs():
    geography = Geography(poles=("US", "Nordic"), blocs={"Nordic": ("DK", "FI", "IS", "NO", "SE")})
    assert geography.poles == ("US", "Nordic")


def test_there_is_at_least_one_pole():
    with pytest.raises(ValidationError, match="poles"):
        Geography(poles=())


@pytest.mark.parametrize("code", ["us", "USA", "U1", ""])
def test_a_bloc_is_made_of_alpha_2_codes(code):
    with pytest.raises(ValidationError, match="blocs"):
        Geography(blocs={"Mine": (code,)})


def test_the_reported_reading_must_be_computed():
    with pytest.raises(ValidationError, match=r"citation_year 'citing' is not among citation_years \['cited'\]"):
        Networks(citation_year="citing", citation_years=("cited",))


def test_compared_blocs_are_two_at_least_and_off_unless_they_are_named():
    assert not Study(study="mine", title="Mine").enabled("blocs")
    study = Study(study="mine", title="Mine", blocs={"entities": ("US", "BRICS")})
    assert study.enabled("blocs")
    assert not study.enabled("active_researchers")
    with pytest.raises(ValidationError, match="entities"):
        Study(study="mine", title="Mine", blocs={"entities": ("US",)})


def test_active_researchers_need_blocs():
    with pytest.raises(ValidationError, match="active_researchers needs blocs, which is off"):
        Study(study="mine", title="Mine", active_researchers={})


def test_novelty_is_off_unless_it_is_named_and_as_published_against_all_works():
    assert not Study(study="mine", title="Mine").enabled("novelty")
    study = Study(study="mine", title="Mine", novelty={})
    assert study.enabled("novelty")
    assert (study.novelty.background, study.novelty.replicates) == ("corpus", 0)
    published = Study(study="mine", title="Mine", novelty={}, as_published=True).novelty
    assert (published.background, published.replicates) == ("all", 10)
    kept = Study(study="mine", title="Mine", novelty={"background": "corpus"}, as_published=True).novelty
    assert (kept.background, kept.replicates) == ("corpus", 10)
    assert not Study(study="mine", title="Mine", as_published=True).enabled("novelty")
    with pytest.raises(ValidationError, match="one sample has no standard deviation"):
        Study(study="mine", title="Mine", novelty={"replicates": 1})


@pytest.mark.parametrize("numbers", [(), (0,), (1, 1), (-2,), (100_000,)])
@pytest.mark.parametrize("field", ["papers", "windows"])
def test_what_counts_as_active_is_numbers_each_once(field, numbers):
    with pytest.raises(ValidationError, match=field):
        Study(study="mine", title="Mine", blocs={}, active_researchers={field: numbers})


def test_a_citation_window_is_not_negative():
    assert Networks(citation_window=0).citation_window == 0
    with pytest.raises(ValidationError, match="citation_window"):
        Networks(citation_window=-1)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("null_model", "random"),
        ("samples", -1),
        ("samples", 100_001),
        ("finite", "all"),
        ("threshold", float("nan")),
        ("min_finite_years", 0),
        ("false_discovery_rate", 0),
        ("false_discovery_rate", 1),
    ],
)
def test_significance_refuses_values_out_of_range(field, value):
    with pytest.raises(ValidationError, match=field):
        Significance(**{field: value})


def test_there_are_as_many_significance_years_as_finite_years_are_asked_for():
    with pytest.raises(ValidationError, match=r"min_finite_years is 6, but years\.significance spans only 5 years"):
        Study(study="s", title="S", significance=Significance(min_finite_years=6))


@pytest.mark.parametrize("name", ["Gallo", "2026", "with space", "../escape", "semi;colon", ""])
def test_the_name_of_a_study_fits_a_folder_and_a_table(name):
    with pytest.raises(ValidationError, match="study"):
        Study(study=name, title="S")


def test_a_study_does_not_change():
    study = Study(study="s", title="S")
    with pytest.raises(ValidationError, match="frozen"):
        study.seed = 2


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("geography.poles=[US, CN, US]", "geography: poles: 'US' stands twice; name it once"),
        ("networks.citation_years=[cited, cited]", "networks: citation_years: 'cited' stands twice"),
        ("title=''", "title: String should have at least 1 character"),
    ],
)
def test_a_list_names_nothing_twice_and_a_study_has_a_title(setting, said):
    with pytest.raises(ConfigError) as raised:
        load_study("gallo2026", [setting])
    assert said in str(raised.value)
