import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.errors import IndicatorError
from isthmus.indicators.disruption.counts import class_of, disruption, rank_within

NAMES = ["r1", "r2", "d", "f", "g", "a", "b", "c", "e"]
YEARS = [2000, 2001, 2004, 2005, 2005, 2006, 2007, 2008, 2012]
PAIRS = ["f>r1", "f>r2", "a>f", "b>f", "b>r1", "c>r1", "c>r2", "d>r1", "g>r2", "e>f", "e>r1", "e>r2"]


def literal():
    pairs = np.array([[NAMES.index(x) for x in pair.split(">")] for pair in PAIRS])
    return pairs[:, 0], pairs[:, 1], YEARS


@pytest.mark.parametrize(
    ("options", "counts", "cd", "cdnok", "di5", "dependence"),
    [
        ({}, (1, 2, 2), -0.2, -1 / 3, 1 / 3, 1.0),
        ({"last": 5}, (1, 1, 2), 0.0, 0.0, 1 / 3, 0.5),
        ({"last": 5, "strict": True}, (1, 1, 1), 0.0, 0.0, 0.5, 0.5),
        # cdindex 1.0.20 gives the same -1/4 (scripts/bench/disruption.py asks it)
        ({"strict": True}, (1, 2, 1), -0.25, -1 / 3, 0.5, 1.0),
    ],
)
def test_literal_network(options, counts, cd, cdnok, di5, dependence):
    found = disruption(*literal(), focal=[3], **options)
    assert (found.n_i[0], found.n_j[0], found.n_k[0]) == counts
    assert found.n_references[0] == 2
    assert [found.cd[0], found.cdnok[0], found.di5[0], found.dependence[0]] == pytest.approx(
        [cd, cdnok, di5, dependence]
    )
    assert found.cd5[0] == 0.0


def by_sets(citing, cited, years, f, low, last):
    """The definition, with sets."""
    refs = {}
    for c, r in zip(citing, cited, strict=True):
        refs.setdefault(int(c), set()).add(int(r))
    own = refs.get(f, set())
    counts = [0] * 6
    for c, theirs in refs.items():
        gap = years[c] - years[f]
        if c == f or years[c] < 0 or gap < low or (last is not None and gap > last):
            continue
        shared = len(theirs & own)
        if f in theirs:
            counts[0] += shared == 0
            counts[1] += shared > 0
            counts[2] += shared >= 5
            counts[4] += shared
            counts[5] += 1
        else:
            counts[3] += shared > 0
    return counts


def random_network(seed, papers, citations, span):
    rng = np.random.default_rng(seed)
    years = rng.integers(2000, 2000 + span, papers)
    years[rng.random(papers) < 0.05] = -1
    pairs = np.unique(rng.integers(0, papers, (citations, 2)), axis=0)
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    return pairs[:, 0], pairs[:, 1], years


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 10**6),
    st.integers(2, 40),
    st.integers(0, 500),
    st.integers(1, 12),
    st.booleans(),
    st.sampled_from([None, 5, 7]),
    st.sampled_from([1, 2, 5]),
)
def test_equals_the_definition_however_it_is_split(seed, papers, citations, span, strict, last, shards):
    citing, cited, years = random_network(seed, papers, citations, span)
    found = disruption(citing, cited, years, strict=strict, last=last, shards=shards)
    low = int(strict)
    for at, f in enumerate(found.focal):
        n_i, n_j, strong, n_k, shared, citers = by_sets(citing, cited, years, int(f), low, last)
        assert (found.n_i[at], found.n_j[at], found.n_j_strong[at], found.n_k[at]) == (n_i, n_j, strong, n_k)
        if n_i + n_j + n_k:
            assert found.cd_all[at] == pytest.approx((n_i - n_j) / (n_i + n_j + n_k))
        if citers and found.n_references[at]:
            assert found.dependence[at] == pytest.approx(shared / citers)
        near_i, near_j, _, near_k, _, _ = by_sets(citing, cited, years, int(f), low, 5)
        if found.n_references[at] and near_i + near_j + near_k:
            assert found.cd5[at] == pytest.approx((near_i - near_j) / (near_i + near_j + near_k))


def test_a_long_list_is_entered_by_binary_search():
    citing, cited, years = random_network(5, 400, 40_000, 30)
    found = disruption(citing, cited, years)
    for at in range(0, found.focal.size, 37):
        counts = by_sets(citing, cited, years, int(found.focal[at]), 0, None)
        assert (found.n_i[at], found.n_j[at], found.n_j_strong[at], found.n_k[at]) == tuple(counts[:4])


def test_marks_that_are_used_up_are_cleared():
    """Marks have sixteen bits: after 32,767 papers they begin anew."""
    rng = np.random.default_rng(4)
    pairs = np.unique(rng.integers(0, 60, (400, 2)), axis=0)
    citing, cited = pairs[pairs[:, 0] != pairs[:, 1]].T
    year = rng.integers(2000, 2010, 60)
    once = disruption(citing, cited, year)
    again = disruption(citing, cited, year, focal=np.resize(np.arange(60), 70_000))
    for name in ("n_i", "n_j", "n_k", "cd5", "dependence"):
        np.testing.assert_array_equal(getattr(again, name), np.resize(getattr(once, name), 70_000))


def test_papers_without_references_are_left_out_and_shown_beside():
    found = disruption([2, 3], [0, 2], [2000, 2000, 2001, 2002])
    assert found.share_without_references == 0.5
    assert np.isnan(found.cd[0])
    assert found.cd_all[0] == 1.0
    assert found.cd[2] == 1.0
    assert np.isnan(disruption([2, 3], [0, 2], [2000, 2000, 2001, 2002], minimum_references=2).cd).all()


def test_longer_lists_alone_make_no_group_developmental():
    """An index that falls with the number of references and knows nothing else; a third have lists 1.3 times as long."""
    rng = np.random.default_rng(0)
    group = rng.random(200_000) < 1 / 3
    number = np.maximum(1, (18 * np.where(group, 1.3, 1) * np.exp(rng.normal(0, 0.7, group.size))).astype(int))
    index = rng.normal(0, 1, group.size) - 3 * np.log(number)
    assert rank_within(index, class_of(number))[group].mean() == pytest.approx(0.5, abs=0.003)
    coarse = np.digitize(number, [1, 5, 10, 20, 40, 80])
    assert rank_within(index, coarse)[group].mean() < 0.49


def test_ranks_are_within_the_year_or_the_year_and_the_number_of_references():
    ranks = rank_within(np.array([0.1, 0.3, 0.3, np.nan, 0.9]), np.array([1, 1, 1, 1, 2]))
    assert ranks[[0, 1, 2, 4]] == pytest.approx([1 / 6, 2 / 3, 2 / 3, 0.5])
    assert np.isnan(ranks[3])
    network = random_network(3, 60, 700, 3)
    found = disruption(*network)
    assert np.array_equal(np.isnan(found.rank), np.isnan(found.class_rank))
    # up to seven references a class is one number; no list here is longer than the class from 27 to 31
    bounds = [*range(1, 9), 10, 11, 13, 16, 19, 23, 27, 32]
    assert found.n_references.max() < 32
    classes = found.year * 100 + np.digitize(found.n_references, bounds)
    for ranks, groups in ((found.rank, found.year), (found.class_rank, classes)):
        for group in np.unique(groups):
            own = (groups == group) & ~np.isnan(found.cd)
            for at in np.flatnonzero(own):
                below, equal = (found.cd[own] < found.cd[at]).sum(), (found.cd[own] == found.cd[at]).sum()
                assert ranks[at] == pytest.approx((below + equal / 2) / own.sum())


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        (([0], [1, 2], [1, 2, 3]), {}, "one equal length"),
        (([0], [3], [1, 2, 3]), {}, "expected 0 to 2"),
        (([1], [1], [1, 2, 3]), {}, "paper 1 cites itself"),
        (([2, 2], [0, 0], [1, 2, 3]), {}, "paper 2 cites paper 0 twice"),
        (([2], [0], [1, 2, 3]), {"last": 3}, "short <= last"),
        (([2], [0], [1, 2, -1]), {"focal": [2]}, "without a year"),
    ],
)
def test_errors_say_what_and_where(arguments, options, message):
    with pytest.raises(IndicatorError, match=message):
        disruption(*arguments, **options)


def test_no_citation_at_all():
    found = disruption([], [], [2000, 2001])
    assert np.isnan(found.cd_all).all()
    assert found.share_without_references == 1.0
