"""The section on migration: what it shows of small published results, and what it leaves out."""

import networkx as nx
import pandas as pd
import pytest

from isthmus.analyses.migration import charts, frames
from isthmus.analyses.migration import tables as t
from isthmus.analyses.migration.graph import migration_graphs
from isthmus.analyses.migration.section import section
from isthmus.analyses.sections import study_report
from isthmus.report import load_results
from isthmus.report.exports import write_graph

YEARS = range(2000, 2021)

FIGURES = [
    "migration_flows", "migration_years", "migration_net", "migration_origins_US", "migration_origins_CN",
    "migration_profiles", "migration_ties",
]  # fmt: skip


@pytest.fixture
def results(publish):
    return load_results(publish())


def test_there_is_no_section_where_nobody_is_followed_or_moved(publish, tables):
    assert section(load_results(publish(without=("migration_flows",)))) is None
    still = tables["migration_flows"].assign(movers=0)
    assert section(load_results(publish({"migration_flows": still}))) is None


def test_every_figure_can_be_drawn_and_has_a_caption(results):
    own = section(results)
    assert [figure.name for figure in own.figures] == FIGURES
    for figure in own.figures:
        assert figure.draw().to_dict()["description"], figure.name
        assert figure.caption
        assert figure.heading


def test_bands_are_as_wide_as_there_are_movers_and_meet_at_the_pole(results):
    found = charts.bands(results, "US")
    width = (found["high"] - found["low"]).round(6)
    assert (width == found["movers"]).all()
    assert set(found["name"]) >= {"China", "India", "Namibia"}, "names, not codes"
    at_pole = found[(found["x"] == 1.0) & (found["side"] == "origin")].sort_values("high", ascending=False)
    assert at_pole["high"].iloc[0] == 0
    assert at_pole["low"].iloc[:-1].tolist() == at_pole["high"].iloc[1:].tolist(), "no gaps at the pole"


def test_many_countries_stand_together_in_the_flow_chart(publish, tables):
    flows = tables["migration_flows"]
    codes = ["DE", "FR", "IT", "ES", "SE", "NO", "FI", "DK", "NL"]
    more = [
        flows.iloc[:1].assign(origin=code, destination="US", scientists="field", movers=at + 1)
        for at, code in enumerate(codes)
    ]
    shown = frames.in_chart(load_results(publish({"migration_flows": pd.concat([flows, *more])})), "US", "origin")
    assert len(shown) == frames.IN_CHART + 1
    assert shown["name"].iloc[-1] == "other countries"
    assert shown["movers"].sum() == -shown["low"].min()


def test_findings_have_numbers_grades_and_what_is_not_settled(results, unsupported):
    found = section(results).findings
    assert unsupported(found) == []
    assert found[0] == (
        "Moves of scientists from the United States to China, 2016–2020: 260 moves, 250 expected: 1.0 times what size "
        "explains (0.94 to 1.2), not settled, p = 0.600."
    )
    assert "2.6 times what size explains (2.3 to 2.9), firm, q = 0.001" in found[1]
    assert found[2] == (
        "Movers from the United States to China beside others there in the same year: higher: career age (above in 62% "
        "of pairs, p < 0.001), works of the year (above in 62% of pairs, p < 0.001) and citations (above in 62% of "
        "pairs, p < 0.001)."
    )
    assert found[6] == (
        "Scientists in China who moved from the United States wrote 55% of their later works with somebody there "
        "(others: never moved 3%); that falls with the years, p = 0.002."
    )
    assert found[8] == (
        "Beside scientists in China who are alike in year, career age, works and citations, the share of later works "
        "with somebody in the United States of those who moved from there differs by +51.1 points (+49.1 to +53.1), "
        "p < 0.001."
    )
    assert found[4].startswith("Of ")
    assert found[4].endswith("moves from the United States to China until 2015, 0% were undone within 5 years.")


def test_what_is_not_settled_is_called_so(publish, tables):
    unsure = tables["migration_comparisons"].assign(p_value=0.4)
    level = tables["origin_ties"].assign(p_value=0.5)
    around = tables["matched_movers"].assign(low=-0.1, satt=0.1, high=0.3)
    changed = {"migration_comparisons": unsure, "origin_ties": level, "matched_movers": around}
    found = section(load_results(publish(changed))).findings
    assert found[2].endswith("not settled: career age, works of the year and citations.")
    assert found[7].endswith("(others: never moved 1%).")
    assert found[-1].endswith("differs by +10.0 points (-10.0 to +30.0): not settled.")
    assert frames.verdict(0.4, 0.01) == "lower"
    assert frames.verdict(0.6, float("nan")) == "not settled"
    assert frames.way(float("nan"), float("nan")) == "not settled"


def test_returns_count_moves_that_are_long_enough_ago(results):
    flows = frames.flows(results)
    early = flows[(flows["year"] <= 2015) & (flows["origin"] == "CN") & (flows["destination"] == "US")]
    row = next(row for row in frames.return_rows(results) if row["origin"] == "CN")
    assert (row["movers"], row["share"]) == (early["movers"].sum(), early["returned"].sum() / early["movers"].sum())


def test_the_page_names_countries_and_the_published_flows(publish, tmp_path):
    folder = publish()
    text = study_report(load_results(folder), tmp_path / "report.html").path.read_text(encoding="utf-8")
    assert "Others et al. 2024" in text
    assert "2.6 times what size explains (2.3 to 2.9)" in text
    assert "Namibia" in text
    assert "as A census of names counted them" in text
    assert "India 63% (63%), China 37% (37%)" in text, "who came from leading universities, beside all movers"
    assert "+51.1 points" in text
    assert "51.1 points (49.1 to 53.1)" in text
    nobody = load_results(folder).table(t.MATCHED_MOVERS).assign(n_treated=0, reason="no stratum has both arms")
    unmatched = study_report(load_results(publish({"matched_movers": nobody})), tmp_path / "unmatched.html")
    assert "no stratum has both arms" in unmatched.path.read_text(encoding="utf-8")
    without = study_report(load_results(publish(without=("migration_agreement",))), tmp_path / "other.html")
    assert "Beside published flows" not in without.path.read_text(encoding="utf-8")


def test_every_figure_stands_beside_that_of_those_with_an_orcid(results, publish, tables, tmp_path):
    rows = {row["what"]: (row["all"], row["with_orcid"]) for row in section(results).values["orcids"]}
    present = len(YEARS) * 8 * 1000
    assert rows["Scientists, once in each year with a known place"] == (f"{present:,}", f"{present * 2 // 5:,}")
    flows = frames.flows(results).query("origin == 'CN' and destination == 'US'")[["movers", "movers_strict"]].sum()
    assert rows["Moves, China to United States"] == (
        f"{flows['movers']:,} (strict: {flows['movers_strict']:,})", f"{16 * len(YEARS)} (strict: {8 * len(YEARS)})",
    )  # fmt: skip
    assert rows["Undone within five years, China to United States"][1] == "6%"
    assert rows["The test of moves, China to United States"] == (
        "2.6 times what size explains (2.3 to 2.9), more than size explains (firm)", "–",
    )  # fmt: skip
    assert rows["Beside those who are alike, China to United States"][1].endswith("979 movers")
    assert rows["From a leading university, to the United States"][1].startswith("27% of 1,029")
    assert rows["Later works in China, with the United States: never moved"][1].startswith("3% of 15,000 scientists")
    page = study_report(results, tmp_path / "report.html").path.read_text(encoding="utf-8")
    assert "40% of the scientists of the field have one" in page
    nobody = {
        name: frame[(frame["whose"] if "whose" in frame else frame["scientists"]) != "with_orcid"]
        for name, frame in tables.items()
        if {"whose", "scientists"} & {*frame}
    }
    without = load_results(publish(nobody))
    assert section(without).values["orcids"] == []
    page = study_report(without, tmp_path / "without.html").path.read_text(encoding="utf-8")
    assert "No author with an ORCID is among the scientists of the field" in page


def test_only_the_flows_are_needed(publish, tables, tmp_path):
    others = [name for name in tables if name not in ("migration_flows", "migration_countries")]
    results = load_results(publish(without=others))
    assert [figure.name for figure in section(results).figures] == FIGURES[:5]
    assert study_report(results, tmp_path / "report.html").size > 0
    assert migration_graphs(results) == ()


def test_the_flows_are_a_directed_network_for_other_programs(results, tmp_path):
    (graph,) = migration_graphs(results)
    assert graph.directed
    assert graph.name == "migration_2016-2020"
    files = {file.suffix: file for file in write_graph(graph, tmp_path, ("csv", "graphml", "gexf", "vosviewer"))}
    assert set(files) == {".csv", ".graphml", ".gexf"}
    for read, suffix in ((nx.read_graphml, ".graphml"), (nx.read_gexf, ".gexf")):
        network = read(files[suffix])
        assert network.is_directed()
        assert network["CN"]["US"]["weight"] == 520
        assert set(network) == {"CN", "US", "NA"}, "pairs without a move are no edges"
    table = pd.read_csv(files[".csv"], keep_default_na=False)
    assert table.loc[table["source"] == "NA", "source_name"].tolist() == ["Namibia"]
    assert graph.nodes.set_index("id").loc["US", ["arrivals", "departures", "net"]].tolist() == [550, 260, 290]
