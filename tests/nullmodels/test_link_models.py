import numpy as np
import pandas as pd
import pytest

from isthmus.errors import NetworkError
from isthmus.nullmodels.ecm import fit_ecm
from isthmus.nullmodels.frames import edge_significance, network_of, significance_frames
from isthmus.nullmodels.generators import generator
from isthmus.nullmodels.link_models import MODELS, FitReport, check_model, link_significance, samples_of
from isthmus.nullmodels.significance import PairTable

EDGES = pd.DataFrame(
    [(0, 1, 9), (1, 2, 4), (2, 3, 6), (3, 4, 2), (4, 5, 5), (5, 0, 3), (0, 2, 2), (3, 5, 1)],
    columns=["src", "dst", "weight"],
).astype({"src": str, "dst": str})


@pytest.mark.parametrize("model", MODELS)
def test_every_model_gives_all_pairs_and_one_report(six_nodes, model):
    *tables, report = link_significance(six_nodes, model=model, samples=40, rng=np.random.default_rng(1))
    assert isinstance(report, FitReport)
    assert report.null_model == model
    assert report.status == "converged"
    assert (report.n_nodes, report.n_links, report.total_weight) == (6, 8, 32)
    assert report.samples == samples_of(model, 40)
    assert sum(len(table) for table in tables) == 15
    table = tables[0]
    assert isinstance(table, PairTable)
    tested = ~np.isnan(table.p_upper)
    assert ((table.p_upper[tested] > 0) & (table.p_upper[tested] <= 1)).all()
    np.testing.assert_array_equal(table.p_upper[table.weight == 0], 1)


def test_models_that_need_samples_draw_500_when_none_are_asked_for():
    assert samples_of("rewiring", 0) == 500
    assert samples_of("ecm", 0) == 0
    assert samples_of("ecm-variance-corrected", 70) == 0


@pytest.mark.parametrize(
    ("model", "samples", "finite", "message"),
    [
        ("emc", 0, "expected_in_500_samples", "did you mean 'ecm'"),
        ("ecm", 0, "presnt", "did you mean 'present'"),
        ("ecm", 1, "expected_in_500_samples", "expected 0 .exact. or at least 2"),
        ("ecm", 0, "sampled", "draws none"),
    ],
)
def test_what_makes_no_sense_is_refused(model, samples, finite, message):
    with pytest.raises(NetworkError, match=message):
        check_model(model, samples=samples, finite=finite)


def test_draws_depend_on_seed_and_key_only():
    one, two = generator(3, ("collaboration", 2001)), generator(3, ("collaboration", np.int32(2001)))
    assert one.random() == two.random()
    assert generator(3, ("a", 1)).random() != generator(3, ("a", 2)).random()
    assert generator(3, ("a", 1)).random() != generator(4, ("a", 1)).random()


def test_frames_in_one_call():
    both = pd.concat([EDGES.assign(year=2001), EDGES.head(5).assign(year=2002)])
    pairs, fits = significance_frames(both, by=["year"])
    assert fits["year"].tolist() == [2001, 2002]
    assert pairs.groupby("year").size().tolist() == [15, 15]
    first = pairs.iloc[0]
    assert (first["src"], first["dst"]) == ("0", "1")
    assert first["z"] == pytest.approx(0.498027, abs=1e-6)
    alone, _ = significance_frames(EDGES)
    pd.testing.assert_frame_equal(alone, pairs[pairs["year"] == 2001].drop(columns="year"))


def test_sampled_frames_are_reproducible():
    one, _ = significance_frames(EDGES, seed=5, samples=50)
    two, _ = significance_frames(EDGES.sample(frac=1, random_state=1), seed=5, samples=50)
    pd.testing.assert_frame_equal(one, two)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (("0", "0", 3), "edge 0 - 0 has weight 3: it is a loop"),
        (("1", "0", 3), "edge 1 - 0 has weight 3: this pair is listed twice"),
        (("0", "4", 0), "expected a whole number > 0"),
        (("0", "4", 1.5), "edge 0 - 4 has weight 1.5: expected a whole number"),
        (("0", None, 3), "an edge lacks a value"),
    ],
)
def test_bad_edges_are_named_and_become_a_failed_fit(row, message):
    edges = pd.concat([EDGES, pd.DataFrame([row], columns=EDGES.columns)])
    with pytest.raises(NetworkError, match=message):
        network_of(edges)
    [(kind, fit)] = edge_significance(edges)
    assert kind == "fit"
    assert fit["status"].tolist() == ["failed"]
    assert message.split("expected")[0].strip() in fit["message"][0]


def test_only_failed_networks_give_an_empty_frame_of_pairs():
    pairs, fits = significance_frames(EDGES.assign(weight=-1))
    assert pairs.empty
    assert "q_value" in pairs.columns
    assert fits["status"].tolist() == ["failed"]


def test_pairs_of_a_fit_that_did_not_converge_never_count(six_nodes, monkeypatch):
    import isthmus.nullmodels.link_models as room

    monkeypatch.setattr(room, "fit_ecm", lambda network, labels: fit_ecm(network, labels=labels, max_iterations=1))
    table, report = link_significance(six_nodes)
    assert report.status == "not converged"
    assert "do not read" in report.message
    assert not table.finite.any()


def test_the_room_exports_its_public_names():
    import isthmus.nullmodels as room

    assert room.fit_ecm is fit_ecm
    assert set(room.__all__) == set(room._MODULE_OF)
    for name in room.__all__:
        assert callable(getattr(room, name))
    with pytest.raises(AttributeError, match="no attribute 'fit_emc'"):
        room.fit_emc  # noqa: B018


def test_linked_is_a_rule_about_all_years():
    years = pd.concat([EDGES.assign(year=2001), EDGES[1:].assign(year=2002)])
    pairs, _ = significance_frames(years, by=("year",), finite="linked")
    rows = pairs.set_index(["year", "src", "dst"])
    assert rows["weight"][2002, "0", "1"] == 0
    assert rows["finite"][2002, "0", "1"], "linked in 2001, so its z of 2002 counts, too"
    never = rows[rows.groupby(["src", "dst"])["weight"].transform("max") == 0]
    assert len(never) == 2 * 7
    assert not never["finite"].any()
