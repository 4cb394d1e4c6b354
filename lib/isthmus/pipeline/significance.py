"""The tables of significance: what each null model expected, and which ties are stronger than it explains."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from isthmus.config import Study
from isthmus.corpus.select import STUDY_COLUMNS
from isthmus.engine import TableSpec, column
from isthmus.networks import COLLABORATION, KNOWLEDGE_EXCHANGE
from isthmus.nullmodels.fanout import FIT_TYPES, PAIR_TYPES, ROW_KIND, fan_out, fits_of, pairs_of
from isthmus.pipeline.study_rows import stamped

NETWORK_COLUMNS = (
    *STUDY_COLUMNS,
    column("network", "string", "collaboration or knowledge_exchange", False),
    column("citation_year", "string", "which year a citation belongs to", False),
)
YEAR = column("year", "int", "year of the network", False)

PAIR_MEANINGS = {
    "src": "country",
    "dst": "country, after src in the alphabet",
    "weight": "observed full count; 0 where the two share nothing",
    "link_probability": "probability of any link under the null model",
    "expected": "mean weight under the null model",
    "sd": "standard deviation of the weight under the null model",
    "z": "(weight - expected) / sd",
    "p_upper": "probability of this weight or more under the null model",
    "p_lower": "probability of this weight or less under the null model",
    "p_two_sided": "two-sided mid-p value",
    "q_value": "p_upper after Benjamini-Hochberg over all pairs of the network and year",
    "finite": "whether z counts under the study's rule",
}
FIT_MEANINGS = {
    "null_model": "model",
    "n_nodes": "countries with a link",
    "n_links": "pairs with a weight above zero",
    "total_weight": "sum of all weights",
    "status": "converged, or what went wrong",
    "max_relative_error": "largest relative difference of expected and observed degrees and strengths",
    "iterations": "steps of the solver",
    "seconds": "time of the fit",
    "log_likelihood": "of the observed network under the model",
    "effective_samples": "independent realisations that the samples are worth",
    "message": "what to know about this fit",
}

PAIR_TESTS = TableSpec(
    name="pair_tests",
    fields=(
        *NETWORK_COLUMNS,
        YEAR,
        *(column(name, dtype, PAIR_MEANINGS[name]) for name, dtype in PAIR_TYPES.items()),
    ),
    key=("study", "network", "citation_year", "year", "src", "dst"),
    comment="Every pair of countries present in a year: observed against what size alone explains.",
    partition_by=("study",),
)

NULL_MODEL_FITS = TableSpec(
    name="null_model_fits",
    fields=(
        *NETWORK_COLUMNS,
        YEAR,
        *(column(name, dtype, FIT_MEANINGS[name]) for name, dtype in FIT_TYPES.items()),
    ),
    key=("study", "network", "citation_year", "year"),
    comment="One row per null model that was fitted, whether it converged or not.",
    partition_by=("study",),
)

NULL_MODEL_ROWS = TableSpec(
    name="null_model_rows",
    fields=(
        *NETWORK_COLUMNS,
        YEAR,
        column(ROW_KIND, "string", "pair or fit", False),
        *(f for f in PAIR_TESTS.fields if f.name in PAIR_TYPES),
        *(f for f in NULL_MODEL_FITS.fields if f.name in FIT_TYPES),
    ),
    key=("study", "network", "citation_year", "year", ROW_KIND, "src", "dst"),
    comment="Working table: pairs and fits as the null models returned them, before they are taken apart.",
    partition_by=("study",),
)

SIGNIFICANT_PAIRS = TableSpec(
    name="significant_pairs",
    fields=(
        *NETWORK_COLUMNS,
        column("src", "string", "country", False),
        column("dst", "string", "country, after src in the alphabet", False),
        column("finite_years", "int", "years of the window with a z that counts", False),
        column("mean_z", "double", "mean z over these years"),
        column("significant", "boolean", "mean z above the threshold, with enough finite years", False),
        column("weight", "bigint", "observed weight summed over the window", False),
    ),
    key=("study", "network", "citation_year", "src", "dst"),
    comment="Which ties are stronger than size explains over the significance years.",
    partition_by=("study",),
)


def judge(edges: DataFrame, study: Study, release: str) -> DataFrame:
    """Return the rows of the table `judged`: every network and year of the study held against the null model.

    Parameters
    ----------
    edges : DataFrame
        Rows of `edges` of this study; the directed citation network has no null model of its own.
    study : Study
        Null model, samples, rule of finite pairs, seed.
    release : str
        The snapshot's release.
    """
    undirected = edges.where(F.col("network").isin(COLLABORATION, KNOWLEDGE_EXCHANGE))
    mixed = fan_out(
        undirected.select("network", "citation_year", "year", "src", "dst", "weight"),
        model=study.significance.null_model,
        samples=study.significance.samples,
        seed=study.seed,
        finite=study.significance.finite,
        observed_zero=True,
    )
    return stamped(mixed, study, release)


def take_apart(judged: DataFrame, study: Study, release: str) -> tuple[DataFrame, DataFrame]:
    """Return the rows of the tables `ties` and `fits` from those of `judged`."""
    return stamped(pairs_of(judged), study, release), stamped(fits_of(judged), study, release)


def significant_ties(ties: DataFrame, study: Study) -> DataFrame:
    """Mean z of each pair over the significance years, and whether it is above the threshold (METHODS 2.4).

    Parameters
    ----------
    ties : DataFrame
        Rows of `ties`.
    study : Study
        Window, threshold, least number of finite years. The mean is over the finite years of the window.
    """
    rule = study.significance
    counts = F.col("finite") & F.col("z").isNotNull() & ~F.isnan("z")
    window = ties.where(F.col("year").between(*study.years.significance))
    pairs = window.groupBy("study", "release", "network", "citation_year", "src", "dst").agg(
        F.count_if(counts).cast("int").alias("finite_years"),
        _mean_in_order(F.collect_list(F.when(counts, F.struct("year", "z")))).alias("mean_z"),
        F.sum("weight").alias("weight"),
    )
    enough = (F.col("finite_years") >= rule.min_finite_years) & (F.col("mean_z") > rule.threshold)
    return pairs.select("*", F.coalesce(enough, F.lit(False)).alias("significant"))


def _mean_in_order(values: Column) -> Column:
    """Return the mean z of (year, z), added year after year: the same bits whatever the order of the rows."""
    total = F.reduce(F.sort_array(values), F.lit(0.0), lambda sum_, value: sum_ + value["z"])
    return F.when(F.size(values) > 0, total / F.size(values))
