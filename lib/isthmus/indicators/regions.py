"""How close-knit a region is, on a table of tested pairs; without Spark."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass

import pandas as pd


@dataclass(frozen=True)
class RegionDensity:
    """Significant ties among the tested pairs inside a region, and between it and the outside.

    Attributes
    ----------
    present : int
        Members that have a tested pair.
    inside_possible, inside_significant : int
        Tested pairs of two members, and how many of them are significant.
    outside_possible, outside_significant : int
        The same of pairs of a member and a country outside.
    """

    present: int
    inside_possible: int
    inside_significant: int
    outside_possible: int
    outside_significant: int

    @property
    def inside(self) -> float:
        """Share of the pairs inside that are significant; nan without a pair."""
        return _share(self.inside_significant, self.inside_possible)

    @property
    def outside(self) -> float:
        """Share of the pairs to the outside that are significant; nan without a pair."""
        return _share(self.outside_significant, self.outside_possible)

    @property
    def ratio(self) -> float:
        """Density inside over density to the outside; nan where the latter is 0 or unknown."""
        return self.inside / self.outside if self.outside > 0 else float("nan")


def region_density(pairs: pd.DataFrame, members: Collection[str]) -> RegionDensity:
    """Count the significant ties of a region.

    Parameters
    ----------
    pairs : pandas.DataFrame
        Tested pairs of one network: src, dst, significant (boolean).
    members : Collection[str]
        The region's countries.
    """
    src, dst = pairs["src"].isin(list(members)), pairs["dst"].isin(list(members))
    inside, crossing = pairs[src & dst], pairs[src ^ dst]
    return RegionDensity(
        present=len({*pairs.loc[src, "src"], *pairs.loc[dst, "dst"]}),
        inside_possible=len(inside),
        inside_significant=int(inside["significant"].sum()),
        outside_possible=len(crossing),
        outside_significant=int(crossing["significant"].sum()),
    )


def regional_densities(significant: pd.DataFrame, regions: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Return the rows of the table `densities`: one per network and region, for networks that have any tested pair.

    Parameters
    ----------
    significant : pandas.DataFrame
        Tested pairs, one reading of the citation year: network, src, dst, significant (boolean).
    regions : Mapping[str, Sequence[str]]
        Names and countries.
    """
    rows = []
    for network, pairs in significant.groupby("network"):
        for region, members in regions.items():
            found = region_density(pairs, members)
            rows.append(
                {"network": network, "region": region, "members": len(members)}
                | asdict(found)
                | {"density_inside": found.inside, "density_outside": found.outside, "ratio": found.ratio}
            )
    return pd.DataFrame(rows)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else float("nan")
