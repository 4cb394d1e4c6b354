"""What each null model expects of every pair, and how its fits went."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from isthmus.analyses.corpus.tables import CORPUS_COUNTRIES
from isthmus.analyses.networks.tables import COUNTRY_EDGES
from isthmus.analyses.rows import of_study, replace_rows, stamped
from isthmus.analyses.significance.finite import count_linked_pairs
from isthmus.analyses.significance.tables import NULL_MODEL_FITS, NULL_MODEL_ROWS, PAIR_TESTS
from isthmus.analyses.stage import Context, Outcome
from isthmus.config import Study
from isthmus.engine import Gate, check_gates
from isthmus.engine.concurrent import concurrently
from isthmus.networks.names import COLLABORATION, KNOWLEDGE_EXCHANGE
from isthmus.networks.paper_sizes import papers_by_size
from isthmus.nullmodels.fanout import fan_out, fits_of, pairs_of
from isthmus.nullmodels.link_models import PAPER_MODELS
from isthmus.nullmodels.papers_fanout import fan_out_papers

MAX_RELATIVE_ERROR = 1e-9  # of expected degrees and strengths; the solver stops at 1e-11


def null_model_rows(edges: DataFrame, papers: DataFrame, study: Study, release: str) -> DataFrame:
    """Return the rows of the table `null_model_rows`: every network and year tested against the null model.

    Parameters
    ----------
    edges : DataFrame
        Rows of `country_edges` of this study; the directed citation network has no null model of its own.
    papers : DataFrame
        Rows of `papers_of`, for the null models of papers.
    study : Study
        Null model, samples, rule of finite pairs, seed.
    release : str
        The snapshot's release.
    """
    rule = study.significance
    tested = edges.select("network", "citation_year", "year", "src", "dst", "weight")
    if rule.null_model in PAPER_MODELS:
        together = tested.where(F.col("network") == COLLABORATION)
        mixed = fan_out_papers(together, papers, model=rule.null_model, finite=rule.finite)
    else:
        undirected = tested.where(F.col("network").isin(COLLABORATION, KNOWLEDGE_EXCHANGE))
        mixed = fan_out(undirected, model=rule.null_model, samples=rule.samples, seed=study.seed, finite=rule.finite)
    return stamped(mixed, study, release)


def split_pairs_and_fits(tested: DataFrame, study: Study, release: str) -> tuple[DataFrame, DataFrame]:
    """Return the rows of the tables `pair_tests` and `null_model_fits` from those of `null_model_rows`."""
    return stamped(pairs_of(tested), study, release), stamped(fits_of(tested), study, release)


def papers_of(context: Context) -> DataFrame:
    """Return the papers of the study by year, number of countries and country."""
    sizes = papers_by_size(of_study(context, CORPUS_COUNTRIES), max_countries=context.the_study.corpus.max_countries)
    return sizes.select("year", "n_countries", "country", "n_papers")


def write_null_models(context: Context) -> Outcome:
    """Write the tables `null_model_rows`, `pair_tests` and `null_model_fits` of the study."""
    study = context.the_study
    edges = of_study(context, COUNTRY_EDGES)
    replace_rows(context, NULL_MODEL_ROWS, null_model_rows(edges, papers_of(context), study, context.release))
    pairs, fits = split_pairs_and_fits(of_study(context, NULL_MODEL_ROWS), study, context.release)
    if study.significance.finite == "linked":
        pairs = count_linked_pairs(pairs, edges, study.networks.citation_year)
    concurrently(
        lambda: replace_rows(context, PAIR_TESTS, pairs),
        lambda: replace_rows(context, NULL_MODEL_FITS, fits),
    )
    written = of_study(context, NULL_MODEL_FITS)
    gates = check_gates("null_model_fits", written, _fit_gates(study.significance.null_model))
    return Outcome(f"{written.count():,} networks fitted", gates=tuple(gates))


def _fit_gates(null_model: str) -> list[Gate]:
    gates = [
        Gate(
            "networks that could not be fitted",
            F.count_if(~F.col("status").isin("converged", "empty")),
            "warn",
            high=0,
            message="These networks have no z; their rows in `null_model_fits` say why.",
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
