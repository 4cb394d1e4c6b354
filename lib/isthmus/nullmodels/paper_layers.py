"""What papers hold fixed: how many countries each has, how many papers each country has, and what follows for certain.

Sort the countries by papers. The r largest can be on at most F(r) = sum_k n_k min(k, r) papers together (Gale 1957;
Ryser 1957). Where they reach that bound, every paper of at most r countries lies among them and every larger one has
all of them: the countries fall into layers that do not influence each other. A paper of k countries has exactly
min(k - start, size) of a layer's, never less than 0. Between such ranks a fit has finite parameters; at them the
parameters run to infinity, and the layers are the exact limit.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from isthmus.errors import NetworkError
from isthmus.nullmodels.constraints import LARGEST_WEIGHT, IntArray, node_name
from isthmus.nullmodels.solver import FloatArray


@dataclass(frozen=True)
class Layer:
    """Countries whose number on each paper is certain; which of them they are is free.

    Attributes
    ----------
    members : int64 array of shape (g,)
        Country indices, most papers first.
    start : int
        Number of countries in the layers before.
    sizes : int64 array of shape (K',)
        Numbers of this layer's countries on a paper that leave a choice, 0 < size < g, ascending.
    papers : float64 array of shape (K',)
        Number of papers of each such size.
    free_papers : float64 array of shape (g,)
        Observed papers of each member without those that have the whole layer.

    """

    members: IntArray
    start: int
    sizes: IntArray
    papers: FloatArray
    free_papers: FloatArray

    @property
    def is_certain(self) -> bool:
        """Return whether the layer leaves no choice."""
        return self.sizes.size == 0


@dataclass(frozen=True)
class PaperCounts:
    """The constraints of a null model of papers, checked.

    Attributes
    ----------
    papers_of_country : int64 array of shape (N,)
        Papers of each country, full counts.
    sizes : int64 array of shape (K,)
        Numbers of countries that papers have, ascending.
    papers : float64 array of shape (K,)
        Number of papers of each size.
    layer_of : int64 array of shape (N,)
        Layer of each country.
    layers : tuple of Layer
        In order of falling papers per country.

    """

    papers_of_country: IntArray
    sizes: IntArray
    papers: FloatArray
    layer_of: IntArray
    layers: tuple[Layer, ...]

    def inside(self, layer: int) -> IntArray:
        """Return how many countries of a layer a paper of each size has, shape (K,)."""
        part = self.layers[layer]
        return np.clip(self.sizes - part.start, 0, part.members.size)


def counts_of_incidence(incidence: Any) -> tuple[IntArray, IntArray, sparse.csr_array]:
    """Return papers per country, papers per number of countries, and pair weights of papers given one by one.

    Parameters
    ----------
    incidence : array or sparse matrix of shape (P, N)
        1 (or True) where a paper has a country, 0 elsewhere. Papers without any country are left out.

    Returns
    -------
    papers_of_country : int64 array of shape (N,)
        Papers of each country.
    papers_of_size : int64 array of shape (K + 1,)
        Number of papers with 0, 1, ..., K countries; the first is 0.
    weights : sparse int64 array of shape (N, N)
        Joint papers of each pair, without loops.

    Raises
    ------
    NetworkError
        An entry is neither 0 nor 1.

    """
    matrix = sparse.csr_array(incidence).astype(np.int64)
    matrix.sum_duplicates()
    matrix.eliminate_zeros()
    if matrix.data.size and not (matrix.data == 1).all():
        raise NetworkError(f"the incidence has an entry {matrix.data[matrix.data != 1][0]}; expected 0 or 1")
    sizes = np.diff(matrix.indptr)
    papers_of_size = np.bincount(sizes, minlength=1).astype(np.int64)
    papers_of_size[0] = 0
    together = sparse.csr_array(matrix.T @ matrix)
    together.setdiag(0)
    together.eliminate_zeros()
    return np.asarray(matrix.sum(axis=0), dtype=np.int64).ravel(), papers_of_size, together


def paper_counts(
    papers_of_country: ArrayLike, papers_of_size: ArrayLike, *, labels: Sequence[Any] | None = None
) -> PaperCounts:
    """Check the constraints of a null model of papers and find what is certain under them.

    Parameters
    ----------
    papers_of_country : array of shape (N,)
        Papers of each country, whole numbers >= 0.
    papers_of_size : array of shape (K + 1,)
        Number of papers with 0, 1, ..., K countries, whole numbers >= 0; the first is 0.
    labels : sequence of length N, optional
        Names of the countries, for error messages.

    Returns
    -------
    PaperCounts
        The constraints, with the layers of countries.

    Raises
    ------
    NetworkError
        No papers, a number that is not whole or negative, sums that differ, or no set of papers has these numbers.

    """
    m = _whole(papers_of_country, "papers per country")
    n = _whole(papers_of_size, "papers per number of countries")
    if n.size and n[0]:
        raise NetworkError(f"{n[0]} papers have 0 countries; expected none: leave papers without a country out")
    if not n.any():
        raise NetworkError("there are no papers; expected at least one")
    sizes = np.flatnonzero(n)
    papers = n[sizes]
    present = int((m > 0).sum())
    if sizes[-1] > present:
        raise NetworkError(
            f"{papers[-1]} papers have {sizes[-1]} countries, but only {present} countries have papers; "
            "check that both counts are of the same papers"
        )
    if int(m.sum()) != int(sizes @ papers):
        raise NetworkError(
            f"the papers per country sum to {m.sum()}, the countries per paper to {sizes @ papers}; both count the "
            "pairs of a paper and a country of it, so they must be equal: check that both are of the same papers"
        )
    layer_of, layers = _layers(m, sizes, papers, labels)
    return PaperCounts(m, sizes, papers.astype(np.float64), layer_of, layers)


def _layers(
    m: IntArray, sizes: IntArray, papers: IntArray, labels: Sequence[Any] | None
) -> tuple[IntArray, tuple[Layer, ...]]:
    order = np.argsort(-m, kind="stable")
    held = np.cumsum(m[order])
    # F(r) - F(r - 1) is the number of papers of r or more countries.
    at_least = papers.sum() - np.concatenate([[0], np.cumsum(papers)])[np.searchsorted(sizes, np.arange(1, m.size + 1))]
    slack = np.cumsum(at_least) - held
    if (slack < 0).any():
        rank = int(np.argmax(slack < 0))
        name = node_name(int(order[rank]), labels)
        raise NetworkError(
            f"no papers have these counts: the {rank + 1} countries with most papers, down to {name} with "
            f"{m[order[rank]]}, have {held[rank]}, but at most {held[rank] + slack[rank]} is possible (sum over papers "
            f"of the lesser of their countries and {rank + 1}); check that both counts are of the same papers"
        )
    ends = np.flatnonzero(slack == 0) + 1
    layer_of = np.empty(m.size, dtype=np.int64)
    layers = tuple(_cut(m, sizes, papers, order, ends))
    for position, layer in enumerate(layers):
        layer_of[layer.members] = position
    return layer_of, layers


def _cut(m: IntArray, sizes: IntArray, papers: IntArray, order: IntArray, ends: IntArray) -> Iterator[Layer]:
    for start, stop in zip([0, *ends[:-1]], ends, strict=True):
        members = order[start:stop]
        free = (sizes > start) & (sizes < stop)
        whole = papers[sizes >= stop].sum()
        yield Layer(
            members=members,
            start=int(start),
            sizes=sizes[free] - start,
            papers=papers[free].astype(np.float64),
            free_papers=(m[members] - whole).astype(np.float64),
        )


def _whole(values: ArrayLike, name: str) -> NDArray[np.int64]:
    array = np.asarray(values)
    if array.ndim != 1:
        raise NetworkError(f"the {name} have shape {array.shape}; expected one number each, in one dimension")
    if array.size and array.dtype.kind not in "biuf":
        raise NetworkError(f"the {name} are of type {array.dtype}; expected whole numbers")
    broken = ~np.isfinite(array) | (array < 0) | (array > LARGEST_WEIGHT)
    if array.dtype.kind == "f":
        broken |= array != np.floor(array)
    if broken.any():
        at = int(np.flatnonzero(broken)[0])
        raise NetworkError(f"the {name} at position {at} are {array[at]}; expected a whole number >= 0")
    return array.astype(np.int64)
