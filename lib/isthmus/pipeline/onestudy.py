"""Tables that hold only what one study needs: which study, which of its fields decide, and the first three stages."""

from dataclasses import replace
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

from pyspark.sql import Column
from pyspark.sql import functions as F

from isthmus import tables as t
from isthmus.config import Corpus, Study
from isthmus.corpus.select import corpus_condition
from isthmus.engine.ledger import configuration_hash
from isthmus.errors import ConfigError
from isthmus.snapshot import Snapshot
from isthmus.snapshot.removals import read_merges

if TYPE_CHECKING:
    from isthmus.analyses.stage import Context


def deciding(study: Study) -> dict[str, Any]:
    """Return the fields of a study that decide which works it needs."""
    return {
        "corpus": study.corpus.model_dump(mode="json"),
        "rules": sorted(study.sensitivity.corpus_rules),
        "years": list(study.years.corpus),
    }


def key_of(study: Study | None) -> str:
    """Return what the ledger says of tables that were made for a study; empty for tables that serve all studies."""
    return "" if study is None else f"{study.study} {configuration_hash(deciding(study))}"


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
        They were made for another study, or for another corpus of the same name.
    """
    name, _, fields = made_for.partition(" ")
    if not made_for or fields == key_of(study).partition(" ")[2]:
        return
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


def dated(context: "Context") -> Snapshot:
    """Return the run's snapshot; a loose one of a single study's tables knows the year of its newest record."""
    snapshot = context.the_snapshot
    if context.for_study is None or snapshot.release_year is not None:
        return snapshot
    return replace(snapshot, newest_year=t.newest_year(context.store))
