import xml.etree.ElementTree as ElementTree
from itertools import pairwise

import numpy as np
import pytest

from isthmus.analyses.corpus.charts import coverage_frame
from isthmus.analyses.networks.charts import volume_frame
from isthmus.analyses.networks.tables import COUNTRY_YEARS
from isthmus.analyses.sections import SECTIONS, study_report
from isthmus.analyses.significance.charts import partners_chart
from isthmus.analyses.significance.maps import FIRST_TIES, places, tie_features, tie_map
from isthmus.analyses.significance.paircharts import pair_chart
from isthmus.analyses.significance.ties import graded_ties
from isthmus.analyses.trajectories import vectorcharts
from isthmus.analyses.trajectories.clusterbands import band_chart, band_frame
from isthmus.analyses.trajectories.clustercharts import clusters
from isthmus.analyses.trajectories.frames import clustered, vectors
from isthmus.analyses.trajectories.tables import TRAJECTORIES
from isthmus.analyses.trajectories.vectorcharts import vector_rows, vectors_chart
from isthmus.errors import ConfigError
from isthmus.report import load_results
from isthmus.report.directions import Direction
from isthmus.report.figures import write_figures
from isthmus.report.section import build_sections
from isthmus.report.theme import LIGHT, colour, resolve


def test_resolved_figures_hold_no_variables(results_dir):
    spec = tie_map(load_results(results_dir)).to_dict()
    assert colour("pole-1") in str(spec)
    assert "var(--" not in str(resolve(spec))
    assert LIGHT["pole-1"] in str(resolve(spec))
    with pytest.raises(KeyError, match="valid: paper"):
        colour("no such colour")


def study_figures(folder):
    """Return the figures of a study's report by name."""
    results = load_results(folder)
    return {figure.name: figure for section in build_sections(results, SECTIONS) for figure in section.figures}


def test_figures_are_written_as_pictures(results_dir, tmp_path, monkeypatch):
    every = study_figures(results_dir)
    few = {name: every[name] for name in ("map_collaboration", "pair_US_CN", "truth", "centroids", "groups")}
    monkeypatch.setattr(
        "isthmus.report.page.write_figures", lambda _, *rest, **more: write_figures([*few.values()], *rest, **more)
    )
    (tmp_path / "figures").mkdir()
    for name in ("partners_FR_collaboration.png", "my_own.png"):
        (tmp_path / "figures" / name).touch()
    (tmp_path / "figures" / "figures.txt").write_text("partners_FR_collaboration\ngroups\n")
    summary = study_report(load_results(results_dir), tmp_path / "report.html", figures=True)
    assert not (tmp_path / "figures" / "partners_FR_collaboration.png").exists(), "left by an earlier run"
    assert (tmp_path / "figures" / "my_own.png").exists()
    assert sorted(file.name for file in summary.figures) == sorted(
        f"{n}.{kind}" for n in few for kind in ("svg", "png")
    )
    for file in summary.figures:
        assert file.parent == tmp_path / "figures"
        if file.suffix == ".png":
            assert file.read_bytes().startswith(b"\x89PNG")
        else:
            assert ElementTree.parse(file).getroot().tag.endswith("svg")
    drawn = (tmp_path / "figures" / "map_collaboration.svg").read_text(encoding="utf-8")
    assert "Hong Kong" in drawn
    assert "Collaboration: ties above size, firm, 2017–2021" in drawn
    assert "SIMULATED DATA" in drawn
    assert "scientific convergence" in (tmp_path / "figures" / "centroids.svg").read_text(encoding="utf-8")
    page = summary.path.read_text(encoding="utf-8")
    assert 'href="figures/groups.png"' in page
    assert "var(--" not in drawn


def test_every_figure_of_the_study_is_offered(results_dir, make_results):
    before = {
        "coverage", "papers", "international", "map_collaboration", "map_knowledge_exchange",
        "published_map_collaboration", "published_map_knowledge_exchange",
        "partners_US_collaboration", "partners_US_knowledge_exchange", "partners_CN_collaboration",
        "partners_CN_knowledge_exchange", "pair_US_CN", "truth", "volume_US_CN_collaboration",
        "volume_US_CN_knowledge_exchange", "trajectory_US_CN",
    }  # fmt: skip
    assert set(study_figures(results_dir)) == before | {
        "output", "foreign_citations", "densities", "centroids", "clusters_by_year", "groups",
        "agreement", "silhouette", "sensitivity",
        "vectors_US", "vectors_CN", "matrix_top", "matrix_bloc", "trajectory_US_CN_ecm-variance-corrected",
    }  # fmt: skip
    assert set(study_figures(make_results(trajectories=False))) == before
    assert "truth" not in study_figures(make_results(simulated=False))


def test_the_map_draws_a_line_for_every_tie_in_the_pole_s_colour(results_dir):
    features = {(f["network"], f["src"], f["dst"]): f for f in tie_features(load_results(results_dir))}
    assert sum(feature["published"] for feature in features.values()) == 13
    assert sum(feature["grade"] == "firm" for feature in features.values()) == 13
    assert len(features) == len(graded_ties(load_results(results_dir)))
    weaker = features["collaboration", "CN", "US"]
    assert (weaker["grade"], weaker["direction"]) == ("probable", "weaker")
    ends = graded_ties(load_results(results_dir)).set_index(["network", "src", "dst"])
    high = ends.loc[("collaboration", "CN", "US"), "propensity_high"]
    assert weaker["size"] == pytest.approx(1 / high, abs=0.01)
    assert weaker["size"] < 1 / weaker["times"], "at least so many times below size"
    firm = features["collaboration", "CN", "PK"]
    assert firm["size"] == pytest.approx(ends.loc[("collaboration", "CN", "PK"), "propensity_low"], abs=0.01)
    assert features["collaboration", "IL", "US"]["group"] == "United States"
    assert features["collaboration", "CN", "PK"]["group"] == "China"
    assert features["collaboration", "FR", "TN"]["group"] == "other countries"
    line = features["collaboration", "KR", "US"]["geometry"]["coordinates"]
    assert all(-180 <= longitude <= 180 and -90 <= latitude <= 90 for longitude, latitude in line)
    assert max(abs(a[0] - b[0]) for a, b in pairwise(line)) < 30, "no jump across the map's edge"


def test_the_map_draws_the_firmest_ties_at_first(results_dir):
    results = load_results(results_dir)
    graded = graded_ties(results)
    groups = {}
    for feature in tie_features(results):
        groups.setdefault((feature["network"], feature["direction"]), {})[feature["rank"]] = feature
    for (network, direction), ranked in groups.items():
        own = graded[(graded["network"] == network) & (graded["direction"] == direction)]
        assert [(ranked[at]["src"], ranked[at]["dst"]) for at in sorted(ranked)] == list(
            zip(own["src"], own["dst"], strict=True)
        )
        assert sorted(ranked) == list(range(1, len(own) + 1))
    params = {param["name"]: param["value"] for param in tie_map(results).to_dict()["params"]}
    assert params["most"] == FIRST_TIES == 50
    by_rule = {param["name"]: param["value"] for param in tie_map(results, called="published").to_dict()["params"]}
    assert by_rule["most"] >= sum(feature["published"] for feature in tie_features(results))


def test_names_on_the_map_do_not_run_into_each_other(results_dir):
    shown = places(load_results(results_dir)).query("label")
    assert {"US", "CN"} <= set(shown["code"])
    spots = list(zip(shown["longitude"], shown["latitude"], strict=True))
    pairs = [(a, b) for n, a in enumerate(spots) for b in spots[n + 1 :]]
    assert all(abs(a[0] - b[0]) >= 22 or abs(a[1] - b[1]) >= 8 for a, b in pairs)


def test_coverage_and_volumes_are_those_of_the_tables(results_dir):
    results = load_results(results_dir)
    country = coverage_frame(results).query("what == 'a country' and year == 2021").iloc[0]
    row = results.coverage.query("year == 2021").iloc[0]
    assert country["share"] == row["corpus_with_country"] / row["corpus_works"]
    volumes = volume_frame(results)
    states = results.table(COUNTRY_YEARS).query("country == 'US' and year == 2021").iloc[0]
    shown = volumes.query("who == 'United States' and year == 2021").iloc[0]
    assert shown["papers"] == states["papers"]
    assert shown["share"] == states["papers_international"] / states["papers"]
    assert volumes.query("who == 'World' and year == 2021")["papers"].item() == row["corpus_with_country"]


def test_a_pair_s_chart_names_the_pair_and_holds_its_years(results_dir):
    spec = pair_chart(load_results(results_dir), "NA", "KE").to_dict()
    assert spec["title"] == "Namibia and Kenya"
    assert "Knowledge exchange" in str(spec)


def test_a_pole_without_partners_cannot_be_drawn(results_dir):
    with pytest.raises(ConfigError, match="Kosovo has no tie with a grade in collaboration"):
        partners_chart(load_results(results_dir), "XK")


def test_the_map_tells_grades_apart_and_the_published_rule_keeps_its_mean_z(results_dir):
    results = load_results(results_dir)
    [links] = [layer for layer in tie_map(results).to_dict()["layer"] if "strokeDash" in layer.get("encoding", {})]
    dashes = links["encoding"]["strokeDash"]["scale"]
    assert dict(zip(dashes["domain"], map(tuple, dashes["range"]), strict=True))["firm"] == (1, 0)
    assert len({tuple(dash) for dash in dashes["range"][:3]}) == 3
    assert links["encoding"]["strokeWidth"]["field"] == "step"
    assert all(
        links["encoding"][name]["scale"]["type"] == "ordinal" for name in ("opacity", "strokeDash", "strokeWidth")
    )
    widths = links["encoding"]["strokeWidth"]["scale"]
    assert dict(zip(widths["domain"], widths["range"], strict=True)) == {
        "up to 3": 1.2,
        "3 to 10": 2.8,
        "more than 10": 4.8,
    }
    [step] = [t["calculate"] for t in links["transform"] if t.get("as") == "step"]
    assert step.startswith("datum.grade == 'few papers' || datum.size <= 3 ? 'up to 3'"), "faint lines are never wide"
    published = tie_map(results, called="published").to_dict()
    [links] = [layer for layer in published["layer"] if "strokeDash" in layer.get("encoding", {})]
    assert links["encoding"]["strokeWidth"]["field"] == "mean_z"
    assert next(p["value"] for p in published["params"] if p["name"] == "called") == "published"


def test_partners_stand_on_a_logarithmic_axis_with_their_intervals(results_dir):
    spec = partners_chart(load_results(results_dir), "CN").to_dict()
    bars = next(layer for layer in spec["layer"] if "x2" in layer["encoding"])
    assert bars["encoding"]["x"]["scale"]["type"] == "log"
    assert bars["encoding"]["opacity"]["scale"]["type"] == "ordinal", "each grade has the opacity that is named"
    rows = {row["label"]: row for row in bars["data"]["values"]}
    assert rows["Pakistan"]["low"] < rows["Pakistan"]["point"] < rows["Pakistan"]["high"]
    assert rows["Pakistan"]["words"].endswith("firm, q < 0.001")
    assert rows["United States"]["point"] < 1
    assert rows["United States"]["grade"] == "probable"


def test_labels_of_vectors_are_told_apart_without_colour(results_dir):
    spec = vectors_chart(load_results(results_dir), "US").to_dict()
    layers = spec["spec"]["layer"]
    [dash] = [layer["encoding"]["strokeDash"] for layer in layers if "strokeDash" in layer.get("encoding", {})]
    styles = dict(zip(dash["scale"]["domain"], map(tuple, dash["scale"]["range"]), strict=True))
    assert len(set(styles.values())) == len(styles) > 1


def test_every_vector_has_a_panel_with_its_name_and_its_label(results_dir, monkeypatch):
    results = load_results(results_dir)
    told = vectorcharts.direction_of
    monkeypatch.setattr(
        vectorcharts,
        "direction_of",
        lambda r, one, two: Direction("SC", 0.99) if one == "CN" else told(r, one, two),
    )
    rows, frame = vector_rows(results, "US"), vectors(results, "US")
    spec = vectors_chart(results, "US").to_dict()
    assert spec["facet"]["sort"] == list(rows["panel"])
    assert rows["name"].tolist() == frame["name"].tolist(), "all names, most papers first"
    assert rows["panel"].is_unique
    for row in rows.itertuples():
        shown = row.panel.removeprefix(row.name).strip()
        assert shown == ("" if row.label == "none" else row.label if row.settled else f"({row.label})")
    assert rows.set_index("country")["settled"].to_dict()["CN"]
    assert not rows["settled"].all()


def test_a_cluster_over_the_years_is_the_mean_and_the_middle_half_of_its_pairs(results_dir):
    results = load_results(results_dir)
    cluster = clusters(results)[0]
    pairs = clustered(results).query("cluster == @cluster")[["src", "dst"]]
    paths = results.table(TRAJECTORIES).merge(pairs, on=["src", "dst"])
    own = np.sort(paths.loc[paths["year"] == 2015, "scaled_exchange"])
    row = band_frame(results, cluster).query("year == 2015 and network == 'Knowledge exchange'").iloc[0]
    assert row["mean"] == pytest.approx(own.mean())
    assert (row["low"], row["high"]) == pytest.approx(tuple(np.percentile(own, [25, 75])))
    assert row["low"] <= row["mean"] <= row["high"] or len(own) < 4
    assert {layer["mark"]["type"] for layer in band_chart(results, cluster).to_dict()["layer"]} == {"area", "line"}
