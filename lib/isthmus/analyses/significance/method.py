"""The method of significance in words: the year of a citation, the null model, the test."""

from isthmus.analyses.networks.text import CITATION_YEAR_MEANINGS
from isthmus.analyses.significance.tables import PAIR_TESTS, PAIR_TESTS_OTHER_MODELS
from isthmus.analyses.significance.text import FINITE_RULES, MODEL_NAMES, MODEL_TEXTS, PAPER_MODEL_TEXTS
from isthmus.report.results import Results
from isthmus.report.section import Paragraph
from isthmus.report.text import capital, count, joined, plural


def method(results: Results) -> list[Paragraph]:
    """Return a paragraph on the year of a citation, what size explains, the test, and how to read z."""
    first, last = results.window
    paragraphs = [
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
    ]
    if results.study["null_model"] == "ecm":
        paragraphs.append(Paragraph("How to read z", _READING))
    return [*paragraphs, *_paper_models(results)]


_READING = (
    "The weights of this model spread about as widely as their mean. So z of a large pair can hardly fall below −1 "
    "however little the two work together, and z above 2 takes about three times the expected weight. A tie that "
    "weakens shows as a z drifting from 0 towards −1."
)


def _citation_year(results: Results) -> str:
    citation_year = str(results.study["citation_year"])
    text = CITATION_YEAR_MEANINGS.get(citation_year, f"year “{citation_year}”")
    window = results.switch("networks.citation_window")
    if citation_year == "cited_window" and window is not None:
        text += f" of {plural(int(window), 'year')}"
    others = [
        name
        for name in results.table(PAIR_TESTS)["citation_year"].unique()
        if name not in (citation_year, "publication_year")
    ]
    more = f" Computed too, and in pair_tests.parquet: {joined(sorted(others))}." if others else ""
    joint = results.switch("networks.joint_papers") == "left_out"
    left_out = " A citation is no exchange between two countries that both sign the citing or the cited paper." * joint
    return f"In this report {text} (“{citation_year}”).{left_out}{more}"


def _model(results: Results) -> str:
    name = str(results.study["null_model"])
    samples = int(results.switch("significance.samples") or 0)
    text = MODEL_TEXTS.get(name, f"Null model “{name}”.")
    drawn = f"Means and deviations come from {count(samples)} sampled networks." if samples else ""
    exact = (
        "Means, deviations and probabilities are exact, not sampled."
        if not samples and (name.startswith("ecm") or name in PAPER_MODEL_TEXTS)
        else ""
    )
    return " ".join(part for part in (text, drawn, exact) if part)


def _paper_models(results: Results) -> list[Paragraph]:
    """Return how to read each null model of papers that the study uses, as its own or beside it."""
    used = [str(results.study["null_model"])]
    others = results.optional(PAIR_TESTS_OTHER_MODELS)
    if others is not None:
        used += sorted(others["null_model"].unique())
    return [
        Paragraph(capital(MODEL_NAMES[name]), PAPER_MODEL_TEXTS[name])
        for name in dict.fromkeys(used)
        if name in PAPER_MODEL_TEXTS
    ]


def _finite(results: Results) -> str:
    return FINITE_RULES.get(str(results.switch("significance.finite")), "always")


def _min_years(results: Results) -> str:
    least = results.switch("significance.min_finite_years")
    return f", with at least {plural(int(least), 'year')} that count" if least else ""
