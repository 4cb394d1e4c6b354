"""The stages of the layer under places and people."""

from pyspark.sql import functions as F

from isthmus.analyses.corpus.tables import CORPUS_WORKS
from isthmus.analyses.places import tables as t
from isthmus.analyses.rows import of_study, write_rows
from isthmus.analyses.stage import Context, Outcome, Stage
from isthmus.corpus.received import corpus_citations, last_full_year, place_citations, work_citations
from isthmus.corpus.scientists import corpus_scientists
from isthmus.corpus.select import left_out_works
from isthmus.corpus.work_places import place_coverage, work_places
from isthmus.engine import Gate, check_gates
from isthmus.engine.concurrent import concurrently
from isthmus.geography.places import Places

LEAST_WITH_CITY = 0.4  # the last author has an institution in 63 % of works on artificial intelligence


def write_places(context: Context) -> Outcome:
    """Write where the works of the corpus come from, and who cites them within five years."""
    study, store = context.the_study, context.store
    works = of_study(context, CORPUS_WORKS)
    corpus = works.where("is_corpus")
    last = last_full_year(study.years.citing_until, context.release)
    cut_off = store.read("works").where("authors_truncated").select("work_id")
    merged = Places(study).counted_as_china()
    placed = work_places(corpus, store.read("authorships"), store.read("institutions"), cut_off, merged=merged)
    concurrently(
        lambda: write_rows(context, t.WORK_PLACES, placed),
        lambda: write_rows(
            context, t.CORPUS_CITATIONS, corpus_citations(works, store.read("citations_dated"), last=last)
        ),
    )
    received, places = of_study(context, t.CORPUS_CITATIONS), of_study(context, t.WORK_PLACES)
    counted = work_citations(corpus, received, last=last, citing=study.places.citing)
    concurrently(
        lambda: write_rows(context, t.WORK_CITATIONS, counted),
        lambda: write_rows(context, t.PLACE_CITATIONS, place_citations(places, received)),
    )
    write_rows(context, t.PLACE_COVERAGE, place_coverage(places, of_study(context, t.WORK_CITATIONS)))
    share = F.try_divide(F.sum("works_with_city"), F.sum("works"))
    gates = check_gates(
        "place_coverage",
        of_study(context, t.PLACE_COVERAGE),
        [
            Gate(
                "share of works whose last author has a city",
                share,
                "warn",
                low=LEAST_WITH_CITY,
                message="Most works have no place by their last author: read every figure of places beside this share.",
            )
        ],
    )
    known = gates[0].observed or 0.0
    return Outcome(f"{known:.1%} of the works have a city by their last author", gates=tuple(gates))


def write_scientists(context: Context) -> Outcome:
    """Write the scientists of the corpus's field by both definitions."""
    study, store = context.the_study, context.store
    rows = corpus_scientists(
        of_study(context, CORPUS_WORKS).where("is_corpus"),
        store.read("authorships"),
        store.read("author_years"),
        left_out_works(store.read("works"), study),
        least_works=study.corpus_scientists.least_works,
        until=study.years.corpus[1],
    )
    write_rows(context, t.CORPUS_SCIENTISTS, rows)
    written = of_study(context, t.CORPUS_SCIENTISTS).agg(F.count("*").alias("half"), F.count_if("is_majority"))
    half, majority = written.head() or (0, 0)
    return Outcome(f"{half:,} scientists with at least half of their works in the corpus, {majority:,} with more")


STAGES = (
    Stage(
        name="places",
        description="place the works of the corpus by their last authors, and count their citations within five years",
        task="networks",
        section="places",
        needs=("records", "corpus"),
        writes=(t.WORK_PLACES, t.CORPUS_CITATIONS, t.WORK_CITATIONS, t.PLACE_CITATIONS, t.PLACE_COVERAGE),
        publishes=(t.PLACE_COVERAGE,),
        reads=("places", "years.corpus", "years.citing_until", "geography.poles", "geography.cn_includes_hk_mo"),
        run=write_places,
    ),
    Stage(
        name="corpus_scientists",
        description="find the scientists of the corpus's field by the share of their works that it holds",
        task="networks",
        section="corpus_scientists",
        needs=("records", "corpus"),
        writes=(t.CORPUS_SCIENTISTS,),
        reads=(
            "corpus_scientists",
            "years.corpus",
            "corpus.include_paratext",
            "corpus.include_retracted",
            "corpus.include_xpac",
        ),
        run=write_scientists,
    ),
)
