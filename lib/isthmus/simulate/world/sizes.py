"""How large everything is, year by year, and the tie weights that size alone explains.

Size explains a tie by the law of the null model that the studies use (the Enhanced Configuration Model: Mastrandrea
et al. 2014). Every country has a multiplier x on its number of partners and y on the weight of its ties; with X = x_i
x_j and Y = y_i y_j a pair is linked with probability p = X Y / (1 - Y + X Y), and a link's weight is geometric on 1,
2, ... with mean 1 / (1 - Y). A world without planted facts is a draw from that law, year by year.
"""

from dataclasses import dataclass

import numpy as np

from isthmus.simulate.world.draws import Floats, Ints
from isthmus.simulate.world.facts import by_year, countries
from isthmus.simulate.world.world import World

# Layers of works: the corpus, its citing surroundings, and the expansion records that studies leave out.
AI, COMPUTING, ENGINEERING, MEDICINE, OTHER, EXPANSION = range(6)
LAYER_NAMES = (
    "artificial intelligence",
    "other computer science",
    "engineering",
    "medicine",
    "other fields",
    "expansion",
)
LAYER_SHARES = np.array([0.72, 0.08, 0.05, 0.04, 0.05, 0.06])

WEIGHT_EXPONENT = 0.7  # how fast the mean weight of a country's links grows with its size
PARTNER_EXPONENT = 0.5  # how fast its number of partners does
BISECTIONS = 32  # the logarithm of the scale to 1e-8
REFERENCES = 11.0  # mean number of references to works of the world, of works that have any


@dataclass(frozen=True)
class Sizes:
    """The expected sizes: T years, n countries, L layers.

    Attributes
    ----------
    years : array of int
        (T,) publication years.
    works : array of int
        (T, L) number of works per year and layer; they add up to the world's works.
    output : array of float
        (T, n) each country's share of the works of a year.
    share : array of float
        (T, n) each country's share of all tie ends.
    joint : array of float
        (T,) expected sum of the tie weights per work.
    collaboration : Law
        The law of the collaboration weights among the works on artificial intelligence.
    """

    years: Ints
    works: Ints
    output: Floats
    share: Floats
    joint: Floats
    collaboration: "Law"


@dataclass(frozen=True)
class Law:
    """The null model's law of every pair's weight in every year: arrays (T, n, n), symmetric, zero diagonal.

    Attributes
    ----------
    present : array of float
        Probability of a link.
    continued : array of float
        Y, the probability that a link's weight goes on by one more.
    expected : array of float
        Mean weight, present / (1 - continued).
    """

    present: Floats
    continued: Floats
    expected: Floats

    def quantile(self, level: Floats) -> Floats:
        """Return the weight below or at which the law has at least probability `level`, per pair and year (T, n, n)."""
        above = np.maximum(1.0 - level, 1e-300)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            steps = np.log(above / self.present) / np.log(self.continued)
        weight = np.where(self.continued > 0, 1.0 + np.floor(np.nan_to_num(steps)), 1.0)
        return np.where(above < self.present, weight, 0.0)


def largest_remainder(weights: Floats, total: int) -> Ints:
    """Whole numbers in proportion to the weights that add up to the total (last axis flattened)."""
    flat = np.asarray(weights, dtype=np.float64).ravel()
    exact = flat / max(flat.sum(), 1e-300) * total
    whole = np.floor(exact).astype(np.int64)
    missing = total - int(whole.sum())
    if missing:
        order = np.argsort(-(exact - whole), kind="stable")
        whole[order[:missing]] += 1
    found: Ints = whole.reshape(np.shape(weights))
    return found


def growth(years: Ints) -> Floats:
    """Return the relative number of works per year: it trebles from 2000 to 2021."""
    return 1.0 + 2.0 * np.clip(years - 2000, -6, 21) / 21.0 + 0.1 * np.clip(years - 2021, 0, None)


def null_law(share: Floats, total: Floats) -> Law:
    """Return the null model's law for countries of these sizes whose weights are expected to add up to a total.

    Parameters
    ----------
    share : array of float
        (T, n) sizes, above zero.
    total : array of float
        (T,) expected sum of all pair weights.
    """
    relative = share / share.max(axis=1, keepdims=True)
    partners = relative**PARTNER_EXPONENT
    odds = partners[:, :, None] * partners[:, None, :]
    cost = relative**-WEIGHT_EXPONENT
    pair = cost[:, :, None] + cost[:, None, :]
    off = 1.0 - np.eye(share.shape[1])

    def law(scale: Floats) -> tuple[Floats, Floats]:
        continued = np.exp(-np.exp(scale)[:, None, None] * pair)
        linked = odds * continued
        return off * linked / (1.0 - continued + linked), continued

    low, high = np.full(len(total), -25.0), np.full(len(total), 6.0)
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        present, continued = law(middle)
        above = (present / (1.0 - continued)).sum(axis=(1, 2)) / 2 > total
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    present, continued = law((low + high) / 2)
    return Law(present, continued * off, present / (1.0 - continued))


def sizes(world: World) -> Sizes:
    """Return the expected sizes of a world."""
    facts = countries()
    years = np.arange(world.first_year, world.last_year + 1)
    works = largest_remainder(growth(years)[:, None] * LAYER_SHARES[None, :], world.works)
    output = by_year(facts.output, years)
    output /= output.sum(axis=1, keepdims=True)
    share = np.sqrt(output * by_year(facts.ties, years))
    share /= share.sum(axis=1, keepdims=True)
    joint = np.interp(years, [2000, 2021], [0.28, 0.42])
    return Sizes(years, works, output, share, joint, null_law(share, joint * works[:, AI]))
