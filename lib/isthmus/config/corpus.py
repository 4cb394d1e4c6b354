"""Which works a study is about."""

from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from isthmus.config.section import Identifier, Section, Year

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
#: Rules with a score that can be tuned.
SCORED_RULES = ("concept", "concept_or_source", "ai_mag", "ai_narrow")


class Tune(Section):
    """How large the corpus shall be in one year: the score of its concept is chosen so that it comes nearest."""

    year: Year = Field(description="publication year whose works are counted")
    works: int = Field(ge=1, le=10**12, description="works of all countries that the corpus shall hold in that year")


class Corpus(Section):
    """Which works are the study's own (METHODS 1.1)."""

    rule: CorpusRule = Field(default="ai_primary", description="how works are chosen")
    ids: tuple[Identifier, ...] = Field(default=(), description="topics, subfields, fields or concepts of the rule")
    min_score: float = Field(default=0.0, ge=0, le=1, description="least score of a concept (rules with concepts)")
    tune: Tune | None = Field(default=None, description="year and works: find the least score by the corpus's size")
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

    @field_validator("rule", mode="before")
    @classmethod
    def _keywords_are_concepts(cls, rule: Any) -> Any:
        """Answer who looks for keywords: in the records they are the concepts with a score above 0, score for score."""
        if isinstance(rule, str) and rule.strip().lower().startswith(("keyword", "any_keyword")):
            raise ValueError(
                "OpenAlex's keywords are those concepts of a work that have a score, with the same names and scores: "
                "write rule: concept, ids: [number of the concept of that name], min_score: a score above 0"
            )
        return rule

    @model_validator(mode="after")
    def _tunes_a_score(self) -> "Corpus":
        if self.tune is None:
            return self
        if self.rule not in SCORED_RULES:
            raise ValueError(f"tune: rule {self.rule!r} has no score; rules with one: {', '.join(SCORED_RULES)}")
        if self.min_score:
            raise ValueError(f"tune finds the least score, and min_score says {self.min_score:g}: keep one of the two")
        return self

    @model_validator(mode="after")
    def _needs_ids(self) -> "Corpus":
        free = self.rule == "everything" or self.rule.startswith("ai_")
        if not free and not self.ids:
            raise ValueError(f"rule {self.rule!r} needs `ids`, for example ids: [{AI_SUBFIELD}]")
        if free and self.ids:
            raise ValueError(f"rule {self.rule!r} takes no `ids`; use primary_subfield, any_subfield, concept, ...")
        return self
