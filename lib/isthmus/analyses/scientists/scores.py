"""How published values on papers, scientists and impact of countries are found in a study."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import kendalltau

from isthmus.analyses.scientists import frames
from isthmus.analyses.scientists import tables as t
from isthmus.errors import ConfigError
from isthmus.geography import find_country
from isthmus.report.results import Results
from isthmus.report.scoring import (
    SIGN,
    NotComparableError,
    Ours,
    Published,
    Rule,
    magnitude,
    quantity_of,
    same,
    sign_text,
    within_points,
)
from isthmus.report.text import count, in_sentence

LEVEL = 0.05
PAPERS = ("alshebli2023_preprint", "alshebli2024_news")
YEARS_APART = 2


def country(text: str) -> str:
    """Return the country's code that a scope means: "United States (last author)", "CN"."""
    try:
        return find_country(text.partition("(")[0].strip()).code
    except ConfigError:
        raise NotComparableError(f"the scope {text!r} is no country") from None


def table(results: Results, spec: Any, published: Published) -> pd.DataFrame:
    """Return the rows of a table of the years of a published value."""
    found = results.optional(spec)
    if found is None:
        raise NotComparableError(f"these results hold no table {spec.name}")
    there = set(found["year"])
    lacking = [year for year in (published.first, published.last) if year not in there]
    if lacking:
        raise NotComparableError(f"the study has no papers of {lacking[0]}")
    return found[found["year"].between(published.first, published.last)]


def trend(yearly: "pd.Series[float]") -> tuple[float, str]:
    """Return 1 where a yearly series rises, -1 where it falls, 0 where neither is settled; and how."""
    known = yearly.dropna()
    if len(known) < 3:
        raise NotComparableError("fewer than three years have a value")
    found = kendalltau(known.index, known.to_numpy())
    sign = float(np.sign(found.statistic)) if found.pvalue < LEVEL else 0.0
    return sign, f"rank correlation with the year {found.statistic:.2f} (p = {found.pvalue:.3f})"


def _papers(results: Results, published: Published) -> Ours:
    if published.scope == "world":
        works = float(table(results, t.OUTPUT_TOTALS, published)["works"].sum())
        return Ours(works, count(works), "works of the corpus")
    own = table(results, t.COUNTRY_OUTPUT, published)
    works = float(own.loc[own["country"] == country(published.scope), "works"].sum())
    return Ours(works, count(works), "works whose last author is there")


def _share(results: Results, published: Published) -> Ours:
    own = table(results, t.COUNTRY_OUTPUT, published)
    share = 100 * own.loc[own["country"] == country(published.scope), "works"].sum() / max(own["works"].sum(), 1)
    return Ours(float(share), f"{share:.1f}%", "of the works whose last author has a country")


def _scientists(results: Results, published: Published) -> Ours:
    found = results.optional(t.SCIENTIST_TOTALS)
    if found is None:
        raise NotComparableError(f"these results hold no table {t.SCIENTIST_TOTALS.name}")
    own = found if published.scope == "world" else found[found["country"] == country(published.scope)]
    number = float(own["majority"].sum())
    other = count(own["at_least_half"].sum())
    return Ours(number, count(number), f"each once, at the last known country; with half of the works or more {other}")


def _impact(results: Results, published: Published) -> Ours:
    own = table(results, t.COUNTRY_OUTPUT, published)
    total = float(own.loc[own["country"] == country(published.scope), "c2"].sum())
    return Ours(total, count(total), "citations within two years of works whose last author is there")


def _share_of_impact(results: Results, published: Published) -> Ours:
    own = table(results, t.COUNTRY_OUTPUT, published)
    codes = [country(name) for name in published.scope.split("+")]
    total = own["c2"].sum()
    if not total:
        raise NotComparableError("no work of these years is cited")
    share = 100 * own.loc[own["country"].isin(codes), "c2"].sum() / total
    return Ours(float(share), f"{share:.1f}%", "of the citations of works whose last author has a country")


def _mean_impact(results: Results, published: Published) -> Ours:
    own = table(results, t.COUNTRY_OUTPUT, published)
    found = {code: trend(own[own["country"] == code].set_index("year")["mean_c2"]) for code in ("US", "CN")}
    signs = {sign for sign, _ in found.values()}
    sign = signs.pop() if len(signs) == 1 else 0.0
    return Ours(sign, sign_text(sign), "; ".join(f"{in_sentence(code)}: {how}" for code, (_, how) in found.items()))


def _caught_up(results: Results, published: Published) -> Ours:
    if results.optional(t.COUNTRY_OUTPUT) is None:
        raise NotComparableError(f"these results hold no table {t.COUNTRY_OUTPUT.name}")
    year = frames.caught_up(results, "CN", "US")
    if year is None or year == results.years[0]:
        raise NotComparableError("China does not catch up in the years of the study")
    return Ours(float(year), str(year), "the year that best parts years behind from years ahead")


def _near(ours: Ours, published: Published) -> bool:
    return abs(float(ours.value) - float(published.value)) <= YEARS_APART


_YEAR = Rule(_caught_up, "M", "within two years", _near)

RULES: Mapping[str, Rule] = {
    "n_ai_papers": magnitude(_papers),
    # a paper on cities calls the share of a city so, too
    **{quantity_of(paper, "share_ai_papers"): Rule(_share, "M", "within 5 points", within_points) for paper in PAPERS},
    "n_ai_scientists": magnitude(_scientists),
    "n_scientists_abstract": magnitude(_scientists),
    "total_c2_impact": magnitude(_impact),
    "share_c2_impact": Rule(_share_of_impact, "M", "within 5 points", within_points),
    "mean_impact_trend_sign": same(_mean_impact, SIGN),
    "year_china_caught_up_productivity": _YEAR,
    "productivity_catches_up_year": _YEAR,
}
