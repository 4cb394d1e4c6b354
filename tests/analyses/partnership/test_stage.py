"""The stages of a partnership on a small world: what they write, against units matched in memory; twice the same."""

import numpy as np
import pandas as pd
import pytest
from pyspark.sql import functions as F

from isthmus.analyses.corpus.tables import CORPUS_WORKS
from isthmus.analyses.partnership import tables as t
from isthmus.analyses.partnership.matched import COVARIATES
from isthmus.analyses.partnership.stage import STAGES, contrasts
from isthmus.analyses.places.tables import CORPUS_CITATIONS, WORK_CITATIONS, WORK_PLACES
from isthmus.analyses.stage import Context
from isthmus.config import Study
from isthmus.engine import TableStore
from isthmus.engine.ddl import spark_schema
from isthmus.indicators.partnership.contrasts import of_means, of_shares
from isthmus.indicators.partnership.names import READINGS
from isthmus.matching import match
from isthmus.tables.authorships import AUTHORSHIPS
from isthmus.tables.entities import INSTITUTIONS, SOURCES
from isthmus.tables.works import WORKS

pytestmark = [pytest.mark.spark, pytest.mark.slow]

CUTS = (2, 3, 6)
STUDY = Study(
    study="small",
    title="A small world",
    years={"corpus": (2010, 2013), "analysis": (2010, 2013), "significance": (2011, 2013), "citing_until": 2014},
    trajectories=None,
    places={},
    partnership={
        "pooled_years": (2011, 2012), "matched_years": (2011, 2013), "team_cuts": CUTS, "institutions": 3,
        "partners": ("DE",), "venues": {"NeurIPS": ("neural information processing systems",), "ICML": ("none",)},
    },
)  # fmt: skip
COUNTRY_OF = {1: "US", 2: "US", 3: "CN", 4: "CN", 5: "CA", 6: "KR", 7: "DE"}


def papers(n=700):
    """Papers with years, teams, institutions and citations; those of 2013 have no c2 yet, some no institution."""
    rng = np.random.default_rng(5)
    institution = rng.integers(1, 8, n)
    frame = pd.DataFrame({"work_id": np.arange(1, n + 1), "year": rng.integers(2010, 2014, n)})
    frame["last_institution_id"] = np.where(rng.random(n) < 0.05, None, institution)
    frame["last_country"] = [COUNTRY_OF[i] for i in institution]
    frame["n_authors"] = rng.integers(1, 9, n)
    others = [sorted(set(rng.choice(list(COUNTRY_OF.values()), size=min(k - 1, 3)))) for k in frame["n_authors"]]
    frame["other_countries"] = others
    return frame


@pytest.fixture(scope="module")
def world():
    frame = papers()
    rng = np.random.default_rng(6)
    links = [
        (citing, cited)
        for cited in frame["work_id"]
        for citing in rng.choice(frame["work_id"], rng.poisson(3), replace=False)
        if citing != cited
    ]
    cites = pd.DataFrame(links, columns=["citing_work_id", "cited_work_id"])
    year = frame.set_index("work_id")["year"]
    cites["cited_year"] = cites["cited_work_id"].map(year)
    cites["lag"] = cites["citing_work_id"].map(year) - cites["cited_year"]
    cites = cites[cites["lag"].between(0, 5)]
    c2 = cites[cites["lag"] <= 2].groupby("cited_work_id").size().reindex(frame["work_id"], fill_value=0)
    frame["c2"] = np.where(frame["year"] + 2 <= 2014, c2.to_numpy(), None)
    return frame, cites


@pytest.fixture(scope="module")
def context(spark, tmp_path_factory, world):
    store = TableStore(spark, str(tmp_path_factory.mktemp("partnership")))
    frame, cites = world
    empty = {"boolean": False, "int": 0, "string": "", "bigint": 0}

    def put(spec, rows):
        filled = [
            tuple(row.get(f.name, None if f.nullable else empty.get(f.type, [])) for f in spec.fields) for row in rows
        ]
        store.overwrite(spec, spark.createDataFrame(filled, spark_schema(spec)))

    rows = frame.astype(object).where(frame.notna(), None).to_dict("records")
    head = {"study": "small", "release": "r"}
    place = {"last_cities": [], "other_cities": []}
    put(WORK_PLACES, [head | place | row | {"last_countries": [row["last_country"]]} for row in rows])
    put(WORK_CITATIONS, [head | row for row in rows])
    put(CORPUS_WORKS, [head | row | {"is_corpus": True} for row in rows])
    put(CORPUS_CITATIONS, [head | row | {"from_corpus": True} for row in cites.astype(int).to_dict("records")])
    put(WORKS, [{"work_id": r["work_id"], "source_id": 1 + r["work_id"] % 4} for r in rows])
    put(SOURCES, [{"source_id": 1, "display_name": "Neural Information Processing Systems"}])
    put(
        INSTITUTIONS,
        [{"institution_id": i, "display_name": f"Institute {i}", "country_code": c} for i, c in COUNTRY_OF.items()],
    )
    put(AUTHORSHIPS, [
        {"work_id": r["work_id"], "author_id": r["work_id"] % 50, "author_sequence": r["n_authors"] - 1,
         "institution_id": r["last_institution_id"], "country_code": r["last_country"], "place_sequence": 0}
        for r in rows
    ])  # fmt: skip
    run = Context(spark, store, STUDY, None, "2026-06-25", "")
    outcomes = [stage.run(run) for stage in STAGES]
    assert outcomes[0].notes == ("no source of the snapshot has a name or ISSN of these venues: ICML",)
    return run


def rows(context, spec, where="TRUE"):
    frame = context.store.read(spec).where(F.col("study") == "small").where(where).toPandas()
    return frame.drop(columns=["study", "release"])


@pytest.fixture(scope="module")
def units(world):
    """The papers of the United States with what is true of them, counted without Spark."""
    frame, cites = world
    own = frame[frame["last_country"] == "US"].copy()
    own["joint"] = ["CN" in others for others in own["other_countries"]]
    country = frame.set_index("work_id")["last_country"]
    within = cites[cites["lag"] <= 2]
    where = within["citing_work_id"].map(country)
    for name, chosen in (
        ("c2_home", where == "US"), ("c2_partner", where == "CN"), ("c2_elsewhere", ~where.isin(["US", "CN"])),
        ("self", within["citing_work_id"] % 50 == within["cited_work_id"] % 50),
    ):  # fmt: skip
        counted = within[chosen].groupby("cited_work_id").size().reindex(own["work_id"], fill_value=0).to_numpy()
        own[name] = np.where(own["c2"].notna(), counted, None)
    known = frame[frame["c2"].notna()]
    ranks = known.groupby("year")["c2"].rank(method="average") - 0.5
    share = 100 * ranks / known.groupby("year")["c2"].transform("size")
    own["c2_percentile"] = share.reindex(own.index)
    own["in_venue"] = own["work_id"] % 4 == 0
    own["team"] = np.searchsorted(CUTS, own["n_authors"], side="right")
    return own


def test_papers_and_what_is_known_of_them(context, units):
    found = rows(context, t.PARTNERSHIP_WORKS, "home = 'US' AND kind = 'poles'").set_index("work_id").sort_index()
    expected = units.set_index("work_id").sort_index()
    assert found.index.tolist() == expected.index.tolist()
    for name in ("joint", "in_venue"):
        assert found[name].tolist() == expected[name].tolist()
    assert found["c2"].isna().tolist() == (expected["year"] == 2013).tolist(), "not small: not known"
    known = expected["c2"].notna()
    for name in ("c2", "c2_home", "c2_partner", "c2_elsewhere"):
        assert found.loc[known, name].astype(int).tolist() == expected.loc[known, name].tolist()
        assert found.loc[~known, name].isna().all()
    assert found.loc[known, "c2_not_self"].astype(int).tolist() == (expected["c2"] - expected["self"])[known].tolist()
    assert found.loc[known, "c2_percentile"].to_numpy() == pytest.approx(
        expected.loc[known, "c2_percentile"].to_numpy(float), abs=1 / 2048
    )
    assert found[["novelty_percentile", "disruption_percentile"]].isna().all(axis=None)


def test_the_leading_institutions_and_years_of_papers(context, units, world):
    frame = world[0]
    summed = frame[frame["c2"].notna()].groupby("last_institution_id")["c2"].sum().sort_values(ascending=False)
    found = rows(context, t.PARTNERSHIP_INSTITUTIONS).sort_values("position")
    assert found["c2"].tolist() == summed.head(3).tolist()
    assert found["name"].tolist() == [f"Institute {i}" for i in found["institution_id"]]
    years = rows(context, t.PARTNERSHIP_YEARS, "home = 'US' AND partner = 'CN'")
    assert years["works"].sum() == len(units)
    joint = years[years["joint"]].set_index("year")["works"].to_dict()
    assert joint == units[units["joint"]].groupby("year").size().to_dict()
    assert years["authors_squared"].sum() == (units["n_authors"] ** 2).sum()


def test_joint_papers_beside_the_others_before_matching(context, units):
    found = rows(context, t.PARTNERSHIP_CONTRASTS, "home = 'US' AND partner = 'CN' AND last_year > first_year")
    found = found.set_index("measure")
    one, two = (units.loc[units["joint"] == side, "n_authors"] for side in (True, False))
    teams = of_means((len(one), len(two)), (one.sum(), two.sum()), ((one**2).sum(), (two**2).sum()))
    assert found.loc["authors", ["joint", "others", "p_value", "p_welch"]].tolist() == pytest.approx(
        [teams.joint, teams.others, teams.p_value, teams.p_welch]
    )
    seen = [units.loc[units["joint"] == side, "in_venue"] for side in (True, False)]
    shares = of_shares(int(seen[0].sum()), len(seen[0]), int(seen[1].sum()), len(seen[1]))
    assert found.loc["in a venue", ["joint", "p_value"]].tolist() == pytest.approx([shares.joint, shares.p_value])
    assert set(found.index) == {"papers a year", "authors", "leading institution", "in a venue"}


@pytest.mark.parametrize("outcome", ["c2", "c2_partner", "in_venue", "c2_percentile"])
@pytest.mark.parametrize("reading", READINGS)
def test_effects_are_those_of_units_matched_in_memory(context, units, reading, outcome):
    asked = f"home = 'US' AND partner = 'CN' AND first_year = 2011 AND last_year = 2012 AND reading = '{reading}'"
    found = rows(context, t.PARTNERSHIP_EFFECTS, f"{asked} AND outcome = '{outcome}'")
    if reading != READINGS[0] and outcome != "c2":
        assert found.empty
        return
    own = units[units["year"].between(2011, 2012) & units["last_institution_id"].notna()]
    own = own[own["n_authors"] > 1] if "two authors" in reading else own
    own = own.assign(y=own[outcome].astype(float), institution=own["last_institution_id"].astype(int))
    exact = ["institution", "team", *(["year"] if "each year" in reading else [])]
    effect = match(own[["joint", *exact, "y"]], treatment="joint", exact=exact).effect("y")
    row = found.iloc[0]
    assert (row["n_joint"], row["n_others"], row["strata"]) == (effect.n_treated, effect.n_control, effect.n_strata)
    given = row[["satt", "low", "high", "difference", "student_p", "welch_p", "percent"]].tolist()
    wanted = [effect.satt, effect.main.low, effect.main.high, effect.difference]
    wanted += [effect.estimate("student").p, effect.estimate("welch").p, effect.percent]
    assert given == pytest.approx(wanted, rel=1e-3 if outcome == "c2_percentile" else 1e-9)
    assert pd.isna(row["fisher_p"]) == (outcome != "in_venue")


def test_every_year_and_kind_is_matched_and_what_is_not_known_is_not(context):
    found = rows(context, t.PARTNERSHIP_EFFECTS, "outcome = 'c2' AND first_year = last_year")
    assert sorted(set(found["first_year"])) == [2011, 2012], "of 2013 no citations are known"
    assert set(found["kind"]) == {"poles", "placebo"}
    others = rows(context, t.PARTNERSHIP_EFFECTS, "kind = 'other partner'")
    assert set(others["home"]) == {"US", "CN"}
    assert set(others["outcome"]) == {"c2"}


def test_balance_is_that_of_means_before_and_0_with_weights(context, units):
    found = rows(context, t.PARTNERSHIP_BALANCE, "home = 'US' AND kind = 'poles'").set_index("covariate")
    assert set(found.index) == set(COVARIATES)
    own = units[units["year"].between(2011, 2012) & units["last_institution_id"].notna()]
    one, two = (own.loc[own["joint"] == side, "n_authors"] for side in (True, False))
    assert found.loc["authors", "before"] == pytest.approx((one.mean() - two.mean()) / one.std())
    assert found.loc["year", "weighted"] == pytest.approx(0.0, abs=1e-12)
    assert found.loc["papers of the institution", "weighted"] == pytest.approx(0.0, abs=1e-12)
    assert abs(found.loc["authors", "weighted"]) < abs(found.loc["authors", "before"])


def test_the_second_estimate_has_papers_and_a_reason_or_a_factor(context):
    found = rows(context, t.PARTNERSHIP_FACTORS)
    assert set(found.loc[found["last_year"] > found["first_year"], "outcome"]) == {
        "c2", "c2_home", "c2_partner", "c2_elsewhere", "c2_not_self",
    }  # fmt: skip
    assert (found["coefficient"].notna() | found["reason"].notna()).all()
    fitted = found[found["coefficient"].notna()]
    assert (fitted["imbalance"] < 1e-9).all()
    assert ((fitted["percent_low"] < fitted["percent"]) | fitted["percent_low"].isna()).all()


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)
def test_a_second_run_leaves_the_same_rows(context, stage):
    def written():
        return {s.name: rows(context, s).sort_values(list(s.key[1:]), ignore_index=True) for s in stage.writes}

    before = written()
    stage.run(context)
    for name, frame in written().items():
        pd.testing.assert_frame_equal(frame, before[name], rtol=1e-10, obj=name)


def test_a_year_with_joint_papers_alone_counts_no_others():
    numbers = dict.fromkeys(("with_institution", "leading", "authors", "authors_squared", "with_c2", "c2", "alone"), 1)
    pair = {"home": "US", "partner": "CN", "kind": "poles", "in_venue": None}
    found = contrasts(pd.DataFrame([pair | numbers | {"year": 2010, "joint": True, "works": 1}]))
    papers_a_year = found[found["measure"] == "papers a year"].iloc[0]
    assert (papers_a_year["joint"], papers_a_year["others"]) == (1.0, 0.0)
