"""Balance in Spark: what units add to the cells of a cross-tabulation, and distances over the cells."""

from collections.abc import Callable, Mapping
from typing import Any

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from isthmus.matching.balance import Balance, MeanDifference, standardised
from isthmus.matching.blocks import ARM, WEIGHT
from isthmus.matching.units_fanout import only_row

WHEN = ("before", "after", "weighted")
# numbers of units of each arm: all, kept, weighted
ARM_SUMS = tuple(f"{side}_{when}" for when in WHEN for side in ("treated", "control"))


def arm_weights() -> dict[str, Column]:
    """Return what each unit adds to each of `ARM_SUMS`."""
    weight = {"before": F.lit(1.0), "after": (F.col(WEIGHT) > 0).cast("double"), "weighted": F.col(WEIGHT)}
    sides: dict[str, Callable[[], Column]] = {"treated": lambda: F.col(ARM), "control": lambda: ~F.col(ARM)}
    return {
        f"{side}_{when}": F.when(sides[side](), weight[when]).otherwise(0.0)
        for when in WHEN
        for side in ("treated", "control")
    }


def arm_sums() -> list[Column]:
    """Return the aggregates `ARM_SUMS`."""
    return [F.sum(column).alias(name) for name, column in arm_weights().items()]


def balance_of_cells(cells: DataFrame, whole: Mapping[str, float]) -> Balance:
    """Return the balance of cells that hold `ARM_SUMS`, given the sums over all cells."""

    def distance(when: str) -> Column:
        sides = [F.col(f"{side}_{when}") / F.lit(whole[f"{side}_{when}"] or 1.0) for side in ("treated", "control")]
        return F.sum(F.abs(sides[0] - sides[1]) / 2).alias(f"l1_{when}")

    def count(condition: Column) -> Column:
        return F.sum(condition.cast("long"))

    both = {when: (F.col(f"treated_{when}") > 0) & (F.col(f"control_{when}") > 0) for when in WHEN}
    left = (F.col("treated_after") > 0) | (F.col("control_after") > 0)
    row = only_row(
        cells.agg(
            F.count("*").alias("cells"),
            count(both["before"]).alias("both"),
            count(both["after"]).alias("both_after"),
            count(left).alias("left"),
            *(distance(when) for when in WHEN),
        )
    )
    l1 = {
        when: float(row[f"l1_{when}"]) if whole[f"treated_{when}"] and whole[f"control_{when}"] else float("nan")
        for when in WHEN
    }
    return Balance(
        cells=int(row["cells"]),
        cells_with_both=int(row["both"]),
        l1_before=l1["before"],
        l1_after=l1["after"],
        l1_weighted=l1["weighted"],
        local_common_support=row["both"] / row["cells"] if row["cells"] else float("nan"),
        local_common_support_after=row["both_after"] / row["left"] if row["left"] else float("nan"),
    )


def standardised_of(row: Any, at: int) -> MeanDifference:
    """Return the standardised differences of one covariate from a row of sums.

    Parameters
    ----------
    row : pyspark.sql.Row
        n_SUM_AT and x_SUM_AT for each of `ARM_SUMS`, and deviation_AT.
    at : int
        Number of the covariate.
    """
    moments = [(float(row[f"n_{which}_{at}"] or 0), float(row[f"x_{which}_{at}"] or 0)) for which in ARM_SUMS]
    return standardised(moments, float(row[f"deviation_{at}"] or 0))
