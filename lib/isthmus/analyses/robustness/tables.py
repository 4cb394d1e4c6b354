"""The tables that say how far a finding can be trusted: agreement, silhouettes, intervals, support, sensitivity."""

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

BOOTSTRAP_Z = TableSpec(
    name="bootstrap_z",
    fields=(
        *STUDY_COLUMNS,
        *NETWORK_YEAR,
        *PAIR,
        column("z", "array<double>", "z in each replicate; null where the pair has none", False),
    ),
    key=("study", "network", "year", "src", "dst"),
    comment="Working table: the z of each followed pair in each resample of the works.",
    partition_by=("study",),
)

INTERVALS = TableSpec(
    name="intervals",
    fields=(
        *STUDY_COLUMNS,
        *NETWORK_YEAR,
        *PAIR,
        column("z", "double", "z of the study"),
        column("low", "double", "lower end of the percentile interval"),
        column("high", "double", "upper end of the percentile interval"),
        column("replicates", "int", "resamples in which the pair has a z", False),
    ),
    key=("study", "network", "year", "src", "dst"),
    comment="How much each z depends on single works: intervals over resamples of the works.",
    partition_by=("study",),
)

LABEL_SUPPORT = TableSpec(
    name="label_support",
    fields=(
        *STUDY_COLUMNS,
        *PAIR,
        CLUSTER,
        LABEL,
        column("support", "double", "share of the resamples whose trajectory is nearest to the same centroid"),
        column("replicates", "int", "resamples in which the pair has a trajectory", False),
    ),
    key=("study", "src", "dst"),
    comment="How much each label depends on single works.",
    partition_by=("study",),
)

SENSITIVITY = TableSpec(
    name="sensitivity",
    fields=(
        *STUDY_COLUMNS,
        column("corpus_rule", "string", "how works are chosen", False),
        column("citation_year", "string", "which year a citation belongs to", False),
        column("finite", "string", "which pairs have a z", False),
        column("null_model", "string", "what size alone explains", False),
        column("is_default", "boolean", "whether these are the study's own choices", False),
        column("finding", "string", "what is found", False),
        column("value", "double", "as a number"),
        column("text", "string", "in a word, where it is one"),
    ),
    key=("study", "corpus_rule", "citation_year", "finite", "null_model", "finding"),
    comment="The findings under every combination of the choices that are varied.",
    partition_by=("study",),
)
