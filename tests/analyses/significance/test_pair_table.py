import json
import re

import pandas as pd
import pytest

from isthmus.analyses.networks.countries import pole_members
from isthmus.analyses.significance.pair_table import pair_table, sparkline
from isthmus.analyses.significance.pooled import NOT_POOLED
from isthmus.analyses.significance.tables import PAIR_TESTS
from isthmus.analyses.significance.ties import tie_statement
from isthmus.analyses.trajectories.directions import trend_of
from isthmus.errors import ConfigError
from isthmus.report import load_results
from isthmus.report.text import place_name


def test_a_pair_as_text_holds_every_year_of_both_networks(results_dir):
    text = pair_table(results_dir, "China", "usa")
    assert text == pair_table(results_dir, "CN", "US")
    lines = text.splitlines()
    assert lines[0] == "China (CN) and United States (US)"
    assert "SIMULATED DATA" in lines[2]
    row = (
        load_results(results_dir)
        .table(PAIR_TESTS)
        .query("network == 'collaboration' and src == 'CN' and dst == 'US' and year == 2021")
        .iloc[0]
    )
    shown = next(line.split() for line in lines if line.strip().startswith("2021"))
    assert shown[1] == str(row["weight"])
    assert shown[2] == f"{row['expected']:.0f}"
    assert shown[3] == f"{row['weight'] / row['expected']:.2f}"
    assert float(shown[4]) < float(shown[3]) < float(shown[6])
    assert shown[5] == "to"
    assert shown[8] == f"{row['z']:.2f}".replace("-", "−")
    assert shown[9] == f"{row['p_upper']:.3f}"
    assert shown[10] == f"{row['p_two_sided']:.3f}"
    assert shown[11] == "93%"
    years = [line.split()[0] for line in lines if re.match(r"  20\d\d  ", line)]
    assert years == [str(year) for year in range(2008, 2022)] * 2
    said = tie_statement(load_results(results_dir), "collaboration", "CN", "US")
    assert f"2017 to 2021: {said.sentence}." in text
    assert "Published rule: mean z −0.62 over 5 years, not called (threshold 2)." in text
    trend = trend_of(load_results(results_dir), "collaboration", "CN", "US")
    assert trend.words.startswith("0.95 times per decade (0.68 to 1.3), not settled")
    assert f"Trend, 2008 to 2021: {trend.words}." in text
    assert "Direction in both networks: not settled (label scientific divergence, P" in text
    assert "p of a single year takes each citation as an event of its own; " in text


def test_columns_are_aligned(results_dir):
    first, second = pair_table(results_dir, "Kenya", "Namibia").split("Knowledge exchange: ")
    for block in (first, second):
        header = next(line for line in block.splitlines() if line.strip().startswith("year"))
        rows = [line for line in block.splitlines() if re.match(r"  20\d\d  ", line)]
        assert len(rows) == 14
        assert {len(row) for row in rows} == {len(header)}


def test_a_z_that_does_not_count_stands_in_brackets(results_dir):
    rare = load_results(results_dir).table(PAIR_TESTS).query("network == 'collaboration' and not finite").iloc[-1]
    text = pair_table(results_dir, rare["src"], rare["dst"])
    line = next(line for line in text.splitlines() if line.strip().startswith(str(rare["year"])))
    assert line.split()[-4].startswith("(")
    assert line.split()[-4].endswith(")")


def test_a_firm_tie_is_called_so(results_dir):
    text = pair_table(results_dir, "Pakistan", "China")
    assert "9.5 times what size explains (8.8 to 10), firm, q < 0.001." in text
    assert "over 5 years, called (threshold 2)" in text


def test_a_pair_outside_the_window_and_a_window_that_is_not_tested(make_results):
    folder = make_results()
    table = pd.read_parquet(folder / "significant_pairs.parquet")
    table = table[(table["src"] != "KE") | (table["dst"] != "NA")]
    table.assign(**dict.fromkeys(["p_upper", "p_lower", "p_two_sided", "grade", "direction"])).to_parquet(
        folder / "significant_pairs.parquet"
    )
    assert "2017 to 2021: no year in which both are in the network: not tested." in pair_table(folder, "NA", "KE")
    assert NOT_POOLED in pair_table(folder, "CN", "US")
    assert "times what size explains (0.34 to 0.42), not tested." in pair_table(folder, "CN", "US")


def test_real_studies_do_not_say_simulated(make_results):
    assert "SIMULATED" not in pair_table(make_results(simulated=False), "CN", "US")


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        ("Chna", "US", "did you mean China"),
        ("CN", "China", "are both China: a tie needs two countries"),
        ("CN", "EU 27", "EU-27 is no node of study 'tiny', whose networks hold its members one by one"),
        ("CN", "Norway", r"Norway \(NO\) is not in the networks of study 'tiny', which hold 26 countries"),
    ],
)
def test_errors_are_clear(results_dir, first, second, message):
    with pytest.raises(ConfigError, match=message):
        pair_table(results_dir, first, second)


def test_a_pole_that_is_a_bloc_is_a_place(make_results):
    """The results of a study whose pole EU-27 is one node, made from those of Germany."""
    folder = make_results(poles=("US", "EU-27"))
    for name in ("pair_tests", "significant_pairs", "country_edges"):
        frame = pd.read_parquet(folder / f"{name}.parquet").replace({"src": {"DE": "EU-27"}, "dst": {"DE": "EU-27"}})
        in_order = frame["src"] < frame["dst"]
        frame.loc[~in_order, ["src", "dst"]] = frame.loc[~in_order, ["dst", "src"]].to_numpy()
        frame.to_parquet(folder / f"{name}.parquet")
    nodes = pd.read_parquet(folder / "country_years.parquet").replace({"country": {"DE": "EU-27"}})
    nodes.to_parquet(folder / "country_years.parquet")
    study = json.loads((folder / "study.json").read_text()) | {"pole_members": {"US": ["US"], "EU-27": ["DE", "PL"]}}
    study["pole_members"]["CN"] = ["CN"]  # a pole of which the records say nothing
    (folder / "study.json").write_text(json.dumps(study))
    for name in ("country_edges", "country_years"):
        frame = pd.read_parquet(folder / f"{name}.parquet")
        frame[~frame.isin(["CN"]).any(axis=1)].to_parquet(folder / f"{name}.parquet")
    with pytest.raises(ConfigError, match=r"China \(CN\) is not in the networks of study 'tiny'"):
        pair_table(folder, "CN", "US")
    text = pair_table(folder, "eu27", "USA")
    assert text.splitlines()[0] == "EU-27 and United States (US)"
    assert "2021" in text
    with pytest.raises(ConfigError, match=r"Germany \(DE\) is part of EU-27 in study 'tiny', .*: ask for EU-27"):
        pair_table(folder, "Germany", "US")
    results = load_results(folder)
    assert pole_members(results, "EU-27") == {"EU-27"}
    assert place_name("EU-27") == "EU-27"
    assert place_name("EU") == "EU"
    assert place_name("ZZ") == "unknown place “ZZ”"


def test_sparkline():
    nan = float("nan")
    assert sparkline([0, 7, nan, 3.5]) == "▁█·▅"
    assert sparkline([2, 2]) == "▅▅"
    assert sparkline([nan, nan]) == "··"
    assert sparkline([]) == ""
