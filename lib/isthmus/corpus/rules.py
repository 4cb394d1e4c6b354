"""The rule of a corpus, with the shorthands for artificial intelligence written out."""

from isthmus.config import Corpus
from isthmus.config.corpus import AI_SUBFIELD

AI_CONCEPT = 154945302  # legacy concept C154945302 "Artificial intelligence"
NARROW_SCORE = 0.6


def resolved(corpus: Corpus) -> Corpus:
    """Return the same corpus with the ai_* shorthands written out (METHODS 1.1).

    A score that is to be tuned stays as it is: 0, which takes in all that tuning can choose, until it is found.
    """
    written_out: dict[str, dict[str, object]] = {
        "ai_primary": {"rule": "primary_subfield", "ids": (AI_SUBFIELD,)},
        "ai_any": {"rule": "any_subfield", "ids": (AI_SUBFIELD,)},
        "ai_mag": {"rule": "concept", "ids": (AI_CONCEPT,)},
        "ai_narrow": {"rule": "concept_or_source", "ids": (AI_CONCEPT,)},
    }
    changes = dict(written_out.get(corpus.rule, {}))
    if corpus.rule == "ai_narrow" and corpus.min_score == 0 and corpus.tune is None:
        changes["min_score"] = NARROW_SCORE
    return corpus.model_copy(update=changes)
