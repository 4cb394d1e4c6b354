import pytest

from isthmus.errors import ConfigError
from isthmus.report import load_results, pair_table
from isthmus.report.pairtext import sparkline


def test_a_pair_as_text_holds_every_year_of_both_networks(results_dir):
    text = pair_table(results_dir, "China", "usa")
    assert text == pair_table(results_dir, "CN", "US")
    lines = text.splitlines()
    assert lines[0] == "China (CN) and United States (US)"
    assert "SIMULATED DATA" in lines[2]
    row = (
        load_results(results_dir)
        .ties.query("network == 'collaboration' and src == 'CN' and dst == 'US' and year == 2021")
        .iloc[0]
    )
    shown = next(line.split() for line in lines if line.strip().startswith("2021"))
    assert shown[1] == str(row["weight"])
    assert shown[2] == f"{row['expected']:.0f}"
    assert shown[4] == f"{row['z']:.2f}".replace("-", "−")
    assert shown[5] == f"{row['p_upper']:.3f}"
    assert shown[6] == f"{row['p_two_sided']:.3f}"
    assert shown[7] == "93%"
    years = [line.split()[0] for line in lines if line.startswith("  20") and " to " not in line]
    assert years == [str(year) for year in range(2008, 2022)] * 2
    assert "2017 to 2021: mean z" in text
    assert "not significant (threshold 2)" in text


def test_columns_are_aligned(results_dir):
    table = [line for line in pair_table(results_dir, "Kenya", "Namibia").splitlines() if line.startswith("  ")]
    header = next(line for line in table if line.strip().startswith("year"))
    rows = [line for line in table if line.strip().startswith("20") and "mean z" not in line]
    assert {len(row) for row in rows if row.index("20") == header.index("year")} <= {len(header)}


def test_a_z_that_does_not_count_stands_in_brackets(results_dir):
    rare = load_results(results_dir).ties.query("network == 'collaboration' and not finite").iloc[-1]
    text = pair_table(results_dir, rare["src"], rare["dst"])
    line = next(line for line in text.splitlines() if line.strip().startswith(str(rare["year"])))
    assert line.split()[4].startswith("(")
    assert line.split()[4].endswith(")")


def test_a_significant_tie_is_called_so(results_dir):
    assert "over 5 years, significant (threshold 2)" in pair_table(results_dir, "Pakistan", "China")


def test_real_studies_do_not_say_simulated(make_results):
    assert "SIMULATED" not in pair_table(make_results(simulated=False), "CN", "US")


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        ("Chna", "US", "did you mean China"),
        ("CN", "China", "are both China: a tie needs two countries"),
        ("CN", "Norway", r"Norway \(NO\) is not in the networks of study 'tiny', which hold 26 countries"),
    ],
)
def test_errors_are_clear(results_dir, first, second, message):
    with pytest.raises(ConfigError, match=message):
        pair_table(results_dir, first, second)


def test_sparkline():
    nan = float("nan")
    assert sparkline([0, 7, nan, 3.5]) == "▁█·▅"
    assert sparkline([2, 2]) == "▅▅"
    assert sparkline([nan, nan]) == "··"
    assert sparkline([]) == ""
