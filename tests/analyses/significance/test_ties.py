import shutil

import numpy as np
import pandas as pd
import pytest

from isthmus.analyses.networks.countries import countries_by_size
from isthmus.analyses.significance.embedded_pairs import embed_pairs
from isthmus.analyses.significance.pair_series import pair_series
from isthmus.analyses.significance.tables import PAIR_TESTS, SIGNIFICANT_PAIRS
from isthmus.analyses.significance.ties import partners, significant_ties, window_ties
from isthmus.report import load_results


def test_the_planted_ties_are_the_significant_ones_strongest_first(results_dir):
    ties = significant_ties(load_results(results_dir), "collaboration")
    assert set(zip(ties["src"], ties["dst"], strict=True)) == {
        ("CN", "HK"), ("CN", "PK"), ("CN", "SG"), ("IL", "US"), ("KR", "US"), ("FR", "TN"),
    }  # fmt: skip
    assert ties["mean_z"].is_monotonic_decreasing
    assert list(ties.loc[ties["src"] == "IL", ["first", "second"]].iloc[0]) == ["Israel", "United States"]


def test_window_sums_are_those_of_the_yearly_rows(results_dir):
    results = load_results(results_dir)
    row = significant_ties(results, "collaboration").query("src == 'IL'").iloc[0]
    years = results.table(PAIR_TESTS).query(
        "network == 'collaboration' and src == 'IL' and dst == 'US' and year >= 2017"
    )
    assert row["weight"] == years["weight"].sum()
    assert row["expected"] == pytest.approx(years["expected"].sum())
    assert row["ratio"] == pytest.approx(years["weight"].sum() / years["expected"].sum())
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
    found = partners(load_results(results_dir), "CN")
    assert set(found["partner_name"]) == {"Hong Kong", "Pakistan", "Singapore"}
    assert set(found["member"]) == {"CN"}


def test_partners_of_a_bloc_name_the_member_and_leave_out_ties_within(make_results):
    results = load_results(make_results(poles=("EU-27", "BRICS")))
    assert partners(results, "EU-27")[["partner", "member"]].to_numpy().tolist() == [["TN", "FR"]]
    assert set(partners(results, "BRICS")["partner"]) == {"HK", "PK", "SG"}


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
    np.testing.assert_allclose(fields["expected"], rows["expected"], rtol=5e-4)
    np.testing.assert_allclose(fields["z"], rows["z"], atol=5e-4)


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


def test_a_page_without_room_keeps_significant_ties_and_the_largest_countries(results_dir):
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
