"""How a search for moves is judged, on literal careers."""

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from isthmus.simulate.moves import judge_moves, observable_moves

MIGRANTS = pd.DataFrame(
    [(1, 2005, "CN", "US"), (2, 2005, "US", "CN"), (3, 2005, "DE", "US"), (4, 2005, "FR", "US")],
    columns=["author_id", "year", "origin", "destination"],
)
YEARS = pd.DataFrame(
    [
        (1, 2003, "CN"), (1, 2004, None), (1, 2006, "US"),  # seen a year late
        (2, 2004, None), (2, 2005, "CN"),  # where from is not known
        (3, 1999, "DE"), (3, 2005, "US"),  # too long between
        (4, 2004, "FR"), (4, 2005, "US"),
        (9, 2004, "IT"), (9, 2005, "ES"),
    ],
    columns=["author_id", "year", "country_code"],
)  # fmt: skip


def moves(*rows):
    return pd.DataFrame(rows, columns=["author_id", "year", "origin", "destination"])


def test_a_planted_move_is_observable_with_places_on_both_sides_within_the_gap():
    shown = observable_moves(MIGRANTS, YEARS, gap=5)
    assert shown.to_numpy().tolist() == [[1, 2006, "CN", "US"], [4, 2005, "FR", "US"]]
    assert 3 in set(observable_moves(MIGRANTS, YEARS, gap=6)["author_id"])


def test_what_was_not_planted_is_false():
    found = moves((1, 2006, "CN", "US"), (9, 2005, "IT", "ES"), (4, 2006, "FR", "US"), (1, 2008, "US", "CN"))
    judged = judge_moves(found, MIGRANTS, YEARS, gap=5)
    assert (judged.observable, judged.recovered, judged.found, judged.false) == (2, 1, 4, 2)
    assert (judged.recovered_share, judged.false_share) == (0.5, 0.5)
    nothing = judge_moves(found.iloc[:0], MIGRANTS.iloc[:0], YEARS, gap=5)
    assert np.isnan(nothing.recovered_share)
    assert np.isnan(nothing.false_share)


@given(
    st.lists(
        st.tuples(st.integers(1, 9), st.integers(2000, 2010), st.sampled_from("AB"), st.sampled_from("CD")), max_size=20
    )
)
def test_the_truth_itself_is_found_without_error(rows):
    planted = moves(*rows).drop_duplicates("author_id")
    before = planted.assign(country_code=planted["origin"], year=planted["year"] - 1)
    after = planted.assign(country_code=planted["destination"])
    years = pd.concat([before, after])[["author_id", "year", "country_code"]]
    judged = judge_moves(observable_moves(planted, years, gap=5), planted, years, gap=5)
    assert judged.observable == judged.recovered == judged.found == len(planted)
    assert judged.false == 0
