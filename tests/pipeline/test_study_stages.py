"""The stages after the corpus on a literal world of twelve countries: trajectories, and how far they can be trusted."""

from dataclasses import replace
from itertools import combinations, product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pydantic import BaseModel
from pyspark.sql import functions as F

from isthmus.analyses.stage import Context
from isthmus.analyses.stages import STAGES
from isthmus.config import Study
from isthmus.engine import TableStore
from isthmus.engine.ddl import spark_schema
from isthmus.nullmodels.window_frames import window_tests
from isthmus.tables.author_years import AUTHOR_YEARS, author_years_rows
from isthmus.tables.authorships import AUTHORSHIPS
from isthmus.tables.citations import CITATIONS
from isthmus.tables.citations_dated import CITATIONS_DATED, citations_dated_rows
from isthmus.tables.entities import INSTITUTIONS, SOURCES
from isthmus.tables.works import WORKS
from isthmus.trajectories.resampling import poisson_weights
from isthmus.trajectories.trend_frames import pair_trends

pytestmark = pytest.mark.spark

COUNTRIES = ("AU", "BR", "CA", "CN", "DE", "FR", "GB", "IN", "IT", "JP", "KR", "US")
YEARS = range(2000, 2008)
WORKS_A_YEAR = 120
STUDY = Study(
    study="small",
    title="A literal world",
    corpus={"types": None},
    years={"corpus": (2000, 2007), "analysis": (2000, 2007), "significance": (2003, 2007), "citing_until": 2007},
    networks={"citation_years": ("cited", "citing")},
    trajectories={"window": 3, "restarts": 3},
    stability={"restarts": 4, "silhouette_pairs": 30, "silhouette_clusters": (2, 4)},
    bootstrap={"replicates": 3},
    sensitivity={"corpus_rules": ("ai_any",), "joint_papers": ("left_out",), "finite": ("present",)},
    blocs={"entities": ("CN", "US", "EU-28"), "organisation_papers": 5, "replicates": 10},
    active_researchers={},
    places={},
    corpus_scientists={},
    cities={"impact_years": (2003, 2005), "flow_years": (2003, 2007), "venues": {"Nature": ("Nature",)}},
    bridging={"draws": 20, "replicates": 20, "worlds": 100},
    gravity={},
    disruption={"replicates": 10},
    migration={},
    scientists={},
    hits={"share": 0.05},
)
AFTER_THE_CORPUS = (
    "networks",
    "null_models",
    "significance",
    "other_null_models",
    "trends",
    "trajectories",
    "stability",
    "bootstrap",
    "sensitivity",
)
VOLATILE = {"seconds"}
OF_WORKS = {
    "places",
    "cities",
    "bridging",
    "gravity",
    "disruption",
    "novelty",
    "migration",
    "scientists",
    "hits",
    "partnership",
}
LOOKED_AT = {}  # stage -> fields of the study that it looked at


class Recorder:
    """Stands for a study, or a section of it, and remembers which fields are looked at."""

    def __init__(self, of, seen, prefix=""):
        self.__dict__.update(_of=of, _seen=seen, _prefix=prefix)

    def __getattr__(self, name):
        value = getattr(self._of, name)
        if isinstance(value, BaseModel):
            return Recorder(value, self._seen, f"{name}.")
        if not name.startswith("_") and not callable(value):
            self._seen.add(f"{self._prefix}{name}")
        return value


def _world():
    """Works, their authorships and citations: two authors of two countries each, references to earlier works."""
    rng = np.random.default_rng(11)
    works, authorships, citations = [], [], []
    size = 1.0 / np.arange(1, len(COUNTRIES) + 1)
    for number, year in enumerate(np.repeat(list(YEARS), WORKS_A_YEAR).tolist(), start=1):
        subfield = 1702 if number % 8 else 1703
        topics = [(1, 1702, 17, 3, 0.9)]
        works.append((number, year, subfield, topics))
        for seat, country in enumerate(rng.choice(COUNTRIES, 2, replace=False, p=size / size.sum())):
            authorships.append(
                (number, year, seat, "first" if seat == 0 else "last", number * 10 + seat, None, str(country))
            )
        cited = rng.integers(1, number, 4) if number > 1 else []
        citations += sorted({(number, int(c)) for c in cited})
    return works, authorships, citations


@pytest.fixture(scope="module")
def run(spark, tmp_path_factory):
    store = TableStore(spark, str(tmp_path_factory.mktemp("small")))
    works, authorships, citations = _world()
    empty = dict.fromkeys(f.name for f in WORKS.fields)
    flags = {
        "is_retracted": False,
        "is_paratext": False,
        "is_xpac": False,
        "authors_truncated": False,
        "work_type": "article",
    }
    rows = [
        empty
        | flags
        | {
            "work_id": w,
            "publication_year": y,
            "primary_subfield_id": s,
            "topics": t,
            "concepts": [],
            "n_authors": 2,
            "n_references": 4,
            "part": "p",
        }
        for w, y, s, t in works
    ]
    store.overwrite(
        WORKS, spark.createDataFrame([tuple(r[n] for n in WORKS.columns) for r in rows], spark_schema(WORKS))
    )
    store.overwrite(AUTHORSHIPS, _frame(spark, AUTHORSHIPS, authorships))
    published = {w: y for w, y, _, _ in works}
    cited_in = [(citing, cited, published[citing]) for citing, cited in citations]
    store.overwrite(CITATIONS, _frame(spark, CITATIONS, cited_in))
    store.overwrite(CITATIONS_DATED, citations_dated_rows(store.read(CITATIONS), store.read(WORKS)))
    for spec in (INSTITUTIONS, SOURCES):
        store.overwrite(spec, spark.createDataFrame([], spark_schema(spec)))
    store.overwrite(AUTHOR_YEARS, author_years_rows(store.read(AUTHORSHIPS), store.read(INSTITUTIONS)))
    context = Context(spark, store, STUDY, None, "2026-06-25", "")
    for one in STAGES:
        if not _is_of_works(one):
            _run(one, context)
    return context


def _run(one, context):
    """Run a stage, which may write its own tables alone: what others read must not change under them."""
    before = _versions(context.store)
    _record(one, context)
    changed = {name for name, version in _versions(context.store).items() if before.get(name) != version}
    assert {name for name in changed if not name.startswith("sensitivity_")} <= {spec.name for spec in one.writes}


def _versions(store):
    """Table -> its last commit."""
    return {log.parent.name: max(log.glob("*.json")).name for log in Path(store.location).glob("*/_delta_log")}


def _record(one, context):
    if one.name == "sensitivity":  # it makes studies of its own, by copies
        one.run(context)
    else:
        one.run(replace(context, study=Recorder(STUDY, LOOKED_AT.setdefault(one.name, set()))))


def _is_of_works(one):
    """Whether a stage belongs to an analysis of cities, works or careers; these run with the slow tests."""
    return one.run.__module__.split(".")[2] in OF_WORKS


def _frame(spark, spec, rows):
    """Rows of a table of which the first columns are given; the others are null, or false where they may not be."""
    rest = [None if f.nullable else False for f in spec.fields]
    return spark.createDataFrame([(*row, *rest[len(row) :]) for row in rows], spark_schema(spec))


def stage(name):
    return next(s for s in STAGES if s.name == name)


def rows(run, name):
    return run.store.read(name).where(F.col("study") == "small").toPandas()


def test_every_pair_is_followed_or_says_why_not(run):
    labels, trajectories = rows(run, "pair_labels"), rows(run, "trajectories")
    assert len(labels) == len(COUNTRIES) * (len(COUNTRIES) - 1) // 2
    assert set(labels["status"]) <= {"clustered", "not finite in every year", "flat"}
    kept = labels[labels["status"] == "clustered"]
    assert len(trajectories) == len(kept) * len(YEARS)
    assert len(kept) > 20
    assert kept["label"].isin(["SC", "SD", "KI", "KD"]).all()
    assert labels.loc[labels["status"] != "clustered", ["cluster", "label", "distance"]].isna().all(axis=None)


def test_one_start_is_chosen_and_it_has_the_lowest_inertia(run):
    starts = rows(run, "clusterings")
    assert starts["chosen"].sum() == 1
    assert starts.loc[starts["chosen"], "inertia"].item() == pytest.approx(starts["inertia"].min())
    centroids = rows(run, "centroids")
    assert len(centroids) == 4 * len(YEARS)
    kept = rows(run, "pair_labels").query("status == 'clustered'")
    assert centroids.drop_duplicates("cluster")["members"].sum() == len(kept)


def test_the_other_null_model_has_the_same_pairs(run):
    own, other = rows(run, "pair_tests"), rows(run, "pair_tests_other_models")
    key = ["network", "citation_year", "year", "src", "dst"]
    of_citation_year = own[own["citation_year"].isin(["publication_year", "cited"])]
    assert set(map(tuple, other[key].to_numpy())) == set(map(tuple, of_citation_year[key].to_numpy()))
    assert set(other["null_model"]) == {"ecm-variance-corrected"}


def _ties_by_hand(year, replicate):
    """Weights of both networks of a year in one replicate, counted from works and citations in plain Python."""
    works, authorships, citations = _world()
    published = {w: y for w, y, _, _ in works}
    chosen = {w for w, y, subfield, _ in works if y == year and subfield == 1702}
    countries: dict[int, set[str]] = {}
    for seat in authorships:
        countries.setdefault(seat[0], set()).add(seat[-1])
    drawn = poisson_weights(np.array(list(published)), replicates=3, seed=STUDY.seed)[:, replicate].tolist()
    weight = dict(zip(published, drawn, strict=True))
    found: dict[tuple[str, str, str], int] = {}

    def add(network, one, other, amount):
        key = (network, *sorted((one, other)))
        found[key] = found.get(key, 0) + amount

    for work in chosen:
        for one, other in combinations(sorted(countries[work]), 2):
            add("collaboration", one, other, weight[work])
    for citing, cited in citations:
        if cited in chosen and published[citing] >= year:
            for one, other in product(countries[citing], countries[cited]):
                if one != other:
                    add("knowledge_exchange", one, other, weight[citing] * weight[cited])
    return found


def test_resampled_weights_are_those_counted_by_hand(run):
    year, replicate = 2004, 1
    by_hand = _ties_by_hand(year, replicate)
    ours = rows(run, "bootstrap_weights").query("year == @year")
    assert len(ours) > 60
    found = {(row.network, row.src, row.dst): int(row.weights[replicate]) for row in ours.itertuples()}
    assert found == by_hand
    exchange = ours["network"] == "knowledge_exchange"
    assert (ours.loc[exchange, "surplus"] >= 2).all()
    assert (ours.loc[~exchange, "surplus"] == 0).all()


def test_propensities_have_every_year_and_the_window_with_the_null_model_held_fixed(run):
    found, tests = rows(run, "bootstrap_propensities"), rows(run, "pair_tests")
    tests = tests[tests["citation_year"].isin(["publication_year", "cited"])]
    single = found[found["first_year"] == found["last_year"]]
    key = ["network", "year", "src", "dst"]
    both = single.rename(columns={"first_year": "year"}).merge(tests, on=key, suffixes=("", "_tested"))
    assert len(both) == len(single) == (tests["expected"] > 0).sum()
    assert (both["weight"] == both["weight_tested"]).all()
    assert (both["expected"] == both["expected_tested"]).all()
    window = found[(found["first_year"] == 2003) & (found["last_year"] == 2007)]
    summed = tests[tests["year"] >= 2003].groupby(["network", "src", "dst"])[["weight", "expected"]].sum()
    compared = window.set_index(["network", "src", "dst"]).join(summed, rsuffix="_summed")
    assert len(compared) == len(summed) == len(found) - len(single)
    assert (compared["weight"] == compared["weight_summed"]).all()
    assert compared["expected"].to_numpy() == pytest.approx(compared["expected_summed"].to_numpy())
    linked = found[found["weight"] > 0]
    assert (linked["propensity_low"] <= linked["propensity_high"]).all()
    assert (found.loc[found["weight"] == 0, "propensity_low"] == 0).all()
    assert (found["propensity_high"] > 0).all()


def test_how_often_a_label_is_kept_is_said_of_every_followed_pair(run):
    clustered = rows(run, "pair_labels").query("status == 'clustered'")
    found = rows(run, "bootstrap_labels")
    assert set(zip(found["src"], found["dst"], strict=True)) == set(
        zip(clustered["src"], clustered["dst"], strict=True)
    )
    moving = found[found["replicates"] > 0]
    assert len(moving) > 20
    for row in moving.itertuples():
        assert sum(row.shares) == pytest.approx(1)
        assert row.kept == row.shares[row.cluster]


def test_agreement_has_every_comparison(run):
    found = rows(run, "clustering_agreement")
    assert set(found["comparison"]) == {"seeds", "finite", "citation_year", "null_model"}
    assert (found["comparison"] == "seeds").sum() == 4
    assert found["adjusted_rand"].dropna().between(-1, 1).all()
    assert set(rows(run, "silhouette")["clusters"]) == {2, 4}


def test_sensitivity_holds_each_combination_and_the_own_one_agrees_with_the_labels(run):
    found = rows(run, "sensitivity")
    combinations = found.drop_duplicates(["corpus_rule", "citation_year", "joint_papers", "finite", "null_model"])
    assert len(combinations) == 2 * 2 * 2
    own = found[found["is_default"]].set_index("finding")
    labels = rows(run, "pair_labels")
    assert own.loc["pairs clustered", "value"] == (labels["status"] == "clustered").sum()
    assert own.loc["adjusted Rand index to the default", "value"] == 1.0
    for label in ("SC", "SD", "KI", "KD"):
        assert own.loc[f"pairs {label}", "value"] == (labels["label"] == label).sum()
    # the wider corpus holds the works of subfield 1703, too
    wider = run.store.read("sensitivity_corpus_works").where("study = 'small--ai_any' AND is_corpus").count()
    assert {row.study for row in run.store.read("corpus_works").select("study").distinct().collect()} == {"small"}
    assert (
        wider
        == len(YEARS) * WORKS_A_YEAR
        > run.store.read("corpus_works").where("study = 'small' AND is_corpus").count()
    )


@pytest.mark.slow
def test_a_second_run_of_every_stage_leaves_the_same_rows(run):
    names = [spec.name for name in AFTER_THE_CORPUS for spec in stage(name).writes]
    before = {name: rows(run, name) for name in names}
    for name in AFTER_THE_CORPUS:
        stage(name).run(run)
    for name in names:
        columns = [c for c in before[name].columns if c not in VOLATILE]
        one, other = (_sorted(frame[columns]) for frame in (before[name], rows(run, name)))
        pd.testing.assert_frame_equal(one, other, check_exact=True, obj=name)


def test_the_window_is_tested_as_on_one_machine(run):
    exchanged = rows(run, "exchange_clusters").assign(network="knowledge_exchange")
    key = ["network", "citation_year", "year", "src", "dst"]
    own = rows(run, "pair_tests").merge(exchanged[[*key, "work_variance"]], on=key, how="left")
    by_hand = window_tests(own, STUDY.years.significance, 0.05, 2.0).set_index(
        ["network", "citation_year", "src", "dst"]
    )
    written = rows(run, "significant_pairs").set_index(["network", "citation_year", "src", "dst"]).loc[by_hand.index]
    for name in ("years_seen", "expected", "design_effect", "p_upper", "p_lower", "q_upper", "q_lower", "grade"):
        pd.testing.assert_series_equal(written[name], by_hand[name], check_dtype=False, check_exact=True)
    effect = written["design_effect"].dropna().unstack("network")
    assert (effect["collaboration"].dropna() == 1).all()
    assert (effect["knowledge_exchange"].dropna() > 1).any()
    assert (written["mean_z"].dropna() > 2).equals(written.loc[written["mean_z"].notna(), "significant"])


def test_trends_are_those_of_one_machine_and_classes_add_up(run):
    own = rows(run, "pair_tests").query("citation_year in ('publication_year', 'cited')")
    by_hand = pair_trends(own, STUDY.years.analysis, delta=np.log(1.25), keys=("network",))
    written = rows(run, "pair_trends")[by_hand.columns].sort_values(["network", "src", "dst"], ignore_index=True)
    pd.testing.assert_frame_equal(written, by_hand, check_dtype=False, check_exact=True)
    classes = rows(run, "pair_classes")
    np.testing.assert_allclose(classes[[c for c in classes if c.startswith("p_")]].sum(axis=1), 1.0)
    assert len(rows(run, "propensities")) == len(own)


def test_stages_look_at_no_field_that_they_do_not_declare(run):
    """Else a change of that field would leave stale tables called unchanged."""
    assert _undeclared() == {}
    assert "significance.null_model" in LOOKED_AT["null_models"], "the recorder sees what is looked at"


@pytest.mark.slow
def test_stages_of_works_look_at_no_field_that_they_do_not_declare(run):
    for one in STAGES:
        if _is_of_works(one):
            _run(one, run)
    assert {"cities", "migration", "disruption", "novelty"} <= set(LOOKED_AT)
    assert _undeclared() == {}


def _undeclared():
    found = {}
    for name, seen in LOOKED_AT.items():
        reads = set(stage(name).reads)
        left = {path for path in seen - {"study"} if path not in reads and path.split(".")[0] not in reads}
        if left:
            found[name] = sorted(left)
    return found


def _sorted(frame):
    text = frame.astype(str)
    return frame.loc[text.sort_values(list(text.columns)).index].reset_index(drop=True)


def test_a_corpus_without_trajectories_ends_with_empty_tables_and_a_reason(run, spark, tmp_path):
    few = replace(
        run,
        study=STUDY.model_copy(
            update={"study": "short", "years": STUDY.years.model_copy(update={"analysis": (2006, 2007)})}
        ),
    )
    outcome = stage("trajectories").run(replace(few, study=few.study))
    assert "no trajectories" in outcome.summary
    assert run.store.read("pair_labels").where("study = 'short'").count() == 0
    assert not outcome.gates[0].passed
