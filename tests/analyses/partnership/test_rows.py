"""Rows of effects, balance, factors and contrasts from sums: the toy of the matching room, units in memory, reasons."""

import numpy as np
import pandas as pd
import pytest

from isthmus.analyses.partnership.fanout import factor_row
from isthmus.analyses.partnership.matched import COVARIATES, NUMBERS, _balance_rows, effect_row
from isthmus.analyses.partnership.stage import contrasts
from isthmus.matching.blocks import ARM
from isthmus.matching.poisson import poisson_effect
from isthmus.matching.sums import block_sums

TOY = [(0, 1, 4), (0, 1, 6), (0, 0, 3), (1, 1, 9), (1, 0, 2), (1, 0, 3), (1, 0, 7), (2, 1, 5), (3, 0, 1), (3, 0, 2)]


def test_the_toy_has_both_estimates():
    found = effect_row(block_sums(*np.array(TOY).T))
    assert {name: found[name] for name in ("all_joint", "all_others", "n_joint", "n_others", "strata")} == {
        "all_joint": 4, "all_others": 6, "n_joint": 3, "n_others": 4, "strata": 2,
    }  # fmt: skip
    assert (found["satt"], found["percent_weighted"]) == pytest.approx((3.0, 90.0))
    assert (found["difference"], found["percent"]) == pytest.approx((19 / 3 - 3.75, 68.888889))
    assert (found["student_p"], found["welch_p"]) == pytest.approx((0.208226, 0.229005), abs=1e-6)
    assert (found["l1_before"], found["l1_after"]) == pytest.approx((7 / 12, 5 / 12))
    assert found["fisher_p"] is None
    assert "1 of 4 treated units" in found["reason"]


def test_a_venue_has_fishers_test():
    found = effect_row(block_sums([0] * 8, [1] * 4 + [0] * 4, [1, 1, 1, 0, 1, 0, 0, 0]), yes_or_no=True)
    assert found["fisher_p"] == pytest.approx(34 / 70)


def test_a_match_without_anybody_alike_has_a_reason_and_no_number():
    found = effect_row(block_sums([0, 1], [1, 0], [3, 4]))
    assert (found["all_joint"], found["all_others"], found["n_joint"]) == (1, 1, 0)
    assert "no stratum has both arms" in found["reason"]
    counts = ("all_joint", "all_others", "n_joint", "n_others", "strata", "reason")
    assert all(found[name] is None for name in NUMBERS if name not in counts)


def test_balance_is_in_deviations_of_the_joint_papers():
    sides = [
        (f"n_{side}_{when}", n) for when in ("before", "after", "weighted") for side, n in (("joint", 2), ("others", 4))
    ]
    sums = dict(sides) | {"home": "US", "partner": "CN", "kind": "poles"}
    for of in COVARIATES.values():
        sums |= {
            f"{of}_{side}_{when}": x
            for when in ("before", "after", "weighted")
            for side, x in (("joint", 10), ("others", 8))
        }
        sums |= {f"{of}_squares": 68}  # 2 and 8: a mean of 5, a variance of 18
    found = _balance_rows(sums, (2015, 2018))
    assert [row["covariate"] for row in found] == list(COVARIATES)
    assert found[0]["before"] == pytest.approx((5 - 2) / 18**0.5)
    alone = _balance_rows(sums | {f"n_joint_{when}": 0 for when in ("before", "after", "weighted")}, (2015, 2018))
    assert alone[0]["before"] is None


def test_the_model_has_effects_of_institution_and_year_and_of_team_and_year():
    rng = np.random.default_rng(2)
    cells = pd.DataFrame(
        [(y, i, k, arm, 5, int(rng.poisson(12 * (1 + i % 3) * (1 + k) * (1.5 if arm else 1))))
         for y in (2015, 2016) for i in range(12) for k in range(3) for arm in (True, False)],
        columns=["stratum_year", "institution_id", "team", ARM, "units", "total"],
    )  # fmt: skip
    found = factor_row(cells.sample(frac=1.0, random_state=1))
    wanted = poisson_effect(
        cells[ARM], cells["institution_id"] * 10_000 + cells["stratum_year"], cells["team"] * 10_000 + cells["stratum_year"],
        cells["institution_id"], cells["units"], cells["total"],
    )  # fmt: skip
    assert found["coefficient"] == pytest.approx(wanted.coefficient)
    assert (found["papers"], found["institutions"]) == (5 * len(cells), 12)
    assert found["percent_low"] < 50 < found["percent_high"]
    assert found["p_value"] < 1e-6


def test_contrasts_of_every_year_and_of_all():
    pair = {"home": "US", "partner": "CN", "kind": "poles", "alone": 0, "with_c2": 0, "c2": None}
    rows = [
        {"year": year, "joint": joint, "works": works, "with_institution": works, "leading": leading, "in_venue": None,
         "authors": 4 * works, "authors_squared": 20 * works}
        for year, joint, works, leading in ((2010, True, 4, 3), (2010, False, 4, 1), (2011, False, 9, 2))
    ]  # fmt: skip
    found = contrasts(pd.DataFrame([pair | row for row in rows]))
    assert set(found["measure"]) == {"papers a year", "authors", "leading institution"}, "no venue is named"
    one = found.set_index(["measure", "first_year", "last_year"])
    assert one.loc[("leading institution", 2010, 2010), "p_value"] == pytest.approx(34 / 70)
    assert one.loc[("papers a year", 2010, 2011), ["joint", "others"]].tolist() == [2.0, 6.5]
    assert one.loc[("leading institution", 2011, 2011), "joint"] is None
    assert one.loc[("authors", 2010, 2011), "ratio"] == pytest.approx(1.0)
