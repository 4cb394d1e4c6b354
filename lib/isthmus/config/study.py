"""A study as typed, validated data: corpus, years, poles, networks, null model, significance."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

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
CitationYear = Literal["cited", "cited_window", "citing"]
NullModel = Literal["ecm", "ecm-variance-corrected", "rewiring"]
TrajectoryEngine = Literal["isthmus", "tslearn"]
FiniteRule = Literal["expected_in_500_samples", "present", "linked", "sampled"]

Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
Bloc = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9 _-]*$")]  # a country's code has this form, too
Year = Annotated[int, Field(ge=1500, le=2100)]

AI_SUBFIELD = 1702  # ASJC "Artificial Intelligence"
AI_CONCEPT = 154945302  # legacy concept C154945302 "Artificial intelligence"
NARROW_SCORE = 0.6
PAPER_SAMPLES = 500  # realisations of the null model per year in Gallo et al. 2026
GALLO_TYPES = ("article", "conference-paper", "journal-article", "proceedings-article")


class Section(BaseModel):
    """A part of the configuration: unknown words are errors, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Corpus(Section):
    """Which works are the study's own (METHODS 1.1)."""

    rule: CorpusRule = Field(default="ai_primary", description="how works are chosen")
    ids: tuple[int, ...] = Field(default=(), description="topics, subfields, fields or concepts of the rule")
    min_score: float = Field(default=0.0, ge=0, le=1, description="least score of a concept (rules with concepts)")
    sources: tuple[int, ...] = Field(default=(), description="sources that belong to the corpus whatever the score")
    types: tuple[str, ...] | None = Field(default=GALLO_TYPES, description="work types; null accepts all")
    source_types: tuple[str, ...] | None = Field(default=None, description="types of the source; null accepts all")
    include_paratext: bool = Field(default=False, description="keep covers, tables of contents, ...")
    include_retracted: bool = Field(default=False, description="keep retracted works")
    include_xpac: bool = Field(default=False, description="keep the expansion works of November 2025")
    max_countries: int | None = Field(default=None, ge=2, description="leave out works of more countries; null: none")

    @model_validator(mode="after")
    def _needs_ids(self) -> "Corpus":
        free = self.rule == "everything" or self.rule.startswith("ai_")
        if not free and not self.ids:
            raise ValueError(f"rule {self.rule!r} needs `ids`, for example ids: [{AI_SUBFIELD}]")
        if free and self.ids:
            raise ValueError(f"rule {self.rule!r} takes no `ids`; use primary_subfield, any_subfield, concept, ...")
        return self

    @property
    def resolved(self) -> "Corpus":
        """The same corpus with the ai_* shorthands written out."""
        written_out: dict[str, dict[str, object]] = {
            "ai_primary": {"rule": "primary_subfield", "ids": (AI_SUBFIELD,)},
            "ai_any": {"rule": "any_subfield", "ids": (AI_SUBFIELD,)},
            "ai_mag": {"rule": "concept", "ids": (AI_CONCEPT,)},
            "ai_narrow": {"rule": "concept_or_source", "ids": (AI_CONCEPT,)},
        }
        changes = dict(written_out.get(self.rule, {}))
        if self.rule == "ai_narrow" and self.min_score == 0:
            changes["min_score"] = NARROW_SCORE
        return self.model_copy(update=changes)


class Years(Section):
    """Which years are read and analysed; both ends included."""

    corpus: tuple[Year, Year] = Field((1990, 2021), description="publication years of the corpus")
    citing_until: Year = Field(default=2023, description="last publication year of a citing work")
    analysis: tuple[Year, Year] = Field((2000, 2021), description="years of trajectories and of the report")
    significance: tuple[Year, Year] = Field((2017, 2021), description="years whose mean z decides a significant tie")

    @model_validator(mode="after")
    def _ordered(self) -> "Years":
        for name in ("corpus", "analysis", "significance"):
            first, last = getattr(self, name)
            if first > last:
                raise ValueError(f"{name}: {first} is after {last}; write [first, last]")
        for name in ("analysis", "significance"):
            first, last = getattr(self, name)
            if first < self.corpus[0] or last > self.corpus[1]:
                raise ValueError(f"{name}: [{first}, {last}] leaves the corpus years {list(self.corpus)}")
        if self.citing_until < self.corpus[1]:  # works of the corpus cite, too
            raise ValueError(f"citing_until: {self.citing_until} is before the corpus ends ({self.corpus[1]})")
        return self


class Geography(Section):
    """Which places are compared."""

    poles: tuple[Bloc, ...] = Field(default=("US", "CN"), min_length=1, description="countries or blocs")
    blocs: dict[Bloc, tuple[Country, ...]] = Field(
        default_factory=dict, description="own blocs: name -> alpha-2 country codes"
    )
    cn_includes_hk_mo: bool = Field(default=False, description="count Hong Kong and Macao as China")
    compare: tuple[Bloc, ...] = Field(
        default=(), description="countries and blocs of the yearly output series; none: the poles"
    )
    matrix_bloc: Bloc | None = Field(default="EU-28", description="bloc whose members get a label matrix of their own")
    regions: tuple[Bloc, ...] = Field(
        default=(), description="blocs whose density of significant ties is held against their outside ties"
    )


class Networks(Section):
    """How yearly networks are counted (METHODS 2.1)."""

    citation_year: CitationYear = Field(default="cited", description="the year a citation belongs to, in the report")
    citation_years: tuple[CitationYear, ...] = Field(
        ("cited", "cited_window", "citing"), description="all that are computed"
    )
    citation_window: int = Field(default=2, ge=0, description="years after publication counted by cited_window")
    citing_types: tuple[str, ...] | None = Field(default=None, description="types of citing works; null accepts all")

    @model_validator(mode="after")
    def _reading_is_computed(self) -> "Networks":
        if self.citation_year not in self.citation_years:
            raise ValueError(
                f"citation_year {self.citation_year!r} is not among citation_years {list(self.citation_years)}"
            )
        return self


class Significance(Section):
    """Against which null model a tie is held, and when it counts (METHODS 2.2-2.4)."""

    null_model: NullModel = Field(default="ecm", description="what size alone explains")
    samples: int = Field(default=0, ge=0, le=100_000, description="realisations; 0 uses exact moments and tails")
    finite: FiniteRule = Field(default="expected_in_500_samples", description="which pairs have a z at all")
    threshold: float = Field(
        default=2.0, allow_inf_nan=False, description="a tie is significant when its mean z is above this"
    )
    min_finite_years: int = Field(default=3, ge=1, description="least years with a z within the significance years")
    false_discovery_rate: float = Field(default=0.05, gt=0, lt=1, description="level of Benjamini-Hochberg's q")
    other_null_models: tuple[NullModel, ...] = Field(
        default=("ecm-variance-corrected",), description="other null models that the same ties are held against"
    )


class Trajectories(Section):
    """How the ties of two networks are followed over the years and clustered (METHODS 2.5)."""

    window: int = Field(default=5, ge=3, description="years of the Savitzky-Golay filter; odd")
    order: int = Field(default=1, ge=0, description="order of its polynomial")
    clusters: int = Field(default=4, ge=2, le=50, description="k; only 4 clusters have names")
    restarts: int = Field(default=20, ge=1, description="seeded starts of k-means; the lowest inertia wins")
    max_iterations: int = Field(default=50, ge=1, description="iterations of one start")
    tolerance: float = Field(default=1e-6, ge=0, description="a start ends when inertia changes by less")
    engine: TrajectoryEngine = Field(default="isthmus", description="own kernels, or tslearn's (the same objective)")
    top: int = Field(default=20, ge=2, description="most productive countries in the label matrix")

    @model_validator(mode="after")
    def _filter_is_possible(self) -> "Trajectories":
        if self.window % 2 == 0:
            raise ValueError(f"window: {self.window} is even; a centred filter needs an odd number of years")
        if self.order >= self.window:
            raise ValueError(f"order: {self.order} must be below window ({self.window})")
        return self


class Groups(Section):
    """Which countries integrate with which pole, and how fast (METHODS 2.6)."""

    top: int = Field(default=30, ge=1, description="most productive countries that are grouped")
    include_poles: bool = Field(default=False, description="count the poles among these countries")
    speed_thresholds: tuple[float, float] | None = Field(
        default=None, description="slow below the first, fast from the second; null: terciles of the converging pairs"
    )
    smoothed_speed: bool = Field(default=False, description="speed from the smoothed z instead of the raw one")


class Stability(Section):
    """How much the clusters depend on chance and on choices (METHODS 2.5, 6); off when `restarts` is 0."""

    restarts: int = Field(default=0, ge=0, description="single starts that are compared; the method asks for 50")
    silhouette_pairs: int = Field(default=2000, ge=10, description="pairs of the silhouette over k")
    silhouette_clusters: tuple[int, ...] = Field(default=(2, 3, 4, 5, 6, 7, 8), description="values of k compared")


class Bootstrap(Section):
    """How much the z and the labels depend on single works (METHODS 2.5, 7); off when `replicates` is 0."""

    replicates: int = Field(default=0, ge=0, le=10_000, description="Poisson resamples of the works")
    level: float = Field(default=0.95, gt=0, lt=1, description="coverage of the intervals")


class Sensitivity(Section):
    """Choices that are varied, every combination of them; off when all four lists are empty."""

    corpus_rules: tuple[CorpusRule, ...] = Field(default=(), description="corpus rules beside the study's own")
    citation_years: tuple[CitationYear, ...] = Field(default=(), description="citation years beside the study's")
    finite: tuple[FiniteRule, ...] = Field(default=(), description="rules of finite pairs beside the study's own")
    null_models: tuple[NullModel, ...] = Field(default=(), description="null models beside the study's own")

    @property
    def asked(self) -> bool:
        """Whether anything is varied."""
        return bool(self.corpus_rules or self.citation_years or self.finite or self.null_models)


class Study(Section):
    """One study: one file of `conf/studies`."""

    study: str = Field(pattern=r"^[a-z][a-z0-9_-]*$", description="short name, used for tables and folders")
    title: str = Field(description="as the report's heading says it")
    description: str = Field("", description="what is asked, in a sentence or two")
    seed: int = Field(default=1, ge=0, description="seed of every random draw of this study")
    corpus: Corpus = Field(default_factory=Corpus)
    years: Years = Field(default_factory=Years)
    geography: Geography = Field(default_factory=Geography)
    networks: Networks = Field(default_factory=Networks)
    significance: Significance = Field(default_factory=Significance)
    trajectories: Trajectories = Field(default_factory=Trajectories)
    groups: Groups = Field(default_factory=Groups)
    stability: Stability = Field(default_factory=Stability)
    bootstrap: Bootstrap = Field(default_factory=Bootstrap)
    sensitivity: Sensitivity = Field(default_factory=Sensitivity)
    as_published: bool = Field(
        default=False, description="as the paper: 500 sampled networks a year, pairs finite by these samples"
    )

    @model_validator(mode="before")
    @classmethod
    def _as_the_paper(cls, data: Any) -> Any:
        """With `as_published`, samples and the rule of finite pairs are the paper's unless the study says otherwise."""
        if not isinstance(data, dict) or not data.get("as_published"):
            return data
        given = data.get("significance")
        significance = given if isinstance(given, dict) else given.model_dump() if given is not None else {}
        changes: dict[str, Any] = {}
        if not significance.get("samples"):
            changes["samples"] = PAPER_SAMPLES
        if significance.get("finite", "expected_in_500_samples") == "expected_in_500_samples":
            changes["finite"] = "sampled"
        return {**data, "significance": {**significance, **changes}}

    @model_validator(mode="after")
    def _enough_years(self) -> "Study":
        first, last = self.years.significance
        if self.significance.min_finite_years > last - first + 1:
            raise ValueError(
                f"significance.min_finite_years is {self.significance.min_finite_years}, but years.significance spans "
                f"only {last - first + 1} years"
            )
        return self
