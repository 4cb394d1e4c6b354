"""Published labels and trends that a study cannot be compared with: each tells why."""

import json

import pandas as pd
import pytest

from isthmus.analyses.trajectories.scores import RULES
from isthmus.report import load_results
from isthmus.report.scoring import NotComparableError, Published


def published(quantity, scope, value="1"):
    return Published("X-1", "gallo2026", quantity, scope, 2000, 2021, value, "sign")


@pytest.fixture(scope="module")
def results(make_results):
    return load_results(make_results(simulated=False, uncertainty=False))


def ours(results, quantity, scope, value="1"):
    return RULES[quantity].compute(results, published(quantity, scope, value))


def reason(results, quantity, scope):
    with pytest.raises(NotComparableError) as caught:
        ours(results, quantity, scope)
    return str(caught.value)


def test_a_sign_is_that_of_the_change_of_z(results):
    table = pd.read_parquet(results.folder / "pair_labels.parquet").query("src == 'CN' and dst == 'US'").iloc[0]
    found = ours(results, "trajectory_sign_collab", "China-United States")
    assert found.value == (1.0 if table["z_change_collaboration"] > 0 else -1.0)
    assert found.how.startswith("change of z, last three years minus first three: collaboration ")


def test_places_that_the_study_does_not_hold_are_named(results):
    assert reason(results, "trajectory_sign_both", "Atlantis-China") == "'Atlantis' is no country"
    assert reason(results, "trajectory_sign_both", "Bhutan-China") == "Bhutan is not in the networks of this study"


def test_a_pair_without_a_trajectory_has_no_sign(results):
    assert "have no z in both networks in every year" in reason(results, "trajectory_sign_both", "Kosovo-China")


def test_a_study_without_trajectories_has_no_labels(make_results):
    bare = load_results(make_results(simulated=False, trajectories=False))
    assert reason(bare, "trajectory_sign_both", "Germany-China") == "these results hold no trajectories"
    assert (
        reason(bare, "label_majority", "pairs among the 20 most productive countries") == "these results hold no labels"
    )
    assert reason(bare, "n_integration_groups", "groups") == "these results hold no integration groups"


def test_groups_of_other_poles_are_not_compared(make_results):
    folder = make_results(simulated=False, uncertainty=False)
    file = folder / "study.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"poles": ["US", "FR"]}))
    assert reason(load_results(folder), "integration_group", "Germany") == "the poles of this study are others"


def test_a_country_outside_the_grouped_ones_is_told(results):
    assert "is not among the 14 countries grouped" in reason(results, "integration_group", "Kenya")


def test_the_group_of_a_country_is_the_published_table_s(results):
    groups = pd.read_parquet(results.folder / "integration_groups.parquet")
    own = groups[groups["country"] == "DE"]["group"].iloc[0]
    assert ours(results, "integration_group", "Germany").value == own
    assert ours(results, "n_countries_integration", "groups").value == 14


def test_too_few_members_of_the_eu_cannot_be_compared(make_results):
    few = load_results(make_results(simulated=False, uncertainty=False, sizes={"US": 90.0, "CN": 80.0, "FR": 50.0}))
    assert "too few of the EU-28" in reason(few, "label_majority", "EU-28: most productive members")


def test_the_faster_pole_is_the_one_with_the_larger_mean_change(results):
    table = pd.read_parquet(results.folder / "pair_labels.parquet").set_index(["src", "dst"])
    means = {
        pole: table.loc[tuple(sorted(("FR", pole))), ["z_change_collaboration", "z_change_exchange"]].mean()
        for pole in ("US", "CN")
    }
    expected = "China" if means["CN"] > means["US"] else "United States"
    assert ours(results, "trajectory_faster_pole", "France").value == expected
