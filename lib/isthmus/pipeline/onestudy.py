"""Tables that hold only what one study needs: which study, which of its fields decide, and the first three stages."""

from collections.abc import Callable
from dataclasses import replace
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

from pyspark.sql import Column
from pyspark.sql import functions as F

from isthmus import tables as t
from isthmus.config import Corpus, Study
from isthmus.config.places import least_of_corpus
from isthmus.corpus.select import corpus_condition, read_by
from isthmus.engine import TableStore
from isthmus.engine.ledger import configuration_hash
from isthmus.errors import ConfigError
from isthmus.snapshot import Snapshot
from isthmus.snapshot.removals import read_merges

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from isthmus.analyses.stage import Context


def deciding(study: Study) -> dict[str, Any]:
    """Return the fields of a study that decide which works it needs."""
    return {
        "corpus": study.corpus.model_dump(mode="json"),
        "rules": sorted(study.sensitivity.corpus_rules),
        "years": list(study.years.corpus),
    }


def least_corpus_works(study: Study) -> int | None:
    """Return how many works of the corpus its scientists have at least; None where the study asks for no scientists."""
    return least_of_corpus(study.corpus_scientists.least_works) if study.enabled("corpus_scientists") else None


def key_of(study: Study | None) -> str:
    """Return what the ledger says of tables that were made for a study; empty for tables that serve all studies.

    That is its name, a hash of what decides which works it needs, and, where their years are kept, of how many works
    of the corpus authors have at least.
    """
    if study is None:
        return ""
    least = least_corpus_works(study)
    return f"{study.study} {configuration_hash(deciding(study))}" + ("" if least is None else f" {least}")


def require_serves(made_for: str, study: Study) -> None:
    """Refuse tables that were made for another study.

    Parameters
    ----------
    made_for : str
        As `key_of` gave it when the tables were made.
    study : Study
        The study that is to be run on them.

    Raises
    ------
    ConfigError
        They were made for another study, or for another corpus of the same name, or do not hold the years of all
        authors who may be its scientists.
    """
    if not made_for:
        return
    name, fields, *made_least = made_for.split(" ")
    least = least_corpus_works(study)
    if fields == configuration_hash(deciding(study)):
        if least is None or (made_least and int(made_least[0]) <= least):
            return
        held = f"those with {made_least[0]} works of the corpus or more" if made_least else "no author"
        raise ConfigError(
            f"study {study.study!r} looks for scientists with {least} works of the corpus or more, and the tables of "
            f"this warehouse, made for one study, hold the years of {held}. Ingest once more with --for-study, or turn "
            "it off with `corpus_scientists: null`."
        )
    raise ConfigError(
        f"the tables of this warehouse hold only what the study {name!r} needed (isthmus ingest --for-study), and "
        f"{study.study!r} as it is configured now needs other works. Ingest without --for-study, or for this study "
        f"into another warehouse."
    )


def candidates(study: Study, snapshot: Snapshot) -> Column:
    """Which parsed records may belong to the study's corpus, under any of the corpus rules that it compares."""
    first, last = study.years.corpus
    rules = dict.fromkeys((study.corpus.rule, *study.sensitivity.corpus_rules))
    corpora = [_with_merged_sources(study.corpus.model_copy(update={"rule": rule}), snapshot) for rule in rules]
    return reduce(or_, map(corpus_condition, corpora)) & F.col("publication_year").between(first, last)


def _with_merged_sources(corpus: Corpus, snapshot: Snapshot) -> Corpus:
    """Return the corpus with the ids that its sources had before they were merged."""
    merges = read_merges(snapshot, "sources").to_pylist() if corpus.sources else []
    former = [row["entity_id"] for row in merges if row["merge_into_id"] in corpus.sources]
    return corpus.model_copy(update={"sources": (*corpus.sources, *former)})


def parse_for_study(context: "Context", study: Study) -> list[t.Written]:
    """Both passes over the snapshot: `parsed_works` then holds the corpus and what cites it."""
    spark, store, snapshot = context.spark, context.store, context.the_snapshot
    seen = t.see_works(spark, store, snapshot, candidates(study, snapshot))
    entities = t.parse_entities(spark, store, snapshot)
    removed = t.build_removed_records(spark, store, snapshot)
    return [seen, entities, removed, t.keep_works(spark, store, snapshot)]


def author_years_of(study: Study) -> Callable[["SparkSession", TableStore, Snapshot], t.Written]:
    """Return what writes `author_years` for a study: of who may be its scientists, of nobody where it asks for none."""
    least = least_corpus_works(study)
    return t.build_no_author_years if least is None else t.build_author_years_of(least, read_by(study.corpus))


def dated(context: "Context") -> Snapshot:
    """Return the run's snapshot; a loose one of a single study's tables knows the year of its newest record."""
    snapshot = context.the_snapshot
    if context.for_study is None or snapshot.release_year is not None:
        return snapshot
    return replace(snapshot, newest_year=t.newest_year(context.store))
