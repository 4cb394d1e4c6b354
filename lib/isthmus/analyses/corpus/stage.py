"""The stage of the corpus: the study's works, their countries, and how much of them is known."""

from dataclasses import asdict

import pandas as pd
from pyspark.sql import functions as F

from isthmus.analyses.corpus.tables import CORPUS_COUNTRIES, CORPUS_COVERAGE, CORPUS_TUNING, CORPUS_WORKS
from isthmus.analyses.rows import of_study, replace_rows, write_frames
from isthmus.analyses.stage import Context, Outcome, Stage
from isthmus.config import Corpus
from isthmus.corpus.countries import country_shares
from isthmus.corpus.coverage import corpus_coverage
from isthmus.corpus.nearest import Tuning
from isthmus.corpus.select import corpus_works
from isthmus.corpus.tuning import tuned, with_score
from isthmus.engine import Gate, check_gates
from isthmus.geography.places import Places

LEAST_COUNTRY_COVERAGE = 0.28  # OpenAlex's own floor of works with any institution


def write_corpus(context: Context) -> Outcome:
    """Write the tables of the study's works, their countries, their coverage and, where it was tuned, the score."""
    study, store = context.the_study, context.store
    tuning = tuned(store.read("works"), study) if study.corpus.tune is not None else None
    _write_tuning(context, tuning)
    study = study if tuning is None else with_score(study, tuning)
    works = corpus_works(store.read("works"), store.read("citations"), study, context.release)
    replace_rows(context, CORPUS_WORKS, works)
    chosen, authorships = of_study(context, CORPUS_WORKS), store.read("authorships")
    replace_rows(
        context,
        CORPUS_COUNTRIES,
        country_shares(chosen, authorships, merged=Places(study).merged()),
    )
    coverage = corpus_coverage(chosen, of_study(context, CORPUS_COUNTRIES), authorships, store.read("institutions"))
    replace_rows(context, CORPUS_COVERAGE, coverage)
    gates = check_gates(
        "corpus_coverage",
        of_study(context, CORPUS_COVERAGE),
        [
            Gate(
                "works in the corpus",
                F.coalesce(F.sum("corpus_works"), F.lit(0)),
                "fail",
                low=1,
                message="No work of the snapshot fits the corpus rule, types and years: check `corpus` and `years`.",
            ),
            Gate(
                "years of the corpus without any work",
                F.lit(study.years.corpus[1] - study.years.corpus[0] + 1) - F.count("*"),
                "warn",
                high=0,
                message="Some years have no network.",
            ),
            Gate(
                "share of the corpus with a country",
                F.try_divide(F.sum("corpus_with_country"), F.sum("corpus_works")),
                "warn",
                low=LEAST_COUNTRY_COVERAGE,
                message="Most of the corpus cannot be placed: read every result beside its coverage.",
            ),
        ],
    )
    total = int(gates[0].observed or 0)
    words = () if tuning is None else (tuning.sentence,)
    return Outcome("; ".join((f"{total:,} works in the corpus", *words)), gates=tuple(gates), notes=_notes(tuning))


def _write_tuning(context: Context, tuning: Tuning | None) -> None:
    frames = {} if tuning is None else {CORPUS_TUNING.name: pd.DataFrame([asdict(tuning)])}
    write_frames(context, frames, (CORPUS_TUNING,))


def _notes(tuning: Tuning | None) -> tuple[str, ...]:
    return () if tuning is None or tuning.reachable else (tuning.sentence,)


STAGES = (
    Stage(
        name="corpus",
        description="choose the study's works and the works that cite them, and place them in countries",
        task="networks",
        needs=("records",),
        writes=(CORPUS_TUNING, CORPUS_WORKS, CORPUS_COUNTRIES, CORPUS_COVERAGE),
        publishes=(CORPUS_TUNING,),
        reads=(
            *(f"corpus.{name}" for name in Corpus.model_fields if name != "max_countries"),  # the networks' own
            "years.corpus",
            "years.citing_until",
            "geography.poles",
            "geography.blocs",
            "geography.cn_includes_hk_mo",
            "networks.citing_types",
        ),
        run=write_corpus,
    ),
)
