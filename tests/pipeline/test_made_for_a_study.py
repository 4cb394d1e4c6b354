"""Which studies the tables made for one study serve: the same corpus, and all who may be its scientists."""

import pytest

from isthmus.config import load_study
from isthmus.errors import ConfigError
from isthmus.pipeline.onestudy import key_of, least_corpus_works, require_serves

PLAIN = load_study("demonstration")


def asking(least):
    return load_study("demonstration", [f"corpus_scientists={{least_works: {least}}}", "places={}"])


def test_tables_of_the_whole_snapshot_serve_every_study():
    assert key_of(None) == ""
    require_serves("", asking(1))


def test_scientists_have_half_of_their_works_in_the_corpus():
    assert [least_corpus_works(asking(least)) for least in (1, 2, 3, 4, 5)] == [1, 1, 2, 2, 3]
    assert least_corpus_works(PLAIN) is None


def test_tables_serve_studies_that_ask_for_the_same_or_for_less():
    require_serves(key_of(PLAIN), PLAIN)
    require_serves(key_of(asking(3)), PLAIN)
    require_serves(key_of(asking(3)), asking(7))


@pytest.mark.parametrize(
    ("made", "study", "said"),
    [
        (PLAIN, asking(3), "2 works of the corpus or more.*hold the years of no author.*`corpus_scientists: null`"),
        (asking(3), asking(2), "1 works of the corpus or more.*hold the years of those with 2 works"),
        (
            asking(3),
            load_study("demonstration", ["corpus.rule=everything"]),
            "hold only what the study 'demonstration'",
        ),
    ],
)
def test_tables_do_not_serve_studies_that_ask_for_more(made, study, said):
    with pytest.raises(ConfigError, match=said):
        require_serves(key_of(made), study)
