"""The section on bridges, and the rules of the scorecard, on small published results."""

import pytest

from isthmus.analyses.bridging import frames
from isthmus.analyses.bridging.scores import RULES
from isthmus.analyses.bridging.section import section
from isthmus.analyses.sections import study_report, study_scorecard
from isthmus.report import load_results
from isthmus.report.papers import PAPERS, published_values

VALUES = [value for value in published_values(PAPERS["alshebli2022"]) if value.quantity in RULES]


@pytest.fixture
def results(publish):
    return load_results(publish())


def test_there_is_no_section_without_bridges(publish, tables):
    assert section(load_results(publish(without=("city_bridges",)))) is None
    flat = tables["city_bridges"].assign(betweenness=0.0)
    assert section(load_results(publish(tables={"city_bridges": flat}))) is None


def test_the_first_bridge_is_compared_with_the_others_and_with_both_null_models(results):
    found = frames.leader(results, "impact")
    assert (found["label"], found["over_second"]) == ("Beijing", 80.0)
    assert found["over_others"] == pytest.approx(4000 / (21 * 50))
    assert found["verdicts"] == [
        "more than size alone explains (p = 0.002 over all cities, p = 0.002 for this one)",
        "not settled against size and distance (p = 0.800 over all cities, p = 0.400 for this one)",
    ]


def test_flows_with_the_other_side_and_works_drawn_again_stand_beside_the_first_bridge(publish, tables):
    results = load_results(publish())
    found = frames.leader(results, "impact")
    assert found["flows"] == "4.0 times what its own side and distances make of it (p = 0.001 over all cities)"
    assert (found["interval"], found["first_in"]) == ((3600.0, 4200.0), 0.98)
    assert [row["label"] for row in frames.exceeding_flows(results, "impact")] == ["Beijing"]
    own = frames.leader(results, "normalised_impact")
    assert (own["flows"], own["interval"], own["first_in"]) == ("not tested", None, None)
    assert section(results).values["above"][0] == ("Who builds on whom", frames.exceeding_flows(results, "impact"))
    open_ = tables["city_bridges"].assign(flows_p=0.04, flows_family_p=0.6)
    results = load_results(publish(tables={"city_bridges": open_}))
    assert (
        frames.leader(results, "impact")["flows"] == "not settled (p = 0.600 over all cities, p = 0.040 for this one)"
    )
    assert frames.exceeding_flows(results, "impact") == []


def test_a_null_model_that_could_not_be_fitted_is_called_so(publish, tables):
    broken = tables["city_bridges"].assign(distance_p=None, distance_family_p=None).astype({"distance_p": float})
    found = frames.leader(load_results(publish(tables={"city_bridges": broken})), "impact")
    assert found["verdicts"][1] == "not tested against size and distance"


def test_no_sentence_says_more_without_both_null_models(results, unsupported):
    assert unsupported(section(results).findings) == []
    for sentence in section(results).findings:
        assert "size alone" in sentence
        assert "size and distance" in sentence


def test_every_figure_can_be_drawn_and_has_a_caption(results):
    own = section(results)
    assert [figure.name for figure in own.figures] == [f"bridges_{network}" for network in frames.NETWORKS]
    for figure in own.figures:
        assert figure.draw().to_dict()["description"], figure.name
        assert figure.caption
        assert figure.heading


def test_the_page_names_ranks_and_notes(publish, tmp_path):
    out = tmp_path / "report.html"
    study_report(load_results(publish()), out)
    page = out.read_text(encoding="utf-8")
    body = page[page.index('<section id="bridging"') :]
    body = body[: body.index("</section>")]
    assert "Bridges between East and West" in body
    assert "Who moves where, size and distance: a city has no place" in body
    assert body.count('<th scope="row">Beijing</th>') == 3, "in each of the networks with influence"


def verdicts(folder):
    return {score.id: score for score in study_scorecard(load_results(folder)).scores}


def test_results_as_published_lie_inside(publish):
    assert {value.quantity for value in VALUES} == set(RULES)
    found = verdicts(publish())
    assert {v.id: (found[v.id].ours, found[v.id].why) for v in VALUES if found[v.id].verdict != "inside"} == {}


@pytest.mark.parametrize(
    ("value", "table", "column", "wrong", "where"),
    [
        ("SHEBLI22-025", "city_bridges", "betweenness", 100.0, "network == 'impact' and city == 1"),
        ("SHEBLI22-026", "city_bridges", "betweenness", 100.0, "network == 'migration' and city == 1"),
        ("SHEBLI22-027", "city_bridges", "betweenness", 100.0, "network == 'collaboration' and city == 1"),
        ("SHEBLI22-028", "city_influence", "rank", 2, "network == 'impact' and measure == 'degree'"),
        ("SHEBLI22-029", "city_influence", "rank", 2, "measure.str.startswith('closeness')"),
        ("SHEBLI22-030", "city_influence", "rank", 3, "network == 'migration' and measure == 'pagerank'"),
        ("SHEBLI22-031", "city_influence", "rank", 2, "measure == 'independent_cascade'"),
        ("SHEBLI22-032", "city_influence", "rank", 2, "measure == 'linear_threshold'"),
        ("SHEBLI22-037", "city_bridges", "betweenness", 900.0, "network == 'normalised_impact' and city == 3"),
    ],
)
def test_each_rule_can_fail(publish, tables, value, table, column, wrong, where):
    frame = tables[table].copy()
    chosen = frame.eval(where, engine="python")
    assert chosen.any()
    frame[column] = frame[column].where(~chosen, wrong)
    assert verdicts(publish(tables={table: frame}))[value].verdict == "outside"


def test_without_bridges_nothing_is_compared(publish):
    found = verdicts(publish(without=("city_bridges", "city_influence")))
    for value in VALUES:
        assert found[value.id].verdict == "cannot be compared"
