"""How much series scatter around their trends: overdispersion and autocorrelation, pooled over pairs of like size."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from isthmus.trajectories.dtw import Floats
from isthmus.trajectories.trend_kernels import fit_lines

# Pairs that share an estimate: those whose papers differ by less than a factor of two, and at least so many.
SMALLEST_CLASS = 100
# Rounds of fitting the lines and estimating the scatter around them; the estimates then move by less than 1 %.
ROUNDS = 8
LARGEST_RHO = 0.8
# A fit takes at most this part of a year's scatter: beyond it the correction would divide by nearly nothing.
LARGEST_LEVERAGE = 0.8


@dataclass(frozen=True)
class Lines:
    """Lines fitted to the log propensity of n pairs, with the scatter around them.

    Attributes
    ----------
    slope : float array of shape (n,)
        b, most probable value under the wide prior, per span of years.
    information : float array of shape (n,)
        Of the data about b, corrected for autocorrelation; 0 where they say nothing.
    kappa, rho : float array of shape (n,)
        Overdispersion and lag-1 autocorrelation of the pair's size class.
    squares : float array of shape (n,)
        Sum of the squared standardised residuals of the pair.
    freedom : float array of shape (n,)
        Degrees of freedom of that sum.
    size_class : int64 array of shape (n,)
        Number of the class, 0 for the smallest; -1 where nothing was observed.

    """

    slope: Floats
    information: Floats
    kappa: Floats
    rho: Floats
    squares: Floats
    freedom: Floats
    size_class: NDArray[np.int64]


def size_classes(papers: Floats, *, smallest: int = SMALLEST_CLASS) -> NDArray[np.int64]:
    """Return a class for each pair: by doublings of its papers, merged downwards until each has `smallest` pairs.

    Parameters
    ----------
    papers : float array of shape (n,)
        Observed papers over all years.
    smallest : int
        Pairs that a class has at least, unless there are fewer in all.

    Returns
    -------
    int64 array of shape (n,)
        0, 1, ... from small to large; -1 for pairs without papers.

    """
    found = np.full(papers.size, -1, dtype=np.int64)
    seen = papers > 0.0
    if not seen.any():
        return found
    octave = np.floor(np.log2(papers[seen])).astype(np.int64)
    octave -= octave.min()
    class_of = np.zeros(octave.max() + 1, dtype=np.int64)
    members, number = 0, 0
    for position, pairs in reversed(list(enumerate(np.bincount(octave).tolist()))):
        if members >= smallest:
            members, number = 0, number + 1
        class_of[position] = number
        members += pairs
    if members < smallest and number > 0:
        class_of[class_of == number] = number - 1
        number -= 1
    found[seen] = number - class_of[octave]
    return found


def fit_dispersed(weight: Floats, expected: Floats, x: Floats, prior_precision: float) -> Lines:
    """Fit a line to each pair and, in turn, the scatter of each size class around the lines.

    kappa solves sum over years and pairs of a class of ((w - m)^2 / (1 - c h) - m - kappa m^2) / (1 + kappa m)^2 = 0,
    the normal pseudo-likelihood of the variance m (1 + kappa m); h is the leverage, and c = (1 + rho) / (1 - rho) how
    many times more of autocorrelated scatter a line takes up.

    Parameters
    ----------
    weight, expected : float array of shape (n, T)
        w_t and mu_t; mu_t = 0 leaves the year out.
    x : float array of shape (T,)
        Centred years over the span.
    prior_precision : float
        Of the wide prior on the slope.

    """
    size_class = size_classes(np.where(expected > 0.0, weight, 0.0).sum(axis=1))
    number = int(size_class.max(initial=-1)) + 1
    place = np.maximum(size_class, 0)
    kappa, rho = np.zeros(max(number, 1)), np.zeros(max(number, 1))
    used = (expected > 0.0) & (size_class >= 0)[:, None]
    start = np.full((len(weight), 2), np.nan)
    for _ in range(ROUNDS):
        line = _line(weight, expected, x, kappa[place], prior_precision, used, rho[place], start)
        start = np.stack([line.level, line.slope], axis=1)
        if number:
            kappa = _kappa(line, kappa, size_class, number)
            rho = _rho(line, rho, size_class, number)
    line = _line(weight, expected, x, kappa[place], prior_precision, used, rho[place], start)
    inflation = (1.0 + rho) / (1.0 - rho)
    # Neighbouring years that scatter alike say less about how much: a sum of squares of so many independent years.
    independent = ((1.0 - rho**2) / (1.0 + rho**2))[place]
    freedom = (used * (1.0 - line.taken)).sum(axis=1)
    squares = (line.squared / line.variance * used).sum(axis=1)
    return Lines(
        slope=line.slope,
        information=line.information / inflation[place],
        kappa=np.where(size_class >= 0, kappa[place], np.nan),
        rho=np.where(size_class >= 0, rho[place], np.nan),
        squares=squares * independent,
        freedom=freedom * independent,
        size_class=size_class,
    )


@dataclass(frozen=True)
class _Line:
    level: Floats
    slope: Floats
    information: Floats
    fitted: Floats
    residual: Floats
    squared: Floats
    variance: Floats
    taken: Floats  # share of a year's scatter that the line takes up, c h_tt
    taken_next: Floats  # c h_t,t+1
    used: NDArray[np.bool_]


def _line(
    weight: Floats,
    expected: Floats,
    x: Floats,
    kappa: Floats,
    prior_precision: float,
    used: NDArray[np.bool_],
    rho: Floats,
    start: Floats,
) -> _Line:
    level, slope, information, fitted, own, next_, _ = fit_lines(weight, expected, x, kappa, prior_precision, start)
    inflation = ((1.0 + rho) / (1.0 - rho))[:, None]
    residual = np.where(used, weight - fitted, 0.0)
    return _Line(
        level=level,
        slope=slope,
        information=information,
        fitted=fitted,
        residual=residual,
        squared=residual**2,
        variance=np.where(used, fitted * (1.0 + kappa[:, None] * fitted), 1.0),
        taken=np.minimum(own * inflation, LARGEST_LEVERAGE),
        taken_next=next_ * inflation,
        used=used,
    )


def _kappa(line: _Line, kappa: Floats, size_class: NDArray[np.int64], number: int) -> Floats:
    place = np.maximum(size_class, 0)
    share = np.where(line.used, 1.0, 0.0) / (1.0 + kappa[place][:, None] * line.fitted) ** 2
    excess = (share * (line.squared / (1.0 - line.taken) - line.fitted)).sum(axis=1)
    square = (share * line.fitted**2).sum(axis=1)
    return np.maximum(_by_class(excess, size_class, number) / _by_class(square, size_class, number), 0.0)


def _rho(line: _Line, rho: Floats, size_class: NDArray[np.int64], number: int) -> Floats:
    """Lag-1 autocorrelation of the standardised residuals, what the fit takes out of both sums put back."""
    both = line.used[:, :-1] & line.used[:, 1:]
    standard = line.residual / np.sqrt(line.variance)
    product = np.where(both, standard[:, :-1] * standard[:, 1:] + line.taken_next[:, :-1], 0.0).sum(axis=1)
    scale = standard**2 + line.taken
    square = np.where(both, 0.5 * (scale[:, :-1] + scale[:, 1:]), 0.0).sum(axis=1)
    total = _by_class(square, size_class, number)
    found = np.divide(_by_class(product, size_class, number), total, out=np.zeros(number), where=total > 0.0)
    return np.clip(found, 0.0, LARGEST_RHO)


def _by_class(values: Floats, size_class: NDArray[np.int64], number: int) -> Floats:
    seen = size_class >= 0
    return np.asarray(np.bincount(size_class[seen], weights=values[seen], minlength=number), dtype=np.float64)
