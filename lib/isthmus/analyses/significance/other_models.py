"""The same ties against other null models: does a finding depend on the model (METHODS 2.3)."""

from functools import reduce

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from isthmus.analyses.networks.tables import COUNTRY_EDGES
from isthmus.analyses.rows import in_both_networks, of_study, replace_rows, sections, stamped
from isthmus.analyses.significance.tables import PAIR_TESTS_OTHER_MODELS
from isthmus.analyses.stage import Outcome, Run, Stage
from isthmus.config import Study
from isthmus.nullmodels.fanout import fan_out, pairs_of


def other_null_models(edges: DataFrame, study: Study, release: str) -> DataFrame:
    """Return the rows of the table `corroboration`.

    The years of the analysis under the study's reading of the citation year.

    Parameters
    ----------
    edges : DataFrame
        Rows of `edges` of this study.
    study : Study
        `significance.other_null_models`, rule of finite pairs, seed, years.
    release : str
        The snapshot's release.
    """
    followed = in_both_networks(study.networks.citation_year) & F.col("year").between(*study.years.analysis)
    wanted = edges.where(followed).select("network", "citation_year", "year", "src", "dst", "weight")
    rule = (
        "expected_in_500_samples" if study.significance.finite == "sampled" else study.significance.finite
    )  # these models are exact
    held = [
        pairs_of(fan_out(wanted, model=model, seed=study.seed, finite=rule)).select(
            "*", F.lit(model).alias("null_model")
        )
        for model in study.significance.other_null_models
    ]
    return stamped(reduce(DataFrame.unionByName, held), study, release).select(*PAIR_TESTS_OTHER_MODELS.columns)


def write_corroboration(run: Run) -> Outcome:
    """Write the table `corroboration` of the study."""
    study = run.the_study
    replace_rows(run, PAIR_TESTS_OTHER_MODELS, other_null_models(of_study(run, COUNTRY_EDGES), study, run.release))
    return Outcome(f"also held against {', '.join(study.significance.other_null_models)}")


OTHER_NULL_MODELS = Stage(
    name="other_null_models",
    says="hold the same ties against the other null models",
    scope="study",
    needs=("networks",),
    writes=(PAIR_TESTS_OTHER_MODELS,),
    rooms=("nullmodels", "pipeline.other_null_models"),
    configuration=sections("seed", "significance", "years", "networks"),
    run=write_corroboration,
    asked=lambda study: bool(study.significance.other_null_models),
    turned_on_by="significance.other_null_models names no other null model",
)
