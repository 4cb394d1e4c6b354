"""`select_corpus`, `citing_works`, `corpus_works`: a study's works, and the works that cite them."""

import pytest
from chispa import assert_df_equality

from isthmus.analyses.corpus.tables import CORPUS_WORKS
from isthmus.config import Corpus, Networks, Study, Years
from isthmus.corpus.select import citing_works, corpus_works, select_corpus

pytestmark = pytest.mark.spark

YEARS = Years(corpus=(2000, 2010), citing_until=2012, analysis=(2000, 2010), significance=(2008, 2010))
STUDY = Study(study="s", title="S", years=YEARS)
OTHER_FIELD = {"primary_subfield_id": 2700}


def ids(rows):
    return sorted(row.work_id for row in rows.select("work_id").collect())


class TestSelectCorpus:
    """The study's own works."""

    def test_columns_and_values(self, spark, make_works):
        works = make_works({"work_id": 1, "n_authors": None}, {"work_id": 2, **OTHER_FIELD})
        expected = spark.createDataFrame(
            [(1, 2010, True, None, 3)],
            "work_id bigint, year int, is_corpus boolean, n_authors int, n_references int",
        )
        assert_df_equality(select_corpus(works, STUDY), expected, ignore_nullable=True)

    def test_both_ends_of_the_years_belong_and_no_year_does_not(self, make_works):
        years = {1: 1999, 2: 2000, 3: 2010, 4: 2011, 5: None}
        works = make_works(*({"work_id": work, "publication_year": year} for work, year in years.items()))
        assert ids(select_corpus(works, STUDY)) == [2, 3]


class TestCitingWorks:
    """Works of any field that cite the corpus."""

    @pytest.fixture(scope="class")
    def world(self, make_works, make_citations):
        works = make_works(
            {"work_id": 1},
            {"work_id": 2},
            {"work_id": 10, **OTHER_FIELD},
            {"work_id": 11, "publication_year": 2012, "work_type": "dataset"},
            {"work_id": 12, "publication_year": 2013, **OTHER_FIELD},
            {"work_id": 13, "publication_year": 1999, **OTHER_FIELD},
            {"work_id": 14, "publication_year": None, **OTHER_FIELD},
            {"work_id": 15, "is_retracted": True, **OTHER_FIELD},
            {"work_id": 16, "is_xpac": True, **OTHER_FIELD},
            {"work_id": 17, **OTHER_FIELD},
            {"work_id": 18, "is_paratext": True, **OTHER_FIELD},
        )
        citing_the_corpus = [(work, 1) for work in (2, 10, 11, 12, 13, 14, 15, 16, 18, 99)]
        return works, make_citations(*citing_the_corpus, (10, 2), (17, 10), (17, 77), (1, 17))

    def citing(self, world, study):
        works, citations = world
        return citing_works(works, citations, select_corpus(works, study), study)

    def test_years_quality_and_target_decide_and_field_and_type_do_not(self, spark, world):
        expected = spark.createDataFrame(
            [(10, 2010, False, 2, 3), (11, 2012, False, 2, 3)],
            "work_id bigint, year int, is_corpus boolean, n_authors int, n_references int",
        )
        assert_df_equality(self.citing(world, STUDY), expected, ignore_nullable=True, ignore_row_order=True)

    def test_types_of_citing_works(self, world):
        study = STUDY.model_copy(update={"networks": Networks(citing_types=("article",))})
        assert ids(self.citing(world, study)) == [10]

    def test_expansion_works_cite_where_they_belong(self, world):
        study = STUDY.model_copy(update={"corpus": Corpus(include_xpac=True)})
        assert ids(self.citing(world, study)) == [10, 11, 16]


def test_corpus_works_holds_each_work_once(make_rows, make_works, make_citations):
    works = make_works({"work_id": 1}, {"work_id": 2}, {"work_id": 3, **OTHER_FIELD}, {"work_id": 4, **OTHER_FIELD})
    citations = make_citations((2, 1), (3, 1), (3, 2), (1, 4))
    rows = corpus_works(works, citations, STUDY, "2026-06-25")
    expected = make_rows(
        CORPUS_WORKS,
        ("s", "2026-06-25", 1, 2010, True, 2, 3),
        ("s", "2026-06-25", 2, 2010, True, 2, 3),
        ("s", "2026-06-25", 3, 2010, False, 2, 3),
    )
    assert_df_equality(rows.orderBy("work_id"), expected, ignore_nullable=True)
