"""A study's papers and their places year by year."""

from isthmus.corpus.countries import CORPUS_COUNTRIES, country_shares
from isthmus.corpus.coverage import CORPUS_COVERAGE, corpus_coverage
from isthmus.corpus.select import CORPUS_WORKS, citing_works, corpus_condition, corpus_works, select_corpus

__all__ = [
    "CORPUS_COUNTRIES",
    "CORPUS_COVERAGE",
    "CORPUS_WORKS",
    "citing_works",
    "corpus_condition",
    "corpus_coverage",
    "corpus_works",
    "country_shares",
    "select_corpus",
]
