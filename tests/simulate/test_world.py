import pytest

from isthmus.errors import ConfigError
from isthmus.simulate import PLANTED, World


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"works": 3}, "works = 3"),
        ({"persistence": 1.0}, "persistence"),
        ({"first_year": 2020, "last_year": 2010}, "2020 to 2010"),
        ({"last_year": 2040}, "2026"),
        ({"edition": 3}, "edition = 3"),
        ({"works_per_part": 0}, "works_per_part"),
    ],
)
def test_a_world_that_cannot_be_made_is_refused(fields, message):
    with pytest.raises(ConfigError, match=message):
        World(**fields)


def test_an_unknown_planted_fact_is_refused_with_a_hint():
    with pytest.raises(ConfigError, match="did you mean 'trends'"):
        World().without("trend")


def test_each_switch_can_be_turned_off_alone():
    for name in PLANTED:
        assert World().without(name).planted == set(PLANTED) - {name}
