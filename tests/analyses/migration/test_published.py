"""Published flows of a file of the user's own: read with any code, refused with the line, compared by rank."""

from pathlib import Path

import pandas as pd
import pytest

from isthmus.analyses.migration.published import agreement, read_published
from isthmus.config.migration import PublishedFlows
from isthmus.errors import ConfigError

CSV = "year,origin,destination,moved\n2003,CHN,USA,4\n2003,NAM,USA,1\n2005,CN,US,2\n2005,France,Germany,3\n"
REAL_FLOWS = Path(__file__).parents[4] / "shared" / "data" / "migration" / "scholars_between_countries_1998_2018.csv.gz"


def test_published_flows_are_read_with_any_code_and_namibia_is_no_missing_value():
    found = read_published(CSV.encode(), PublishedFlows(file="flows.csv", movers="moved"))
    assert found["origin"].tolist() == ["CN", "NA", "CN", "FR"]
    assert agreement(pd.DataFrame({"year": [1990]}), found, seed=1).empty


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("year,origin,destination\n", "lacks moved; it has year, origin, destination"),
        ("year,origin,destination,moved\n2003,CHN,USA,-1\n", r"line 2: year 2003, moved -1; expected a year and a"),
        ("year,origin,destination,moved\n2003,CHN,USA,1\n2003,CHN,Utopia,1\n", "line 3, destination: unknown country"),
        ("", "is no readable CSV file"),
    ],
)
def test_a_file_of_another_kind_is_refused_with_the_line(text, message):
    with pytest.raises(ConfigError, match=message):
        read_published(text.encode(), PublishedFlows(file="flows.csv", movers="moved"))


def test_sizes_make_flows_agree_and_are_taken_out():
    """Flows of a world without any preference agree in rank; over what size explains they do not."""
    theirs = pd.DataFrame(
        [(2001, a, b, size[a] * size[b]) for size in ({"US": 20, "CN": 15, "DE": 9, "FR": 6, "KE": 2, "NA": 1},)
         for a in size for b in size if a != b],
        columns=["year", "origin", "destination", "movers"],
    )  # fmt: skip
    ours = theirs.assign(scientists="everyone", movers_strict=theirs["movers"], movers_any_gap=theirs["movers"])
    found = agreement(ours, theirs, seed=1).set_index(["rule", "compared"])
    assert found.loc[("movers", "flows"), "spearman"] == pytest.approx(1)
    turned = theirs.assign(origin=theirs["destination"], destination=theirs["origin"])
    assert agreement(ours, turned, seed=1)["spearman"].iloc[0] == pytest.approx(1), "size alone, either way round"
    assert found["linked_both"].tolist() == [30] * 6


def test_real_flows_of_scholars_agree_from_one_year_to_the_next():
    if not REAL_FLOWS.is_file():
        pytest.skip("the published flows of scholars (shared/data/migration) are not beside this checkout")
    named = PublishedFlows(file=str(REAL_FLOWS), movers="scholars_who_moved")
    flows = read_published(REAL_FLOWS.read_bytes(), named)
    assert len(flows) > 90_000
    assert "NA" in set(flows["origin"]), "Namibia is a country"
    large = set(flows.groupby("origin")["movers"].sum().nlargest(40).index)
    kept = flows[flows["origin"].isin(large) & flows["destination"].isin(large)]
    ours = kept[kept["year"] == 2016].assign(scientists="everyone", movers_strict=0, movers_any_gap=0)
    theirs = kept[kept["year"] == 2017].assign(year=2016)
    found = agreement(ours, theirs, seed=1).set_index(["rule", "compared"])
    assert found.loc[("movers", "flows"), "spearman"] > 0.8
    assert (
        0.3 < found.loc[("movers", "times what size explains"), "spearman"] < found.loc[("movers", "flows"), "spearman"]
    )
