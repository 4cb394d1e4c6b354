"""The rules of a corpus in words."""

CORPUS_RULES = {
    "everything": "every work of the snapshot",
    "ai_primary": "works whose primary topic lies in the subfield Artificial Intelligence (ASJC 1702)",
    "ai_any": "works with any topic in the subfield Artificial Intelligence (ASJC 1702)",
    "ai_mag": "works that carry the legacy concept Artificial intelligence (C154945302)",
    "ai_narrow": "works whose concept Artificial intelligence has a high score, or that stand in listed sources",
    "primary_topic": "works whose primary topic is one of {ids}",
    "any_topic": "works with any topic among {ids}",
    "primary_subfield": "works whose primary topic lies in subfield {ids}",
    "any_subfield": "works with any topic in subfield {ids}",
    "primary_field": "works whose primary topic lies in field {ids}",
    "any_field": "works with any topic in field {ids}",
    "concept": "works that carry the legacy concept {ids}",
    "concept_or_source": "works that carry the legacy concept {ids}, or stand in listed sources",
}
#: The same in a few words, for tables and charts.
RULE_NAMES = {
    "ai_primary": "primary topic is AI",
    "ai_any": "any topic is AI",
    "ai_mag": "concept AI",
    "ai_narrow": "concept AI, narrowly",
}
