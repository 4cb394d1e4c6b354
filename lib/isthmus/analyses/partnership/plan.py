"""What a study of a partnership compares: pairs of places, and years that are matched one by one and together."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import permutations

from isthmus.config import Study
from isthmus.geography.places import Places
from isthmus.indicators.partnership.names import OTHER, PLACEBO, POLES, READINGS
from isthmus.indicators.partnership.works import Pair

Years = tuple[int, int]
POOLED = 4  # years that are matched together where the study does not say which


@dataclass(frozen=True)
class Spans:
    """First and last years: of the papers, of those matched one by one and matched together."""

    papers: Years
    matched: Years
    pooled: Years


@dataclass(frozen=True)
class Match:
    """One match: of which kinds of comparison, years, reading, and whether of all outcomes or of citations alone."""

    kinds: tuple[str, ...]
    years: Years
    reading: str
    all_outcomes: bool


def spans(study: Study) -> Spans:
    """Return the years of a study's comparisons."""
    rule, papers = study.partnership, study.years.analysis
    matched = rule.matched_years or papers
    pooled = rule.pooled_years or (max(matched[0], matched[1] - POOLED + 1), matched[1])
    return Spans(papers, matched, pooled)


def pairs(study: Study) -> tuple[Pair, ...]:
    """Return the pairs of a study: its poles and the placebo, each way; each pole with other partners."""
    rule, poles, own = study.partnership, study.geography.poles, spans(study)
    wanted = [(POLES, home, partner, own.papers) for home, partner in permutations(poles, 2)]
    wanted += [(PLACEBO, home, partner, own.papers) for home, partner in permutations(rule.placebo or (), 2)]
    wanted += [(OTHER, home, partner, own.pooled) for home in poles for partner in rule.partners]
    parts = Places(study).parts({name for _, home, partner, _ in wanted for name in (home, partner)})
    return tuple(Pair(home, partner, kind, parts[home], parts[partner], years) for kind, home, partner, years in wanted)


def matches(study: Study) -> tuple[Match, ...]:
    """Return the matches of a study: year by year, and together in every reading; other partners together only."""
    own, both = spans(study), (POLES, PLACEBO)
    yearly = [Match(both, (year, year), READINGS[0], True) for year in range(own.matched[0], own.matched[1] + 1)]
    pooled = [Match(both, own.pooled, reading, reading == READINGS[0]) for reading in READINGS]
    return (*yearly, *(m for m in pooled if m.years not in {y.years for y in yearly} or m.reading != READINGS[0]),
            Match((OTHER,), own.pooled, READINGS[0], False))  # fmt: skip


def problems(study: Study) -> Iterator[str]:
    """Yield what is wrong with the comparisons: one pole, places that do not exist or overlap, years without papers."""
    rule, poles, places = study.partnership, study.geography.poles, Places(study)
    if len(poles) < 2:
        yield "partnership compares papers of the poles; expected two or more in geography.poles"
    for field, names in (("placebo", rule.placebo or ()), ("partners", rule.partners)):
        found = list(places.named_problems(f"partnership.{field}", names))
        yield from found
        if not found:
            yield from _overlaps(study, field, names)
    if not set(rule.placebo or ()).isdisjoint(poles) and set(rule.placebo or ()) <= {*poles, *rule.partners}:
        yield "partnership.placebo is a pair that is compared already; name two other countries, or null"
    first, last = study.years.analysis
    for field, years in (("matched_years", spans(study).matched), ("pooled_years", spans(study).pooled)):
        if years[0] < first or years[1] > last:
            yield f"partnership.{field} are {years[0]} to {years[1]}, and years.analysis {first} to {last}: stay within"


def _overlaps(study: Study, field: str, names: tuple[str, ...]) -> Iterator[str]:
    """Yield the places that share a country with the place that they would be compared with."""
    places, last = Places(study), study.years.analysis[1]
    against = names[:1] if field == "placebo" else study.geography.poles
    for name in names[1:] if field == "placebo" else names:
        for other in against:
            shared = sorted(places.members(name, last) & places.members(other, last))
            if shared:
                said = f"{name} and {other} share {', '.join(shared[:5])}"
                yield f"partnership.{field}: {said}; a partner is another place"
