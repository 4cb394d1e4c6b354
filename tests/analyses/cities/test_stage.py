"""The stages of cities and bridges on a literal world: what they write, twice the same, and what they refuse."""

import pandas as pd
import pytest
from pyspark.sql import functions as F

from isthmus.analyses.bridging import tables as b
from isthmus.analyses.bridging.stage import STAGES as BRIDGING
from isthmus.analyses.cities import tables as t
from isthmus.analyses.cities.stage import STAGES, problems
from isthmus.analyses.corpus.tables import CORPUS_WORKS
from isthmus.analyses.places.stage import STAGES as PLACES
from isthmus.analyses.stage import Context
from isthmus.config import Study, load_study
from isthmus.engine import TableStore
from isthmus.engine.ddl import spark_schema
from isthmus.tables.author_years import AUTHOR_YEARS, author_years_rows
from isthmus.tables.authorships import AUTHORSHIPS
from isthmus.tables.citations import CITATIONS
from isthmus.tables.citations_dated import CITATIONS_DATED, citations_dated_rows
from isthmus.tables.entities import INSTITUTIONS, SOURCES
from isthmus.tables.works import WORKS

pytestmark = [pytest.mark.spark, pytest.mark.slow]

YEARS = (2010, 2016)
STUDY = Study(
    study="small",
    title="A literal world",
    years={"corpus": YEARS, "analysis": YEARS, "significance": (2012, 2016), "citing_until": 2018},
    places={},
    corpus_scientists={"least_works": 2},
    cities={
        "west": ("US", "Europe"),
        "impact_years": (2012, 2014),
        "flow_years": (2012, 2016),
        "top": (3, 5),
        "venues": {"Machine Learning": ("0885-6125",), "Nowhere": ("A journal that is not there",)},
    },
    bridging={"draws": 20, "replicates": 20, "worlds": 100},
    trajectories=None,
)
#: Institution -> city, name, country, coordinates.
INSTITUTES = {
    1: (10, "Beijing", "CN", 39.9, 116.4),
    2: (20, "Cambridge", "US", 42.4, -71.1),
    3: (30, "Cambridge", "GB", 52.2, 0.1),
    4: (40, "Shanghai", "CN", 31.2, 121.5),
    5: (50, "Toronto", "CA", 43.7, -79.4),
}


def _papers():
    """Works 1 to 84: twelve a year; every institute has last authors, two have first ones."""
    rows = []
    for number in range(1, 85):
        year = YEARS[0] + (number - 1) // 12
        last, first = 1 + (3 * number + number // 7) % 5, 1 + number % 2
        rows.append((number, year, first, last, 7 if number % 4 == 0 else None))
    return rows


def _citations():
    return [(citing, cited) for cited in range(1, 80) for citing in range(cited + 1, 85) if (citing * cited) % 7 < 2]


def _frame(spark, spec, rows):
    """Rows of a table of which some columns are given by name; the others are null, false or 0."""
    empty = {"boolean": False, "int": 0, "string": "", "bigint": 0}
    filled = [tuple(row.get(f.name, None if f.nullable else empty[f.type]) for f in spec.fields) for row in rows]
    return spark.createDataFrame(filled, spark_schema(spec))


@pytest.fixture(scope="module")
def context(spark, tmp_path_factory):
    store = TableStore(spark, str(tmp_path_factory.mktemp("cities")))
    papers, years = _papers(), {work: year for work, year, *_ in _papers()}
    seats = [(w, y, seat, place) for w, y, first, last, _ in papers for seat, place in enumerate((first, last))]
    tables = [
        (WORKS, [{"work_id": w, "publication_year": y, "source_id": source} for w, y, _, _, source in papers]),
        (CORPUS_WORKS, [
            {"study": "small", "work_id": w, "year": y, "is_corpus": True, "n_authors": 2} for w, y, *_ in papers
        ]),
        (AUTHORSHIPS, [
            {"work_id": w, "publication_year": y, "author_sequence": seat, "author_id": 100 + w % 5 + 10 * seat,
             "institution_id": place, "country_code": INSTITUTES[place][2], "place_sequence": 0}
            for w, y, seat, place in seats
        ]),
        (INSTITUTIONS, [
            {"institution_id": place, "geonames_city_id": city, "city": name, "country_code": country,
             "latitude": latitude, "longitude": longitude}
            for place, (city, name, country, latitude, longitude) in INSTITUTES.items()
        ]),
        (SOURCES, [{"source_id": 7, "display_name": "Machine Learning", "issn_l": "0885-6125"}]),
        (CITATIONS, [{"citing_work_id": a, "cited_work_id": c, "citing_year": years[a]} for a, c in _citations()]),
    ]  # fmt: skip
    for spec, rows in tables:
        store.overwrite(spec, _frame(spark, spec, rows))
    store.overwrite(CITATIONS_DATED, citations_dated_rows(store.read(CITATIONS), store.read(WORKS)))
    store.overwrite(AUTHOR_YEARS, author_years_rows(store.read(AUTHORSHIPS), store.read(INSTITUTIONS)))
    run = Context(spark, store, STUDY, None, "2026-06-25", "")
    for stage in (*PLACES, *STAGES, *BRIDGING):
        stage.run(run)
    return run


def rows(context, spec):
    frame = context.store.read(spec).where(F.col("study") == "small").toPandas().drop(columns=["study", "release"])
    return frame.sort_values([name for name in spec.key if name != "study"], ignore_index=True)


def _impact(years):
    """Citations between cities within two years, of works of these years, counted in plain Python."""
    when = {w: y for w, y, *_ in _papers()}
    where = {w: INSTITUTES[last][0] for w, _, _, last, _ in _papers()}
    found = {}
    for citing, cited in _citations():
        if years[0] <= when[cited] <= years[1] and 0 <= when[citing] - when[cited] <= 2:
            key = where[citing], where[cited]
            found[key] = found.get(key, 0) + 1
    return found


def test_cities_have_names_of_their_own_sides_and_an_order(context):
    cities = rows(context, t.CITIES).set_index("city")
    assert cities["label"].to_dict() == {
        10: "Beijing", 20: "Cambridge (United States)", 30: "Cambridge (United Kingdom)", 40: "Shanghai", 50: "Toronto",
    }  # fmt: skip
    assert cities["side"].to_dict() == {10: "East", 20: "West", 30: "West", 40: "East", 50: "East"}
    years = rows(context, t.CITY_YEARS)
    last = years[years["year"] == 2014].set_index("city")
    expected = last.sort_values(["c2", "works"], ascending=False).index
    assert cities["position"].dropna().sort_values().index.tolist() == [c for c in expected if last["c2"][c] > 0]


def test_impact_and_over_impact_are_those_counted_by_hand(context):
    wanted = _impact((2012, 2014))
    ties = rows(context, t.CITY_TIES).query("network == 'impact'")
    assert {(row.src, row.dst): row.weight for row in ties.itertuples()} == wanted
    papers = [INSTITUTES[last][0] for _, year, _, last, _ in _papers() if 2012 <= year <= 2014]
    for row in rows(context, t.CITY_MATRICES).query("network == 'impact'").itertuples():
        made = sum(weight for (src, _), weight in wanted.items() if src == row.src)
        by_output = papers.count(row.dst) / len(papers) * made
        assert row.weight == wanted.get((row.src, row.dst), 0)
        assert row.over_impact == pytest.approx(row.weight - by_output)


def test_collaboration_runs_from_the_last_author(context):
    wanted = {}
    for _, year, first, last, _ in _papers():
        if 2012 <= year <= 2016:
            key = INSTITUTES[last][0], INSTITUTES[first][0]
            wanted[key] = wanted.get(key, 0) + 1
    ties = rows(context, t.CITY_TIES).query("network == 'collaboration'")
    assert {(row.src, row.dst): row.weight for row in ties.itertuples()} == wanted


def test_the_matrices_hold_all_pairs_of_the_largest_number_of_cities(context):
    matrices = rows(context, t.CITY_MATRICES)
    leading = rows(context, t.CITIES)["position"].notna().sum()
    assert matrices.groupby("network").size().to_dict() == dict.fromkeys(
        ("impact", "migration", "collaboration"), min(leading, 5) ** 2
    )
    fits = rows(context, t.CITY_FITS).set_index("network")["null_model"].to_dict()
    assert fits["impact"] == fits["collaboration"] == "directed-ecm-loops"


def test_all_cities_that_write_together_are_counted_year_by_year_and_together(context):
    wanted = {}
    for _, year, first, last, _ in _papers():
        src, dst = sorted((INSTITUTES[last][0], INSTITUTES[first][0]))
        spans = [(year, year), (2012, 2016)] if 2012 <= year <= 2016 else [(year, year)]
        for span in spans if src != dst else ():
            wanted[*span, src, dst] = wanted.get((*span, src, dst), 0) + 1
    fits = rows(context, t.CITY_PAIR_FITS).set_index(["first_year", "last_year"])
    assert set(fits.index) == {key[:2] for key in wanted}
    kept = rows(context, t.CITY_PAIRS)
    linked = kept[kept["weight"] > 0]
    found = {(r.first_year, r.last_year, r.src, r.dst): r.weight for r in linked.itertuples()}
    assert found == {key: n for key, n in wanted.items() if fits.loc[key[:2], "status"] == "converged"}
    assert found
    assert fits["n_pairs"].between(1, 10).all()


def test_sides_and_venues_add_up(context):
    sums = rows(context, t.SIDE_YEARS).pivot_table(index="year", columns="side", values="works", aggfunc="sum")
    assert (sums["East"] + sums["West"] == sums["world"]).all()
    assert (sums["world"] == 12).all()
    venues = rows(context, t.VENUE_YEARS)
    assert set(venues["venue"]) == {"Machine Learning"}
    assert venues["works"].sum() == sum(source == 7 for *_, source in _papers())


def test_a_missing_venue_is_a_note(context):
    outcome = STAGES[0].run(context)
    assert outcome.notes == ("no source of the snapshot has a name or ISSN of these venues: Nowhere",)
    assert "has most impact in 2014" in outcome.summary


def test_every_network_has_bridges_or_says_why_not(context):
    bridges, notes = rows(context, b.CITY_BRIDGES), rows(context, b.BRIDGE_NOTES)
    without = set(notes.loc[notes["null_model"] == "network", "network"])
    assert set(bridges["network"]) | without >= {"impact", "collaboration", "normalised_impact"}
    assert (bridges["betweenness"] <= bridges["cap"]).all()
    assert not (notes["null_model"] == "works").any(), "works add up to the ties"
    own = bridges[bridges["network"].isin(["impact", "collaboration"])]
    assert own["works_sd"].notna().all()
    assert (own["works_low"] <= own["works_high"]).all()
    influence = rows(context, b.CITY_INFLUENCE)
    assert influence.groupby(["network", "city"]).size().eq(8).all()


@pytest.mark.parametrize("stage", [*STAGES, *BRIDGING], ids=lambda stage: stage.name)
def test_a_second_run_leaves_the_same_rows(context, stage):
    before = [(spec, rows(context, spec).astype(str)) for spec in stage.writes]
    stage.run(context)
    for spec, frame in before:
        pd.testing.assert_frame_equal(rows(context, spec).astype(str), frame, obj=spec.name)


def test_unknown_places_and_years_outside_the_corpus_are_said_before_anything_runs():
    settings = ["cities.west=[Narnia]", "cities.flow_years=[2015, 2021]", "years.citing_until=2019",
                "cities.impact_years=[2014, 2018]"]  # fmt: skip
    found = list(problems(load_study("alshebli2022_beijing", settings)))
    assert len(found) == 3
    assert "cities.west: 'Narnia'" in found[0]
    assert found[1] == "cities.flow_years: [2015, 2021] leaves the corpus years [1990, 2019]"
    assert "years.citing_until of 2020 or later, and it is 2019" in found[2]
