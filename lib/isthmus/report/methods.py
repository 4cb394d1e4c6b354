"""Method, switches, checks and counts of a study in words and tables."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from isthmus.report.headlines import CONVERGED
from isthmus.report.results import Results, rows_of
from isthmus.report.words import (
    CITATION_YEAR_MEANINGS,
    MISSING,
    MODEL_NAMES,
    NETWORK_NAMES,
    count,
    in_sentence,
    joined,
    percent,
    plural,
    span,
)

_CORPUS_RULES = {
    "everything": "every work of the snapshot",
    "ai_primary": "works whose primary topic lies in the subfield Artificial Intelligence (ASJC 1702)",
    "ai_any": "works with any topic in the subfield Artificial Intelligence (ASJC 1702)",
    "ai_mag": "works that carry the legacy concept Artificial intelligence (C154945302)",
    "ai_narrow": "works whose concept Artificial intelligence has a high score, or that stand in listed sources",
    "primary_topic": "works whose primary topic is one of {ids}",
    "any_topic": "works with any topic among {ids}",
    "primary_subfield": "works whose primary topic lies in subfield {ids}",
    "any_subfield": "works with any topic in subfield {ids}",
    "primary_field": "works whose primary topic lies in field {ids}",
    "any_field": "works with any topic in field {ids}",
    "concept": "works that carry the legacy concept {ids}",
    "concept_or_source": "works that carry the legacy concept {ids}, or stand in listed sources",
}
_FINITE_RULES = {
    "expected_in_500_samples": "if both countries are present and the model links them often enough that 500 sampled "
    "networks would "
    "more likely than not show the link",
    "present": "if both countries are present",
    "linked": "if the two were linked in at least one year in both networks",
    "sampled": "if any of the sampled networks links the two",
}
_MODEL_TEXTS = {
    "ecm": "The Enhanced Configuration Model (Mastrandrea et al. 2014): the most random networks in which each country "
    "has, on average, the number of partners and the total weight that it really has. What it expects of a pair "
    "follows from the sizes of the two countries and nothing else.",
    "ecm-variance-corrected": "The Enhanced Configuration Model (Mastrandrea et al. 2014), with the part of "
    "each pair's variance removed that comes from the fluctuation of the countries' own sizes.",
    "rewiring": "Random rewiring of the observed network that keeps each country's total weight.",
}


@dataclass(frozen=True)
class Paragraph:
    """One point of the method."""

    heading: str
    text: str


def method(results: Results) -> list[Paragraph]:
    """Return the method in words: corpus, counting, years, null model, test, and what the numbers cannot say."""
    study = results.study
    first, last = results.window
    paragraphs = [
        Paragraph("Corpus", _corpus(results)),
        Paragraph(
            "Counting",
            "Full counting: a paper counts once for every pair of its countries. Knowledge exchange is the number of "
            "citations between two countries in both directions; a country's citations of itself do not count. "
            f"{_hong_kong(results)}",
        ),
        Paragraph("Year of a citation", _citation_year(results)),
        Paragraph("What size explains", _model(results)),
        Paragraph(
            "The test",
            "z is the distance of the observed weight from the expected one, in standard deviations of the model. "
            f"A tie is significant when its mean z over {first}–{last} is above {results.threshold:g}"
            f"{_min_years(results)}. A z counts {_finite(results)}. "
            "p-values are exact tail probabilities of the same model, for one pair in one year; "
            "they are not corrected for the number of pairs (pair_tests.parquet holds Benjamini–Hochberg q-values).",
        ),
        Paragraph(
            "How to read z",
            "The weights of this model spread about as widely as their mean. So z of a large pair can hardly fall "
            "below −1 however little the two work together, and z above 2 takes about three times the expected weight. "
            "A tie that weakens shows as a z drifting from 0 towards −1.",
        ),
    ]  # fmt: skip
    if study["null_model"] != "ecm":
        paragraphs = [p for p in paragraphs if p.heading != "How to read z"]
    return paragraphs


def _corpus(results: Results) -> str:
    corpus = results.study.get("corpus", {})
    rule = str(corpus.get("rule", ""))
    ids = joined([str(number) for number in corpus.get("ids", ())]) or "none"
    years = results.switch("years.corpus") or results.study["years"]
    text = _CORPUS_RULES.get(rule, f"works by the rule “{rule}”").format(ids=ids)
    text = f"{text[:1].upper()}{text[1:]}, published {years[0]}–{years[1]}"
    if corpus.get("types"):
        text += f", of type {joined([str(kind) for kind in corpus['types']])}"
    left_out = [
        words
        for switch, words in (
            ("include_retracted", "retracted works"),
            ("include_paratext", "paratext"),
            ("include_xpac", "the expansion works of November 2025"),
        )
        if not corpus.get(switch, False)
    ]
    return f"{text}. {_sentence(joined(left_out))} left out." if left_out else f"{text}."


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]} are"


def _hong_kong(results: Results) -> str:
    if results.switch("geography.cn_includes_hk_mo", False):
        return "Hong Kong and Macao count as China."
    return "Hong Kong, Macao and Taiwan are counted apart from China."


def _citation_year(results: Results) -> str:
    citation_year = str(results.study["citation_year"])
    text = CITATION_YEAR_MEANINGS.get(citation_year, f"year “{citation_year}”")
    window = results.switch("networks.citation_window")
    if citation_year == "cited_window" and window is not None:
        text += f" of {plural(int(window), 'year')}"
    others = [
        name for name in results.pair_tests["citation_year"].unique() if name not in (citation_year, "publication_year")
    ]
    more = f" Computed too, and in pair_tests.parquet: {joined(sorted(others))}." if others else ""
    return f"In this report {text} (“{citation_year}”).{more}"


def _model(results: Results) -> str:
    name = str(results.study["null_model"])
    samples = int(results.switch("significance.samples") or 0)
    text = _MODEL_TEXTS.get(name, f"Null model “{name}”.")
    drawn = f"Means and deviations come from {count(samples)} sampled networks." if samples else ""
    exact = (
        "Means, deviations and probabilities are exact, not sampled." if not samples and name.startswith("ecm") else ""
    )
    return " ".join(part for part in (text, drawn, exact) if part)


def _finite(results: Results) -> str:
    return _FINITE_RULES.get(str(results.switch("significance.finite")), "always")


def _min_years(results: Results) -> str:
    least = results.switch("significance.min_finite_years")
    return f", with at least {plural(int(least), 'year')} that count" if least else ""


def coverage_sentence(results: Results) -> str:
    """Return what part of the corpus the networks rest on, and in which years least."""
    coverage = results.coverage[results.coverage["corpus_works"] > 0]
    if coverage.empty:
        return "The corpus of this study holds no works."
    share = coverage["corpus_with_country"] / coverage["corpus_works"]
    low, high = coverage.iloc[int(share.argmin())], coverage.iloc[int(share.argmax())]
    overall = percent(coverage["corpus_with_country"].sum(), coverage["corpus_works"].sum())
    text = f"{overall} of the corpus works name at least one country and can enter a network"
    if int(low["year"]) != int(high["year"]):
        text += (
            f": from {percent(low['corpus_with_country'], low['corpus_works'])} in {int(low['year'])} "
            f"to {percent(high['corpus_with_country'], high['corpus_works'])} in {int(high['year'])}"
        )
    return (
        f"{text}. A trend in a volume is a trend in the world only where this coverage is level; "
        "z compares pairs within a year."
    )


def fits_table(results: Results) -> pd.DataFrame:
    """Return the null models in sum: network, citation year, fits, years, converged, worst error, failures."""
    rows = []
    for (network, citation_year), fits in results.null_model_fits.groupby(
        ["network", "citation_year"], sort=True, observed=True
    ):
        broken = fits[fits["status"] != CONVERGED]
        reasons = [f"{int(row.year)}: {row.message or row.status}" for row in rows_of(broken.sort_values("year"))]
        rows.append(
            {
                "network": NETWORK_NAMES.get(str(network), str(network)),
                "citation_year": str(citation_year),
                "model": joined([MODEL_NAMES.get(name, name) for name in fits["null_model"].unique()]),
                "years": span(fits["year"].unique()),
                "countries": _range(fits["n_nodes"]),
                "converged": f"{count((fits['status'] == CONVERGED).sum())} of {count(len(fits))}",
                "worst_error": _power(fits["max_relative_error"].max()),
                "failed": "; ".join(reasons),
            }
        )
    return pd.DataFrame(rows)


def _range(numbers: pd.Series) -> str:
    low, high = numbers.min(), numbers.max()
    return MISSING if pd.isna(low) else count(low) if low == high else f"{count(low)}–{count(high)}"


def _power(error: float) -> str:
    return MISSING if pd.isna(error) else "0" if error == 0 else f"{error:.0e}".replace("e-0", "e-").replace("-", "−")


def accounting_table(results: Results) -> pd.DataFrame:
    """Return records by entity as published, and whether they add up: read = kept + all that was set aside."""
    table = results.accounting.copy()
    aside = [name for name in ("rejected", "superseded", "deleted", "merged") if name in table.columns]
    table["adds_up"] = table["read"] == table["kept"] + table[aside].fillna(0).sum(axis=1)
    return table


def switches(results: Results) -> list[tuple[str, str]]:
    """Every field of the study's configuration with its value, as text."""
    return [(name, _value(value)) for name, value in sorted(results.study.get("switches", {}).items())]


def _value(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or "none"
    if isinstance(value, dict):
        return "; ".join(f"{key}: {_value(inner)}" for key, inner in value.items()) or "none"
    return str(value)


def poles_in_words(results: Results) -> str:
    """Return the poles as they stand in a sentence."""
    return joined([in_sentence(pole) for pole in results.poles])
