"""The three stages on a small world: what they write, the same rows when they run again, and what they refuse."""

import numpy as np
import pandas as pd
import pytest
from pyspark.sql import functions as F

from isthmus.analyses.corpus.tables import CORPUS_WORKS
from isthmus.analyses.novelty import tables as t
from isthmus.analyses.novelty.stage import STAGES, problems
from isthmus.analyses.places.tables import WORK_PLACES
from isthmus.analyses.stage import Context
from isthmus.config import Study, load_study
from isthmus.engine import TableStore
from isthmus.engine.ddl import spark_schema
from isthmus.errors import ConfigError
from isthmus.indicators.disruption.counts import REFERENCE_CLASSES
from isthmus.indicators.novelty.combinations import combination_novelty
from isthmus.pipeline.run import Request, wanted_stages
from isthmus.tables import AUTHORSHIPS, CITATIONS_DATED, INSTITUTIONS, WORKS

pytestmark = [pytest.mark.spark, pytest.mark.slow]

NOVELTY = {"entities": ("US", "CN"), "groups": 2, "starts": 2, "replicates": 3, "maximum_references": 9}
YEARS = {"corpus": (2018, 2020), "analysis": (2019, 2020), "significance": (2018, 2020), "citing_until": 2020}
OPTIONS = {"title": "A small world", "years": YEARS, "trajectories": None, "seed": 3}
STUDY = Study(study="small", novelty=NOVELTY, places={}, **OPTIONS)
ALL_WORKS = Study(study="all", novelty={**NOVELTY, "background": "all"}, **OPTIONS)
WORKS_IN_ALL, OTHERS = 90, 30
CITIES = (11, 12, None)
CITED, SOURCES = 200, 12


def world():
    """Works 1 to 90 of three years, 60 of them of the study; cited works from 1,000; a source has two numbers off."""
    rng = np.random.default_rng(8)
    year = {work: 2018 + work % 3 for work in range(1, WORKS_IN_ALL + 1)}
    references = {work: rng.choice(CITED, rng.integers(0, 12), replace=False) for work in year}
    source, cited_year = rng.integers(1, SOURCES, CITED), rng.integers(2010, 2014, CITED)
    concepts = {work: rng.choice(9, 4, replace=False) + 1 for work in year}
    return year, references, source, cited_year, concepts


def frame(spark, spec, rows):
    """Rows of a table by column; the columns not given are null, or what a column that may not be null needs."""
    empty = {"string": "", "boolean": False, "int": 0, "bigint": 0}
    full = [tuple(row.get(f.name, None if f.nullable else empty.get(f.type)) for f in spec.fields) for row in rows]
    return spark.createDataFrame(full, spark_schema(spec))


@pytest.fixture(scope="module")
def contexts(spark, tmp_path_factory):
    store = TableStore(spark, str(tmp_path_factory.mktemp("novelty")))
    year, references, source, cited_year, concepts = world()
    own = [work for work in year if work > OTHERS]
    corpus = [
        {"study": study, "release": "r", "work_id": work, "year": year[work], "is_corpus": True, "n_authors": 2}
        for study in ("small", "all")
        for work in own
    ]
    corpus.append({"study": "small", "release": "r", "work_id": 1, "year": 2018, "is_corpus": False, "n_authors": 1})
    store.overwrite(CORPUS_WORKS, frame(spark, CORPUS_WORKS, corpus))
    listed = [
        {"work_id": work, "publication_year": year[work], "concepts": [(int(c), 0.9) for c in concepts[work]]}
        for work in year
    ]
    store.overwrite(WORKS, frame(spark, WORKS, listed))
    citations = [
        {"citing_work_id": work, "cited_work_id": 1000 + int(c), "citing_year": year[work],
         "cited_year": int(cited_year[c]), "cited_source": int(source[c])}
        for work in year for c in references[work]
    ]  # fmt: skip
    store.overwrite(CITATIONS_DATED, frame(spark, CITATIONS_DATED, citations))
    signed = [
        {"work_id": work, "author_sequence": seat, "country_code": ("US", "CN", "DE")[(work // 3 + seat) % 3]}
        for work in own
        for seat in (0, 1)
    ]
    store.overwrite(AUTHORSHIPS, frame(spark, AUTHORSHIPS, signed))
    placed = [{"study": "small", "release": "r", "work_id": w, "year": year[w], "last_city": CITIES[w % 3],
               **{key: [] for key in ("last_countries", "last_cities", "other_countries", "other_cities")}}
              for w in own]  # fmt: skip
    store.overwrite(WORK_PLACES, frame(spark, WORK_PLACES, placed))
    named = {"institution_id": 1, "country_code": "CN", "city": "Beijing", "geonames_city_id": 11}
    store.overwrite(INSTITUTIONS, frame(spark, INSTITUTIONS, [named]))
    made = {study.study: Context(spark, store, study, None, "r", "") for study in (STUDY, ALL_WORKS)}
    for context in made.values():
        for stage in STAGES:
            stage.run(context)
    return made


def rows(context, spec, where="TRUE"):
    own = context.store.read(spec).where(F.col("study") == context.the_study.study).where(where).toPandas()
    return own.drop(columns=["study", "release"])


def expected_pairs(own):
    """What the library says of the works, over those that `own` holds."""
    year, references, source, cited_year, _ = world()
    works = [work for work in year if own(work)]
    place = {work: at for at, work in enumerate(works)}
    pairs = [(place[work], source[c], cited_year[c]) for work in works for c in references[work]]
    years = [year[work] for work in works]
    focal = [place[work] for work in works if work > OTHERS]
    return combination_novelty(*np.array(pairs).T, years, focal=focal, maximum_references=9)


@pytest.mark.parametrize(("study", "own"), [("small", lambda work: work > OTHERS), ("all", lambda work: True)])
def test_novelty_of_works_against_the_background(contexts, study, own):
    found = rows(contexts[study], t.WORK_NOVELTY).sort_values("work_id")
    expected = expected_pairs(own)
    assert found["work_id"].tolist() == list(range(OTHERS + 1, WORKS_IN_ALL + 1))
    assert found["z10"].to_numpy(dtype=float) == pytest.approx(expected.z10, nan_ok=True)
    assert found["pairs_rank"].to_numpy(dtype=float) == pytest.approx(expected.rank, nan_ok=True)
    assert found["too_many_references"].tolist() == expected.too_many_references.tolist()
    assert expected.too_many_references.any()
    assert set(found["background"]) == {"corpus" if study == "small" else "all"}
    assert found["z10_sampled"].notna().any()


def test_surprise_begins_in_the_second_year(contexts):
    found = rows(contexts["small"], t.WORK_NOVELTY)
    first = found["year"] == 2018
    assert found.loc[first, ["content_rank", "context_rank"]].isna().all(axis=None)
    assert found.loc[~first, "content_rank"].notna().all()
    assert (found["content_size"] == 4).all()
    assert found.loc[~first, "content_hit_by_start"].map(len).eq(2).all()
    chosen = found.loc[~first]
    assert chosen["content_hit"].isin([True, False]).all()


def test_years_of_countries_and_of_the_world(contexts):
    years = rows(contexts["small"], t.NOVELTY_YEARS)
    works = rows(contexts["small"], t.WORK_NOVELTY)
    world_rows = years[(years["entity"] == "world") & (years["measure"] == "pairs")].set_index(["counting", "year"])
    for year, own in works.groupby("year"):
        assert world_rows.loc[("full", year), "works"] == len(own) == world_rows.loc[("last_author", year), "works"]
        assert world_rows.loc[("full", year), "hits"] == own["pairs_hit"].fillna(False).sum()
        assert world_rows.loc[("full", year), "mean_rank"] == pytest.approx(own["pairs_rank"].mean())
    parts = years[(years["counting"] == "last_author") & (years["entity"] != "world")]
    summed = parts.groupby(["measure", "year"])[["works", "scored", "hits"]].sum()
    whole = years[(years["counting"] == "last_author") & (years["entity"] == "world")].set_index(["measure", "year"])
    pd.testing.assert_frame_equal(summed, whole[["works", "scored", "hits"]].sort_index())
    assert set(years["entity"]) == {"US", "CN", "DE", "world"}


def test_cities_by_the_last_author(contexts):
    found = rows(contexts["small"], t.NOVELTY_CITIES)
    works = rows(contexts["small"], t.WORK_NOVELTY)
    works["city"] = [CITIES[work % 3] for work in works["work_id"]]
    placed = works.dropna(subset="city")
    for measure in ("pairs", "content", "context"):
        of_city = found[found["measure"] == measure].set_index(["city", "year"]).sort_index()
        hits = placed.groupby(["city", "year"])[f"{measure}_hit"].sum().astype(int)
        assert of_city["hits"].tolist() == hits.tolist()
        assert of_city["works"].sum() == len(placed) < len(works)
        whole = hits.groupby("year").sum()
        shares = of_city["share_of_hits"].groupby("year").sum()
        assert shares.tolist() == [1.0 if whole[year] else 0.0 for year in shares.index]
    assert found.loc[found["city"] == 11, "name"].unique().tolist() == ["Beijing"]
    assert found.loc[found["city"] == 12, "name"].isna().all()


def test_without_places_there_are_no_cities(contexts):
    assert "no section places" in STAGES[-1].run(contexts["all"]).summary
    assert rows(contexts["all"], t.NOVELTY_CITIES).empty


def test_each_measure_is_warned_of_by_itself(contexts):
    """A measure that knows nothing is not hidden by one that does."""
    context = contexts["small"]
    gates = STAGES[1].run(context).gates
    checks = rows(context, t.NOVELTY_CHECKS)
    assert "combination of concepts" in gates[0].gate
    assert "combination of cited sources" in gates[1].gate
    for gate, measure in zip(gates, ("content", "context"), strict=True):
        own = checks[checks["measure"] == measure]
        assert gate.observed == pytest.approx((own["lift"] * own["sets"]).sum() / own["sets"].sum())


def test_what_is_published_beside_the_years(contexts):
    coverage = rows(contexts["small"], t.NOVELTY_COVERAGE).set_index("year")
    assert coverage["works"].to_dict() == {2018: 20, 2019: 20, 2020: 20}
    assert coverage.loc[2018, "with_content"] == 0
    assert coverage["too_many_references"].sum() > 0
    tests = rows(contexts["small"], t.NOVELTY_HITS)
    assert set(tests["entity"]) == {"US", "CN"}
    assert (tests["q"] >= tests["p_two_sided"] - 1e-12).all()
    checks = rows(contexts["small"], t.NOVELTY_CHECKS)
    assert set(checks["measure"]) == {"content", "context"}
    assert set(checks["year"]) == {2019, 2020}
    agreement = rows(contexts["small"], t.NOVELTY_AGREEMENT)
    assert set(agreement["year"]) == {2018, 2019, 2020}


@pytest.mark.parametrize("measure", ["pairs", "context"])
def test_hits_are_expected_among_works_of_a_year_and_size(contexts, measure):
    works = rows(contexts["small"], t.WORK_NOVELTY).dropna(subset=f"{measure}_rank")
    works = works[works["year"] >= 2019].copy()  # the years of the analysis
    works["size"] = (
        np.digitize(works["n_references"], REFERENCE_CLASSES) if measure == "pairs" else works["context_size"]
    )
    works["own"] = [("US", "CN", "DE")[(work // 3 + 1) % 3] == "US" for work in works["work_id"]]
    expected = sum(
        part["own"].sum() * part[f"{measure}_hit"].sum() / len(part) for _, part in works.groupby(["year", "size"])
    )
    tests = rows(contexts["small"], t.NOVELTY_HITS).set_index(["entity", "counting", "measure"])
    found = tests.loc[("US", "last_author", measure)]
    assert found["expected"] == pytest.approx(expected)
    assert (found["papers"], found["hits"]) == (works["own"].sum(), (works["own"] & works[f"{measure}_hit"]).sum())


def test_a_second_run_leaves_the_same_rows(contexts):
    context = contexts["small"]
    tables = [spec for stage in STAGES for spec in stage.writes]
    before = {spec.name: _sorted(rows(context, spec), spec) for spec in tables}
    for stage in STAGES:
        stage.run(context)
    for spec in tables:
        pd.testing.assert_frame_equal(_sorted(rows(context, spec), spec), before[spec.name])


def _sorted(found, spec):
    return found.sort_values([name for name in spec.key if name != "study"]).reset_index(drop=True)


def test_problems_name_the_field():
    named = load_study("gallo2026", ["novelty.entities=[US, Atlantis]"])
    found = list(problems(named))
    assert len(found) == 1
    assert "novelty.entities" in found[0]
    assert "Atlantis" in found[0]
    assert not list(problems(STUDY))


def test_tables_of_one_study_are_refused():
    study = load_study("gallo2026", ["novelty={}"])
    with pytest.raises(ConfigError, match="needs all works and authors of the snapshot"):
        wanted_stages(Request(warehouse="w", study=study, snapshot="s", for_study=study))
