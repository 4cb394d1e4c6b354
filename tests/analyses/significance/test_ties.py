import shutil

import numpy as np
import pandas as pd
import pytest

from isthmus.analyses.networks.countries import countries_by_size
from isthmus.analyses.significance.embedded_pairs import _short, embed_pairs, in_columns
from isthmus.analyses.significance.pair_series import pair_series
from isthmus.analyses.significance.tables import NULL_MODEL_FITS, PAIR_TESTS, SIGNIFICANT_PAIRS
from isthmus.analyses.significance.ties import (
    default_called,
    graded_ties,
    listed_ties,
    partners,
    published_partners,
    published_ties,
    tie_statement,
    window_ties,
)
from isthmus.report import load_results


def test_the_planted_ties_are_those_of_the_published_rule_highest_z_first(results_dir):
    ties = published_ties(load_results(results_dir), "collaboration")
    assert set(zip(ties["src"], ties["dst"], strict=True)) == {
        ("CN", "HK"), ("CN", "PK"), ("CN", "SG"), ("IL", "US"), ("KR", "US"), ("FR", "TN"),
    }  # fmt: skip
    assert ties["mean_z"].is_monotonic_decreasing
    assert list(ties.loc[ties["src"] == "IL", ["first", "second"]].iloc[0]) == ["Israel", "United States"]


def test_ties_with_a_grade_come_in_its_order_then_by_side_then_by_the_near_end_of_the_interval(results_dir):
    results = load_results(results_dir)
    ties = graded_ties(results, "collaboration")
    firm = graded_ties(results, "collaboration", "firm")
    assert len(firm) == 6
    assert (firm["grade"] == "firm").all()
    assert firm["propensity_low"].is_monotonic_decreasing
    assert list(ties["grade"]) == ["firm"] * 6 + ["probable"] * (len(ties) - 6)
    weaker = ties[ties["direction"] == "weaker"]
    assert ("CN", "US") in set(zip(weaker["src"], weaker["dst"], strict=True))
    assert weaker["propensity_high"].is_monotonic_increasing
    assert len(weaker) == 4
    assert default_called(results) == "firm"


def test_a_page_holds_every_firm_and_published_tie_and_the_largest_others(results_dir):
    results = load_results(results_dir)
    every = listed_ties(results, "collaboration", 1000)
    assert len(every) == 6 + 15 + 4
    few = listed_ties(results, "collaboration", 8)
    others = every[every["grade"] != "firm"].assign(size=lambda frame: frame[["weight", "expected"]].max(axis=1))
    assert set(few["grade"]) == {"firm", "probable"}
    assert len(few) == 8
    largest = others.nlargest(2, "size")
    assert set(few["src"] + few["dst"]) >= set(largest["src"] + largest["dst"])
    assert len(listed_ties(results, "collaboration", 2)) == 6, "firm ties stay whatever the room"


def test_a_pair_says_the_same_from_either_side(results_dir):
    results = load_results(results_dir)
    said = tie_statement(results, "collaboration", "US", "CN")
    assert said == tie_statement(results, "collaboration", "CN", "US")
    assert (said.grade, said.direction) == ("probable", "weaker")
    assert tie_statement(results, "collaboration", "US", "AQ") is None


def test_window_sums_are_those_of_the_yearly_rows(results_dir):
    results = load_results(results_dir)
    row = published_ties(results, "collaboration").query("src == 'IL'").iloc[0]
    years = results.table(PAIR_TESTS).query(
        "network == 'collaboration' and src == 'IL' and dst == 'US' and year >= 2017"
    )
    assert row["weight"] == years["weight"].sum()
    assert row["expected"] == pytest.approx(years["expected"].sum())
    assert row["propensity"] == pytest.approx(years["weight"].sum() / years["expected"].sum())
    assert row["mean_z"] == pytest.approx(years["z"].mean())


def test_other_citation_years_stay_out(results_dir, tmp_path):
    results = load_results(results_dir)
    other = results.table(SIGNIFICANT_PAIRS)[
        results.table(SIGNIFICANT_PAIRS)["network"] == "knowledge_exchange"
    ].assign(citation_year="citing")
    both = pd.concat([results.table(SIGNIFICANT_PAIRS), other])
    changed = load_results(shutil.copytree(results_dir, tmp_path / "changed"))
    both.to_parquet(changed.folder / "significant_pairs.parquet")
    assert len(window_ties(changed)) == len(window_ties(results))


def test_partners_of_a_country(results_dir):
    results = load_results(results_dir)
    found = partners(results, "CN")
    assert list(found.loc[found["grade"] == "firm", "partner_name"]) == ["Pakistan", "Hong Kong", "Singapore"]
    assert "United States" in set(found.loc[found["direction"] == "weaker", "partner_name"])
    found = published_partners(results, "CN")
    assert set(found["partner_name"]) == {"Hong Kong", "Pakistan", "Singapore"}
    assert set(found["member"]) == {"CN"}


def test_partners_of_a_bloc_name_the_member_and_leave_out_ties_within(make_results):
    results = load_results(make_results(poles=("EU-27", "BRICS")))
    assert published_partners(results, "EU-27")[["partner", "member"]].to_numpy().tolist() == [["TN", "FR"]]
    assert set(published_partners(results, "BRICS")["partner"]) == {"HK", "PK", "SG"}
    firm = partners(results, "EU-27").query("grade == 'firm'")
    assert firm[["partner", "member"]].to_numpy().tolist() == [["TN", "FR"]]


def test_series_of_a_pair_do_not_depend_on_the_order(results_dir):
    results = load_results(results_dir)
    series = pair_series(results, "US", "CN")
    pd.testing.assert_frame_equal(series, pair_series(results, "CN", "US"))
    assert list(series["network"].unique()) == ["collaboration", "knowledge_exchange"]
    assert list(series.loc[series["network"] == "collaboration", "year"]) == list(range(2008, 2022))
    assert pair_series(results, "XK", "US")["year"].min() == 2010


def test_a_page_with_room_holds_every_pair_with_its_numbers(results_dir):
    results = load_results(results_dir)
    embedded = embed_pairs(results)
    assert embedded.complete
    assert embedded.left_out == 0
    worth = results.table(PAIR_TESTS)[
        (results.table(PAIR_TESTS)["weight"] > 0) | (results.table(PAIR_TESTS)["expected"] >= 0.5)
    ]
    assert set(embedded.pairs) == set(worth["src"] + "|" + worth["dst"])
    assert len(embedded.pairs) < 26 * 25 / 2, "pairs of two tiny countries that share nothing are left out"
    fields = embedded.pairs["CN|US"]["collaboration"]
    rows = pair_series(results, "CN", "US").query("network == 'collaboration'")
    assert fields["weight"] == rows["weight"].tolist()
    np.testing.assert_allclose(fields["expected"], rows["expected"], rtol=5e-3)
    np.testing.assert_allclose(fields["z"], rows["z"], atol=5e-3)
    np.testing.assert_allclose(fields["p_upper"], rows["p_upper"], atol=1e-3)


def test_years_that_do_not_count_have_no_z_and_absent_years_nothing(results_dir):
    results = load_results(results_dir)
    fields = embed_pairs(results).pairs["US|XK"]["collaboration"]
    assert fields["weight"][:2] == [None, None]
    assert fields["weight"][2] is not None
    row = (
        results.table(PAIR_TESTS)
        .query("network == 'collaboration' and src == 'CN' and dst == 'US' and year == 2010")
        .index[0]
    )
    results.table(PAIR_TESTS).loc[row, "finite"] = False
    series = embed_pairs(results).pairs["CN|US"]["collaboration"]
    assert series["z"][2] is None
    assert series["z"][1] is not None
    assert series["weight"][2] == results.table(PAIR_TESTS).loc[row, "weight"]


def test_pairs_on_the_page_carry_what_is_said_of_them(results_dir):
    results = load_results(results_dir)
    embedded = embed_pairs(results)
    said = tie_statement(results, "collaboration", "CN", "US").sentence
    assert embedded.statements["CN|US"]["collaboration"] == said
    assert embedded.directions["CN|US"].startswith("not settled (label scientific divergence, P")
    assert set(embedded.statements) == set(embedded.pairs)
    fields, rows = embedded.pairs["CN|US"]["collaboration"], pair_series(results, "CN", "US")
    low, high = np.transpose([embedded.limits[weight] for weight in fields["weight"]]) / np.array(fields["expected"])
    rows = rows.query("network == 'collaboration'")
    np.testing.assert_allclose(low, rows["times_low"], rtol=1e-2)
    np.testing.assert_allclose(high, rows["times_high"], rtol=1e-2)


def test_the_page_stores_series_in_columns_and_its_numbers_as_it_shows_them(results_dir):
    embedded = embed_pairs(load_results(results_dir))
    stored = in_columns(embedded)
    assert stored["keys"] == list(embedded.pairs)
    for network, columns in stored["pairs"].items():
        for key, *series in zip(columns["keys"], columns["weight"], columns["z"], strict=True):
            assert series == [embedded.pairs[key][network][name] for name in ("weight", "z")]
        assert set(columns["keys"]) == {key for key, entry in embedded.pairs.items() if network in entry}
    shown = _short("expected", np.array([0.0, 0.0012345, 4.6944, 36.296, 1234.5, np.nan, np.inf]))
    np.testing.assert_array_equal(shown, [0.0, 0.00123, 4.69, 36.3, 1234.0, np.nan, np.nan])
    np.testing.assert_array_equal(_short("p_upper", np.array([0.0009, 0.0016, 1.0])), [0.0, 0.002, 1.0])


def test_a_page_without_room_keeps_firm_ties_and_the_largest_countries(results_dir):
    results = load_results(results_dir)
    embedded = embed_pairs(results, room=60_000)
    assert not embedded.complete
    assert embedded.left_out > 0
    assert {"CN|PK", "IL|US", "FR|TN", "KE|NA"} <= set(embedded.pairs)
    largest = countries_by_size(results)[: embedded.largest_countries]
    linked = results.table(PAIR_TESTS)[results.table(PAIR_TESTS)["weight"] > 0]
    among = linked[linked["src"].isin(largest) & linked["dst"].isin(largest)]
    assert len(largest) > 2
    assert {f"{row.src}|{row.dst}" for row in among.itertuples()} <= set(embedded.pairs)


def test_countries_by_size_begin_with_the_largest(results_dir):
    assert countries_by_size(load_results(results_dir))[:3] == ["US", "CN", "GB"]


def test_a_year_whose_null_model_did_not_converge_is_in_no_number_of_a_tie(results_dir):
    results, whole = (
        load_results(results_dir),
        window_ties(load_results(results_dir)).set_index(["network", "src", "dst"]),
    )
    year = results.window[1]
    fits = results.table(NULL_MODEL_FITS)
    fits.loc[(fits["year"] == year) & (fits["network"] == "collaboration"), "status"] = "not converged"
    found = window_ties(results).set_index(["network", "src", "dst"])
    ties = results.table(PAIR_TESTS).query(
        "year >= @results.window[0] and year < @year and src == 'CN' and dst == 'US'"
    )
    own = found.loc[("collaboration", "CN", "US")]
    assert own["weight"] == ties.query("network == 'collaboration'")["weight"].sum() < whole.loc[own.name, "weight"]
    assert own["propensity"] == pytest.approx(own["weight"] / own["expected"])
    other = ("knowledge_exchange", "CN", "US")
    assert found.loc[other, "weight"] == whole.loc[other, "weight"]
