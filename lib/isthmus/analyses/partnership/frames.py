"""What the section on joint papers shows, as frames and rows for its charts and tables."""

from typing import Any

import pandas as pd

from isthmus.analyses.partnership import tables as t
from isthmus.indicators.partnership.names import C2, EXACT_ALL, OTHER, PLACEBO, POLES
from isthmus.report.results import Results, records, rows_of
from isthmus.report.text import in_sentence, p_value, place_name

KEY = ["home", "partner"]
MATCHED, PLAIN, MODEL = "matched, with weights", "matched, without weights (as published)", "Poisson model"
OUTCOME_NAMES = {
    "c2": "all citations",
    "c2_home": "citations from home",
    "c2_partner": "citations from the partner",
    "c2_elsewhere": "citations from elsewhere",
    "c2_not_self": "without self-citations",
    "c2_percentile": "percentile of the year",
    "in_venue": "in a leading venue",
    "novelty_percentile": "novelty, percentile of the year",
    "disruption_percentile": "disruption, percentile of the year",
}
FIRM, PROBABLE, FEW, OPEN = "firm", "probable", "few papers", "not settled"
FEWEST = 30  # matched joint papers, for an effect to be more than "few papers"


def pair_name(home: str, partner: str) -> str:
    """Return a pair in words: "the United States with China"."""
    return f"{in_sentence(home)} with {in_sentence(partner)}"


def effects(results: Results) -> pd.DataFrame:
    """Return the effects with the name of each pair."""
    table = results.table(t.PARTNERSHIP_EFFECTS)
    return table.assign(who=[pair_name(row.home, row.partner) for row in rows_of(table)])


def pooled_years(results: Results) -> tuple[int, int] | None:
    """Return the years that are matched together; None where one year alone is."""
    table = results.table(t.PARTNERSHIP_EFFECTS)
    several = table[table["last_year"] > table["first_year"]]
    return (int(several["first_year"].iloc[0]), int(several["last_year"].iloc[0])) if len(several) else None


def pooled(results: Results) -> pd.DataFrame:
    """Return the effects of the pooled years."""
    found = effects(results)
    return found[found["last_year"] > found["first_year"]]


def yearly(results: Results, *, kind: str = POLES) -> pd.DataFrame:
    """Return the effects on citations year by year, in the order of pairs and years."""
    found = effects(results)
    own = found[(found["first_year"] == found["last_year"]) & (found["outcome"] == C2) & (found["kind"] == kind)]
    return own.sort_values([*KEY, "first_year"], ignore_index=True)


def effect_frame(results: Results) -> pd.DataFrame:
    """Return the effects by year of both estimators: who, year, estimator, value, low, high, in percent."""
    found = yearly(results).rename(columns={"first_year": "year"})
    parts = []
    for estimator, name in ((MATCHED, "percent_weighted"), (PLAIN, "percent")):
        values = found[["who", "year", "n_joint", name, f"{name}_low", f"{name}_high"]]
        renamed = values.set_axis(["who", "year", "n_joint", "value", "low", "high"], axis=1)
        parts.append(renamed.assign(estimator=estimator).dropna(subset="value"))
    return pd.concat(parts, ignore_index=True)


def factors(results: Results) -> pd.DataFrame | None:
    """Return the second estimates; None where there are none."""
    return results.optional(t.PARTNERSHIP_FACTORS)


def pair_frame(results: Results) -> pd.DataFrame:
    """Return the effects on citations of the pooled years: who, kind, estimator, value, low, high, in percent."""
    found = pooled(results)
    own = found[(found["outcome"] == C2) & (found["reading"] == EXACT_ALL)]
    rows: list[dict[str, Any]] = []
    for row in rows_of(own):
        named = {"who": row.who, "kind": row.kind}
        rows.append(
            named | _estimate(MATCHED, row.percent_weighted, row.percent_weighted_low, row.percent_weighted_high)
        )
        rows.append(named | _estimate(PLAIN, row.percent, row.percent_low, row.percent_high))
        second = second_estimate(results, row.home, row.partner, C2)
        if second is not None:
            rows.append(named | _estimate(MODEL, second.percent, second.percent_low, second.percent_high))
    frame = pd.DataFrame(rows, columns=["who", "kind", "estimator", "value", "low", "high"])
    order = {POLES: 0, PLACEBO: 1, OTHER: 2}
    return frame.dropna(subset="value").sort_values("kind", key=lambda kinds: kinds.map(order), kind="stable")


def _estimate(estimator: str, value: float, low: float, high: float) -> dict[str, Any]:
    return {"estimator": estimator, "value": value, "low": low, "high": high}


def second_estimate(results: Results, home: str, partner: str, outcome: str) -> Any:
    """Return the second estimate of a pair over the pooled years; None without one."""
    table = factors(results)
    if table is None:
        return None
    chosen = (table["home"] == home) & (table["partner"] == partner) & (table["outcome"] == outcome)
    found = table[chosen & (table["last_year"] > table["first_year"]) & table["coefficient"].notna()]
    return next(rows_of(found), None)


def outcome_frame(results: Results) -> pd.DataFrame:
    """Return the effects of the pooled years on each outcome of the poles: who, of, value, low, high, in percent."""
    found = pooled(results)
    own = found[(found["kind"] == POLES) & (found["reading"] == EXACT_ALL)].dropna(subset="percent_weighted")
    frame = own.assign(
        of=own["outcome"].map(OUTCOME_NAMES),
        value=own["percent_weighted"],
        low=own["percent_weighted_low"],
        high=own["percent_weighted_high"],
    )
    at = {name: place for place, name in enumerate(OUTCOME_NAMES)}
    return frame.sort_values("outcome", key=lambda names: names.map(at), kind="stable")[
        ["who", "of", "value", "low", "high", "n_joint"]
    ]


def balance_frame(results: Results) -> pd.DataFrame:
    """Return the love plot of the poles: who, covariate, when, gap."""
    table = results.optional(t.PARTNERSHIP_BALANCE)
    if table is None:
        return pd.DataFrame(columns=["who", "covariate", "when", "gap"])
    own = table[table["kind"] == POLES]
    own = own.assign(who=[pair_name(row.home, row.partner) for row in rows_of(own)])
    long = own.melt(["who", "covariate"], ["before", "after", "weighted"], "when", "gap").dropna(subset="gap")
    words = {"before": "before", "after": "matched", "weighted": "matched, with weights"}
    return long.assign(when=long["when"].map(words))


def paper_frame(results: Results) -> pd.DataFrame:
    """Return the joint papers of the poles by year: who, year, works, share of the home's papers."""
    table = results.table(t.PARTNERSHIP_YEARS)
    own = table[table["kind"] == POLES]
    whole = own.groupby([*KEY, "year"])["works"].sum().rename("all").reset_index()
    joint = own.loc[own["joint"], [*KEY, "year", "works"]]
    found = whole.merge(joint, "left", [*KEY, "year"]).fillna({"works": 0})
    who = [pair_name(row.home, row.partner) for row in rows_of(found)]
    return found.assign(who=who, share=found["works"] / found["all"])


def institution_frame(results: Results) -> pd.DataFrame:
    """Return the leading institutions: position, name, country, works, c2; a number where the name is not known."""
    table = results.table(t.PARTNERSHIP_INSTITUTIONS).sort_values("position", ignore_index=True)
    named = table["name"].fillna(table["institution_id"].map(lambda number: f"institution {number}"))
    labels = [f"{row.position}. {name}" for row, name in zip(rows_of(table), named, strict=True)]
    return table.assign(name=named, label=labels, where=table["country"].map(place_name, na_action="ignore"))


def contrast_rows(results: Results) -> list[dict[str, Any]]:
    """Return how joint papers of all years differ from the others before matching, poles and placebo."""
    table = results.table(t.PARTNERSHIP_CONTRASTS)
    longest = table.groupby(KEY)[["first_year", "last_year"]].transform(lambda years: years)
    span = longest["last_year"] - longest["first_year"]
    widest = span == span.groupby([table["home"], table["partner"]]).transform("max")
    own = table[widest & table["kind"].isin([POLES, PLACEBO])]
    return [
        row._asdict()
        | {"who": pair_name(row.home, row.partner), "p": p_value(row.p_value), "welch": p_value(row.p_welch)}
        for row in rows_of(own.sort_values(["kind", *KEY, "measure"], ascending=[False, True, True, True]))
    ]


def grade(results: Results, row: Any) -> str:
    """Return how sure an effect of pooled years is.

    Firm: both estimates exclude 0 on the same side; probable: the matched one does, and the second does not speak
    against it; few papers: it does, with fewer than `FEWEST` matched joint papers; not settled: all else.
    """
    side = _side(row.percent_weighted_low, row.percent_weighted_high) or _side_of_effect(row)
    if not side:
        return OPEN
    if row.n_joint < FEWEST:
        return FEW
    second = second_estimate(results, row.home, row.partner, row.outcome)
    other = 0 if second is None else _side(second.percent_low, second.percent_high)
    return FIRM if other == side else OPEN if other == -side else PROBABLE


def _side_of_effect(row: Any) -> int:
    """Return the side of an effect that has no percentage with an interval."""
    return _side(row.low, row.high) if pd.isna(row.percent_weighted_low) else 0


def _side(low: float | None, high: float | None) -> int:
    """Return 1 where an interval lies above 0, -1 below, 0 where it holds 0 or is not known."""
    if low is None or high is None or pd.isna(low) or pd.isna(high):
        return 0
    return 1 if low > 0 else -1 if high < 0 else 0


def reading_rows(results: Results) -> list[dict[str, Any]]:
    """Return the effects on citations of the pooled years in every reading, as Table S4 has them."""
    found = pooled(results)
    own = found[(found["outcome"] == C2) & found["kind"].isin([POLES, PLACEBO])]
    return [
        row | {"p": p_value(row["p_value"]), "student": p_value(row["student_p"]), "welch": p_value(row["welch_p"])}
        for row in records(own.sort_values(["kind", *KEY, "reading"], ascending=[False, True, True, True]))
    ]


def year_rows(results: Results) -> list[dict[str, Any]]:
    """Return the effects on citations year by year, as Tables S2 and S3 have them."""
    return [
        row | {"p": p_value(row["p_value"]), "student": p_value(row["student_p"])} for row in records(yearly(results))
    ]


def pooled_rows(results: Results) -> list[Any]:
    """Return the effects of the pooled years by the default reading, poles and placebo first."""
    found = pooled(results)
    own = found[found["reading"] == EXACT_ALL]
    at = {POLES: 0, PLACEBO: 1, OTHER: 2}
    return list(rows_of(own.sort_values("kind", key=lambda kinds: kinds.map(at), kind="stable")))
