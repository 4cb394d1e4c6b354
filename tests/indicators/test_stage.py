"""The stage of the indicators: three tables, and the same rows when it runs again."""

import pytest

from isthmus.analyses.corpus.tables import CORPUS_COUNTRIES, CORPUS_WORKS
from isthmus.analyses.output.stage import densities, write_output
from isthmus.analyses.output.tables import DENSITIES, ENTITY_YEARS, STUDY_TOTALS
from isthmus.analyses.rows import write_frames
from isthmus.analyses.significance.tables import SIGNIFICANT_PAIRS
from isthmus.analyses.stage import Context
from isthmus.geography.places import Places
from isthmus.tablespec import TableSpec, column

pytestmark = pytest.mark.spark

ENDS = ("citing_work_id", "cited_work_id")
CITATIONS = TableSpec("citations", tuple(column(name, "bigint", "a work", False) for name in ENDS), ENDS, "citations")


def test_a_second_run_leaves_the_same_rows(
    spark, store, make_works, make_countries, make_citations, make_significant, make_study
):
    store.overwrite(CORPUS_WORKS, make_works((1, 2010, True, 1), (2, 2011, True, 2)))
    store.overwrite(CORPUS_COUNTRIES, make_countries((1, 2010, True, "US"), (2, 2011, True, "EU-27 US")))
    store.overwrite(CITATIONS, make_citations((2, 1)))
    store.overwrite(SIGNIFICANT_PAIRS, make_significant(("collaboration", "publication_year", "BR US", True)))
    geography = {
        "poles": ("US", "EU-27"),
        "compare": ("US", "EU-28"),
        "regions": ("South America",),
    }
    run = Context(spark, store, make_study(geography=geography), None, "2026-06-25", "")

    def written():
        said = write_output(run).summary
        return said, {spec.name: sorted(store.read(spec).collect()) for spec in (ENTITY_YEARS, STUDY_TOTALS, DENSITIES)}

    said, first = written()
    assert said == "US, EU-28 year by year; regions: 1"
    assert {name: len(rows) for name, rows in first.items()} == {"entity_years": 8, "study_totals": 8, "densities": 1}
    received = {(row.entity, row.year): row.citations_received_foreign for row in first["entity_years"]}
    assert received[("US", 2010)] == 1
    density = first["densities"][0]
    assert (density.members, density.present, density.inside_possible, density.outside_significant) == (16, 1, 0, 1)
    assert written() == (said, first)


REGIONS = ("Balkans", "South America")


def test_densities_are_those_of_both_networks_under_the_study_s_citation_year(
    spark, store, make_significant, make_study
):
    together, exchanged = ("collaboration", "publication_year"), ("knowledge_exchange", "cited")
    store.overwrite(
        SIGNIFICANT_PAIRS,
        make_significant(
            *((*together, pair, flag) for pair, flag in (("BG HR", True), ("BG RS", True), ("BG DE", True))),
            *((*together, pair, flag) for pair, flag in (("HR RS", False), ("DE HR", False), ("RS US", False))),
            (*exchanged, "DE HR", False),
            ("knowledge_exchange", "citing", "BG HR", True),  # another citation year
        ),
    )
    study = make_study(geography={"poles": ("US", "DE"), "regions": REGIONS})
    context = Context(spark, store, study, None, "2026-06-25", "")
    write_frames(context, {DENSITIES.name: densities(context, Places(study).regions())}, (DENSITIES,))
    members = {name: len(codes) for name, codes in Places(study).regions().items()}
    rows = {tuple(row)[2:] for row in store.read(DENSITIES).collect()}
    assert rows == {
        ("collaboration", "Balkans", members["Balkans"], 3, 3, 2, 3, 1, 2 / 3, 1 / 3, 2.0),
        ("collaboration", "South America", members["South America"], 0, 0, 0, 0, 0, None, None, None),
        ("knowledge_exchange", "Balkans", members["Balkans"], 1, 0, 0, 1, 0, None, 0.0, None),
        ("knowledge_exchange", "South America", members["South America"], 0, 0, 0, 0, 0, None, None, None),
    }


def test_a_study_that_tests_nothing_has_no_density(spark, store, make_study):
    study = make_study(significance=None, trends=None, trajectories=None, geography={"regions": REGIONS})
    context = Context(spark, store, study, None, "2026-06-25", "")
    assert densities(context, Places(study).regions()).empty
