"""A study as typed, validated data: one section for each thing it decides."""

from collections.abc import Mapping
from typing import Any, Self, get_args

from pydantic import Field, ModelWrapValidatorHandler, PrivateAttr, model_validator

from isthmus.config.blocs import ActiveResearchers, Blocs
from isthmus.config.bridging import Bridging
from isthmus.config.cities import Cities
from isthmus.config.corpus import Corpus
from isthmus.config.disruption import Disruption
from isthmus.config.geography import Geography
from isthmus.config.gravity import Gravity
from isthmus.config.migration import Migration
from isthmus.config.networks import Networks
from isthmus.config.novelty import PAPER_SAMPLES as PAPER_EXCHANGES
from isthmus.config.novelty import Novelty
from isthmus.config.partnership import Partnership
from isthmus.config.places import CorpusScientists, WorkPlaces
from isthmus.config.report import Report
from isthmus.config.robustness import Bootstrap, Sensitivity, Stability
from isthmus.config.scientists import Hits, Scientists
from isthmus.config.section import Section
from isthmus.config.significance import OtherNullModels, PaperModel, Significance
from isthmus.config.trajectories import Groups, Trajectories
from isthmus.config.trends import Trends
from isthmus.config.years import Years

#: Sections that `section: null` turns off, with the sections that they need.
SWITCHES: Mapping[str, tuple[str, ...]] = {
    "networks": (),
    "significance": ("networks",),
    "other_null_models": ("networks",),
    "trends": ("significance",),
    "trajectories": ("significance",),
    "stability": ("trajectories",),
    "bootstrap": ("trajectories",),
    "sensitivity": ("trajectories",),
    "blocs": (),
    "active_researchers": ("blocs",),
    "places": (),
    "corpus_scientists": (),
    "cities": ("places", "corpus_scientists"),
    "bridging": ("cities",),
    "gravity": ("cities",),
    "disruption": (),
    "migration": (),
    "scientists": ("places", "corpus_scientists"),
    "hits": ("places",),
    "partnership": ("places",),
    "novelty": (),
}
#: Sections that are off unless the study names them: they take minutes to hours, or ask what few studies ask.
OFF_BY_DEFAULT = (
    "stability",
    "bootstrap",
    "sensitivity",
    "blocs",
    "active_researchers",
    "places",
    "corpus_scientists",
    "cities",
    "bridging",
    "gravity",
    "disruption",
    "migration",
    "scientists",
    "hits",
    "partnership",
    "novelty",
)
PAPER_SAMPLES = 500  # realisations of the null model per year in Gallo et al. 2026
PAPER_STARTS = 20  # starts of the clustering where the paper is repeated


class Study(Section):
    """One study: one file of `conf/studies`."""

    study: str = Field(
        pattern=r"^[a-z][a-z0-9_-]*$", max_length=100, description="short name, used for tables and folders"
    )
    paper: str | None = Field(default=None, description="paper whose published values the results are scored against")
    title: str = Field(min_length=1, max_length=500, description="as the report's heading says it")
    description: str = Field("", description="what is asked, in a sentence or two")
    seed: int = Field(default=1, ge=0, le=2**63 - 1, description="seed of every random draw of this study")
    corpus: Corpus = Field(default_factory=Corpus)
    years: Years = Field(default_factory=Years)
    geography: Geography = Field(default_factory=Geography)
    networks: Networks = Field(default_factory=Networks)
    significance: Significance = Field(default_factory=Significance)
    other_null_models: OtherNullModels = Field(default_factory=OtherNullModels)
    trends: Trends = Field(default_factory=Trends)
    trajectories: Trajectories = Field(default_factory=Trajectories)
    groups: Groups = Field(default_factory=Groups)
    stability: Stability = Field(default_factory=Stability)
    bootstrap: Bootstrap = Field(default_factory=Bootstrap)
    sensitivity: Sensitivity = Field(default_factory=Sensitivity.model_construct)
    blocs: Blocs = Field(default_factory=Blocs)
    active_researchers: ActiveResearchers = Field(default_factory=ActiveResearchers)
    novelty: Novelty = Field(default_factory=Novelty)
    places: WorkPlaces = Field(default_factory=WorkPlaces)
    corpus_scientists: CorpusScientists = Field(default_factory=CorpusScientists)
    cities: Cities = Field(default_factory=Cities)
    bridging: Bridging = Field(default_factory=Bridging)
    gravity: Gravity = Field(default_factory=Gravity)
    disruption: Disruption = Field(default_factory=Disruption)
    migration: Migration = Field(default_factory=Migration)
    scientists: Scientists = Field(default_factory=Scientists)
    hits: Hits = Field(default_factory=Hits)
    partnership: Partnership = Field(default_factory=Partnership)
    report: Report = Field(default_factory=Report)
    as_published: bool = Field(
        default=False,
        description="as the papers: 500 sampled networks a year, pairs finite by these samples; novelty against all "
        "works, ten samples beside the exact null model",
    )

    _off: frozenset[str] = PrivateAttr(default=frozenset())

    @model_validator(mode="wrap")
    @classmethod
    def _without_what_is_off(cls, data: Any, build: ModelWrapValidatorHandler[Self]) -> Self:
        """Take out the sections that are null; they keep their defaults and `enabled` says no."""
        if not isinstance(data, dict):
            return build(data)
        off = {name for name in SWITCHES if data.get(name, 0) is None} | {n for n in OFF_BY_DEFAULT if n not in data}
        for name, needed in SWITCHES.items():
            without = [other for other in needed if other in off and name not in off]
            if without:
                raise ValueError(f"{name} needs {without[0]}, which is off: write `{name}: null`, or turn it on")
        study = build({name: value for name, value in data.items() if name not in off})
        study._off = frozenset(off)
        study._refuse_papers_without_links()
        study._refuse_a_filter_longer_than_the_years()
        return study

    def _refuse_papers_without_links(self) -> None:
        """Refuse what null models of papers cannot do: they take papers as events, and hold for collaboration only."""
        model = self.significance.null_model
        if model not in get_args(PaperModel):
            return
        if self.significance.finite == "sampled":
            raise ValueError(f"significance.finite: the null model {model!r} is exact and draws no samples")
        for section in ("trends", "trajectories", "stability", "bootstrap", "sensitivity"):
            if self.enabled(section):
                raise ValueError(
                    f"{section} follows both networks, and the null model {model!r} holds for collaboration only: "
                    f"write `{section}: null`, or name {model!r} in other_null_models.models"
                )

    def _refuse_a_filter_longer_than_the_years(self) -> None:
        first, last = self.years.analysis
        if self.enabled("trajectories") and self.trajectories.window > last - first + 1:
            raise ValueError(
                f"trajectories.window is {self.trajectories.window}, but years.analysis spans only "
                f"{last - first + 1} years"
            )

    def enabled(self, section: str | None) -> bool:
        """Return whether a section is on; None is always on."""
        return section not in self._off

    def plain(self) -> dict[str, Any]:
        """Return the study as plain values, as its file would hold them: sections that are off are None."""
        values = self.model_dump(mode="json")
        return {name: None if name in self._off else value for name, value in values.items()}

    def field(self, path: str) -> Any:
        """Return a field such as `significance.null_model`, or a whole section, as plain values.

        Raises
        ------
        KeyError
            There is no such field.
        """
        section, dot, name = path.partition(".")
        value = self.plain()[section]
        return value if not dot or value is None else value[name]

    @model_validator(mode="before")
    @classmethod
    def _as_the_paper(cls, data: Any) -> Any:
        """With `as_published`, samples, starts and finite pairs are the paper's unless the study says otherwise."""
        if not isinstance(data, dict) or not data.get("as_published"):
            return data
        given = data.get("significance")
        significance = given if isinstance(given, dict) else given.model_dump() if given is not None else {}
        changes: dict[str, Any] = {}
        if not significance.get("samples"):
            changes["samples"] = PAPER_SAMPLES
        if significance.get("finite", "expected_in_500_samples") == "expected_in_500_samples":
            changes["finite"] = "sampled"
        return {**data, "significance": {**significance, **changes}} | _paper_starts(data) | _paper_novelty(data)

    @model_validator(mode="after")
    def _tuned_within_the_corpus(self) -> "Study":
        tune, (first, last) = self.corpus.tune, self.years.corpus
        if tune is not None and not first <= tune.year <= last:
            raise ValueError(f"corpus.tune.year is {tune.year}, and the corpus spans {first} to {last} (years.corpus)")
        return self

    @model_validator(mode="after")
    def _enough_years(self) -> "Study":
        first, last = self.years.significance
        if self.significance.min_finite_years > last - first + 1:
            raise ValueError(
                f"significance.min_finite_years is {self.significance.min_finite_years}, but years.significance spans "
                f"only {last - first + 1} years"
            )
        return self


def _paper_starts(data: dict[str, Any]) -> dict[str, Any]:
    given = data.get("trajectories", {})
    trajectories = given if isinstance(given, dict) else given.model_dump()
    usual = Trajectories().restarts
    if trajectories.get("restarts", usual) != usual:
        return {}
    return {"trajectories": {**trajectories, "restarts": PAPER_STARTS}}


def _paper_novelty(data: dict[str, Any]) -> dict[str, Any]:
    """Return the section on novelty with the paper's background and samples where it is on and says neither."""
    given = data.get("novelty")
    if given is None:
        return {}
    novelty = given if isinstance(given, dict) else given.model_dump(exclude_unset=True)
    return {"novelty": {"background": "all", "replicates": PAPER_EXCHANGES, **novelty}}
