"""A second opinion on gravity: pyfixest's Poisson regression on the spread-out grid, HC1 and clustered by both cities."""

import numpy as np
import pandas as pd
import pytest

from isthmus.gravity.ppml import fit_ppml, flows_of


@pytest.mark.parametrize("seed", [3, 4])
def test_coefficients_and_both_errors_are_those_of_pyfixest(drawn, seed):
    pyfixest = pytest.importorskip("pyfixest", reason="pyfixest (extra `bench`) is not installed")
    dense = drawn(seed, shape=(25, 30))
    rng = np.random.default_rng(seed)
    y = rng.poisson(3 * np.exp(dense.X @ rng.normal(0, 0.2, dense.X.shape[1]))).astype(float)
    i, j = np.divmod(np.arange(y.size), 30)
    fit = fit_ppml(dense.grid, flows_of(i, j, y, dense.grid))
    names = [f"x{k}" for k in range(1, dense.X.shape[1])]
    frame = pd.DataFrame(dense.X[:, 1:], columns=names).assign(y=y, i=i, j=j)
    theirs = pyfixest.fepois("y ~ " + " + ".join(names), data=frame, vcov="HC1", iwls_tol=1e-12, iwls_maxiter=100)
    np.testing.assert_allclose(fit.coefficients, theirs.coef(), atol=1e-8)
    np.testing.assert_allclose(fit.standard_errors, theirs.se(), rtol=1e-6)
    if not fit.two_way_clipped:
        theirs.vcov({"CRV1": "i+j"})
        np.testing.assert_allclose(np.sqrt(np.diag(fit.two_way)), theirs.se(), rtol=1e-6)
