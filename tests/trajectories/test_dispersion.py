import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from isthmus.trajectories.dispersion import fit_dispersed, size_classes


@given(st.lists(st.integers(0, 5000), max_size=300), st.integers(1, 40))
def test_classes_are_in_order_and_large_enough(papers, smallest):
    found = size_classes(np.array(papers, dtype=float), smallest=smallest)
    papers = np.array(papers)
    assert ((found == -1) == (papers == 0)).all()
    seen = papers > 0
    if seen.any():
        counts = np.bincount(found[seen])
        assert counts.min() >= min(smallest, seen.sum())
        order = np.argsort(papers[seen], kind="stable")
        assert (np.diff(found[seen][order]) >= 0).all()


def test_classes_are_doublings_where_there_are_enough():
    papers = np.repeat([1, 2, 3, 4, 7, 8], 10).astype(float)
    np.testing.assert_array_equal(size_classes(papers, smallest=5), np.repeat([0, 1, 1, 2, 2, 3], 10))
    np.testing.assert_array_equal(size_classes(papers, smallest=15), np.repeat([0, 0, 0, 1, 1, 1], 10))


def test_each_class_has_its_own_scatter():
    rng = np.random.default_rng(3)
    n, x = 1200, np.linspace(-0.5, 0.5, 20)
    mu = np.repeat([40.0, 4000.0], n // 2)[:, None] * np.ones(20)
    kappa = np.repeat([0.5, 0.02], n // 2)
    w = rng.poisson(mu * rng.gamma(1 / kappa[:, None], kappa[:, None], mu.shape)).astype(float)
    lines = fit_dispersed(w, mu, x, 0.25)
    assert abs(np.median(lines.kappa[: n // 2]) / 0.5 - 1) < 0.1
    assert abs(np.median(lines.kappa[n // 2 :]) / 0.02 - 1) < 0.1
    ratio = lines.slope.reshape(2, -1).std(axis=1) * np.sqrt(lines.information.reshape(2, -1).mean(axis=1))
    assert (np.abs(ratio - 1) < 0.15).all()  # the claimed information is that of the slopes
    assert np.abs((lines.squares / lines.freedom).mean() - 1) < 0.05
