"""A chunk of works as flat arrays: what any writer needs; nothing depends on how the works are cut into chunks."""

from dataclasses import dataclass

import numpy as np

from isthmus.simulate.records.catalog import SCORE_LEVELS, VARIANTS, layer_sources, layer_topics
from isthmus.simulate.world.blocks import work_ids
from isthmus.simulate.world.draws import Floats, Ints, choose, choose_within, integers, uniform
from isthmus.simulate.world.fates import changed, updated_days
from isthmus.simulate.world.plan import Plan
from isthmus.simulate.world.references import References, build_references
from isthmus.simulate.world.seats import Seats, build_seats
from isthmus.simulate.world.sizes import AI, EXPANSION

TYPES = (
    "article",
    "conference-paper",
    "preprint",
    "review",
    "book-chapter",
    "dissertation",
    "dataset",
    "other",
    "paratext",
)
ARTICLE, CONFERENCE, PREPRINT, REVIEW, CHAPTER, DISSERTATION, DATASET, ANYTHING, PARATEXT = range(len(TYPES))
TYPE_SHARES = {
    AI: (0.70, 0.17, 0.06, 0.03, 0.03, 0.004, 0.002, 0.002, 0.002),
    EXPANSION: (0.20, 0.0, 0.10, 0.0, 0.05, 0.15, 0.40, 0.095, 0.005),
}
USUAL_TYPES = (0.78, 0.05, 0.06, 0.05, 0.04, 0.008, 0.005, 0.004, 0.003)
RETRACTED = 0.0015
NO_TOPIC, NO_TOPIC_EXPANSION = 0.012, 0.35
NO_SOURCE, NO_LOCATION = 0.09, 0.01
NO_DOI, NO_CONCEPTS, NO_ABSTRACT = 0.08, 0.03, 0.40
LANGUAGES = ("en", "zh", "es", "pt", "fr", "de")
ENGLISH = 0.94
SECOND_TOPIC_SAME, SECOND_TOPIC_AI = 0.5, 0.12


@dataclass(frozen=True)
class Works:
    """A chunk of W works. Arrays of length W unless said otherwise; -1 stands for null.

    Attributes
    ----------
    number, work_id, block, year, layer : array of int
        Number in the world, OpenAlex number, block, calendar year, layer.
    published : array of int
        Days since 1970. kind : index into `TYPES`.
    topics : array of int
        (W, 3) positions in `facts.topics()`; levels : (W, 3) their score levels.
    source : array of int
        Position in `catalog.sources()`; located : whether there is a primary location at all.
    words : array of int
        Position of the lists of concepts and keywords.
    title : array of int
        Two draws and the topic it names, (W, 3).
    retracted, has_doi, has_words, has_abstract : np.ndarray
        booleans.
    language, access, goal, cited_by : array of int
        Small numbers.
    updated : array of int
        Microseconds since 1970.
    seats, references : Seats, References
        Flat arrays of their own.
    """

    number: Ints
    work_id: Ints
    block: Ints
    year: Ints
    layer: Ints
    published: Ints
    kind: Ints
    topics: Ints
    levels: Ints
    source: Ints
    located: np.ndarray
    words: Ints
    title: Ints
    retracted: np.ndarray
    has_doi: np.ndarray
    has_words: np.ndarray
    has_abstract: np.ndarray
    language: Ints
    access: Ints
    goal: Ints
    cited_by: Ints
    updated: Ints
    seats: Seats
    references: References

    def __len__(self) -> int:
        return len(self.number)


def build_works(plan: Plan, number: Ints) -> Works:
    """Return the works with these numbers; each depends on the plan and its number only."""
    block = plan.blocks.of(number)
    layer = plan.blocks.layer[block]
    year = plan.sizes.years[plan.blocks.year[block]]
    kind = _kinds(plan, number, layer)
    topics, levels = _topics(plan, number, layer)
    retracted = _retracted(plan, number, layer)
    source, located = _sources(plan, number, layer, kind)
    chance = {name: uniform(plan.key(name), number) for name in ("doi", "words", "abstract", "language")}
    age = plan.world.release.year - year
    return Works(
        number=number,
        work_id=work_ids(number, plan.world.works),
        block=block,
        year=year,
        layer=layer,
        published=publication_days(plan, number),
        kind=kind,
        topics=topics,
        levels=levels,
        source=source,
        located=located,
        words=layer * VARIANTS + integers(plan.key("variant"), VARIANTS, number),
        title=np.stack(
            [integers(plan.key("title"), 16, number, k) for k in range(2)] + [np.maximum(topics[:, 0], 0)], axis=1
        ),
        retracted=retracted,
        has_doi=chance["doi"] >= NO_DOI,
        has_words=(chance["words"] >= NO_CONCEPTS) & (layer != EXPANSION),
        has_abstract=chance["abstract"] >= NO_ABSTRACT,
        language=np.where(chance["language"] < ENGLISH, 0, integers(plan.key("tongue"), len(LANGUAGES), number)),
        access=integers(plan.key("access"), 5, number),
        goal=integers(plan.key("goal"), 4, number),
        cited_by=(-np.log1p(-uniform(plan.key("cited by"), number)) * 1.5 * age).astype(np.int64),
        updated=_updated(plan, number),
        seats=build_seats(plan, number, block, complete=changed(plan.world, number)),
        references=build_references(plan, number, block),
    )


def publication_days(plan: Plan, number: Ints) -> Ints:
    """Return the publication date of each work, in days since 1970."""
    year = plan.sizes.years[plan.blocks.year[plan.blocks.of(number)]]
    first = np.array(year - 1970, dtype="datetime64[Y]").astype("datetime64[D]").astype(np.int64)
    days: Ints = first + integers(plan.key("day"), 365, number)
    return days


def in_study(plan: Plan, number: Ints) -> np.ndarray:
    """Whether studies of artificial intelligence take in each work, of whatever year; does without the whole record."""
    layer = plan.blocks.layer[plan.blocks.of(number)]
    topic = _topics(plan, number, layer)[0][:, 0]
    return is_study_work(layer, _kinds(plan, number, layer), topic, _retracted(plan, number, layer))


def is_study_work(layer: Ints, kind: Ints, topic: Ints, retracted: np.ndarray) -> np.ndarray:
    """Whether works are articles or conference papers on artificial intelligence that were not retracted.

    Parameters
    ----------
    layer, kind, topic : array of int
        (W,) layer, index into `TYPES`, position of the primary topic (-1: none).
    retracted : np.ndarray
        (W,) boolean.
    """
    found: np.ndarray = (layer == AI) & (topic >= 0) & ~retracted & np.isin(kind, (ARTICLE, CONFERENCE))
    return found


def _retracted(plan: Plan, number: Ints, layer: Ints) -> np.ndarray:
    found: np.ndarray = (uniform(plan.key("retracted"), number) < RETRACTED) & (layer != EXPANSION)
    return found


def _updated(plan: Plan, number: Ints) -> Ints:
    day = 86_400_000_000
    return updated_days(plan.world, number) * day + integers(plan.key("updated"), day, number)


def _kinds(plan: Plan, number: Ints, layer: Ints) -> Ints:
    draw = uniform(plan.key("type"), number)
    found = choose(np.cumsum(USUAL_TYPES), draw)
    for special, shares in TYPE_SHARES.items():
        found = np.where(layer == special, choose(np.cumsum(shares), draw), found)
    return found


def _topics(plan: Plan, number: Ints, layer: Ints) -> tuple[Ints, Ints]:
    order, start = layer_topics()
    key = plan.key("topics")

    def among(of: Ints, slot: int) -> Ints:
        draw: Floats = uniform(key, number, slot) ** 1.3
        return order[start[of] + (draw * (start[of + 1] - start[of])).astype(np.int64)]

    near = np.where(uniform(key, number, 3) < SECOND_TOPIC_SAME, layer, (layer + 1) % (EXPANSION + 1))
    near = np.where(uniform(key, number, 4) < SECOND_TOPIC_AI, AI, near)
    chosen = np.stack([among(layer, 0), among(near, 1), among(near, 2)], axis=1)
    nothing = uniform(key, number, 5) < np.where(layer == EXPANSION, NO_TOPIC_EXPANSION, NO_TOPIC)
    chosen[nothing] = -1
    fewer = uniform(key, number, 6)
    chosen[:, 2] = np.where(
        (fewer < 0.12) | (chosen[:, 2] == chosen[:, 1]) | (chosen[:, 2] == chosen[:, 0]), -1, chosen[:, 2]
    )
    alone = (fewer < 0.04) | (chosen[:, 1] == chosen[:, 0])
    chosen[alone, 1:] = -1
    levels = integers(key, SCORE_LEVELS // 2, number, 7)[:, None] + np.array([0, 3, 7])[None, :]
    return chosen, levels


def _sources(plan: Plan, number: Ints, layer: Ints, kind: Ints) -> tuple[Ints, np.ndarray]:
    edges, weights = layer_sources()
    draw = uniform(plan.key("source"), number)
    low, high = edges[layer], edges[layer + 1]
    repository, books = high - 2, high - 1  # of every layer but the expansion, which has repositories only
    meetings = repository - np.where(layer <= 1, 6, 2)
    usual = choose_within(weights, low, np.where(layer == EXPANSION, high, meetings), draw)
    meeting = meetings + (draw * (repository - meetings)).astype(np.int64)
    found = np.where(kind == CONFERENCE, meeting, usual)
    found = np.where(kind == PREPRINT, repository, np.where(kind == CHAPTER, books, found))
    found = np.where(layer == EXPANSION, usual, found)
    gone = uniform(plan.key("no source"), number)
    return np.where(gone < NO_SOURCE, -1, found), gone >= NO_LOCATION
