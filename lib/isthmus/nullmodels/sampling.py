"""Random networks of a fitted Enhanced Configuration Model, for statistics that have no closed form."""

from collections.abc import Iterator

import numpy as np
from scipy import sparse

from isthmus.nullmodels.constraints import IntArray
from isthmus.nullmodels.ecm import EcmFit
from isthmus.nullmodels.ensemble import Ensemble, PairIndex, gather
from isthmus.nullmodels.significance import CHUNK_PAIRS, PairVerdict, Verdict, exact_verdict
from isthmus.nullmodels.solver import FloatArray


def sample_ecm(fit: EcmFit, n_samples: int, rng: np.random.Generator) -> Iterator[sparse.csr_array]:
    """Draw networks one by one: symmetric int64 CSR matrices (N, N), independent of each other.

    Parameters
    ----------
    fit : EcmFit
        a fitted model.
    n_samples : int
        Networks to draw.
    rng : numpy.random.Generator
        Random generator; the same state gives the same networks.
    """
    pairs = _pairs_of(fit)
    for positions, weights in _draw(fit, pairs, n_samples, rng):
        yield pairs.network(positions, weights)


def sampled_moments(fit: EcmFit, n_samples: int, rng: np.random.Generator) -> Ensemble:
    """Mean, standard deviation and link share of every pair over `n_samples` realisations, as the paper takes them."""
    pairs = _pairs_of(fit)
    return gather(pairs, _draw(fit, pairs, n_samples, rng))


def sampled_verdict(fit: EcmFit, ensemble: Ensemble) -> Verdict:
    """Return expected weight and sd from the realisations; link probability and p-values stay the exact ones."""
    exact = exact_verdict(fit)

    def verdict(i: IntArray, j: IntArray, w: IntArray) -> PairVerdict:
        law = exact(i, j, w)
        at = ensemble.pairs.positions(i, j)
        return PairVerdict(
            link_probability=law.link_probability,
            expected=ensemble.mean[at],
            sd=ensemble.sd[at],
            p_upper=law.p_upper,
            p_lower=law.p_lower,
            p_two_sided=law.p_two_sided,
        )

    return verdict


def _pairs_of(fit: EcmFit) -> PairIndex:
    return PairIndex(np.flatnonzero(fit.degrees > 0), fit.n_nodes)


def _draw(
    fit: EcmFit, pairs: PairIndex, n_samples: int, rng: np.random.Generator
) -> Iterator[tuple[IntArray, IntArray]]:
    """Per sample the positions of the linked pairs and their weights: a uniform number per pair, one more per link."""
    p, rate = _laws(fit, pairs)
    uniform = np.empty(min(CHUNK_PAIRS, pairs.size))
    for _ in range(n_samples):
        hits = []
        for start in range(0, pairs.size, CHUNK_PAIRS):
            u = uniform[: min(CHUNK_PAIRS, pairs.size - start)]
            rng.random(out=u)
            hits.append(np.flatnonzero(u < p[start : start + u.size]) + start)
        linked = np.concatenate(hits) if len(hits) != 1 else hits[0]
        # Geometric by inversion: P(Exp(1) / b >= n) = exp(-b n), without the cancellation of 1 - Y for Y close to 1.
        excess = rng.standard_exponential(linked.size) / rate[linked]
        yield linked, 1 + excess.astype(np.int64)


def _laws(fit: EcmFit, pairs: PairIndex) -> tuple[FloatArray, FloatArray]:
    p, rate = np.empty(pairs.size), np.empty(pairs.size)
    for start in range(0, pairs.size, CHUNK_PAIRS):
        chunk = slice(start, min(start + CHUNK_PAIRS, pairs.size))
        law = fit.law(*pairs.ends(np.arange(chunk.start, chunk.stop)))
        p[chunk], rate[chunk] = law.link_probability, law.rate
    return p, rate
