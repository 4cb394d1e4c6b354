"""Which works a study is about."""

from typing import Literal

from pydantic import Field, model_validator

from isthmus.config.section import Identifier, Section

CorpusRule = Literal[
    "everything",
    "primary_topic",
    "any_topic",
    "primary_subfield",
    "any_subfield",
    "primary_field",
    "any_field",
    "concept",
    "concept_or_source",
    "ai_primary",
    "ai_any",
    "ai_mag",
    "ai_narrow",
]

AI_SUBFIELD = 1702  # ASJC "Artificial Intelligence"
ARTICLE_TYPES = ("article", "conference-paper", "journal-article", "proceedings-article")


class Corpus(Section):
    """Which works are the study's own (METHODS 1.1)."""

    rule: CorpusRule = Field(default="ai_primary", description="how works are chosen")
    ids: tuple[Identifier, ...] = Field(default=(), description="topics, subfields, fields or concepts of the rule")
    min_score: float = Field(default=0.0, ge=0, le=1, description="least score of a concept (rules with concepts)")
    sources: tuple[Identifier, ...] = Field(
        default=(), description="sources that belong to the corpus whatever the score"
    )
    types: tuple[str, ...] | None = Field(default=ARTICLE_TYPES, description="work types; null accepts all")
    source_types: tuple[str, ...] | None = Field(default=None, description="types of the source; null accepts all")
    include_paratext: bool = Field(default=False, description="keep covers, tables of contents, ...")
    include_retracted: bool = Field(default=False, description="keep retracted works")
    include_xpac: bool = Field(default=False, description="keep the expansion works of November 2025")
    max_countries: int | None = Field(
        default=None, ge=2, le=1000, description="leave out works of more countries; null: none"
    )

    @model_validator(mode="after")
    def _needs_ids(self) -> "Corpus":
        free = self.rule == "everything" or self.rule.startswith("ai_")
        if not free and not self.ids:
            raise ValueError(f"rule {self.rule!r} needs `ids`, for example ids: [{AI_SUBFIELD}]")
        if free and self.ids:
            raise ValueError(f"rule {self.rule!r} takes no `ids`; use primary_subfield, any_subfield, concept, ...")
        return self
