"""The small objects that works point to (topics, sources, concepts, states of open access), as Python data, said once.

Both writers take them from here: the JSON writer as ready pieces of text, the Parquet writer as Arrow arrays.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from isthmus.simulate.records.words import ABSTRACT_WORDS, KEYWORDS
from isthmus.simulate.world.draws import Ints, stream, uniform
from isthmus.simulate.world.facts import Topic, concepts, topics
from isthmus.simulate.world.sizes import AI, COMPUTING, ENGINEERING, EXPANSION, LAYER_SHARES, MEDICINE, OTHER

VIROLOGY = 2406
LAYER_SUBFIELDS = {
    AI: {1702},
    COMPUTING: {1703, 1705, 1707, 1710},
    ENGINEERING: {2204, 2207, 2208},
    MEDICINE: {1312, VIROLOGY, 2718, 2740, 3306},
    OTHER: {1803, 1908, 2002, 2303, 2613, 3107},
}
# The one topic of virology stands for many: it is listed as often as a usual subfield has topics, so that a study of
# that subfield finds works.
LISTED = {VIROLOGY: 15}
SCORE_LEVELS = 16
VARIANTS = 48  # of concept and keyword lists per layer
SOURCE_BASE, SOURCE_STEP = 2_400_000_001, 53
JOURNALS, CONFERENCES = 14, 6
MEETINGS = {
    AI: ("Neural Information Processing Systems", "International Conference on Machine Learning",
         "International Joint Conference on Artificial Intelligence", "AAAI Conference on Artificial Intelligence"),
}  # fmt: skip
OPENALEX = "https://openalex.org/"


@dataclass(frozen=True)
class Source:
    """A journal, conference, repository or book series."""

    source_id: int
    name: str
    kind: str
    issn: str | None
    publisher: str | None
    layer: int
    is_oa: bool


@cache
def layer_topics() -> tuple[Ints, Ints]:
    """Topics in the order of the layers: their positions in `facts.topics()`, and the first of each layer (L + 1).

    A topic that is listed several times is drawn more often.
    """
    order: list[int] = []
    starts = [0]
    for layer in range(len(LAYER_SHARES) - 1):
        for k, topic in enumerate(topics()):
            if topic.subfield_id in LAYER_SUBFIELDS[layer]:
                order += [k] * LISTED.get(topic.subfield_id, 1)
        starts.append(len(order))
    order += list(range(len(topics())))
    starts.append(len(order))
    return np.array(order), np.array(starts)


@cache
def sources() -> tuple[Source, ...]:
    """Return the sources, grouped by layer."""
    found: list[Source] = []

    def add(name: str, kind: str, layer: int, *, is_oa: bool = False, serial: bool = True) -> None:
        number = len(found)
        issn = f"{2000 + number:04d}-{(number * 37) % 1000:03d}{number % 10}" if serial else None
        publisher = None if kind == "repository" else f"Press {1 + number % 9}"
        found.append(Source(SOURCE_BASE + SOURCE_STEP * number, name, kind, issn, publisher, layer, is_oa))

    for layer in range(len(LAYER_SHARES)):
        if layer == EXPANSION:
            add("Research Data Commons", "repository", layer, is_oa=True, serial=False)
            add("Institutional Repository Union", "repository", layer, is_oa=True, serial=False)
            continue
        names = sorted({t.subfield for t in topics() if t.subfield_id in LAYER_SUBFIELDS[layer]})
        for k in range(JOURNALS):
            pattern = ("Journal of {}", "{} Letters", "Annals of {}", "{} Reviews", "Transactions on {}")[k % 5]
            edition = "" if k < 5 else f" ({'ABCDEFGH'[k // 5]})"
            add(pattern.format(names[k % len(names)]) + edition, "journal", layer, is_oa=k % 4 == 0)
        for k in range(CONFERENCES if layer in (AI, COMPUTING) else 2):
            known = MEETINGS.get(layer, ())
            name = known[k] if k < len(known) else f"International Conference on {names[k % len(names)]} {k + 1}"
            add(name, "conference", layer, serial=False)
        add(f"{names[0]} Preprints", "repository", layer, is_oa=True, serial=False)
        add(f"Lecture Notes in {names[0]}", "book series", layer)
    return tuple(found)


@cache
def layer_sources() -> tuple[Ints, np.ndarray]:
    """First source of each layer (L + 1), and the running sum of the sources' weights with a leading 0."""
    layers = np.array([s.layer for s in sources()])
    edges = np.searchsorted(layers, np.arange(len(LAYER_SHARES) + 1))
    rank = np.arange(len(layers)) - edges[layers]
    return edges, np.concatenate([[0.0], np.cumsum(1.0 / (1 + rank) ** 0.6)])


def source_object(source: Source) -> dict[str, Any]:
    """Return a source as it stands inside of a work."""
    host = f"{OPENALEX}P{4_300_000_000 + int(source.publisher[6:])}" if source.publisher else None
    return {
        "id": f"{OPENALEX}S{source.source_id}",
        "display_name": source.name,
        "issn_l": source.issn,
        "issn": [source.issn] if source.issn else None,
        "is_oa": source.is_oa,
        "is_in_doaj": source.is_oa and source.kind == "journal",
        "is_core": source.kind in ("journal", "conference"),
        "host_organization": host,
        "host_organization_name": source.publisher,
        "host_organization_lineage": [host] if host else [],
        "host_organization_lineage_names": [source.publisher] if source.publisher else [],
        "type": source.kind,
    }


def hierarchy(topic: Topic) -> dict[str, Any]:
    """Return the place of a topic: subfield, field, domain."""
    return {
        "subfield": {"id": f"{OPENALEX}subfields/{topic.subfield_id}", "display_name": topic.subfield},
        "field": {"id": f"{OPENALEX}fields/{topic.field_id}", "display_name": topic.field},
        "domain": {"id": f"{OPENALEX}domains/{topic.domain_id}", "display_name": topic.domain},
    }


@cache
def topic_objects() -> tuple[dict[str, Any], ...]:
    """Each topic at each score level, as it stands inside of a work; position topic * SCORE_LEVELS + level."""
    found = []
    for topic in topics():
        for level in range(SCORE_LEVELS):
            score = round(0.9999 - 0.042 * level, 4)
            found.append(
                {"id": f"{OPENALEX}T{topic.topic_id}", "display_name": topic.name, "score": score, **hierarchy(topic)}
            )
    return tuple(found)


@cache
def concept_lists() -> tuple[list[dict[str, Any]], ...]:
    """Return lists of concepts; position layer * VARIANTS + variant. Artificial intelligence is in all of its layer."""
    every = concepts()
    key, found = stream(0, "concept lists"), []
    for layer in range(len(LAYER_SHARES)):
        for variant in range(VARIANTS):
            draw = uniform(key, layer, variant, np.arange(16))
            chosen = {int(3 + d * (len(every) - 3)) for d in draw[:4]}
            related = {AI: 1.0, COMPUTING: 0.45, ENGINEERING: 0.2, MEDICINE: 0.12, OTHER: 0.1, EXPANSION: 0.1}[layer]
            scores = {k: round(float(0.15 + 0.55 * d), 8) for k, d in zip(sorted(chosen), draw[4:8], strict=False)}
            if draw[8] < related:
                scores[0] = round(float((0.45 if layer == AI else 0.05) + 0.5 * draw[9]), 8)
                scores[2] = round(float(0.4 + 0.5 * draw[10]), 8)
            if layer == AI and draw[11] < 0.5:
                scores[1] = round(float(0.3 + 0.5 * draw[12]), 8)
            ranked = sorted(scores, key=lambda k: -scores[k])
            found.append([_concept(k, scores[k]) for k in ranked])
    return tuple(found)


def _concept(k: int, score: float) -> dict[str, Any]:
    concept = concepts()[k]
    return {
        "id": f"{OPENALEX}C{concept.concept_id}",
        "wikidata": f"https://www.wikidata.org/wiki/{concept.wikidata}",
        "display_name": concept.name,
        "level": concept.level,
        "score": score,
    }


@cache
def keyword_lists() -> tuple[list[dict[str, Any]], ...]:
    """Return lists of keywords, in the same positions as the lists of concepts."""
    key, found = stream(0, "keyword lists"), []
    for k, listed in enumerate(concept_lists()):
        words = [KEYWORDS[int(d * len(KEYWORDS))] for d in uniform(key, k, np.arange(3))]
        names = [c["display_name"] for c in listed[:3]] + list(dict.fromkeys(words))
        found.append([_keyword(name, round(0.7 - 0.07 * i, 8)) for i, name in enumerate(names)])
    return tuple(found)


def _keyword(name: str, score: float) -> dict[str, Any]:
    slug = "".join(c if c.isalnum() else "-" for c in name.lower()).strip("-")
    return {"id": f"{OPENALEX}keywords/{slug}", "display_name": name, "score": score}


@cache
def abstracts() -> tuple[dict[str, list[int]], ...]:
    """Return a few inverted abstracts."""
    return tuple({word: [i for i, w in enumerate(words) if w == word] for word in words} for words in ABSTRACT_WORDS)


@cache
def open_access() -> tuple[dict[str, Any], ...]:
    """Return the states of open access."""
    return tuple(
        {
            "is_oa": status != "closed",
            "oa_status": status,
            "oa_url": None,
            "any_repository_has_fulltext": status == "green",
        }
        for status in ("closed", "green", "gold", "hybrid", "bronze")
    )


@cache
def goals() -> tuple[list[dict[str, Any]], ...]:
    """Return lists of sustainable development goals: none, and three others."""
    names = {4: "Quality Education", 9: "Industry, innovation and infrastructure", 3: "Good health and well-being"}
    some = [
        [{"id": f"https://metadata.un.org/sdg/{n}", "score": 0.5, "display_name": name}] for n, name in names.items()
    ]
    return ([], *some)
