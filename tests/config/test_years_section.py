"""`years`: which years are read and analysed."""

import pytest
from pydantic import ValidationError

from isthmus.config import Years


def test_the_years_of_the_study_fit_each_other():
    years = Years(corpus=(2000, 2010), citing_until=2010, analysis=(2000, 2010), significance=(2010, 2010))
    assert years.corpus == (2000, 2010)


@pytest.mark.parametrize("name", ["corpus", "analysis", "significance"])
def test_a_span_begins_before_it_ends(name):
    with pytest.raises(ValidationError, match=f"{name}: 2015 is after 2005"):
        Years(**{name: (2015, 2005)})


@pytest.mark.parametrize(("name", "span"), [("analysis", (1989, 2021)), ("significance", (2020, 2022))])
def test_analysed_years_lie_within_the_corpus(name, span):
    with pytest.raises(
        ValidationError, match=rf"{name}: \[{span[0]}, {span[1]}\] leaves the corpus years \[1990, 2021\]"
    ):
        Years(**{name: span})


def test_works_cite_at_least_until_the_corpus_ends():
    with pytest.raises(ValidationError, match=r"citing_until: 2020 is before the corpus ends \(2021\)"):
        Years(citing_until=2020)


@pytest.mark.parametrize("year", [1499, 2101])
def test_a_year_out_of_range_is_refused(year):
    with pytest.raises(ValidationError, match="citing_until"):
        Years(citing_until=year)
