"""How long the stages of a run may take where none has run yet: from the measurements behind `isthmus plan`."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from isthmus.errors import ConfigError
from isthmus.pipeline.plan import Rates, Span, load_rates, plan_ingest, stage_core_seconds
from isthmus.snapshot.survey import Survey

if TYPE_CHECKING:
    from isthmus.analyses.stage import Stage
    from isthmus.config import Study

#: How the seconds of reading a snapshot fall on its stages (the first run of the default simulated world).
SHARES: Mapping[str, float] = {"parse": 0.45, "records": 0.44, "accounting": 0.11}


def estimated_seconds(
    stages: Iterable["Stage"],
    survey: Survey | None,
    *,
    study: "Study | None",
    for_study: "Study | None" = None,
    cores: int,
    rates: Rates | None = None,
) -> dict[str, float]:
    """Return stage -> seconds that it may take on these cores, of the stages about which anything was measured.

    The middle of what `isthmus plan` gives as least and most. Without a snapshot nobody knows how many works there are,
    and with a layout that was never measured nothing can be said: then the answer is empty.

    Parameters
    ----------
    stages : Iterable[Stage]
        Those of the run.
    survey : Survey | None
        The size of what is read.
    study, for_study : Study | None
        The study that is computed, and the one that the tables are made for.
    cores : int
        How many work at the same time.
    rates : Rates | None, optional
        What was measured; those of conf/rates.yaml without it.
    """
    if survey is None:
        return {}
    try:
        rates = rates or load_rates()
        found = plan_ingest(survey, rates, cores=cores, study=for_study)
    except ConfigError:
        return {}
    reading = _middle(found.costs[0 if for_study is None else 1].hours) * 3600
    seconds = {name: share * reading for name, share in SHARES.items()}
    if study is not None:
        busy = cores * sum(rates.busy) / 2
        seconds |= {name: _middle(span) / busy for name, span in stage_core_seconds(study, rates, found.works).items()}
    return {stage.name: seconds[stage.name] for stage in stages if stage.name in seconds}


def _middle(span: Span) -> float:
    return (span.low + span.high) / 2
