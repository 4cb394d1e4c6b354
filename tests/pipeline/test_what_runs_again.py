"""What runs again after an edit: a stage runs again if and only if something that it reads has changed."""

from importlib.resources import files
from pathlib import Path

import pytest

from isthmus.config import load_study
from isthmus.engine.code import closure
from isthmus.pipeline.run import STAGES

STUDY = load_study("gallo2026")
STAGE = {stage.name: stage for stage in STAGES}
PACKAGE = Path(str(files("isthmus")))
ALL_AFTER_CORPUS = {s.name for s in STAGES if s.scope == "study"}


def followed_by(names):
    """Return these stages and all that read their tables, as the runner decides it."""
    dirty = set(names)
    for stage in STAGES:
        if stage.name not in dirty and any(need in dirty for need in stage.needs):
            dirty.add(stage.name)
    return dirty


def after_setting(*settings):
    """Return the stages that run again when fields of the study change."""
    changed = load_study("gallo2026", settings)
    first = {s.name for s in STAGES if s.scope == "study" and s.configuration(STUDY) != s.configuration(changed)}
    return followed_by(first)


def after_edit_of(module):
    """Return the stages that run again when a condition in a module of the library is inverted."""
    return followed_by(s.name for s in STAGES if module in closure(s.run.__module__, PACKAGE) and not s.on_request)


PUBLISHED = {"publish", "report", "exports"}
OF_DISRUPTION = {"disruption", "disruption_cities"}
OF_BLOCS = {"blocs", "organisations", "active_researchers"}
OF_NOVELTY = {"source_pairs", "combinations", "novelty", "novelty_cities"}
OF_TIES = {"city_ties", "bridging", "gravity"}
OF_CITIES = {"cities"} | OF_TIES
OF_PLACES = {"places", "corpus_scientists", "city_pairs"} | OF_CITIES
OF_PARTNERSHIP = {"partnership", "partnership_effects"}
OF_COUNTRIES = {"scientists", "hits"} | OF_PARTNERSHIP
OF_MIGRATION = {"migration", "migration_tests", "movers", "matched_movers", "migration_agreement", "university_movers",
                "ancestry_shares"}  # fmt: skip


@pytest.mark.parametrize(
    ("setting", "stages"),
    [
        ("description=Another", {"report"}),
        ("report.matrix_countries=12", {"report"}),
        ("report.matrix_bloc=null", {"report"}),
        ("title=Another", {"report", "exports"}),
        (
            "significance.threshold=3",
            {"significance", "output", "sensitivity"} | OF_TIES | {"city_pairs", "migration_tests"} | PUBLISHED,
        ),
        (
            "significance.false_discovery_rate=0.1",
            {"significance", "output"} | OF_TIES | {"city_pairs", "migration_tests"} | PUBLISHED,
        ),
        ("geography.compare=[US]", {"output"} | OF_DISRUPTION | OF_PARTNERSHIP | PUBLISHED),
        ("geography.regions=[Balkans]", {"output"} | PUBLISHED),
        ("trajectories.window=7", {"trajectories", "stability", "bootstrap", "sensitivity"} | PUBLISHED),
        ("trajectories.restarts=7", {"trajectories", "stability", "bootstrap", "sensitivity"} | PUBLISHED),
        ("trends.change=2", {"trends"} | PUBLISHED),
        ("groups.countries=20", {"trajectories", "bootstrap"} | PUBLISHED),
        ("other_null_models.models=[rewiring]", {"other_null_models", "stability"} | PUBLISHED),
        ("bootstrap.replicates=7", {"bootstrap"} | PUBLISHED),
        ("stability.restarts=7", {"stability"} | PUBLISHED),
        ("corpus.rule=ai_any", ALL_AFTER_CORPUS),
        ("corpus={rule: ai_narrow, tune: {year: 2020, works: 60000}}", ALL_AFTER_CORPUS),
        (
            "networks.joint_papers=left_out",
            ALL_AFTER_CORPUS
            - {"corpus"}
            - OF_BLOCS
            - OF_PLACES
            - OF_MIGRATION
            - OF_COUNTRIES
            - OF_DISRUPTION
            - OF_NOVELTY,
        ),
        (
            "corpus.max_countries=9",
            ALL_AFTER_CORPUS
            - {"corpus"}
            - OF_BLOCS
            - OF_PLACES
            - OF_MIGRATION
            - OF_COUNTRIES
            - OF_DISRUPTION
            - OF_NOVELTY,
        ),
    ],
)
def test_a_setting_runs_what_reads_it_and_what_follows(setting, stages):
    assert after_setting(setting) == stages


@pytest.mark.parametrize(
    ("setting", "stages"),
    [
        ("blocs.entities=[US, CN]", OF_BLOCS),
        ("blocs.replicates=7", {"blocs", "organisations"}),
        ("blocs.level=0.9", {"blocs", "organisations"}),
        ("blocs.organisation_papers=20", {"organisations"}),
        ("blocs.organisation_share=0.01", {"organisations"}),
        ("active_researchers.papers=[1]", {"active_researchers"}),
        ("active_researchers.windows=[1]", {"active_researchers"}),
        ("seed=7", {"blocs", "organisations"}),
        ("geography.cn_includes_hk_mo=true", {"corpus", "networks", "output"} | OF_BLOCS),
    ],
)
def test_a_setting_of_compared_blocs_runs_what_reads_it(setting, stages):
    before, after = load_study("digitalscience2025"), load_study("digitalscience2025", [setting])
    own = [stage for stage in STAGES if stage.scope == "study" and stage.enabled(before)]
    changed = {stage.name for stage in own if stage.configuration(before) != stage.configuration(after)} - {"report"}
    following = {name for name in followed_by(changed) if STAGE[name] in own}
    assert following == stages | PUBLISHED


@pytest.mark.parametrize(
    ("setting", "stages"),
    [
        ("novelty.background=all", OF_NOVELTY),
        ("novelty.maximum_references=100", OF_NOVELTY),
        ("novelty.replicates=10", OF_NOVELTY),
        ("novelty.least_score=0.5", OF_NOVELTY - {"source_pairs"}),
        ("novelty.groups=9", OF_NOVELTY - {"source_pairs"}),
        ("novelty.starts=2", OF_NOVELTY - {"source_pairs"}),
        ("novelty.entities=[US]", {"novelty", "novelty_cities"}),
        ("places={}", {"novelty_cities"}),
    ],
)
def test_a_setting_of_novelty_runs_what_reads_it(setting, stages):
    before, after = (load_study("everything", ["novelty={}", *more]) for more in ([], [setting]))
    own = [stage for stage in STAGES if stage.scope == "study" and stage.enabled(before)]
    changed = {stage.name for stage in own if stage.configuration(before) != stage.configuration(after)} - {"report"}
    assert {name for name in followed_by(changed) if STAGE[name] in own} == stages | PUBLISHED


@pytest.mark.parametrize(
    ("setting", "stages"),
    [
        ("places.citing=corpus", {"places", "city_pairs", "disruption_cities"} | OF_CITIES),
        ("corpus_scientists.least_works=5", {"corpus_scientists"} | OF_CITIES),
        ("cities.west=[US]", OF_CITIES),
        ("cities.venues={}", OF_CITIES),
        ("cities.flow_years=[2016, 2019]", {"city_pairs"} | OF_TIES),
        ("cities.top=[20]", OF_TIES),
        ("cities.tested=500", OF_TIES),
        ("bridging.draws=50", {"bridging"}),
        ("bridging.replicates=50", {"bridging"}),
        ("gravity.specifications=[1]", {"gravity"}),
        ("gravity.covariates=countries.csv", {"gravity"}),
        ("seed=7", {"bridging"} | OF_DISRUPTION),
        ("geography.compare=[US]", {"output"} | OF_DISRUPTION),
        (
            "geography.cn_includes_hk_mo=true",
            {"corpus", "output"} | OF_PLACES | OF_DISRUPTION,
        ),
    ],
)
def test_a_setting_of_places_and_cities_runs_what_reads_it(setting, stages):
    before, after = load_study("alshebli2022_beijing"), load_study("alshebli2022_beijing", [setting])
    own = [stage for stage in STAGES if stage.scope == "study" and stage.enabled(before)]
    changed = {stage.name for stage in own if stage.configuration(before) != stage.configuration(after)} - {"report"}
    following = {name for name in followed_by(changed) if STAGE[name] in own}
    assert following - PUBLISHED == stages


@pytest.mark.parametrize(
    ("setting", "stages"),
    [
        ("migration.gap=3", OF_MIGRATION),
        ("migration.scientists=everyone", OF_MIGRATION),
        ("migration.strict_works=3", OF_MIGRATION),
        ("migration.years_after=5", {"movers", "matched_movers"}),
        ("migration.ancestry={file: groups.csv}", {"ancestry_shares"}),
        ("migration.equal_size_sample=true", {"matched_movers"}),
        ("migration.universities=50", {"university_movers"}),
        ("migration.university_years=[2001, 2018]", {"university_movers"}),
        ("migration.published_flows={file: flows.csv}", {"migration_agreement"}),
        ("corpus_scientists.least_works=5", {"corpus_scientists", "scientists"} | OF_MIGRATION),
        ("places.citing=corpus", {"places", "novelty_cities"} | OF_COUNTRIES),
        ("novelty.entities=[US]", {"novelty", "novelty_cities"} | OF_PARTNERSHIP),
        ("hits.share=0.05", {"hits"}),
        ("partnership.partners=[GB]", OF_PARTNERSHIP),
        ("partnership.own_affiliations=true", OF_PARTNERSHIP),
        ("partnership.team_cuts=[3, 9]", OF_PARTNERSHIP),
        ("partnership.matched_years=[2006, 2018]", OF_PARTNERSHIP),
        ("years.significance=[2015, 2019]", {"significance", "output", "migration_tests"}),
        (
            "seed=7",
            {"null_models", "significance", "output", "movers", "matched_movers", "migration_agreement"}
            | OF_NOVELTY
            | OF_PARTNERSHIP,
        ),
    ],
)
def test_a_setting_of_migration_and_countries_runs_what_reads_it(setting, stages):
    before, after = load_study("alshebli2024_uschina"), load_study("alshebli2024_uschina", [setting])
    own = [stage for stage in STAGES if stage.scope == "study" and stage.enabled(before)]
    changed = {stage.name for stage in own if stage.configuration(before) != stage.configuration(after)} - {"report"}
    following = {name for name in followed_by(changed) if STAGE[name] in own}
    assert following - PUBLISHED == stages


@pytest.mark.parametrize(
    ("setting", "stages"),
    [
        ("disruption.minimum_references=5", OF_DISRUPTION),
        ("disruption.last=10", OF_DISRUPTION),
        ("disruption.places=[US]", OF_DISRUPTION),
        ("disruption.level=0.9", OF_DISRUPTION),
        ("places={}", {"disruption_cities"}),
        ("geography.compare=[US]", {"output"} | OF_DISRUPTION),
        ("years.citing_until=2025", {"corpus", "networks", "output"} | OF_DISRUPTION),
    ],
)
def test_a_setting_of_disruption_runs_what_reads_it(setting, stages):
    turned_on = ["disruption.ties=all"]
    before, after = load_study("digitalscience2025", turned_on), load_study("digitalscience2025", [*turned_on, setting])
    own = [stage for stage in STAGES if stage.scope == "study" and stage.enabled(before)]
    changed = {stage.name for stage in own if stage.configuration(before) != stage.configuration(after)} - {"report"}
    following = {name for name in followed_by(changed) if STAGE[name] in own}
    assert stages | PUBLISHED <= following
    assert load_study("gallo2026").plain()["disruption"] is None


def test_a_threshold_fits_no_null_model_again():
    assert "null_models" not in after_setting("significance.threshold=3")
    assert "null_models" in after_setting("significance.null_model=rewiring")


def test_the_seed_runs_what_draws():
    again = after_setting("seed=7")
    assert {"null_models", "trajectories", "bootstrap"} <= again
    assert not again & {"corpus", "networks"}


@pytest.mark.parametrize(
    ("module", "first"),
    [
        ("isthmus.networks.collaboration", "networks"),
        ("isthmus.networks.clusters", "networks"),
        ("isthmus.nullmodels.clustered", "significance"),
        ("isthmus.corpus.exact", "corpus"),
        ("isthmus.nullmodels.solver", "null_models"),
        ("isthmus.trajectories.kernels", "trajectories"),
        ("isthmus.indicators.output", "output"),
        ("isthmus.geography.blocs", "corpus"),
        ("isthmus.indicators.blocs.leaders", "blocs"),
        ("isthmus.indicators.blocs.above", "organisations"),
        ("isthmus.corpus.homes", "active_researchers"),
        ("isthmus.centrality.measures", "blocs"),
        ("isthmus.indicators.novelty.exact", "source_pairs"),
        ("isthmus.indicators.novelty.mixture", "combinations"),
        ("isthmus.indicators.novelty.hits", "novelty"),
        ("isthmus.corpus.received", "places"),
        ("isthmus.corpus.scientists", "corpus_scientists"),
        ("isthmus.indicators.cities.catalogue", "cities"),
        ("isthmus.indicators.cities.ties", "city_ties"),
        ("isthmus.gravity.effects", "bridging"),
        ("isthmus.gravity.crossflows", "bridging"),
        ("isthmus.indicators.cities.units", "bridging"),
        ("isthmus.indicators.cities.pairs", "city_pairs"),
        ("isthmus.nullmodels.leading_pairs", "city_pairs"),
        ("isthmus.gravity.frictions", "gravity"),
        ("isthmus.geography.frictions", "gravity"),
        ("isthmus.geography.neighbours", "gravity"),
        ("isthmus.indicators.disruption.kernels", "disruption"),
        ("isthmus.indicators.disruption.expected", "disruption"),
        ("isthmus.corpus.careers", "migration"),
        ("isthmus.indicators.migration.ranks", "movers"),
        ("isthmus.matching.effects", "matched_movers"),
        ("isthmus.indicators.country_output", "scientists"),
        ("isthmus.indicators.hit_counts", "hits"),
        ("isthmus.indicators.partnership.works", "partnership"),
        ("isthmus.matching.poisson", "partnership_effects"),
        ("isthmus.indicators.migration.agreement", "migration_agreement"),
    ],
)
def test_a_line_of_a_helper_runs_the_stages_that_call_it_and_what_follows(module, first):
    again = after_edit_of(module)
    assert {first, "publish", "report"} <= again
    before = [s.name for s in STAGES if s.name not in again]
    assert "parse" in before, "nothing of the snapshot is read again"


@pytest.mark.parametrize("module", ["isthmus.config.study", "isthmus.config.networks", "isthmus.engine.store"])
def test_an_empty_class_in_the_configuration_runs_nothing(module):
    assert after_edit_of(module) == set()


def test_the_report_alone_depends_on_the_code_of_the_page():
    assert after_edit_of("isthmus.report.page") <= {"report", "exports"}
    assert after_edit_of("isthmus.indicators.output") & {"corpus", "networks", "null_models"} == set()


def test_every_field_that_a_stage_names_exists():
    for stage in STAGES:
        for path in stage.reads:
            if path != "*":
                STUDY.field(path)


def test_every_field_of_a_study_is_read_by_some_stage():
    """A field that no stage reads but the report would be one that nothing computes with: it belongs to `report`."""
    read = {path for stage in STAGES for path in stage.reads}
    fields = {
        f"{section}.{name}" for section, values in STUDY.plain().items() if isinstance(values, dict) for name in values
    }
    unread = {path for path in fields if path not in read and path.split(".")[0] not in read}
    assert unread == {"report.matrix_countries", "report.matrix_bloc"}
