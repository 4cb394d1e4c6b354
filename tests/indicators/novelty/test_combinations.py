from itertools import combinations as pairs_of
from itertools import permutations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.errors import IndicatorError
from isthmus.indicators.novelty.combinations import combination_novelty
from isthmus.indicators.novelty.exact import exact_null, moments_of
from isthmus.indicators.novelty.references import combinations_of, references_of
from isthmus.indicators.novelty.scores import row_blocks, summary

EIGHT = np.array([(0, 0, 0), (0, 0, 1), (0, 1, 0), (1, 0, 0), (1, 1, 2), (1, 1, 1), (2, 0, 2), (2, 1, 1)]).T
I = np.arange(600)  # noqa: E741 - as in the formula
SIX_HUNDRED = (I // 10, (7 * I + I // 13) % 3, (I * I + 3 * I + I // 7) % 6)


def null_of(paper, cell, source):
    references = references_of(np.asarray(paper), int(max(paper)) + 1, np.asarray(source), np.asarray(cell))
    position = {int(name): at for at, name in enumerate(references.sources)}
    null = exact_null(moments_of(references))
    return lambda j, k: null.pair(position[j], position[k])


def observed(paper, source, number):
    """Pairs of references to each two sources, off the diagonal in both triangles."""
    counts = np.zeros((int(max(paper)) + 1, number))
    np.add.at(counts, (paper, source), 1)
    both = counts.T @ counts
    np.fill_diagonal(both, (counts * (counts - 1) / 2).sum(axis=0))
    return both


def exchanged(cell, source, rng):
    """One permutation of the sources within each cell."""
    drawn = np.array(source)
    for u in np.unique(cell):
        drawn[cell == u] = rng.permutation(drawn[cell == u])
    return drawn


@pytest.mark.parametrize(
    ("j", "k", "mean", "variance"),
    [
        (0, 1, 2.229167, 1.084635),
        (0, 2, 1.4375, 0.811198),
        (1, 2, 1.4375, 0.811198),
        (0, 0, 0.791667, 0.364583),
        (1, 1, 0.791667, 0.364583),
        (2, 2, 0.3125, 0.199219),
    ],
)
def test_eight_references_against_all_exchanges(j, k, mean, variance):
    paper, cell, source = EIGHT
    first, second = np.flatnonzero(cell == 0), np.flatnonzero(cell == 1)
    drawn = []
    for left, right in product(permutations(first), permutations(second)):
        new = source.copy()
        new[first], new[second] = source[list(left)], source[list(right)]
        drawn.append(observed(paper, new, 3)[j, k])
    assert len(drawn) == 576
    found = null_of(*EIGHT)(j, k)
    assert found == pytest.approx((mean, variance), abs=1e-6)
    assert found[0] == pytest.approx(np.mean(drawn))
    assert found[1] == pytest.approx(np.var(drawn), rel=0.13)  # four references a cell: the second order is far


@pytest.mark.parametrize(
    ("j", "k", "mean", "variance"),
    [
        (0, 1, 146.773495, 105.625748),
        (0, 4, 152.120091, 108.793586),
        (2, 3, 164.839665, 117.118990),
        (1, 1, 53.730550, 39.570153),
    ],
)
def test_six_hundred_references(j, k, mean, variance):
    assert null_of(*SIX_HUNDRED)(j, k) == pytest.approx((mean, variance), abs=1e-6)


def test_a_thousand_exchanges_agree_within_noise():
    rng = np.random.default_rng(4)
    paper = np.repeat(np.arange(150), rng.integers(2, 12, 150))
    cell, source = rng.integers(0, 4, paper.size), rng.integers(0, 9, paper.size) * rng.integers(0, 2, paper.size)
    cell[paper < 50] = rng.integers(0, 2, (paper < 50).sum())  # papers differ in the years that they cite
    drawn = np.stack([observed(paper, exchanged(cell, source, rng), 9) for _ in range(1000)])
    found = null_of(paper, cell, source)
    for j, k in pairs_of(range(9), 2):
        mean, variance = found(j, k)
        assert abs(drawn[:, j, k].mean() - mean) < 4.5 * np.sqrt(variance / 1000)
        assert drawn[:, j, k].var() == pytest.approx(variance, rel=0.25)
    diagonal = np.array([found(j, j) for j in range(9)])
    assert drawn.mean(axis=0).diagonal() == pytest.approx(diagonal[:, 0], rel=0.05, abs=0.3)
    assert drawn.var(axis=0).diagonal() == pytest.approx(diagonal[:, 1], rel=0.25)


def by_hand(paper, source, cell, number):
    """z10, zmed and the number of scores of each paper, pair by pair."""
    found, seen = null_of(paper, cell, source), observed(paper, source, max(source) + 1)
    rows = np.full((3, number), np.nan)
    for p in range(number):
        scores = []
        for j, k in pairs_of(source[paper == p].tolist(), 2):
            mean, variance = found(j, k)
            if variance > 1e-12:
                scores.append((seen[j, k] - mean) / np.sqrt(variance))
        rows[2, p] = len(scores)
        if scores:
            rows[:2, p] = np.percentile(scores, [10, 50])
    return rows


def random_references(seed, papers, sources, span):
    rng = np.random.default_rng(seed)
    paper = np.repeat(np.arange(papers), rng.integers(0, 9, papers))
    return paper, rng.integers(0, sources, paper.size), rng.integers(1990, 1990 + span, paper.size)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 20), st.integers(1, 12), st.integers(1, 6), st.integers(1, 5))
def test_equals_the_definition_however_it_is_split(seed, papers, sources, span, blocks):
    paper, source, cited = random_references(seed, papers, sources, span)
    found = combination_novelty(paper, source, cited, np.full(papers, 2000), blocks=blocks, least_product=0)
    z10, zmed, number = by_hand(paper, source, cited, papers) if paper.size else np.full((3, papers), np.nan)
    assert np.allclose(found.z10, z10, rtol=1e-4, atol=1e-5, equal_nan=True)
    assert np.allclose(found.zmed, zmed, rtol=1e-4, atol=1e-5, equal_nan=True)
    assert np.array_equal(found.n_pairs, np.nan_to_num(number))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 30), st.integers(2, 12))
def test_names_order_and_other_years_do_not_matter(seed, papers, sources):
    rng = np.random.default_rng(seed)
    paper, source, cited = random_references(seed, papers, sources, 4)
    year = rng.integers(2000, 2003, papers)
    first = combination_novelty(paper, source, cited, year, least_product=0)
    names, order, moved = rng.permutation(1000)[:sources], rng.permutation(paper.size), rng.permutation(papers)
    moved_year = np.empty_like(year)
    moved_year[moved] = year
    second = combination_novelty(
        moved[paper[order]], names[source[order]], cited[order], moved_year, least_product=0, blocks=2
    )
    assert np.allclose(first.z10, second.z10[moved], rtol=1e-4, atol=1e-5, equal_nan=True)
    one = year == 2001
    kept = one[paper]
    alone = combination_novelty(
        paper[kept], source[kept], cited[kept], year, focal=np.flatnonzero(one), least_product=0
    )
    assert np.array_equal(alone.z10, first.z10[one], equal_nan=True)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(st.floats(-5, 5, width=32), max_size=70), min_size=1, max_size=6),
    st.sampled_from(["as they are", "ascending", "descending", "few values", "one value"]),
)
def test_percentiles_are_those_of_sorted_lists(lists, order):
    change = {"ascending": sorted, "descending": lambda x: sorted(x)[::-1], "few values": lambda x: [v // 2 for v in x],
              "one value": lambda x: [1.0] * len(x)}.get(order, list)  # fmt: skip
    lists = [change(one) for one in lists]
    starts = np.concatenate([[0], np.cumsum([len(one) for one in lists])])
    found = summary(starts, np.array([v for one in lists for v in one], dtype=np.float32))
    for at, one in enumerate(lists):
        expected = np.percentile(one, [10, 50]) if one else [np.nan, np.nan]
        assert [found[0][at], found[1][at]] == pytest.approx(expected, rel=1e-6, abs=1e-6, nan_ok=True)
        assert found[2][at] == len(one)


def test_percentiles_of_long_lists_without_missing_and_with_unbounded_scores():
    rng = np.random.default_rng(3)
    values = rng.normal(size=5000).astype(np.float32)
    values[::7], values[::11] = np.nan, np.inf
    known = values[~np.isnan(values)]
    cut = np.quantile(known[np.isfinite(known)], 0.999)
    z10, zmed, number = summary(np.array([0, 5000]), values.copy())
    assert (z10[0], zmed[0]) == pytest.approx(tuple(np.percentile(np.minimum(known, cut), [10, 50])), rel=1e-6)
    assert number[0] == known.size


def test_leaving_out_small_products_changes_scores_little():
    paper, source, cited = random_references(1, 4000, 300, 12)
    year = np.full(4000, 2000)
    found, exact = (combination_novelty(paper, source, cited, year, least_product=x) for x in (1e-5, 0))
    assert np.nanmax(np.abs(found.z10 - exact.z10)) < 0.02


def test_focal_papers_are_scored_against_the_background():
    paper, source, cited = random_references(2, 60, 10, 4)
    year = np.full(60, 2000)
    whole, some = (combination_novelty(paper, source, cited, year, focal=x) for x in (None, [7, 3, 50]))
    assert np.array_equal(some.z10, whole.z10[[7, 3, 50]], equal_nan=True)
    assert some.focal.tolist() == [7, 3, 50]


def test_lists_that_form_no_combination():
    paper = [0, 1, 1, 2, 2, 2, 3, 3, 3, 3, 4, 4]
    source = [5, 5, 5, 5, 6, 6, 7, 8, 5, 6, -1, 6]
    cited = [1999, 1999, 1998, 1999, 1998, 1999, 1990, 1998, 1999, 1999, 1999, -1]
    found = combination_novelty(paper, source, cited, [2000] * 6, maximum_references=3)
    assert found.n_references.tolist() == [1, 2, 3, 4, 0, 0]
    assert found.too_many_references.tolist() == [False, False, False, True, False, False]
    assert found.n_pairs[[0, 3, 4, 5]].tolist() == [0, 0, 0, 0]  # one reference, too many, unknown ones, none
    assert found.n_pairs[1] == 1  # one source alone: a pair with itself
    assert found.z10[1] == found.zmed[1]
    assert np.isnan(found.z10[[0, 3, 4, 5]]).all()
    assert np.isnan(found.rank[[0, 3, 4, 5]]).all()


def test_a_year_in_which_nothing_can_be_exchanged():
    found = combination_novelty([0, 0, 1, 1], [1, 2, 1, 2], [1990, 1991, 1992, 1993], [2000, 2000])
    assert np.isnan(found.z10).all()
    assert found.n_pairs.tolist() == [0, 0]
    same = combination_novelty([0, 0, 1, 1], [1, 1, 1, 1], [1990, 1990, 1990, 1990], [2000, 2000], replicates=4)
    assert np.isnan([same.z10, same.z10_sampled]).all()


def test_a_source_cited_once_has_finite_scores():
    rng = np.random.default_rng(0)
    paper, source = np.repeat(np.arange(50), 6), rng.integers(0, 8, 300)
    source[17] = 99
    found = combination_novelty(paper, source, rng.integers(1990, 1993, 300), np.full(50, 2000))
    assert np.isfinite(found.z10).all()
    assert (found.n_pairs == 15).all()


def test_the_new_pair_is_the_newest_paper():
    rng = np.random.default_rng(3)
    field = rng.integers(0, 2, 400)
    paper = np.repeat(np.arange(400), 8)
    source = rng.integers(0, 10, paper.size) + 10 * field[paper]
    source[paper == 13] = [1, 2, 3, 4, 11, 12, 13, 14]
    found = combination_novelty(paper, source, rng.integers(1990, 1995, paper.size), np.full(400, 2000))
    assert np.argmax(found.rank) == 13
    assert found.z10[13] < -4 < 0 < np.nanmedian(found.z10)


def by_samples(paper, source, cell, number, replicates, seed):
    """z10 of each paper against many permutations, densely."""
    rng = np.random.default_rng(seed)
    size = source.max() + 1
    drawn = np.stack([observed(paper, exchanged(cell, source, rng), size) for _ in range(replicates)])
    with np.errstate(all="ignore"):
        z = (observed(paper, source, size) - drawn.mean(axis=0)) / drawn.std(axis=0)
    rows = [[z[j, k] for j, k in pairs_of(source[paper == p].tolist(), 2)] for p in range(number)]
    return np.array([np.percentile(row, 10) if row else np.nan for row in rows])


def test_sampled_scores_are_those_of_permutations_and_approach_the_exact_ones():
    paper, source, cited = random_references(8, 120, 6, 3)
    year = np.full(120, 2000)
    found = combination_novelty(paper, source, cited, year, replicates=1500, seed=1, least_product=0)
    other = by_samples(paper, source, cited, 120, 1500, 2)
    assert np.nanmax(np.abs(found.z10_sampled - other)) < 0.25
    assert np.nanmax(np.abs(found.z10_sampled - found.z10)) < 0.25
    (agreement,) = found.agreement
    assert agreement.papers == np.isfinite(found.z10).sum()
    assert agreement.spearman > 0.99
    few = combination_novelty(paper, source, cited, year, replicates=10, seed=1).agreement[0]
    assert 0.8 < few.spearman < agreement.spearman
    assert agreement.hits >= 1
    assert few.hits_in_common <= agreement.hits_in_common


def test_samples_depend_on_seed_and_year_alone():
    paper, source, cited = random_references(8, 60, 6, 3)
    year = np.repeat([2000, 2001], 30)
    both = combination_novelty(paper, source, cited, year, replicates=5, seed=1)
    later = combination_novelty(paper, source, cited, year, replicates=5, seed=1, focal=np.arange(30, 60))
    assert np.array_equal(both.z10_sampled[30:], later.z10_sampled, equal_nan=True)
    other = combination_novelty(paper, source, cited, year, replicates=5, seed=2)
    assert not np.array_equal(both.z10_sampled, other.z10_sampled, equal_nan=True)


def test_samples_without_variance_count_as_the_highest_scores():
    paper, source = np.repeat(np.arange(100), 4), np.tile([0, 1, 2, 3], 100)
    cited = np.tile([1990, 1990, 1990, 1990], 100)
    paper, source, cited = np.append(paper, [100, 100]), np.append(source, [7, 7]), np.append(cited, [1980, 1990])
    found = combination_novelty(paper, source, cited, np.full(101, 2000), replicates=3, seed=0)
    assert np.isfinite(found.z10_sampled).all()
    assert found.z10_sampled[100] == pytest.approx(found.z10_sampled.max())


def test_blocks_share_the_work():
    paper, source, cited = random_references(1, 4000, 300, 12)
    combined = combinations_of(references_of(paper, 4000, source, cited))
    blocks = row_blocks(combined, 4)
    assert [a for a, _ in blocks[1:]] == [b for _, b in blocks[:-1]]
    assert (blocks[0][0], blocks[-1][1]) == (0, 300)
    ends = combined.paper_at[combined.paper + 1]
    work = np.add.reduceat(ends - combined.where, combined.source_at[[a for a, _ in blocks]])
    assert work.max() < 1.1 * work.min()


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        (([0], [1, 2], [1, 2], [2000]), {}, "one equal length"),
        (([1], [1], [1], [2000]), {}, "expected 0 to 0, one a year"),
        (([0], [1], [1], [-1]), {"focal": [0]}, "without a year"),
        (([0], [1], [1], [2000]), {"focal": [0, 0]}, "twice"),
        (([0], [1], [1], [2000]), {"maximum_references": 1}, "at least 2"),
        (([0], [1], [1], [2000]), {"replicates": 1}, "none or at least 2"),
    ],
)
def test_errors_say_what_and_where(arguments, options, message):
    with pytest.raises(IndicatorError, match=message):
        combination_novelty(*arguments, **options)


def test_no_reference_at_all():
    found = combination_novelty([], [], [], [2000, 2001, -1], replicates=2)
    assert np.isnan(found.z10).all()
    assert found.focal.tolist() == [0, 1]
    assert found.agreement == ()
    assert set(found.columns()) >= {"z10", "zmed", "rank", "n_pairs"}
