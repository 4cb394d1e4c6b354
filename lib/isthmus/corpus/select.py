"""Which works belong to a study, and which works cite them (METHODS 1.1, 2.1)."""

from collections.abc import Callable

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from isthmus.config import Corpus, Study
from isthmus.corpus.rules import resolved
from isthmus.errors import ConfigError

SUBFIELDS_PER_FIELD = 100  # ASJC: subfield 1702 belongs to field 17


def corpus_condition(corpus: Corpus) -> Column:
    """Which rows of the table `works` belong to the corpus, without the years.

    Raises
    ------
    ConfigError
        The rule has no implementation (never for a validated study).
    """
    written_out = resolved(corpus)
    rule = RULES.get(written_out.rule)
    if rule is None:
        raise ConfigError(f"corpus.rule {written_out.rule!r} is not implemented; implemented: {sorted(RULES)}")
    condition = _kept(corpus) & F.coalesce(rule(written_out), F.lit(False))
    if corpus.types is not None:
        condition &= F.col("work_type").isin(list(corpus.types))
    if corpus.source_types is not None:
        condition &= F.col("source_type").isin(list(corpus.source_types))
    return condition


def select_corpus(works: DataFrame, study: Study) -> DataFrame:
    """Return the study's own works: (work_id, year, is_corpus, n_authors, n_references).

    Parameters
    ----------
    works : DataFrame
        Rows of the table `works`.
    study : Study
        Its corpus rule and corpus years are used; a work without a year belongs to no study.
    """
    first, last = study.years.corpus
    chosen = works.where(corpus_condition(study.corpus) & F.col("publication_year").between(first, last))
    return _work_columns(chosen, is_corpus=True)


def citing_works(works: DataFrame, citations: DataFrame, corpus: DataFrame, study: Study) -> DataFrame:
    """Works of any field outside the corpus that cite it, up to the last citing year; same columns as the corpus.

    Parameters
    ----------
    works, citations : DataFrame
        Rows of the tables of those names.
    corpus : DataFrame
        The result of `select_corpus`.
    study : Study
        The types and the last year of citing works; paratext, retracted and expansion works as in the corpus.
    """
    ids = corpus.select("work_id")
    citing = citations.join(ids.withColumnRenamed("work_id", "cited_work_id"), "cited_work_id", "left_semi")
    condition = _kept(study.corpus) & F.col("publication_year").between(study.years.corpus[0], study.years.citing_until)
    if study.networks.citing_types is not None:
        condition &= F.col("work_type").isin(list(study.networks.citing_types))
    outside = works.where(condition).join(ids, "work_id", "left_anti")
    chosen = outside.join(citing.select(F.col("citing_work_id").alias("work_id")), "work_id", "left_semi")
    return _work_columns(chosen, is_corpus=False)


def left_out_works(works: DataFrame, study: Study) -> DataFrame:
    """Return the works that the study does not read, whatever their field: work_id of paratext, retracted, expansion.

    Parameters
    ----------
    works : DataFrame
        Rows of the table `works`.
    study : Study
        Which of them its corpus includes; works up to the end of the corpus.
    """
    in_time = works.where(F.col("publication_year") <= study.years.corpus[1])
    return in_time.where(~_kept(study.corpus)).select("work_id")


def corpus_works(works: DataFrame, citations: DataFrame, study: Study, release: str) -> DataFrame:
    """Return the rows of the table `corpus_works`: the corpus and the works that cite it."""
    corpus = select_corpus(works, study)
    both = corpus.unionByName(citing_works(works, citations, corpus, study))
    return both.select(F.lit(study.study).alias("study"), F.lit(release).alias("release"), *both.columns)


def _kept(corpus: Corpus) -> Column:
    condition = F.lit(True)
    for flag, included in (
        ("is_paratext", corpus.include_paratext),
        ("is_retracted", corpus.include_retracted),
        ("is_xpac", corpus.include_xpac),
    ):
        condition = condition if included else condition & ~F.coalesce(F.col(flag), F.lit(False))
    return condition


def read_by(corpus: Corpus) -> Column:
    """Return whether a parsed record is of a kind that a study reads: as `works` has it, paratext by its type, too."""
    is_paratext = F.coalesce("is_paratext", F.lit(False)) | F.coalesce(F.col("work_type") == "paratext", F.lit(False))
    return _kept(corpus) & (F.lit(corpus.include_paratext) | ~is_paratext)


def _work_columns(works: DataFrame, *, is_corpus: bool) -> DataFrame:
    return works.select(
        "work_id",
        F.col("publication_year").alias("year"),
        F.lit(is_corpus).alias("is_corpus"),
        "n_authors",
        "n_references",
    )


def _any_topic_has(field: str, ids: tuple[int, ...]) -> Column:
    return F.exists("topics", lambda topic: topic[field].isin(list(ids)))


def best_score(corpus: Corpus) -> Column:
    """Return the highest score that a work has of the rule's concepts; null where it has none of them.

    A concept without a score counts as 0.

    Parameters
    ----------
    corpus : Corpus
        Its `ids` are the concepts.
    """
    own = F.filter("concepts", lambda concept: concept["concept_id"].isin(list(corpus.ids)))
    return F.array_max(F.transform(own, lambda concept: F.coalesce(F.nanvl(concept["score"], F.lit(0.0)), F.lit(0.0))))


def _concept(corpus: Corpus) -> Column:
    return best_score(corpus) >= F.lit(corpus.min_score)


RULES: dict[str, Callable[[Corpus], Column]] = {
    "everything": lambda corpus: F.lit(True),
    "primary_topic": lambda corpus: F.col("primary_topic_id").isin(list(corpus.ids)),
    "any_topic": lambda corpus: _any_topic_has("topic_id", corpus.ids),
    "primary_subfield": lambda corpus: F.col("primary_subfield_id").isin(list(corpus.ids)),
    "any_subfield": lambda corpus: _any_topic_has("subfield_id", corpus.ids),
    "primary_field": lambda corpus: F.floor(F.col("primary_subfield_id") / SUBFIELDS_PER_FIELD).isin(list(corpus.ids)),
    "any_field": lambda corpus: _any_topic_has("field_id", corpus.ids),
    "concept": _concept,
    "concept_or_source": lambda corpus: (
        F.coalesce(_concept(corpus), F.lit(False)) | F.col("source_id").isin(list(corpus.sources))
    ),
}
