"""The stages of a study: corpus, networks, significance, published results, report."""

from pyspark.sql import functions as F

from isthmus.analyses.corpus.tables import CORPUS_COUNTRIES, CORPUS_COVERAGE, CORPUS_WORKS
from isthmus.analyses.networks.tables import CITATION_FLOWS, COUNTRY_EDGES, COUNTRY_YEARS
from isthmus.analyses.output.stage import INDICATORS
from isthmus.analyses.robustness.bootstrap import BOOTSTRAP_STAGE
from isthmus.analyses.robustness.sensitivity import SENSITIVITY_STAGE
from isthmus.analyses.robustness.stability import STABILITY_STAGE
from isthmus.analyses.rows import of_study, replace_rows, sections
from isthmus.analyses.significance.other_models import OTHER_NULL_MODELS
from isthmus.analyses.significance.rows import judge, significant_ties, take_apart
from isthmus.analyses.significance.tables import NULL_MODEL_FITS, NULL_MODEL_ROWS, PAIR_TESTS, SIGNIFICANT_PAIRS
from isthmus.analyses.stage import Outcome, Run, Stage
from isthmus.analyses.trajectories.stage import TRAJECTORY_STAGE
from isthmus.corpus.countries import country_shares
from isthmus.corpus.coverage import corpus_coverage
from isthmus.corpus.select import corpus_works
from isthmus.engine import Gate, check_gates
from isthmus.engine.concurrent import concurrently
from isthmus.geography.places import Places
from isthmus.networks.citation import citation_flows
from isthmus.networks.edges import all_edges
from isthmus.networks.nodes import node_volumes
from isthmus.pipeline.export_stage import EXPORTS
from isthmus.pipeline.publish import has_result, publish

MAX_RELATIVE_ERROR = 1e-9  # of expected degrees and strengths; the solver stops at 1e-11
LEAST_COUNTRY_COVERAGE = 0.28  # OpenAlex's own floor of works with any institution


def write_corpus(run: Run) -> Outcome:
    """Write the tables of the study's works, their countries and their coverage."""
    study, store = run.the_study, run.store
    works = corpus_works(store.read("works"), store.read("citations"), study, run.release)
    replace_rows(run, CORPUS_WORKS, works)
    chosen, authorships = of_study(run, CORPUS_WORKS), store.read("authorships")
    replace_rows(
        run,
        CORPUS_COUNTRIES,
        country_shares(chosen, authorships, merged=Places(study).merged()),
    )
    coverage = corpus_coverage(chosen, of_study(run, CORPUS_COUNTRIES), authorships, store.read("institutions"))
    replace_rows(run, CORPUS_COVERAGE, coverage)
    gates = check_gates(
        "corpus_coverage",
        of_study(run, CORPUS_COVERAGE),
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
    return Outcome(f"{total:,} works in the corpus", gates=tuple(gates))


def write_networks(run: Run) -> Outcome:
    """Write the tables of citation flows, edges and nodes of the study."""
    study = run.the_study
    countries, cap = of_study(run, CORPUS_COUNTRIES), study.corpus.max_countries
    replace_rows(run, CITATION_FLOWS, citation_flows(run.store.read("citations"), countries, max_countries=cap))
    replace_rows(run, COUNTRY_EDGES, all_edges(countries, of_study(run, CITATION_FLOWS), study))
    replace_rows(
        run,
        COUNTRY_YEARS,
        node_volumes(countries, of_study(run, COUNTRY_EDGES), citation_year=study.networks.citation_year),
    )
    gates = check_gates(
        "country_edges",
        of_study(run, COUNTRY_EDGES),
        [
            Gate(
                "collaboration ties",
                F.count_if(F.col("network") == "collaboration"),
                "warn",
                low=1,
                message="No work has authors in two countries: there is no collaboration network.",
            ),
            Gate(
                "knowledge exchange ties",
                F.count_if(F.col("network") == "knowledge_exchange"),
                "warn",
                low=1,
                message="No citation crosses a border: there is no knowledge exchange network.",
            ),
        ],
    )
    return Outcome(f"{int(sum(g.observed or 0 for g in gates)):,} yearly ties between countries", gates=tuple(gates))


def _significance(run: Run) -> Outcome:
    study = run.the_study
    replace_rows(run, NULL_MODEL_ROWS, judge(of_study(run, COUNTRY_EDGES), study, run.release))
    ties, fits = take_apart(of_study(run, NULL_MODEL_ROWS), study, run.release)
    concurrently(
        lambda: replace_rows(run, PAIR_TESTS, ties),
        lambda: replace_rows(run, NULL_MODEL_FITS, fits),
        lambda: replace_rows(run, SIGNIFICANT_PAIRS, significant_ties(ties, study)),
    )
    gates = check_gates("null_model_fits", of_study(run, NULL_MODEL_FITS), _fit_gates(study.significance.null_model))
    found = of_study(run, SIGNIFICANT_PAIRS).where("significant AND network = 'collaboration'").count()
    return Outcome(f"{found:,} collaboration ties are stronger than size explains", gates=tuple(gates))


def _fit_gates(null_model: str) -> list[Gate]:
    gates = [
        Gate(
            "networks that could not be fitted",
            F.count_if(~F.col("status").isin("converged", "empty")),
            "warn",
            high=0,
            message="These networks have no z; their rows in `fits` say why.",
        )
    ]
    if null_model != "rewiring":
        gates.append(
            Gate(
                "largest relative error of a fit",
                F.coalesce(F.max("max_relative_error"), F.lit(0.0)),
                "warn",
                high=MAX_RELATIVE_ERROR,
                message="Expected degrees and strengths differ from the observed ones.",
            )
        )
    return gates


def _publish(run: Run) -> Outcome:
    folder = publish(run)
    return Outcome(f"results in {folder}")


def _report(run: Run) -> Outcome:
    from isthmus.pipeline.report_stage import write_report

    return Outcome(f"report in {write_report(run)}")


STUDY_STAGES: tuple[Stage, ...] = (
    Stage(
        name="corpus",
        says="choose the study's works and the works that cite them, and place them in countries",
        scope="study",
        needs=("records",),
        writes=(CORPUS_WORKS, CORPUS_COUNTRIES, CORPUS_COVERAGE),
        rooms=("corpus", "config.study", "geography", "pipeline.places"),
        configuration=sections("corpus", "years", "geography", "networks"),
        run=write_corpus,
    ),
    Stage(
        name="networks",
        says="count collaboration, citation and knowledge exchange between countries, year by year",
        scope="study",
        needs=("records", "corpus"),
        writes=(CITATION_FLOWS, COUNTRY_EDGES, COUNTRY_YEARS),
        rooms=("networks",),
        configuration=sections("corpus", "years", "networks"),
        run=write_networks,
    ),
    Stage(
        name="significance",
        says="hold every tie of every year against the null model",
        scope="study",
        needs=("networks",),
        writes=(NULL_MODEL_ROWS, PAIR_TESTS, NULL_MODEL_FITS, SIGNIFICANT_PAIRS),
        rooms=("nullmodels", "pipeline.significance"),
        configuration=sections("seed", "significance", "years"),
        run=_significance,
    ),
    OTHER_NULL_MODELS,
    TRAJECTORY_STAGE,
    INDICATORS,
    STABILITY_STAGE,
    BOOTSTRAP_STAGE,
    SENSITIVITY_STAGE,
    Stage(
        name="publish",
        says="write the study's results as Parquet files that need no Spark",
        scope="study",
        needs=(
            "accounting",
            "corpus",
            "networks",
            "significance",
            "other_null_models",
            "trajectories",
            "indicators",
            "stability",
            "bootstrap",
            "sensitivity",
        ),
        writes=(),
        rooms=("pipeline.publish",),
        configuration=lambda run: [run.the_study.model_dump(mode="json"), run.notes, run.results],
        run=_publish,
        is_there=lambda run: has_result(run, "study.json"),
    ),
    Stage(
        name="report",
        says="write the report that a browser opens",
        scope="study",
        needs=("publish",),
        writes=(),
        rooms=("report", "geography", "pipeline.report_stage"),
        configuration=lambda run: [run.the_study.model_dump(mode="json"), run.notes, run.results],
        run=_report,
        is_there=lambda run: has_result(run, "report.html"),
    ),
    EXPORTS,
)
