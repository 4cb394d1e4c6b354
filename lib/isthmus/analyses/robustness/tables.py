"""The tables that say how far a finding can be trusted: agreement, silhouettes, resampled works, sensitivity."""

from isthmus.analyses.columns import PAIR, STUDY_COLUMNS
from isthmus.analyses.trajectories.tables import CLUSTER, LABEL
from isthmus.tablespec import TableSpec, column

NETWORK_YEAR = (
    column("network", "string", "collaboration or knowledge_exchange", False),
    column("year", "int", "year", False),
)

CLUSTERING_AGREEMENT = TableSpec(
    name="clustering_agreement",
    fields=(
        *STUDY_COLUMNS,
        column("comparison", "string", "what differs: seeds, null_model, citation_year, finite, corpus", False),
        column("variant", "string", "the other choice", False),
        column("pairs", "bigint", "pairs that are clustered under both", False),
        column("adjusted_rand", "double", "adjusted Rand index of the two clusterings of these pairs"),
        column("same_label", "double", "share of these pairs with the same label"),
    ),
    key=("study", "comparison", "variant"),
    comment="How well the clusters agree with those of other seeds and other choices.",
    partition_by=("study",),
)

SILHOUETTE = TableSpec(
    name="silhouette",
    fields=(
        *STUDY_COLUMNS,
        column("clusters", "int", "number of clusters", False),
        column("silhouette", "double", "mean silhouette of the sample, -1 to 1"),
        column("pairs", "bigint", "pairs in the sample", False),
        column("inertia", "double", "mean squared distance to the centroids"),
    ),
    key=("study", "clusters"),
    comment="How well other numbers of clusters would separate the trajectories.",
    partition_by=("study",),
)

BOOTSTRAP_WEIGHTS = TableSpec(
    name="bootstrap_weights",
    fields=(
        *STUDY_COLUMNS,
        *NETWORK_YEAR,
        *PAIR,
        column("weights", "array<bigint>", "weight in each resample of the works; 0 where the tie vanishes", False),
        column(
            "surplus", "bigint", "variance that the resamples have too much: 0 of papers, 2 of a lone citation", False
        ),
    ),
    key=("study", "network", "year", "src", "dst"),
    comment="Working table: the weight of each tie of a year in each resample of the works.",
    partition_by=("study",),
)

BOOTSTRAP_PROPENSITIES = TableSpec(
    name="bootstrap_propensities",
    fields=(
        *STUDY_COLUMNS,
        column("network", "string", "collaboration or knowledge_exchange", False),
        column("first_year", "int", "first year that is counted", False),
        column("last_year", "int", "last one: the same, or the end of the significance years", False),
        *PAIR,
        column("weight", "bigint", "observed weight over these years", False),
        column("expected", "double", "expected weight under the null model", False),
        column("propensity", "double", "weight / expected: times what size explains", False),
        column("propensity_low", "double", "lower end of its bootstrap interval; 0 where nothing was observed", False),
        column("propensity_high", "double", "upper end; only an upper bound where nothing was observed", False),
        column(
            "design_effect",
            "double",
            "variance of the weight, relative to as many independent papers; where nothing was "
            "observed that of the smaller half of the linked pairs, at least 1",
            False,
        ),
    ),
    key=("study", "network", "first_year", "last_year", "src", "dst"),
    comment="How many times what size explains each pair weighs, with an interval over resamples of the works.",
    partition_by=("study",),
)

BOOTSTRAP_LABELS = TableSpec(
    name="bootstrap_labels",
    fields=(
        *STUDY_COLUMNS,
        *PAIR,
        CLUSTER,
        LABEL,
        column("kept", "double", "share of the resamples whose trajectory is nearest to the same centroid"),
        column("replicates", "int", "resamples in which the trajectory of the pair moves", False),
        column("shares", "array<double>", "share of the resamples nearest to each centroid, clusters in order"),
    ),
    key=("study", "src", "dst"),
    comment="How much each label depends on single works: how often it is kept when the works are resampled.",
    partition_by=("study",),
)

SENSITIVITY = TableSpec(
    name="sensitivity",
    fields=(
        *STUDY_COLUMNS,
        column("corpus_rule", "string", "how works are chosen", False),
        column("citation_year", "string", "which year a citation belongs to", False),
        column("joint_papers", "string", "whether citations of joint papers are exchanged: whole, left_out", False),
        column("finite", "string", "which pairs have a z", False),
        column("null_model", "string", "what size alone explains", False),
        column("is_default", "boolean", "whether these are the study's own choices", False),
        column("finding", "string", "what is found", False),
        column("value", "double", "as a number"),
        column("text", "string", "in a word, where it is one"),
    ),
    key=("study", "corpus_rule", "citation_year", "joint_papers", "finite", "null_model", "finding"),
    comment="The findings under every combination of the choices that are varied.",
    partition_by=("study",),
)
