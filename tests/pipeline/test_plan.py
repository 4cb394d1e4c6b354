"""What an ingest will cost: measured rates at the size that the manifests state."""

import json
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from isthmus.cli.plan import in_words, plan, sizes_in
from isthmus.config import Corpus, load_study
from isthmus.errors import ConfigError
from isthmus.pipeline.estimate import SHARES, estimated_seconds
from isthmus.pipeline.plan import Rates, Span, corpus_share, load_rates, plan_ingest
from isthmus.snapshot.survey import Extent, Survey

RATES = Rates.model_validate(
    {
        "machine": "a desk",
        "measurements": [
            {
                "layout": "jsonl", "records": "real", "works": 1_000, "bytes": 1_000_000,
                "core_seconds": {"read": 36, "write": 72}, "disk": {"staging": 100_000, "tables": 200_000},
            },
            {
                "layout": "jsonl", "records": "simulated", "works": 1_000, "bytes": 500_000,
                "core_seconds": {"read": 36, "write": 36}, "disk": {"staging": 50_000, "tables": 100_000},
            },
        ],
        "start_core_seconds": 36,
        "busy": [0.5, 1.0],
        "extrapolation": {"beyond": 10, "factor": 1.5},
        "corpus_shares": {"everything": [1, 1], "primary_subfield_1702": [0.01, 0.02]},
        "of_proportional_share": [0.5, 2.0],
        "ids_there_are": {"topic": 1000, "subfield": 100, "field": 10, "concept": 100},
        "study_bytes_per_work": [10, 10],
    }
)  # fmt: skip


ANALYSES = Rates.model_validate(
    RATES.model_dump()
    | {
        "references_per_work": {"study": [10, 30], "snapshot": [4, 5]},
        "analyses": [
            {"section": "novelty", "per_million_references": [36, 72], "rests_on": "a desk"},
            {"section": "disruption", "per_million_references": [10, 20], "rests_on": "a chair"},
        ],
    }
)  # fmt: skip


def of(works, size, layout="jsonl", records=True):
    extents = {"works": Extent(3, size, works if records else None)}
    return Survey("/data/x", layout, "2026-06-25", "manifest", extents)


def test_a_snapshot_like_the_first_measured_one_costs_between_both():
    (cost,) = plan_ingest(of(2_000, 2_000_000), RATES, cores=4, price=2.0).costs
    # read: 72 (by works, by the first's bytes) to 144 (by the second's bytes); write: 72 to 144 in the same ways
    assert cost.core_hours == Span((36 + 72 + 72) / 3600, (36 + 144 + 144) / 3600)
    assert cost.hours == Span(cost.core_hours.low / 4, cost.core_hours.high / 2)
    assert cost.money == Span(cost.hours.low * 8, cost.hours.high * 8)
    assert cost.read_bytes == Span(2_000_000, 2_000_000)
    assert cost.kept_bytes == Span(200_000, 400_000)
    assert cost.disk_bytes == Span(300_000, 600_000)


def test_far_beyond_what_was_measured_the_high_estimate_has_a_margin_and_says_so():
    near = plan_ingest(of(10_000, 10_000_000), RATES, cores=1)
    far = plan_ingest(of(20_000, 20_000_000), RATES, cores=1)
    start = 36 / 3600
    assert (far.costs[0].core_hours.low - start) == pytest.approx(2 * (near.costs[0].core_hours.low - start))
    assert (far.costs[0].core_hours.high - start) == pytest.approx(3 * (near.costs[0].core_hours.high - start))
    assert far.costs[0].disk_bytes.high == pytest.approx(2 * near.costs[0].disk_bytes.high)
    assert any("20 times as many works" in note for note in far.notes)
    assert not any("times as many works" in note for note in near.notes)


def test_without_a_manifest_the_number_of_works_is_estimated():
    planned = plan_ingest(of(None, 1_000_000, records=False), RATES, cores=1)
    assert planned.works == Span(1_000, 2_000)
    assert any("estimated from the bytes" in note for note in planned.notes)


def test_a_study_alone_reads_twice_and_writes_its_share():
    study = load_study("gallo2026")
    whole, alone = plan_ingest(of(1_000, 1_000_000), RATES, cores=1, study=study).costs
    assert alone.what == "study gallo2026 alone"
    assert alone.read_bytes.high == 2 * whole.read_bytes.high
    assert alone.core_hours.low == pytest.approx((36 + 2 * 36 + 0.01 * 36) / 3600)
    assert alone.kept_bytes.low == pytest.approx(0.01 * 100_000 + 0.01 * 1_000 * 10)
    assert alone.disk_bytes.low == pytest.approx(alone.kept_bytes.low + 50_000 + 0.01 * 100_000), "lines of all works"


def test_an_analysis_of_a_study_costs_by_the_references_of_its_works():
    study = load_study("gallo2026", ["novelty={}"])
    planned = plan_ingest(of(10_000_000, 10_000_000_000), ANALYSES, cores=2, study=study, price=3.0)
    whole, alone, novelty = planned.costs
    assert (whole.what, alone.what, novelty.what) == ("all tables", "study gallo2026 alone", "its novelty, kernels")
    # 1 to 2 percent of the works, with 10 to 30 references each, are 1 to 6 million
    assert novelty.core_hours.low == pytest.approx(1 * 36 / 3600)
    assert novelty.core_hours.high == pytest.approx(6 * 72 / 3600)
    assert novelty.hours == Span(novelty.core_hours.low / 2, novelty.core_hours.high / 1)
    assert novelty.money.high == pytest.approx(novelty.hours.high * 6)
    assert novelty.read_bytes == novelty.disk_bytes == Span(0, 0)
    assert any("(novelty: a desk). Not counted" in note for note in planned.notes)


def test_scientists_of_a_study_alone_take_a_third_pass():
    study = load_study("gallo2026", ["places={}", "corpus_scientists={}"])
    planned = plan_ingest(of(1_000, 1_000_000), RATES, cores=1, study=study)
    whole, alone = planned.costs
    assert alone.read_bytes.high == 3 * whole.read_bytes.high
    assert any("once for the years of its scientists" in note for note in planned.notes)


def test_with_all_works_as_background_the_references_of_all_are_walked():
    study = load_study("gallo2026", ["novelty.background=all", "disruption={}"])
    novelty, disruption = plan_ingest(of(10_000_000, 10**10), ANALYSES, cores=1, study=study).costs[2:]
    assert novelty.core_hours.low == pytest.approx(40 * 36 / 3600)
    assert disruption.core_hours.low == pytest.approx(1 * 10 / 3600)


def test_rates_without_analyses_say_nothing_of_them():
    study = load_study("gallo2026", ["novelty={}"])
    planned = plan_ingest(of(1_000, 1_000_000), RATES, cores=1, study=study)
    assert len(planned.costs) == 2
    assert not any("Kernels" in note for note in planned.notes)


STAGES = Rates.model_validate(
    RATES.model_dump()
    | {
        "stages": [
            {"section": "cities", "stage": "cities", "works": [100, 200], "study_works": [50, 100],
             "core_seconds": [10, 20], "rests_on": "a desk"},
            {"section": "cities", "stage": "city_ties", "works": [100, 200], "study_works": [50, 100],
             "core_seconds": [30, 20], "rests_on": "a desk"},
            {"section": "gravity", "stage": "gravity", "works": [100, 200], "study_works": [50, 100],
             "core_seconds": [5, 6], "at_most": 72, "rests_on": "a chair"},
        ],
    }
)  # fmt: skip


def test_stages_cost_by_the_works_of_the_snapshot_or_of_the_study():
    study = load_study("alshebli2022_beijing", ["corpus.rule=primary_subfield", "corpus.ids=[1702]"])
    planned = plan_ingest(of(1_000, 1_000_000), STAGES, cores=1, study=study, price=1.0)
    cities, gravity = planned.costs[2:]
    assert (cities.what, gravity.what) == ("its cities", "its gravity")
    # by 10 to 20 works of the study as at the smaller size; by 1,000 works 10 + 0.1 x 900; no stage falls below 30
    assert cities.core_hours.low == pytest.approx((10 + 30) / 3600)
    assert cities.core_hours.high == pytest.approx((100 + 30) / 3600)
    assert (gravity.core_hours.low * 3600, gravity.core_hours.high * 3600) == pytest.approx((5, 72))
    assert any("(cities, city_ties, gravity): measured on a desk; a chair" in note for note in planned.notes)
    far = plan_ingest(of(4_000, 4_000_000), STAGES, cores=1, study=study).costs[2]
    assert far.core_hours.high == pytest.approx(1.5 * (400 + 30) / 3600), "more than ten times what was measured"
    assert len(plan_ingest(of(1_000, 1_000_000), STAGES, cores=1, study=load_study("gallo2026")).costs) == 2


@pytest.mark.parametrize(
    ("rule", "ids", "expected"),
    [
        ("everything", (), Span(1, 1)),
        ("ai_primary", (), Span(0.01, 0.02)),
        ("primary_subfield", (1702,), Span(0.01, 0.02)),
        ("primary_subfield", (2406, 2404), Span(0.01, 0.04)),
        ("any_field", (17,), Span(0.05, 0.2)),
        ("primary_topic", (1,), Span(0.0005, 0.002)),
        ("concept", tuple(range(1, 81)), Span(0.4, 1.0)),
        ("ai_narrow", (), Span(0.005, 0.02)),
    ],
)
def test_the_share_of_a_corpus(rule, ids, expected):
    found = corpus_share(Corpus(rule=rule, ids=ids), RATES)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))


def test_nothing_measured_of_a_layout_is_said():
    with pytest.raises(ConfigError, match="no measurement of the layout 'parquet'"):
        plan_ingest(of(1, 1, layout="parquet"), RATES, cores=1)


def test_rates_of_another_form_are_refused(tmp_path):
    (tmp_path / "rates.yaml").write_text("machine: x\nmeasurements: []\n")
    with pytest.raises(ConfigError, match=r"rates .*rates\.yaml: measurements"):
        load_rates(tmp_path / "rates.yaml")


def test_sizes_in_words():
    assert sizes_in(665_688_383_258, 665_688_383_258) == "666 GB"
    assert sizes_in(9e11, 1.8e12) == "0.9 - 1.8 TB"
    assert sizes_in(0, 0) == "0 B"


JUNE_2026 = {
    "date": "2026-06-25",
    "format": "jsonl",
    "entities": {
        "works": {"record_count": 510_372_821, "content_length": 665_688_383_258, "files": []},
        "institutions": {"record_count": 135_000, "content_length": 200_000_000, "files": []},
    },
}


def test_the_release_of_june_2026_from_its_manifest_alone(tmp_path):
    """The order of magnitude, with the rates that come with Isthmus: tens of core hours, a tenth of a terabyte or so."""
    (tmp_path / "manifest.json").write_text(json.dumps(JUNE_2026))
    words = ["--snapshot", str(tmp_path / "manifest.json"), "--study", "gallo2026", "--cores", "64"]
    done = CliRunner().invoke(
        plan, [*words, "--price-per-core-hour", "0.05", "--format", "json"], catch_exceptions=False
    )
    planned = json.loads(done.output)
    assert planned["works"] == {"low": 510_372_821, "high": 510_372_821}
    whole, alone = planned["costs"]
    assert 5 < whole["core_hours"]["low"] < whole["core_hours"]["high"] < 5_000
    assert 3e10 < whole["kept_bytes"]["low"] < whole["kept_bytes"]["high"] < 3e12
    assert alone["kept_bytes"]["high"] < whole["kept_bytes"]["low"]
    assert whole["money"]["high"] == pytest.approx(whole["hours"]["high"] * 64 * 0.05)
    assert any("the truth may lie outside" in note for note in planned["notes"])
    text = CliRunner().invoke(plan, words, catch_exceptions=False).output
    assert "510,372,821 works" in text
    assert "666 GB (from the manifest)" in text


def test_a_plan_in_words_fits_a_terminal():
    planned = plan_ingest(of(2_000, 2_000_000), RATES, cores=4, study=load_study("gallo2026"))
    lines = in_words(planned).splitlines()
    assert max(map(len, lines)) <= 130
    assert lines[3].startswith("all tables")


def test_the_rates_that_come_with_isthmus_know_analyses_and_stages():
    study = load_study("alshebli2024_uschina", ["disruption={}"])
    rates = load_rates()
    costs = plan_ingest(of(510_000_000, 665_000_000_000), rates, cores=64, study=study).costs
    assert [cost.what for cost in costs[2:]] == [
        "its novelty, kernels", "its disruption, kernels", "its places", "its corpus_scientists",
        "its scientists", "its hits", "its migration", "its partnership",
    ]  # fmt: skip
    cities = plan_ingest(
        of(510_000_000, 665_000_000_000), rates, cores=64, study=load_study("alshebli2022_beijing")
    ).costs
    assert {"its places", "its cities", "its bridging", "its gravity"} <= {cost.what for cost in cities}
    assert all(0 < cost.core_hours.low < cost.core_hours.high for cost in (*costs[2:], *cities[2:]))


def stages(*names):
    return [SimpleNamespace(name=name) for name in names]


def test_a_first_run_is_estimated_from_the_middle_of_the_plan():
    every = stages("parse", "records", "accounting", "corpus")
    found = estimated_seconds(every, of(2_000, 2_000_000), study=None, cores=4, rates=RATES)
    middle = ((36 + 72 + 72) / 4 + (36 + 144 + 144) / 2) / 2  # seconds: all cores busy, or half of them
    assert sum(SHARES.values()) == pytest.approx(1)
    assert found == pytest.approx({name: share * middle for name, share in SHARES.items()})
    assert "corpus" not in found, "nobody measured it"


def test_measured_stages_of_a_study_are_estimated_too():
    rate = {
        "section": "gravity", "stage": "gravity", "works": [1_000, 2_000], "study_works": [1_000, 2_000],
        "core_seconds": [30, 60], "rests_on": "a desk",
    }  # fmt: skip
    rates = Rates.model_validate(RATES.model_dump() | {"stages": [rate]})
    study = load_study("alshebli2022_beijing")
    found = estimated_seconds(stages("gravity"), of(2_000, 2_000_000), study=study, cores=4, rates=rates)
    assert 30 / 4 <= found["gravity"] <= 60 / 2


@pytest.mark.parametrize("survey", [None, of(2_000, 2_000_000, layout="parquet")])
def test_what_was_never_measured_is_not_estimated(survey):
    assert estimated_seconds(stages("parse"), survey, study=None, cores=4, rates=RATES) == {}
