"""What an ingest will cost, before anything runs: bytes, disk, core hours, hours and money.

Measured rates times the size that the manifests state. A snapshot's works differ from those that were measured, and
nobody knows whether the costs follow the number of works or the number of bytes; so each estimate is a range over all
measurements of the layout and over both readings.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from isthmus.config import Corpus, Study
from isthmus.config.documents import parse_yaml, read_text
from isthmus.config.resources import conf_file
from isthmus.corpus.rules import resolved
from isthmus.errors import ConfigError
from isthmus.snapshot.survey import Survey

Share = Annotated[float, Field(ge=0, le=1)]


@dataclass(frozen=True, slots=True)
class Span:
    """From the lowest to the highest estimate."""

    low: float
    high: float

    def __add__(self, other: "Span") -> "Span":
        """Return the sum of two estimates."""
        return Span(self.low + other.low, self.high + other.high)

    def __mul__(self, other: "Span | float") -> "Span":
        """Return the product of two estimates of positive quantities."""
        factor = other if isinstance(other, Span) else Span(other, other)
        return Span(self.low * factor.low, self.high * factor.high)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CoreSeconds(_Strict):
    """Processor seconds of a measured ingest: reading alone, and all that follows."""

    read: float = Field(gt=0)
    write: float = Field(gt=0)


class Disk(_Strict):
    """Bytes that a measured ingest left."""

    staging: float = Field(ge=0)
    tables: float = Field(gt=0)


class Measurement(_Strict):
    """One measured ingest; conf/rates.yaml explains the fields."""

    layout: Literal["jsonl", "parquet"]
    records: str
    works: int = Field(gt=0)
    bytes: int = Field(gt=0)
    core_seconds: CoreSeconds
    disk: Disk
    needed: Share = 1.0


class Extrapolation(_Strict):
    """What is far larger than anything measured may cost more than in proportion."""

    beyond: float = Field(ge=1)
    factor: float = Field(ge=1)


class AnalysisRate(_Strict):
    """Processor seconds of the kernels of an analysis for a million references, and what they rest on."""

    section: str
    per_million_references: tuple[float, float]
    rests_on: str


class StageRate(_Strict):
    """What a stage of a study took as a whole at two sizes of a world; conf/rates.yaml explains the fields."""

    section: str
    stage: str
    works: tuple[int, int]
    study_works: tuple[int, int]
    core_seconds: tuple[float, float]
    at_most: float | None = None
    rests_on: str


class ReferencesPerWork(_Strict):
    """Recorded references of a work of a study, and of a work of the snapshot, from the least to the most assumed."""

    study: tuple[float, float]
    snapshot: tuple[float, float]


class Rates(_Strict):
    """The measured rates and the assumptions of a plan; conf/rates.yaml explains the fields."""

    machine: str
    measurements: tuple[Measurement, ...] = Field(min_length=1)
    start_core_seconds: float = Field(ge=0)
    busy: tuple[Share, Share]
    extrapolation: Extrapolation
    corpus_shares: dict[str, tuple[Share, Share]]
    of_proportional_share: tuple[float, float]
    ids_there_are: dict[str, int]
    study_bytes_per_work: tuple[float, float]
    references_per_work: ReferencesPerWork = ReferencesPerWork(study=(9, 35), snapshot=(4.5, 5.5))
    analyses: tuple[AnalysisRate, ...] = ()
    stages: tuple[StageRate, ...] = ()


def load_rates(file: Path | None = None) -> Rates:
    """Return the rates that come with Isthmus, or those of a file of the same form.

    Raises
    ------
    ConfigError
        The file cannot be read, or a field is missing, unknown or out of range.
    """
    file = file or conf_file("rates.yaml")
    try:
        return Rates.model_validate(parse_yaml(read_text(file), f"rates {file}"))
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(map(str, first["loc"]))
        raise ConfigError(
            f"rates {file}: {field or 'the file'}: {first['msg']}; compare with conf/rates.yaml"
        ) from error


@dataclass(frozen=True, slots=True)
class Cost:
    """What one way of reading a snapshot costs.

    Parameters
    ----------
    what : str
        Which tables.
    read_bytes : Span
        Bytes of parts to read, all passes together.
    disk_bytes : Span
        Bytes of the tables while the run goes on.
    kept_bytes : Span
        Of these, what studies read; the rest tells the next release what is known already.
    core_hours : Span
        Processor hours.
    hours : Span
        Hours on the cores of the plan.
    money : Span | None
        Price of the cores; None without a price.
    """

    what: str
    read_bytes: Span
    disk_bytes: Span
    kept_bytes: Span
    core_hours: Span
    hours: Span
    money: Span | None


@dataclass(frozen=True)
class Plan:
    """What a snapshot holds and what reading it costs; `notes` say what the estimate rests on."""

    survey: Survey
    cores: int
    works: Span
    costs: tuple[Cost, ...]
    notes: tuple[str, ...]


def plan_ingest(
    survey: Survey, rates: Rates, *, cores: int, study: Study | None = None, price: float | None = None
) -> Plan:
    """Return the costs of the full tables and, with a study, of those that the study alone needs.

    Parameters
    ----------
    survey : Survey
        Size of the snapshot.
    rates : Rates
        What was measured.
    cores : int
        Number of cores that work at the same time.
    study : Study | None, optional
        a study; its share of the works is an assumption of the rates.
    price : float | None, optional
        Price of one core for one hour, in whatever money.

    Raises
    ------
    ConfigError
        Nothing was measured of this layout.
    """
    measured = [m for m in rates.measurements if m.layout == _layout(survey)]
    if not measured:
        raise ConfigError(f"no measurement of the layout {_layout(survey)!r} among the rates: add one")
    works = _works(survey, measured)
    far = works.high / max(m.works for m in measured)
    margin = rates.extrapolation.factor if far > rates.extrapolation.beyond else 1.0
    estimator = _Estimator(survey, measured, works, margin)
    start = Span(rates.start_core_seconds, rates.start_core_seconds)
    read, write = estimator.span(lambda m: m.core_seconds.read), estimator.span(lambda m: m.core_seconds.write)
    staging, tables = estimator.disk(lambda m: m.disk.staging), estimator.disk(lambda m: m.disk.tables)
    needed = Span(min(m.needed for m in measured), max(m.needed for m in measured)) * survey.bytes

    busy = _Busy(cores, rates.busy, price)

    def cost(what: str, passes: int, share: Span, own_bytes: Span, parsed: Span) -> Cost:
        kept = tables * share + own_bytes
        core_seconds = start + read * passes + write * share
        return busy.cost(what, core_seconds, (needed * passes, staging + parsed + kept, kept))

    costs = [cost("all tables", 1, Span(1, 1), Span(0, 0), Span(0, 0))]
    if study is not None:
        share = corpus_share(study.corpus, rates)
        own = works * share * Span(*rates.study_bytes_per_work)
        # its works are parsed into a staging table, which is about as large as what is made of it
        costs.append(cost(f"study {study.study} alone", _passes(study), share, own, tables * share))
        asked = _analyses(study, rates)
        costs += [
            busy.cost(f"its {rate.section}, kernels", _analysis_seconds(rate, study, rates, works)) for rate in asked
        ]
        costs += [busy.cost(f"its {name}", seconds) for name, seconds in _section_seconds(study, rates, works)]
    return Plan(survey, cores, works, tuple(costs), tuple(_notes(survey, rates, measured, far, study)))


def corpus_share(corpus: Corpus, rates: Rates) -> Span:
    """Return the share of all works that a study keeps, citing works included.

    From the rates, else by the number of ids.

    Parameters
    ----------
    corpus : Corpus
        The study's rule.
    rates : Rates
        Their assumptions.
    """
    rule = resolved(corpus)
    name = rule.rule.replace("primary_concept", "concept").replace("_or_source", "")
    known = rates.corpus_shares.get("_".join([name, *map(str, rule.ids)]))
    if known is not None:
        return Span(*known)
    level = name.rpartition("_")[2]
    proportional = len(rule.ids) / rates.ids_there_are[level]
    low, high = rates.of_proportional_share
    return Span(min(1.0, proportional * low), min(1.0, proportional * high))


def _analyses(study: Study, rates: Rates) -> list[AnalysisRate]:
    """Return the analyses of the study that were measured."""
    return [rate for rate in rates.analyses if study.enabled(rate.section)]


def _passes(study: Study) -> int:
    """Return how often the tables of one study read the snapshot: a third time for the years of its scientists."""
    return 3 if study.enabled("corpus_scientists") else 2


def _analysis_seconds(rate: AnalysisRate, study: Study, rates: Rates, works: Span) -> Span:
    """Return the processor seconds of the kernels of an analysis, by the references of the study's works.

    Where all works are the background of novelty, the references of all works are walked.
    """
    per_work = rates.references_per_work
    references = works * corpus_share(study.corpus, rates) * Span(*per_work.study)
    if rate.section == "novelty" and study.novelty.background == "all":
        references = works * Span(*per_work.snapshot)
    return references * 1e-6 * Span(*rate.per_million_references)


def _section_seconds(study: Study, rates: Rates, works: Span) -> list[tuple[str, Span]]:
    """Return the processor seconds of the sections of the study whose stages were measured, in their order."""
    sections = {rate.stage: rate.section for rate in rates.stages}
    found: dict[str, Span] = {}
    for stage, seconds in stage_core_seconds(study, rates, works).items():
        found[sections[stage]] = found.get(sections[stage], Span(0, 0)) + seconds
    return list(found.items())


def stage_core_seconds(study: Study, rates: Rates, works: Span) -> dict[str, Span]:
    """Return the processor seconds of those stages of a study that were measured, in their order.

    Parameters
    ----------
    study : Study
        What is computed.
    rates : Rates
        What was measured.
    works : Span
        Works of the snapshot.
    """
    own = works * corpus_share(study.corpus, rates)
    wanted = (rate for rate in rates.stages if study.enabled(rate.section))
    return {rate.stage: _stage_seconds(rate, rates.extrapolation, works, own) for rate in wanted}


def _stage_seconds(rate: StageRate, extrapolation: Extrapolation, works: Span, own: Span) -> Span:
    """Return the processor seconds of a stage: by the works of the snapshot and by those of the study, as a line.

    Nobody knows which of the two it follows. A stage with a bound grows with cities, whose number is bounded.
    """
    if rate.at_most is not None:
        return Span(min(rate.core_seconds), rate.at_most)
    sizes = [(rate.works, n) for n in (works.low, works.high)] + [(rate.study_works, n) for n in (own.low, own.high)]
    readings = [_on_line(measured, rate.core_seconds, size) for measured, size in sizes]
    far = max(works.high / max(rate.works), own.high / max(rate.study_works)) > extrapolation.beyond
    return Span(min(readings), max(readings) * (extrapolation.factor if far else 1.0))


def _on_line(sizes: tuple[int, int], seconds: tuple[float, float], size: float) -> float:
    """Return the seconds at a size, on the line through two measurements; below the smaller one as much as there."""
    slope = max(0.0, (seconds[1] - seconds[0]) / (sizes[1] - sizes[0]))
    return seconds[0] + slope * max(0.0, size - sizes[0])


@dataclass(frozen=True)
class _Busy:
    """The cores of a plan: how many, from which to which share of them is busy, what one costs."""

    cores: int
    shares: tuple[float, float]
    price: float | None

    def cost(self, what: str, core_seconds: Span, size: tuple[Span, Span, Span] | None = None) -> Cost:
        """Return the cost of processor seconds; size: bytes to read, on disk while it runs, kept."""
        core_hours = core_seconds * (1 / 3600)
        hours = Span(core_hours.low / (self.cores * self.shares[1]), core_hours.high / (self.cores * self.shares[0]))
        money = None if self.price is None else hours * (self.cores * self.price)
        return Cost(what, *(size or (Span(0, 0),) * 3), core_hours, hours, money)


@dataclass(frozen=True)
class _Estimator:
    survey: Survey
    measured: list[Measurement]
    works: Span
    margin: float

    def span(self, quantity: Callable[[Measurement], float]) -> Span:
        """Return a measured quantity at the snapshot's size: by its bytes and by its works, over all measurements."""
        by_bytes = [quantity(m) / m.bytes * self.survey.works.bytes for m in self.measured]
        by_works = [quantity(m) / m.works * n for m in self.measured for n in (self.works.low, self.works.high)]
        return Span(min(by_bytes + by_works), max(by_bytes + by_works) * self.margin)

    def disk(self, quantity: Callable[[Measurement], float]) -> Span:
        """As `span`, without a margin: files do not grow because a run is large."""
        found = self.span(quantity)
        return Span(found.low, found.high / self.margin)


def _analysis_notes(study: Study, rates: Rates) -> Iterable[str]:
    asked = _analyses(study, rates)
    if asked:
        rests = "; ".join(f"{rate.section}: {rate.rests_on}" for rate in asked)
        yield (
            f"Kernels: the compiled loops alone, measured on one core ({rests}). Not counted: what Spark takes to read "
            "all citations and to hand them over, which was not measured. How many references works have is an "
            "assumption (references_per_work in the rates). These analyses need the tables of all works."
        )


def _stage_notes(study: Study, rates: Rates) -> Iterable[str]:
    asked = [rate for rate in rates.stages if study.enabled(rate.section)]
    if asked:
        rests = "; ".join(dict.fromkeys(rate.rests_on for rate in asked))
        names = ", ".join(rate.stage for rate in asked)
        yield (
            f"Stages as a whole ({names}): measured on {rests}, drawn on as a line by the works of the snapshot and by "
            "those of the study, whichever is less or more. They need the tables of all works."
        )


def _layout(survey: Survey) -> str:
    return "parquet" if survey.layout == "parquet" else "jsonl"


def _works(survey: Survey, measured: Iterable[Measurement]) -> Span:
    """Return the number of works: as the manifest says, else from the bytes."""
    if survey.works.records is not None:
        return Span(survey.works.records, survey.works.records)
    sizes = [m.bytes / m.works for m in measured]
    return Span(survey.works.bytes / max(sizes), survey.works.bytes / min(sizes))


def _notes(survey: Survey, rates: Rates, measured: list[Measurement], far: float, study: Study | None) -> Iterable[str]:
    most = max(m.works for m in measured)
    yield (
        f"Rates: {len(measured)} ingests of up to {most:,} works, measured on {rates.machine}. "
        "Low and high are the extremes over the measurements, taken per work and per byte."
    )
    if far > rates.extrapolation.beyond:
        yield (
            f"This is {far:,.0f} times as many works as have been measured: the high estimate has a margin of "
            f"{rates.extrapolation.factor:g}, and the truth may lie outside of the range. Read a few parts first."
        )
    if survey.works.records is None:
        yield "Nothing says how many works there are: their number is estimated from the bytes."
    if "://" in survey.uri and not survey.uri.startswith("file:"):
        hours = survey.bytes * 8 / 1e9 / 3600
        yield f"Over the network each pass takes {hours:,.1f} h per Gbit/s at least, whatever the cores."
    if study is not None:
        yield (
            f"The share of works that study {study.study} keeps is an assumption (corpus_shares in the rates); the "
            "study alone reads the snapshot once for its works and once for those that cite them"
            + (", and once for the years of its scientists." if study.enabled("corpus_scientists") else ".")
        )
        yield from _analysis_notes(study, rates)
        yield from _stage_notes(study, rates)
    yield "Not counted: spilled shuffles on the workers' own disks, requests to object storage, your network's price."
