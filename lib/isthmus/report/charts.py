"""What every chart shares: the house's style, its axes, and its data inline."""

from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from isthmus.report.theme import colour, config


def finish(
    chart: Any, *, width: int | None = 640, height: int | None = 260, description: str = "", above: str = ""
) -> Any:
    """Give a chart the house's style, a size, a description for readers who do not see it, and a line above it.

    The line tells what the vertical axis counts: an axis title would run into the legend.
    """
    if above:
        line = alt.TitleParams(above, fontSize=12, fontWeight="normal", color=colour("soft"), anchor="start", offset=6)
        chart = chart.properties(title=line)
    size = {name: value for name, value in (("width", width), ("height", height)) if value is not None}
    return chart.properties(description=description, **size).configure(**config())


def inline(**properties: Any) -> Any:
    """Return data that is written into the chart itself."""
    return alt.Data(**properties)  # type: ignore[no-untyped-call]


def year_axis() -> alt.X:
    """Return the horizontal axis of a series: whole years, no title, no grid."""
    axis = alt.Axis(format="d", tickMinStep=1, grid=False, tickCount=8, labelFlush=False)
    return alt.X("year:Q", title=None, axis=axis).scale(nice=False)


def one_two_five(values: pd.Series) -> list[float]:
    """Return the ticks of a logarithmic axis that covers the values: 1, 2, 5, 10, 20, ..."""
    if values.empty:
        return [1.0]
    low, high = int(np.floor(np.log10(values.min()))), int(np.ceil(np.log10(values.max())))
    steps = (1, 2, 5) if high - low < 4 else (1,)
    ticks = np.array([step * 10.0**power for power in range(low, high + 2) for step in steps])
    first, last = np.searchsorted(ticks, values.min(), "right") - 1, np.searchsorted(ticks, values.max(), "left")
    return [float(tick) for tick in ticks[first : max(last, first + 1) + 1]]


def unconfigured(chart: Any) -> Any:
    """Return a copy of a chart without its style, to be a part of a larger chart that has it."""
    copy = chart.copy()
    copy.config = alt.Undefined
    return copy
