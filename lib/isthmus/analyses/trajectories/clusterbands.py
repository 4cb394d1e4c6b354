"""The clusters of trajectories over the years: the mean of their pairs, and between which values half of them lie."""

from typing import Any

import altair as alt
import pandas as pd

from isthmus.analyses.networks.text import NETWORK_NAMES
from isthmus.analyses.trajectories.clustercharts import cluster_title, clusters
from isthmus.analyses.trajectories.frames import clustered
from isthmus.analyses.trajectories.tables import TRAJECTORIES
from isthmus.networks.names import COLLABORATION, KNOWLEDGE_EXCHANGE
from isthmus.report.charts import finish, unconfigured, year_axis
from isthmus.report.results import Results
from isthmus.report.text import count
from isthmus.report.theme import colour, config

#: Column of a trajectory -> its network.
_NETWORKS = {"scaled_collaboration": COLLABORATION, "scaled_exchange": KNOWLEDGE_EXCHANGE}
_HEIGHT = 190


def has_bands(results: Results) -> bool:
    """Return whether the pairs of the clusters are known year by year."""
    return bool(clusters(results)) and results.has(TRAJECTORIES)


def bands_chart(results: Results, *, width: int = 330) -> Any:
    """Return all clusters beside each other, two in a row; None without clusters."""
    charts = [band_chart(results, cluster, width=width) for cluster in clusters(results)]
    if not charts:
        return None
    what = "Clusters of trajectories over the years: mean of their pairs in both networks, and the middle half."
    plain = [unconfigured(chart) for chart in charts]
    return alt.concat(*plain, columns=2).properties(description=what).configure(**config())


def band_chart(results: Results, cluster: int, **size: Any) -> Any:
    """Draw one cluster over the years: a line for the mean of its pairs in each network, a band for the middle half."""
    frame = band_frame(results, cluster)
    names = [NETWORK_NAMES[network] for network in _NETWORKS.values()]
    hue = alt.Color(
        "network:N",
        title=None,
        scale=alt.Scale(domain=names, range=[colour("pole-3"), colour("pole-4")]),
        legend=alt.Legend(orient="top", symbolType="stroke", symbolSize=300, symbolOpacity=1),
    )
    dash = alt.StrokeDash("network:N", title=None, scale=alt.Scale(domain=names, range=[[1, 0], [7, 3]]))
    value = alt.Y("mean:Q", title=None, axis=alt.Axis(values=[-1, -0.5, 0, 0.5, 1], format="~g")).scale(domain=[-1, 1])
    base = alt.Chart(frame).encode(x=year_axis())
    band = base.mark_area(opacity=0.18, aria=False).encode(y=alt.Y("low:Q", title=None), y2="high:Q", color=hue)
    line = base.mark_line().encode(
        y=value,
        color=hue,
        strokeDash=dash,
        tooltip=[
            alt.Tooltip("year:Q", title="Year", format="d"),
            alt.Tooltip("network:N", title="Network"),
            alt.Tooltip("mean:Q", title="Mean", format=".2f"),
            alt.Tooltip("low:Q", title="a quarter lies below", format=".2f"),
            alt.Tooltip("high:Q", title="a quarter lies above", format=".2f"),
        ],
    )
    title, members = cluster_title(results, cluster)
    what = f"{title}: both networks over the years, rescaled; mean of the pairs and their middle half."
    above = f"{title}: {count(members)} pairs"
    return finish(alt.layer(band, line), above=above, description=what, **({"height": _HEIGHT} | size))


def band_frame(results: Results, cluster: int) -> pd.DataFrame:
    """Return the pairs of a cluster by year and network (in words): mean, low and high (the quartiles), rescaled."""
    pairs = clustered(results)
    pairs = pairs.loc[pairs["cluster"] == cluster, ["src", "dst"]]
    paths = results.table(TRAJECTORIES).merge(pairs, on=["src", "dst"])
    parts = []
    for column, network in _NETWORKS.items():
        by_year = paths.groupby("year")[column]
        quartiles = {"low": by_year.quantile(0.25), "high": by_year.quantile(0.75)}
        parts.append(pd.DataFrame({"mean": by_year.mean()} | quartiles).assign(network=NETWORK_NAMES[network]))
    return pd.concat(parts).reset_index()[["year", "network", "mean", "low", "high"]]
