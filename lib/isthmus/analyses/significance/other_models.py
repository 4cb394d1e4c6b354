"""The same ties against other null models: does a finding depend on the model (METHODS 2.3)."""

from functools import reduce

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from isthmus.analyses.networks.tables import COUNTRY_EDGES
from isthmus.analyses.rows import in_both_networks, of_study, replace_rows, stamped
from isthmus.analyses.significance.finite import count_linked_pairs
from isthmus.analyses.significance.null_models import papers_of
from isthmus.analyses.significance.tables import PAIR_TESTS_OTHER_MODELS
from isthmus.analyses.stage import Context, Outcome
from isthmus.config import Study
from isthmus.networks.names import COLLABORATION
from isthmus.nullmodels.fanout import fan_out, pairs_of
from isthmus.nullmodels.link_models import PAPER_MODELS
from isthmus.nullmodels.papers_fanout import fan_out_papers


def other_null_models(edges: DataFrame, papers: DataFrame, study: Study, release: str) -> DataFrame:
    """Return the rows of the table `pair_tests_other_models`.

    The years of the analysis in the study's citation year.

    Parameters
    ----------
    edges : DataFrame
        Rows of `country_edges` of this study.
    papers : DataFrame
        Rows of `papers_of`, for the null models of papers; those hold for collaboration only.
    study : Study
        `other_null_models.models`, rule of finite pairs, seed, years.
    release : str
        The snapshot's release.
    """
    followed = in_both_networks(study.networks.citation_year) & F.col("year").between(*study.years.analysis)
    wanted = edges.where(followed).select("network", "citation_year", "year", "src", "dst", "weight")
    # these models are exact
    rule = "expected_in_500_samples" if study.significance.finite == "sampled" else study.significance.finite

    def tested(model: str) -> DataFrame:
        if model in PAPER_MODELS:
            together = wanted.where(F.col("network") == COLLABORATION)
            rows = fan_out_papers(together, papers, model=model, finite=rule)
        else:
            rows = fan_out(wanted, model=model, seed=study.seed, finite=rule)
        return pairs_of(rows).select("*", F.lit(model).alias("null_model"))

    every = reduce(DataFrame.unionByName, map(tested, study.other_null_models.models))
    if rule == "linked":
        every = count_linked_pairs(every, edges, study.networks.citation_year)
    return stamped(every, study, release).select(*PAIR_TESTS_OTHER_MODELS.columns)


def write_other_null_models(context: Context) -> Outcome:
    """Write the table `pair_tests_other_models` of the study."""
    study = context.the_study
    replace_rows(
        context,
        PAIR_TESTS_OTHER_MODELS,
        other_null_models(of_study(context, COUNTRY_EDGES), papers_of(context), study, context.release),
    )
    return Outcome(f"also tested against {', '.join(study.other_null_models.models)}")
