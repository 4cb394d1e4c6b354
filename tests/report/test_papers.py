import csv
from collections import Counter
from importlib.resources import files

import pytest

from isthmus.errors import ConfigError
from isthmus.report.papers import PAPERS, all_published_values, find_paper, published_values


def test_every_published_value_belongs_to_exactly_one_paper():
    values = all_published_values()
    assert len(values) == 522
    assert len({value.id for value in values}) == 522
    owners = Counter(source for paper in PAPERS.values() for source in paper.sources)
    assert set(owners.values()) == {1}
    assert {value.paper for value in values} == set(owners)


def test_the_number_of_values_of_each_paper():
    counts = {name: len(published_values(paper)) for name, paper in PAPERS.items()}
    assert counts == {"gallo2026": 77, "digitalscience2025": 28, "alshebli2022": 96, "alshebli2024": 321}


def test_no_sentence_of_a_paper_is_shipped():
    text = files("isthmus.report").joinpath("data", "published_values.csv").read_text(encoding="utf-8")
    assert "quote" not in next(csv.reader(text.splitlines()))
    assert max(len(row["scope"]) for row in csv.DictReader(text.splitlines())) < 200


def test_years_may_be_missing():
    without = [value for value in all_published_values() if value.year_from is None]
    assert {value.quantity for value in without} >= {"postmove_collab_trend_sign"}


def test_an_unknown_paper_is_refused_with_a_hint():
    assert find_paper("alshebli2022").title.startswith("Beijing")
    with pytest.raises(ConfigError, match=r"paper: 'gallo2025' has no published values here; .*gallo2026"):
        find_paper("gallo2025")
