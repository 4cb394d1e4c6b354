"""The least score of a corpus's concept, found by how many works the corpus shall hold in a year (METHODS 1.1)."""

import numpy as np
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from isthmus.config import Corpus, Study
from isthmus.corpus.nearest import Tuning, nearest_score
from isthmus.corpus.rules import resolved
from isthmus.corpus.select import best_score, corpus_condition


def tuned(works: DataFrame, study: Study) -> Tuning:
    """Return the tuned score of a study's corpus, `corpus.tune` of which is set.

    Parameters
    ----------
    works : DataFrame
        Rows of the table `works`.
    study : Study
        The study.
    """
    tune = study.corpus.tune
    if tune is None:
        raise ValueError("tuned: the study's corpus asks for no tuning (corpus.tune)")
    counts = score_counts(works, study.corpus, tune.year).toPandas()  # a row per distinct score of one year
    by_score = counts["score"].notna()
    return nearest_score(
        counts.loc[by_score, "score"].to_numpy(np.float64),
        counts.loc[by_score, "works"].to_numpy(np.int64),
        by_source=int(counts.loc[~by_score, "works"].sum()),
        year=tune.year,
        target=tune.works,
    )


def with_score(study: Study, tuning: Tuning) -> Study:
    """Return the study with a tuned score; it stays marked as tuned, so that a score of 0 is not the rule's default."""
    return study.model_copy(update={"corpus": study.corpus.model_copy(update={"min_score": tuning.min_score})})


def score_counts(works: DataFrame, corpus: Corpus, year: int) -> DataFrame:
    """Return the works of a year that the corpus can hold at any score: (score, works).

    The score is the highest of the rule's concepts; null stands for works in listed sources, which need none.

    Parameters
    ----------
    works : DataFrame
        Rows of the table `works`.
    corpus : Corpus
        Its rule, types and flags; its score counts as 0.
    year : int
        Publication year.
    """
    widest = resolved(corpus).model_copy(update={"min_score": 0.0})  # written out first: a shorthand has its own score
    score = best_score(widest)
    if widest.rule == "concept_or_source":
        score = F.when(~F.coalesce(F.col("source_id").isin(list(widest.sources)), F.lit(False)), score)
    possible = works.where(corpus_condition(widest) & (F.col("publication_year") == year))
    return possible.select(score.alias("score")).groupBy("score").agg(F.count("*").alias("works"))
