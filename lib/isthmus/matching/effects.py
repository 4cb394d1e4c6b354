"""Effects of a treatment on matched units, with their errors, from sums over strata.

    SATT = sum_s (nT_s / mT)(mean_T_s - mean_C_s)            the sample average effect on the treated
    difference = mean of kept treated - mean of kept controls, without weights (what the published studies print)

Notation: mT, mC kept units of each arm; w_s = (nT_s / nC_s)(mC / mT); S, Q sums of the outcome and of its squares.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from isthmus.errors import MatchingError
from isthmus.matching.balance import effective_sample_size
from isthmus.matching.sums import Sums

Floats = NDArray[np.float64]
SATT, DIFFERENCE = "satt", "difference"
# Student's test loses its level when the smaller arm is so many times smaller.
UNEQUAL_ARMS = 10
FEW_UNITS = 10


@dataclass(frozen=True)
class Estimate:
    """An estimate with one of its errors.

    Attributes
    ----------
    method : str
        "student", "welch", "robust", "robust_hc0", "clustered", "stratified", "permutation".
    of : str
        "satt" or "difference".
    value : float
        The estimate.
    error : float or None
        Standard error; None where there are too few units, see `reason`.
    degrees : float or None
        Degrees of freedom of the t distribution; None: normal.
    statistic, p : float or None
        Value over error, and its two-sided p-value.
    low, high : float or None
        Interval of the effect's level; None for a permutation, whose error holds only where there is no effect.
    reason : str or None
        Why there is no error.
    """

    method: str
    of: str
    value: float
    error: float | None = None
    degrees: float | None = None
    statistic: float | None = None
    p: float | None = None
    low: float | None = None
    high: float | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Effect:
    """The effect on one outcome.

    Attributes
    ----------
    all_treated, all_control, all_strata : int
        Units and strata before matching.
    n_treated, n_control, n_strata : int
        Kept ones, mT, mC.
    mean_treated, mean_control, mean_control_weighted : float
        Means of the kept units, muT, muC, muCw.
    satt : float
        muT - muCw.
    difference : float
        muT - muC.
    percent, percent_weighted : float or None
        100 (muT - muC) / muC, and the same of muCw; None where that mean is 0.
    effective_controls : float
        Control units of equal weight that the weighted ones are worth.
    bootstrap_error : float
        Standard deviation of the SATT over resamples of units within the arms of strata, in closed form.
    estimates : tuple of Estimate
        Student and Welch of the difference; robust, clustered, stratified and permutation of the SATT.
    level : float
        Coverage of the intervals.
    notes : tuple of str
        What a reader has to know.
    """

    all_treated: int
    all_control: int
    all_strata: int
    n_treated: int
    n_control: int
    n_strata: int
    mean_treated: float
    mean_control: float
    mean_control_weighted: float
    satt: float
    difference: float
    percent: float | None
    percent_weighted: float | None
    effective_controls: float
    bootstrap_error: float
    estimates: tuple[Estimate, ...]
    level: float
    notes: tuple[str, ...] = ()

    def estimate(self, method: str) -> Estimate:
        """Return the estimate with the error of a method.

        Parameters
        ----------
        method : str
            See `Estimate.method`.

        Raises
        ------
        MatchingError
            There is no such method.
        """
        for found in self.estimates:
            if found.method == method:
                return found
        raise MatchingError(f"there is no error {method!r}; valid: {', '.join(e.method for e in self.estimates)}")

    @property
    def main(self) -> Estimate:
        """The SATT with its stratified error, or its robust one where an arm has one unit in every stratum."""
        stratified = self.estimate("stratified")
        return stratified if stratified.error is not None else self.estimate("robust")

    def row(self) -> dict[str, Any]:
        """Return the effect as one flat row, for a table."""
        values = {name: getattr(self, name) for name in self.__dataclass_fields__ if name not in ("estimates", "notes")}
        for found in self.estimates:
            values |= {f"{found.method}_error": found.error, f"{found.method}_p": found.p}
        values |= {"low": self.main.low, "high": self.main.high, "notes": "; ".join(self.notes)}
        return values


def effect(sums: Sums, *, level: float = 0.95) -> Effect:
    """Return the effect of a treatment from sums over all strata, those with one arm among them.

    Parameters
    ----------
    sums : Sums
        Of all strata.
    level : float
        Coverage of the intervals, between 0 and 1.

    Raises
    ------
    MatchingError
        No stratum has both arms, or the level is no share.
    """
    if not 0 < level < 1:
        raise MatchingError(f"the level of the intervals is {level}; expected a share between 0 and 1, such as 0.95")
    kept = sums.matched()
    all_treated, all_control = (int((n * sums.strata).sum()) for n in (sums.n_treated, sums.n_control))
    if kept.strata.size == 0:
        raise MatchingError(unmatched(all_treated, all_control, int(sums.strata.sum())))
    m = Moments(kept)
    satt, difference = m.mean_t - m.mean_cw, m.mean_t - m.mean_c
    mean_c, mean_cw = m.mean_c + sums.centre, m.mean_cw + sums.centre
    estimates = (*_unweighted(m, difference, level), *_weighted(m, satt, level))
    return Effect(
        all_treated=all_treated,
        all_control=all_control,
        all_strata=int(sums.strata.sum()),
        n_treated=int(m.mt),
        n_control=int(m.mc),
        n_strata=int(m.strata.sum()),
        mean_treated=m.mean_t + sums.centre,
        mean_control=mean_c,
        mean_control_weighted=mean_cw,
        satt=satt,
        difference=difference,
        percent=100 * difference / mean_c if mean_c else None,
        percent_weighted=100 * satt / mean_cw if mean_cw else None,
        effective_controls=effective_sample_size(kept.n_treated, kept.n_control, kept.strata),
        bootstrap_error=_root((m.share**2 * (m.ss_t / m.nt**2 + m.ss_c / m.nc**2)).sum()),
        estimates=estimates,
        level=level,
        notes=tuple(_notes(m, all_treated, mean_c, mean_cw, estimates)),
    )


def unmatched(treated: int, control: int, strata: int) -> str:
    """Return the sentence that says that nothing is matched.

    Parameters
    ----------
    treated, control, strata : int
        Units of each arm, and strata.
    """
    return (
        f"no stratum has both arms: {treated:,} treated and {control:,} control units lie in {strata:,} strata; "
        "use coarser bins or fewer exact covariates"
    )


class Moments:
    """Sums of the matched strata under short names, as in the formulas; one row may stand for several strata."""

    def __init__(self, kept: Sums) -> None:
        self.nt, self.nc = kept.n_treated.astype(np.float64), kept.n_control.astype(np.float64)
        self.strata = kept.strata.astype(np.float64)
        self.st, self.sc, self.qt, self.qc = kept.s_treated, kept.s_control, kept.q_treated, kept.q_control
        self.tt, self.tc, self.cc = kept.tt, kept.tc, kept.cc
        self.mt, self.mc = float((self.strata * self.nt).sum()), float((self.strata * self.nc).sum())
        self.share = self.nt / self.mt
        self.w = self.nt / self.nc * (self.mc / self.mt)
        self.mean_t, self.mean_c = float(self.st.sum()) / self.mt, float(self.sc.sum()) / self.mc
        self.mean_cw = float((self.nt / self.nc * self.sc).sum()) / self.mt
        # squared deviations from the stratum's mean; rounding may leave them just below 0
        self.ss_t = np.maximum((self.nt * self.qt - self.tt) / self.nt, 0)
        self.ss_c = np.maximum((self.nc * self.qc - self.cc) / self.nc, 0)


def _unweighted(m: Moments, difference: float, level: float) -> tuple[Estimate, Estimate]:
    """Student's and Welch's test of the unweighted means."""
    if m.mt < 2 or m.mc < 2:
        which = "treated" if m.mt < 2 else "control"
        reason = f"one {which} unit is matched: its arm has no variance"
        return (
            Estimate("student", DIFFERENCE, difference, reason=reason),
            Estimate("welch", DIFFERENCE, difference, reason=reason),
        )
    ss_t = max(float(m.qt.sum()) - m.mt * m.mean_t**2, 0.0)
    ss_c = max(float(m.qc.sum()) - m.mc * m.mean_c**2, 0.0)
    pooled = (ss_t + ss_c) / (m.mt + m.mc - 2) * (1 / m.mt + 1 / m.mc)
    a, b = ss_t / (m.mt - 1) / m.mt, ss_c / (m.mc - 1) / m.mc
    freedom = (a + b) ** 2 / (a**2 / (m.mt - 1) + b**2 / (m.mc - 1)) if a + b > 0 else None
    return (
        _tested("student", DIFFERENCE, difference, pooled, m.mt + m.mc - 2, level),
        _tested("welch", DIFFERENCE, difference, a + b, freedom, level),
    )


def _weighted(m: Moments, satt: float, level: float) -> tuple[Estimate, ...]:
    """Robust, clustered, stratified and permutation errors of the SATT."""
    n = m.mt + m.mc
    return (
        *_robust(m, satt, n, level),
        _clustered(m, satt, n, level),
        _stratified(m, satt, level),
        _permuted(m, satt, level),
    )


def _robust(m: Moments, satt: float, n: float, level: float) -> tuple[Estimate, Estimate]:
    """Of the weighted regression on the treatment: HC1 (with n / (n - 2)) and HC0 (White 1980)."""
    treated = float((m.qt - 2 * m.mean_t * m.st + m.mean_t**2 * m.strata * m.nt).sum()) / m.mt**2
    control = float((m.w**2 * (m.qc - 2 * m.mean_cw * m.sc + m.mean_cw**2 * m.strata * m.nc)).sum()) / m.mc**2
    hc0 = max(treated + control, 0.0)
    if n <= 2:
        reason = "two units are matched: no degree of freedom is left"
        return tuple(Estimate(name, SATT, satt, reason=reason) for name in ("robust", "robust_hc0"))  # type: ignore[return-value]
    return (
        _tested("robust", SATT, satt, hc0 * n / (n - 2), n - 2, level),
        _tested("robust_hc0", SATT, satt, hc0, n - 2, level),
    )


def _clustered(m: Moments, satt: float, n: float, level: float) -> Estimate:
    """Of the same regression, clustered by stratum: CR1, G / (G - 1) (n - 1) / (n - 2); t with G - 1 degrees."""
    clusters = float(m.strata.sum())
    if clusters < 2:
        return Estimate("clustered", SATT, satt, reason="one stratum is matched: clusters need two")
    a, b, c = 1 / m.mt, m.w / m.mc, m.share * (m.mean_cw - m.mean_t)
    squares = a**2 * m.tt + b**2 * m.cc + m.strata * c**2 + 2 * (a * c * m.st - b * c * m.sc - a * b * m.tc)
    variance = max(float(squares.sum()), 0.0) * clusters / (clusters - 1) * (n - 1) / (n - 2)
    return _tested("clustered", SATT, satt, variance, clusters - 1, level)


def _stratified(m: Moments, satt: float, level: float) -> Estimate:
    """Neyman's error within strata; an arm of one unit takes the pooled variance of its arm within strata."""
    treated, control = within(m.ss_t, m.nt, m.strata), within(m.ss_c, m.nc, m.strata)
    if treated is None or control is None:
        which = "treated" if treated is None else "control"
        return Estimate(
            "stratified", SATT, satt, reason=f"every stratum has one {which} unit: no variance within strata"
        )
    variance = float((m.share**2 * (treated / m.nt + control / m.nc)).sum())
    return _tested("stratified", SATT, satt, variance, None, level)


def within(squares: Floats, n: Floats, strata: Floats) -> Floats | None:
    """Return the sums over strata of an arm's variance; None where no stratum has two units of it."""
    several = n > 1
    if not several.any():
        return None
    pooled = squares[several].sum() / (strata * (n - 1))[several].sum()
    own: Floats = np.where(several, squares / np.maximum(n - 1, 1), pooled * strata)
    return own


def _permuted(m: Moments, satt: float, level: float) -> Estimate:
    """Error of the SATT if the treatment were dealt anew within each stratum: a test, no interval."""
    n = m.nt + m.nc
    squares = np.maximum(m.qt + m.qc - (m.tt + 2 * m.tc + m.cc) / n, 0)
    variance = float((m.share**2 * squares / (n - 1) * (1 / m.nt + 1 / m.nc)).sum())
    found = _tested("permutation", SATT, satt, variance, None, level)
    return Estimate("permutation", SATT, satt, found.error, None, found.statistic, found.p, reason=found.reason)


def _tested(method: str, of: str, value: float, variance: float, degrees: float | None, level: float) -> Estimate:
    if variance <= 0:
        return Estimate(
            method, of, value, 0.0, degrees, reason="the outcome does not vary: an error of 0 tests nothing"
        )
    error = variance**0.5
    law = stats.norm() if degrees is None else stats.t(degrees)
    half = float(law.ppf((1 + level) / 2)) * error
    statistic = value / error
    return Estimate(
        method, of, value, error, degrees, statistic, float(2 * law.sf(abs(statistic))), value - half, value + half
    )


def _root(variance: Any) -> float:
    return float(max(variance, 0.0)) ** 0.5


def _notes(m: Moments, all_treated: int, mean_c: float, mean_cw: float, estimates: tuple[Estimate, ...]) -> list[str]:
    """Return what a reader has to know, as sentences."""
    said = []
    lost = all_treated - int(m.mt)
    if lost:
        said.append(
            f"{lost:,} of {all_treated:,} treated units have no control in their stratum and are left out: the effect "
            "is that on the others"
        )
    if min(m.mt, m.mc) < FEW_UNITS:
        said.append(f"few units are matched: {int(m.mt)} treated, {int(m.mc)} control; errors are rough")
    if max(m.mt, m.mc) > UNEQUAL_ARMS * min(m.mt, m.mc):
        said.append("the arms are of very different size: Student's test does not keep its level; read Welch's")
    for name, mean in (("", mean_c), ("weighted ", mean_cw)):
        if not mean:
            said.append(f"the {name}mean of the control units is 0: there is no difference in percent")
    said += [f"{found.method}: {found.reason}" for found in estimates if found.reason]
    return said
