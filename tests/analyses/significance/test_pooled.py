"""Which years are part of a window's sum."""

import pandas as pd

from isthmus.analyses.network_window import said_of_fits, window_of
from isthmus.analyses.significance.pooled import of_converged_years, said_of_left_out
from isthmus.nullmodels.frames import significance_frames

EDGES = pd.DataFrame(
    [
        (year, a, b, 1 + (year + i) % 4)
        for year in (2019, 2020, 2021)
        for i, (a, b) in enumerate(["AB", "AC", "BD", "CE"])
    ],
    columns=["year", "src", "dst", "weight"],
)
FITS = pd.DataFrame(
    [
        ("collaboration", "publication_year", 2016, "failed"),
        ("collaboration", "publication_year", 2018, "converged"),
        ("knowledge_exchange", "cited", 2018, "not converged"),
        ("knowledge_exchange", "cited", 2019, "failed"),
    ],
    columns=["network", "citation_year", "year", "status"],
)


def test_the_years_left_out_are_said_by_network():
    assert said_of_left_out(FITS, (2017, 2021)) == (
        "Left out of the sum, for the null model did not converge: 2018–2019 of knowledge exchange (“cited”)."
    )
    assert said_of_left_out(FITS.iloc[1:2], (2017, 2021)) == ""


def test_ties_of_converged_years_stay_in_order():
    ties = pd.DataFrame({"year": [2021, 2019, 2020], "weight": [1, 2, 3]})
    fits = pd.DataFrame({"year": [2019, 2020, 2021], "status": ["converged", "not converged", "converged"]})
    assert of_converged_years(ties, fits, ["year"])["weight"].tolist() == [1, 2]
    assert of_converged_years(ties, fits[:1], [])["weight"].tolist() == [1, 2, 3]
    assert of_converged_years(ties, fits[1:2], []).empty


def test_a_year_that_did_not_converge_is_no_part_of_the_sum_of_a_network_of_your_own():
    ties, fits = significance_frames(EDGES, by=["year"])
    whole, _ = window_of(ties, fits, ["year"], (2019, 2021))
    fits.loc[fits["year"] == 2020, ["status", "message"]] = ["not converged", "its error is 0.1"]
    found, note = window_of(ties, fits, ["year"], (2019, 2021))
    assert note == ""
    assert (found["years_present"] == 2).all()
    assert (found["weight"] < whole["weight"]).any()
    assert "  2020: not converged: its error is 0.1; left out of the window" in said_of_fits(fits, ["year"])
    fits["status"] = "not converged"
    nothing, note = window_of(ties, fits, ["year"], (2019, 2021))
    assert nothing.empty
    assert note == "No null model converged: no window is tested."
