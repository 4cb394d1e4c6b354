"""The same ties against other null models: does a finding depend on the model (METHODS 2.3)?"""

from functools import reduce

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from isthmus.config import Study
from isthmus.engine import TableSpec, column
from isthmus.networks import COLLABORATION, EDGES, KNOWLEDGE_EXCHANGE
from isthmus.nullmodels.fanout import fan_out, pairs_of
from isthmus.pipeline.significance import NETWORK_COLUMNS, YEAR
from isthmus.pipeline.stage import Outcome, Run, Stage

CORROBORATION = TableSpec(
    name="corroboration",
    fields=(
        *NETWORK_COLUMNS,
        YEAR,
        column("null_model", "string", "model that the tie is held against", False),
        column("src", "string", "country", False),
        column("dst", "string", "country, after src in the alphabet", False),
        column("expected", "double", "mean weight under this model"),
        column("sd", "double", "standard deviation of the weight under this model"),
        column("z", "double", "(weight - expected) / sd"),
        column("finite", "boolean", "whether z counts under the study's rule"),
    ),
    key=("study", "network", "reading", "year", "null_model", "src", "dst"),
    comment="Pairs of countries held against the other null models of `significance.corroborate`.",
    partition_by=("study",),
)


def corroborate(edges: DataFrame, study: Study, release: str) -> DataFrame:
    """The rows of the table `corroboration`: the years of the analysis under the study's reading of the citation year.

    Parameters
    ----------
    edges : rows of `edges` of this study.
    study : `significance.corroborate`, rule of finite pairs, seed, years.
    release : the snapshot's release.

    """
    of_reading = (F.col("network") == COLLABORATION) | (
        (F.col("network") == KNOWLEDGE_EXCHANGE) & (F.col("reading") == study.networks.reading)
    )
    wanted = edges.where(of_reading & F.col("year").between(*study.years.analysis)).select(
        "network", "reading", "year", "src", "dst", "weight"
    )
    rule = "parity" if study.significance.finite == "sampled" else study.significance.finite  # these models are exact
    held = [
        pairs_of(fan_out(wanted, model=model, seed=study.seed, finite=rule)).select(
            "*", F.lit(model).alias("null_model")
        )
        for model in study.significance.corroborate
    ]
    return reduce(DataFrame.unionByName, held).select(
        F.lit(study.study).alias("study"),
        F.lit(release).alias("release"),
        *(name for name in CORROBORATION.columns if name not in ("study", "release")),
    )


def write_corroboration(run: Run) -> Outcome:
    """Write the table `corroboration` of the study."""
    study = run.the_study
    edges = run.store.read(EDGES).where(F.col("study") == study.study)
    run.store.replace(CORROBORATION, corroborate(edges, study, run.release), {"study": study.study})
    return Outcome(f"also held against {', '.join(study.significance.corroborate)}")


CORROBORATION_STAGE = Stage(
    name="corroboration",
    says="hold the same ties against the other null models",
    scope="study",
    needs=("networks",),
    writes=(CORROBORATION,),
    rooms=("nullmodels", "pipeline.corroboration"),
    configuration=lambda run: [
        run.the_study.model_dump(mode="json")[name] for name in ("seed", "significance", "years", "networks")
    ],
    run=write_corroboration,
    asked=lambda study: bool(study.significance.corroborate),
    turned_on_by="significance.corroborate names no other null model",
)
