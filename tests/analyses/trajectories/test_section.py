"""Trajectories, labels and groups as the report shows them."""

from collections import Counter

import pandas as pd
import pytest

from isthmus.analyses.networks.countries import pole_pairs, ranked, strengths
from isthmus.analyses.networks.tables import COUNTRY_YEARS
from isthmus.analyses.significance.embedded_pairs import embed_pairs
from isthmus.analyses.trajectories.clustercharts import alike_together, clusters, matrix_chart
from isthmus.analyses.trajectories.directions import direction_of
from isthmus.analyses.trajectories.findings import pole_sentence
from isthmus.analyses.trajectories.frames import (
    clustered,
    label_matrix,
    label_of,
    label_shares,
    matrix_countries,
    other_model_plane,
    plane_frame,
    vectors,
    without_label,
)
from isthmus.analyses.trajectories.group_members import group_words, integration_groups
from isthmus.analyses.trajectories.section import OFF, section
from isthmus.analyses.trajectories.tables import CENTROIDS, INTEGRATION_GROUPS, PAIR_LABELS, TRAJECTORIES
from isthmus.analyses.trajectories.text import with_support
from isthmus.report import load_results
from isthmus.report.text import place_name
from isthmus.trajectories.chance import chance_labels
from isthmus.trajectories.labels import LABELS


@pytest.fixture(scope="module")
def results(results_dir):
    return load_results(results_dir)


def test_countries_are_ranked_by_papers_of_the_analysis_years_only(results, make_results):
    assert ranked(results)[:4] == ["US", "CN", "GB", "DE"]
    assert ranked(results).index("HK") < ranked(results).index("SG"), "equal papers: by code"
    folder = make_results()
    nodes = load_results(folder).table(COUNTRY_YEARS)
    early = nodes[nodes["country"] == "NA"].assign(year=1999, papers=10**9)
    pd.concat([nodes, early]).to_parquet(folder / "country_years.parquet")
    assert ranked(load_results(folder))[0] == "US"


def test_the_way_of_a_pair_is_its_smoothed_z_with_both_ends_marked(results):
    frame = plane_frame(results, "US", "CN")
    own = results.table(TRAJECTORIES).query("src == 'CN' and dst == 'US'").sort_values("year")
    assert frame["x"].tolist() == own["smooth_collaboration"].tolist()
    assert frame["raw_y"].tolist() == pytest.approx(own["z_exchange"].tolist())
    assert [mark for mark in frame["mark"] if mark] == ["2008", "2021"]


def test_a_pair_without_a_trajectory_shows_the_years_that_it_has(results):
    assert label_of(results, "US", "XK") is None
    frame = plane_frame(results, "US", "XK")
    assert frame["year"].min() == 2010, "Kosovo is missing before"
    assert frame["x"].tolist() == frame["raw_x"].tolist()


def test_the_other_null_model_is_followed_year_by_year(results):
    other = other_model_plane(results, "ecm-variance-corrected", "CN", "US")
    own = plane_frame(results, "CN", "US")
    assert other["x"].tolist() == pytest.approx((3 * own["raw_x"]).tolist())
    assert other_model_plane(results, "rewiring", "CN", "US").empty


def test_vectors_lead_from_the_first_smoothed_z_to_the_last(results):
    frame = vectors(results, "CN")
    assert "CN" not in set(frame["country"])
    assert len(frame) == 12
    row = frame[frame["country"] == "FR"].iloc[0]
    own = results.table(TRAJECTORIES).query("src == 'CN' and dst == 'FR'").sort_values("year")
    assert row["start_x"] == own["smooth_collaboration"].iloc[0]
    assert row["end_y"] == own["smooth_exchange"].iloc[-1]
    assert row["z_change_x"] == pytest.approx(
        own["z_collaboration"].tail(3).mean() - own["z_collaboration"].head(3).mean()
    )
    assert row["label"] == label_of(results, "FR", "CN")


def test_the_matrix_is_symmetric_and_leaves_nobody_s_label_out(results):
    cells = label_matrix(results, ["US", "CN", "FR"])
    assert len(cells) == 6
    known = {(row.row, row.column): row.label for row in cells.itertuples()}
    assert known["US", "CN"] == known["CN", "US"] == label_of(results, "CN", "US")
    matrices = matrix_countries(results)
    assert matrices["top"] == ranked(results)[:12]
    assert set(matrices["bloc"]) == {"GB", "DE", "FR", "IT", "ES", "NL", "SE"}
    assert without_label(results, "bloc") == []


def test_labels_add_up(results):
    shares = label_shares(results)
    assert shares["label"].tolist() == ["SC", "SD", "KI", "KD"]
    assert shares["pairs"].sum() == (results.table(PAIR_LABELS)["status"] == "clustered").sum()
    assert shares["share"].sum() == pytest.approx(1)


def test_groups_hold_every_country_once_and_the_fast_ones_first(results):
    groups = integration_groups(results)
    names = [member.code for group in groups for member in group.countries]
    assert sorted(names) == sorted(set(results.table(INTEGRATION_GROUPS)["country"]))
    assert groups[-1].key == "none"
    for group in groups[:-1]:
        speeds = [member.speed for member in group.countries]
        assert speeds == sorted(speeds, reverse=True)


@pytest.mark.parametrize(
    ("key", "labels", "words"),
    [
        ("SC_CN_SD_US", (("US", "SD"), ("CN", "SC")), "SC with China, SD with the United States"),
        ("SC_EU-27_only", (("EU-27", "SC"), ("US", "KD")), "SC with the EU-27 only"),
        ("SC_both", (("US", "SC"), ("CN", "SC")), "SC with the United States and China"),
        ("none", (("US", None), ("CN", "SC")), "in none of these groups"),
    ],
)
def test_groups_are_named_in_words(key, labels, words):
    assert group_words(key, labels) == words


def test_both_meanings_of_strength_stand_beside_each_other(results):
    row = strengths(results).query("country == 'FR'").iloc[0]
    node = results.table(COUNTRY_YEARS).query("country == 'FR' and year == 2021").iloc[0]
    assert row["strength"] == node["collaboration_strength"]
    assert row["international"] == node["papers_international"]
    assert row["ratio"] == pytest.approx(row["strength"] / row["international"])


def test_the_page_s_pairs_carry_their_way_their_label_and_their_intervals(results):
    pairs = embed_pairs(results)
    series = pairs.pairs["CN|US"]["collaboration"]
    assert len(series["smooth"]) == len(series["z_low"]) == len(pairs.years)
    assert pairs.labels["CN|US"][0] == label_of(results, "CN", "US")
    assert 0.5 <= pairs.labels["CN|US"][1] <= 1
    assert "smooth" not in pairs.pairs["US|XK"]["collaboration"]


def drawn(results):
    """Return the figures and the page's own charts of the section by name."""
    own = section(results)
    return {figure.name: figure.draw() for figure in own.figures} | {name: draw() for name, draw in own.charts.items()}


def test_every_chart_is_valid_and_described(results):
    charts = drawn(results)
    assert len(charts) == 20
    for name, chart in charts.items():
        spec = chart.to_dict()
        assert spec["description"], name
        assert "var(--" in str(spec), name


def test_sections_without_results_have_no_charts_and_say_what_turns_them_on(make_results):
    bare = load_results(make_results(trajectories=False))
    volumes = {"volume_US_CN_collaboration", "volume_US_CN_knowledge_exchange"}
    assert set(drawn(bare)) == {"trajectory_US_CN", "way-0-z"} | volumes
    found = section(bare).values
    assert found["groups"] == found["matrices"] == found["vector_poles"] == []
    assert found["clusters"] == []
    own = section(bare)
    assert own.contents == (("ways", "The poles over the years"),)
    assert own.absent == (OFF["trajectories"], OFF["other_models"])
    assert clusters(bare) == []


def test_the_matrix_holds_each_pair_once_with_alike_countries_together(results):
    codes = matrix_countries(results)["top"]
    order = alike_together(results, codes)
    assert sorted(order) == sorted(codes)
    cells = label_matrix(results, codes).dropna()
    main = {}
    for code in codes:
        own = Counter(cells.loc[cells["row"] == code, "label"])
        main[code] = max(own, key=lambda label: (own[label], -LABELS.index(label)))
    assert [LABELS.index(main[code]) for code in order] == sorted(LABELS.index(main[code]) for code in order)
    spec = matrix_chart(results, codes, what="Labels").to_dict()
    [rows] = [rows for rows in spec["datasets"].values() if "share" in rows[0]]
    assert len(rows) == len(codes) * (len(codes) - 1) // 2
    assert len({frozenset((row["row"], row["column"])) for row in rows}) == len(rows)
    supports = clustered(results).set_index(["src", "dst"])["support"]
    known = {frozenset((place_name(a), place_name(b))): share for (a, b), share in supports.items()}
    for row in rows:
        share = known.get(frozenset((row["row"], row["column"])))
        assert row["share"] == pytest.approx(1.0 if share is None or share != share else share, abs=6e-4)


def test_clusters_without_names_are_numbered(make_results):
    folder = make_results(uncertainty=False)
    results = load_results(folder)
    for spec in (PAIR_LABELS, CENTROIDS):
        frame = results.table(spec).assign(label=None)
        frame.to_parquet(folder / f"{spec.name}.parquet")
    (folder / "integration_groups.parquet").unlink()
    results = load_results(folder)
    charts = drawn(results)
    assert "cluster 1" in str(charts["centroid-0"].to_dict())
    assert not [name for name in charts if name.startswith(("matrix", "groups"))]
    assert pole_sentence(results, "US", "CN").endswith("has no label: the clusters of this study have no names.")
    assert len(label_shares(results)) == 0


def test_a_bloc_that_is_a_pole_is_shown_by_its_name(make_results):
    folder = make_results(poles=("US", "EU-27"), sizes={"US": 90.0, "EU-27": 95.0, "CN": 80.0, "JP": 60.0, "IN": 50.0})
    results = load_results(folder)
    assert pole_pairs(results) == (("US", "EU-27"),)
    assert len(plane_frame(results, "US", "EU-27")) == 14
    assert "United States and EU-27" in drawn(results)["trajectory_US_EU-27"].to_dict()["description"]


def test_labels_stand_with_their_support_and_shares_with_their_chance_line(results):
    own = section(results).values
    chance = chance_labels()
    for share in own["shares"]:
        low, high = chance.least[share["label"]], chance.most[share["label"]]
        assert share["chance"] == f"{chance.mean[share['label']]:.0%} ({low:.0%} to {high:.0%})"
    assert own["agreement"] == "87%"
    labels = [row.label for pole in own["vector_poles"] for row in pole["rows"] if row.label != "–"]
    labels += [short for short in own["directions"].values() if short != "–"]
    assert len(labels) > 20
    assert all(label.endswith(", support 87%") for label in labels)
    assert direction_of(results, "US", "CN").support == 0.87
    assert "support 87%" in embed_pairs(results).directions["CN|US"]


@pytest.mark.parametrize(
    ("label", "support", "words"),
    [("SC", 0.871, "SC (87%)"), ("SD", None, "SD"), ("KI", float("nan"), "KI"), (None, None, "–")],
)
def test_a_label_without_support_stands_alone(label, support, words):
    assert with_support(label, support) == words
