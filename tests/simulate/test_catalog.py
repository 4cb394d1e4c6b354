"""The small objects that works point to, and the words that names are made of."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.simulate.records import catalog, words
from isthmus.simulate.records.names import author_names, titles
from isthmus.simulate.world.facts import concepts, topics
from isthmus.simulate.world.sizes import AI, COMPUTING, EXPANSION, LAYER_SHARES

LAYERS = len(LAYER_SHARES)
AI_CONCEPT = "https://openalex.org/C154945302"


def test_the_topics_of_a_layer_are_those_of_its_subfields():
    order, starts = catalog.layer_topics()
    assert len(starts) == LAYERS + 1
    assert starts[-1] == len(order)
    for layer in range(LAYERS - 1):
        inside = {topics()[k].subfield_id for k in order[starts[layer] : starts[layer + 1]]}
        assert inside == catalog.LAYER_SUBFIELDS[layer]
    assert order[starts[EXPANSION] :].tolist() == list(range(len(topics())))


def test_the_topic_of_virology_is_drawn_as_often_as_fifteen():
    order, starts = catalog.layer_topics()
    chosen = [topics()[k].subfield_id for k in order[: starts[EXPANSION]]]
    assert chosen.count(catalog.VIROLOGY) == 15 * sum(t.subfield_id == catalog.VIROLOGY for t in topics())
    usual = [k for k in order[: starts[EXPANSION]] if topics()[k].subfield_id != catalog.VIROLOGY]
    assert len(set(usual)) == len(usual)


def test_the_topics_on_artificial_intelligence_are_those_of_subfield_1702():
    order, starts = catalog.layer_topics()
    on_ai = {k for k, t in enumerate(topics()) if t.subfield_id == 1702}
    assert set(order[starts[AI] : starts[AI + 1]]) == on_ai
    assert all(topics()[k].subfield == "Artificial Intelligence" for k in on_ai)


def test_a_topic_object_stands_where_its_position_says():
    listed = catalog.topic_objects()
    assert len(listed) == len(topics()) * catalog.SCORE_LEVELS
    for k, topic in enumerate(topics()):
        levels = listed[k * catalog.SCORE_LEVELS : (k + 1) * catalog.SCORE_LEVELS]
        assert {t["id"] for t in levels} == {f"https://openalex.org/T{topic.topic_id}"}
        assert {t["field"]["id"] for t in levels} == {f"https://openalex.org/fields/{topic.field_id}"}
        scores = [t["score"] for t in levels]
        assert scores == sorted(set(scores), reverse=True)
        assert 0 < scores[-1] < scores[0] < 1


def test_sources_have_ids_names_and_issns_of_their_own():
    listed = catalog.sources()
    for values in ([s.source_id for s in listed], [s.issn for s in listed if s.issn], [s.name for s in listed]):
        assert len(set(values)) == len(values)
    assert all(re.fullmatch(r"\d{4}-\d{4}", s.issn) for s in listed if s.issn)


def test_serials_have_an_issn_and_repositories_have_no_publisher():
    for source in catalog.sources():
        assert (source.issn is not None) == (source.kind in ("journal", "book series")), source
        assert (source.publisher is None) == (source.kind == "repository"), source


@pytest.mark.parametrize("layer", range(LAYERS))
def test_sources_of_a_layer_are_together_in_the_order_that_works_count_on(layer):
    edges, weights = catalog.layer_sources()
    kinds = [s.kind for s in catalog.sources()[edges[layer] : edges[layer + 1]]]
    assert {s.layer for s in catalog.sources()[edges[layer] : edges[layer + 1]]} == {layer}
    meetings = 6 if layer in (AI, COMPUTING) else 2
    usual = ["journal"] * 14 + ["conference"] * meetings + ["repository", "book series"]
    assert kinds == (["repository"] * 2 if layer == EXPANSION else usual)
    steps = np.diff(weights)[edges[layer] : edges[layer + 1]]
    assert steps == pytest.approx([(1 + k) ** -0.6 for k in range(len(kinds))])


def test_a_source_object_says_who_publishes_it_the_same_way_throughout():
    for source in catalog.sources():
        found = catalog.source_object(source)
        lineage = [found["host_organization"]] if source.publisher else []
        assert found["host_organization_lineage"] == lineage
        assert found["host_organization_lineage_names"] == ([source.publisher] if source.publisher else [])
        assert found["issn"] == ([source.issn] if source.issn else None)
        assert not found["is_in_doaj"] or (found["is_oa"] and found["type"] == "journal")
        if source.publisher:
            assert found["host_organization"].endswith(f"P430000000{source.publisher.removeprefix('Press ')}")


def test_artificial_intelligence_is_a_concept_of_every_paper_on_it_and_of_few_others():
    listed = catalog.concept_lists()
    assert len(listed) == LAYERS * catalog.VARIANTS
    share = [
        np.mean(
            [AI_CONCEPT in {c["id"] for c in listed[layer * catalog.VARIANTS + v]} for v in range(catalog.VARIANTS)]
        )
        for layer in range(LAYERS)
    ]
    assert share[AI] == 1
    assert 0.25 < share[COMPUTING] < 0.65
    assert all(s < 0.35 for s in share[COMPUTING + 1 :])


def test_concepts_are_ranked_by_scores_between_0_and_1_and_named_once():
    for listed in catalog.concept_lists():
        scores = [c["score"] for c in listed]
        assert scores == sorted(scores, reverse=True)
        assert all(0 < s < 1 for s in scores)
        assert len({c["id"] for c in listed}) == len(listed) >= 1
    known = {(f"https://openalex.org/C{c.concept_id}", c.name, c.level) for c in concepts()}
    seen = {(c["id"], c["display_name"], c["level"]) for listed in catalog.concept_lists() for c in listed}
    assert seen <= known


def test_keywords_begin_with_the_concepts_and_have_slugs():
    for named, listed in zip(catalog.concept_lists(), catalog.keyword_lists(), strict=True):
        names = [k["display_name"] for k in listed]
        assert names[: len(named[:3])] == [c["display_name"] for c in named[:3]]
        assert 1 <= len(set(names[len(named[:3]) :]) & set(words.KEYWORDS)) <= 3
        assert [k["score"] for k in listed] == [round(0.7 - 0.07 * i, 8) for i in range(len(listed))]
        assert all(re.fullmatch(r"https://openalex\.org/keywords/[a-z0-9][a-z0-9-]*[a-z0-9]", k["id"]) for k in listed)


def test_an_abstract_can_be_put_together_again():
    for index, wanted in zip(catalog.abstracts(), words.ABSTRACT_WORDS, strict=True):
        places = {place: word for word, where in index.items() for place in where}
        assert tuple(places[k] for k in range(len(places))) == wanted


def test_a_closed_work_is_not_open_and_a_green_one_lies_in_a_repository():
    found = {state["oa_status"]: state for state in catalog.open_access()}
    assert {name: state["is_oa"] for name, state in found.items()} == {
        "closed": False, "green": True, "gold": True, "hybrid": True, "bronze": True,
    }  # fmt: skip
    assert [name for name, s in found.items() if s["any_repository_has_fulltext"]] == ["green"]


def test_goals_are_none_or_one_of_three():
    none, *others = catalog.goals()
    assert none == []
    assert {g["id"].rpartition("/")[2]: g["display_name"] for (g,) in others} == {
        "3": "Good health and well-being", "4": "Quality Education", "9": "Industry, innovation and infrastructure",
    }  # fmt: skip


@given(st.lists(st.integers(0, 9_999_999_999), max_size=20))
def test_a_name_depends_on_its_author_only(authors):
    together = author_names(np.array(authors, dtype=np.int64))
    assert together == [author_names(np.array([a]))[0] for a in authors]
    for name in together:
        first, last = re.fullmatch(r"(\S+) [A-Z]\. (\S+)", name).groups()
        assert first in words.FIRST_NAMES
        assert last in words.LAST_NAMES


def test_names_are_the_ones_they_have_always_been():
    """Published snapshots carry them: another list of words, or another draw, would rename everybody."""
    assert author_names(np.array([5_000_000_001, 5_400_000_000])) == ["Camila E. Banerjee", "Maria G. Jensen"]


def test_many_authors_have_many_names_and_some_share_one():
    names = author_names(np.arange(5_400_000_000, 5_400_004_000))
    assert 0.95 * len(names) < len(set(names)) < len(names)
    assert {n.split()[0] for n in names} == set(words.FIRST_NAMES)
    assert any(not n.isascii() for n in names)


@given(st.integers(0, 15), st.integers(0, 15), st.integers(0, len(topics()) - 1))
def test_a_title_is_an_opening_a_topic_and_an_ending(opening, ending, topic):
    (title,) = titles(np.array([[opening, ending, topic]]))
    assert title == f"{words.TITLE_OPENINGS[opening]} {topics()[topic].name}{words.TITLE_ENDINGS[ending]}"


def test_every_draw_of_a_title_has_words_of_its_own():
    assert len(words.TITLE_OPENINGS) == len(words.TITLE_ENDINGS) == 16, "as many as works draw from"
    for listed in (words.TITLE_OPENINGS, words.FIRST_NAMES, words.LAST_NAMES, words.KEYWORDS):
        assert all(word and word == word.strip() for word in listed)
        assert len(set(listed)) == len(listed)
    assert titles(np.zeros((0, 3), dtype=np.int64)) == []


def test_no_word_could_break_the_text_of_a_record():
    """The JSON writer puts names into its records as they are."""
    assert not any(set('"\\%') & set(name) for name in words.FIRST_NAMES + words.LAST_NAMES)
    assert len(words.ABSTRACT_WORDS) == 4, "works choose among four"
