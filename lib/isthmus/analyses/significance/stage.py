"""The stages of significance: the null models, the pairs that exceed them, and other null models."""

from isthmus.analyses.significance.null_models import write_null_models
from isthmus.analyses.significance.other_models import write_other_null_models
from isthmus.analyses.significance.pairs import write_significant_pairs
from isthmus.analyses.significance.tables import (
    NULL_MODEL_FITS,
    NULL_MODEL_ROWS,
    PAIR_TESTS,
    PAIR_TESTS_OTHER_MODELS,
    SIGNIFICANT_PAIRS,
)
from isthmus.analyses.stage import Stage

STAGES = (
    Stage(
        name="null_models",
        description="fit the null model to every network and test every pair against it",
        task="nullmodels",
        section="significance",
        needs=("corpus", "networks"),
        writes=(NULL_MODEL_ROWS, PAIR_TESTS, NULL_MODEL_FITS),
        publishes=(PAIR_TESTS, NULL_MODEL_FITS),
        reads=(
            "seed",
            "significance.null_model",
            "significance.samples",
            "significance.finite",
            "networks.citation_year",
            "corpus.max_countries",
        ),
        run=write_null_models,
    ),
    Stage(
        name="significance",
        description="find the ties that are stronger or weaker than size explains over the significance years",
        task="nullmodels",
        section="significance",
        needs=("networks", "null_models"),
        writes=(SIGNIFICANT_PAIRS,),
        publishes=(SIGNIFICANT_PAIRS,),
        reads=(
            "significance.null_model",
            "significance.samples",
            "significance.threshold",
            "significance.min_finite_years",
            "significance.false_discovery_rate",
            "years.significance",
        ),
        run=write_significant_pairs,
    ),
    Stage(
        name="other_null_models",
        description="test the same ties against the other null models",
        task="nullmodels",
        section="other_null_models",
        needs=("corpus", "networks"),
        writes=(PAIR_TESTS_OTHER_MODELS,),
        publishes=(PAIR_TESTS_OTHER_MODELS,),
        reads=(
            "seed",
            "other_null_models",
            "significance.finite",
            "years.analysis",
            "networks.citation_year",
            "corpus.max_countries",
        ),
        run=write_other_null_models,
    ),
)
