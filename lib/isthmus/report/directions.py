"""What is said of the way of a tie: its direction with its probability, or that none is settled (METHODS 9.2)."""

import math
from dataclasses import dataclass

from isthmus.report.statement import NOT_SETTLED, factor
from isthmus.report.text import equals, percent
from isthmus.trajectories.labels import LABEL_NAMES, SETTLED

#: Half the width of a 95 % interval, in standard deviations.
_WIDTH = 1.96


@dataclass(frozen=True)
class Direction:
    """The direction of a pair in both networks: printed only where label and probability agree.

    Attributes
    ----------
    label : str | None
        Label of the published method (clusters of z): SC, SD, KI, KD; None without one.
    probability : float
        Of the class that the label names, from the trends of the propensity; nan without trends.
    told : bool
        Whether the pair has papers in both networks: without any its trend is only what other pairs do.
    support : float
        Share of the starts of the clustering that give the pair this label; nan where it is not known.
    """

    label: str | None
    probability: float
    told: bool = True
    support: float = math.nan

    @property
    def settled(self) -> bool:
        """Whether label and probability agree."""
        return self.label in LABEL_NAMES and self.told and self.probability >= SETTLED

    @property
    def name(self) -> str:
        """The label's name; empty without one."""
        return LABEL_NAMES.get(self.label or "", "")

    @property
    def words(self) -> str:
        """The direction with its P: "scientific divergence, P = 0.97"; else that it is not settled, and why.

        The label's support follows where it is known: "scientific divergence, P = 0.97, support 87%".
        """
        if self.settled:
            return f"{self.name}, P {equals(_probability(self.probability))}{self._supported}"
        if not self.name:
            return f"{NOT_SETTLED} (no label)"
        if math.isnan(self.probability):
            return f"{NOT_SETTLED} (label {self.name}, no trend{self._supported})"
        why = "" if self.told else ", no papers in one network"
        return f"{NOT_SETTLED} (label {self.name}, P {equals(_probability(self.probability))}{why}{self._supported})"

    @property
    def short(self) -> str:
        """The label with its P for tables: "SD, P = 0.97", "SD, not settled", a dash without a label."""
        if self.label is None:
            return "–"
        how = f"P {equals(_probability(self.probability))}" if self.settled else NOT_SETTLED
        return f"{self.label}, {how}{self._supported}"

    @property
    def _supported(self) -> str:
        return "" if math.isnan(self.support) else f", support {percent(self.support, 1.0)}"


@dataclass(frozen=True)
class Trend:
    """The trend of one tie's propensity in one network, per decade.

    Attributes
    ----------
    slope, sd : float
        Change of the log propensity per decade and its standard deviation.
    rise, fall, level : float
        Their probabilities; they sum to 1.
    """

    slope: float
    sd: float
    rise: float
    fall: float
    level: float

    @property
    def words(self) -> str:
        """The factor per decade, its range, and the direction with its P; or that it is not settled."""
        low, high = (math.exp(self.slope + side * _WIDTH * self.sd) for side in (-1.0, 1.0))
        number = f"{factor(math.exp(self.slope))} times per decade ({factor(low)} to {factor(high)})"
        if self.settled:
            return f"{number}, {self.short}"
        chances = f"P of a rise {_probability(self.rise)}, of a fall {_probability(self.fall)}"
        return f"{number}, {NOT_SETTLED} ({chances})"

    @property
    def settled(self) -> bool:
        """Whether one of rise, fall and level is as probable as a sentence needs."""
        return max(self.rise, self.fall, self.level) >= SETTLED

    @property
    def short(self) -> str:
        """The way with its P for tables: "falls, P > 0.99", "not settled"."""
        if not self.settled:
            return NOT_SETTLED
        ways = {"rises": self.rise, "falls": self.fall, "level": self.level}
        way = max(ways, key=lambda name: ways[name])
        return f"{way}, P {equals(_probability(ways[way]))}"


def _probability(value: float) -> str:
    """Two digits, rounded down so that nothing below a bound is printed as it; what is not certain is never 0 or 1."""
    down = math.floor(100 * value + 1e-9) / 100
    return "> 0.99" if 0.99 < value < 1 else "< 0.01" if 0 < value < 0.01 else f"{down:.2f}"
