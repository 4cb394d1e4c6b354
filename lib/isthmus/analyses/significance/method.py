"""The method of significance in words: the year of a citation, the null model, the test."""

from isthmus.analyses.networks.text import CITATION_YEAR_MEANINGS
from isthmus.analyses.networks.words import unit_of
from isthmus.analyses.significance.pooled import NOT_POOLED, said_of_left_out
from isthmus.analyses.significance.tables import NULL_MODEL_FITS, PAIR_TESTS, PAIR_TESTS_OTHER_MODELS
from isthmus.analyses.significance.text import FINITE_RULES, MODEL_NAMES, MODEL_TEXTS, PAPER_MODEL_TEXTS
from isthmus.analyses.significance.ties import is_tested
from isthmus.networks.names import COLLABORATION, KNOWLEDGE_EXCHANGE
from isthmus.report.results import Results, from_works
from isthmus.report.section import Paragraph
from isthmus.report.statement import GRADE_MEANINGS, GRADES, grade_name
from isthmus.report.text import capital, count, joined, plural

#: Of studies published before it was a field.
FALSE_DISCOVERY_RATE = 0.05


def method(results: Results) -> list[Paragraph]:
    """Return a paragraph on the year of a citation, what size explains, the test, and how to read z."""
    first, last = results.window
    unit = unit_of(results, COLLABORATION)
    exchange = KNOWLEDGE_EXCHANGE in set(results.table(PAIR_TESTS)["network"])
    paragraphs = [
        *([Paragraph("Year of a citation", _citation_year(results))] if exchange else []),
        Paragraph("What size explains", _model(results)),
        Paragraph(
            "The test",
            _window_test(results),
        ),
        Paragraph("Times what size explains", _TIMES.format(events="papers" if from_works(results) else unit)),
        Paragraph(
            "The published rule",
            "z is the distance of the observed weight from the expected one, in standard deviations of the model. "
            f"The rule of the paper calls a tie when its mean z over {first}–{last} is above {results.threshold:g}"
            f"{_min_years(results)}. {_finite(results)}. {_SERVES * from_works(results)}The p-values beside a "
            "single year are exact tail probabilities for one pair, not corrected for the number of pairs "
            "(pair_tests.parquet holds Benjamini–Hochberg q-values); each "
            f"{'citation' if exchange else 'unit of weight'} is an event of its own there.",
        ),
    ]
    if results.study["null_model"] == "ecm":
        paragraphs.append(Paragraph("How to read z", _READING))
    return [*paragraphs, *_paper_models(results)]


_SERVES = "It serves the published values and the figures that reproduce the paper. "
_TIMES = (
    "Observed weight over expected weight. The interval is Garwood's exact one for a Poisson count (95 %), as if links "
    "were independent {events}; the test beside it takes the null model's own spread, which is wider, so that an "
    "interval without 1 may be not settled. Where nothing was observed there is only an upper bound."
)
#: From docs/methods/what-holds.md: what 20 simulated worlds say of the grade.
_CLUSTERED = (
    " Citations come in clusters: many to one famous paper, or from one paper. Where works rather than citations might "
    "not have been there, the weight of a tie varies more than its law says, by its design effect; its p-values are "
    "those of a variance larger by as much. In simulated worlds no firm tie of knowledge exchange had nothing behind "
    "it; without this eight of ten had. The years themselves are taken as independent."
)
_READING = (
    "The weights of this model spread about as widely as their mean. So z of a large pair can hardly fall below −1 "
    "however small its tie, and z above 2 takes about three times the expected weight. A tie that "
    "weakens shows as a z drifting from 0 towards −1. The model keeps sizes, not proportion to them: around a hub it "
    "expects the few heaviest ties to hold more than in proportion and all others less, so that many small ties of a "
    "hub are firm. The null model “rewiring” stays near proportion."
)


def _window_test(results: Results) -> str:
    if not is_tested(results):
        return f"{NOT_POOLED} Ties are called by the published rule, and have no grade."
    first, last = results.window
    unit = unit_of(results, COLLABORATION)
    rate = float(results.switch("significance.false_discovery_rate", FALSE_DISCOVERY_RATE))
    grades = "; ".join(
        f"{grade_name(grade, unit)}: "
        f"{GRADE_MEANINGS[grade].format(rate=f'{rate:g}', threshold=f'{results.threshold:g}', unit=unit)}"
        for grade in GRADES
    )
    left_out = said_of_left_out(results.table(NULL_MODEL_FITS), results.window, named=from_works(results))
    return (
        f"The weights of {first}–{last} are added up, and their sum is tested against its exact law under the null "
        f"model, each tail with a false-discovery rate of its own over all pairs. Grades: {grades}. What has no grade "
        "is not settled, which does not say that it is as size explains."
        f"{_CLUSTERED if KNOWLEDGE_EXCHANGE in set(results.table(PAIR_TESTS)['network']) else ''}"
        f"{f' {left_out}' * bool(left_out)}"
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
    rule = FINITE_RULES.get(str(results.switch("significance.finite")))
    return f"A z counts {rule}" if rule else "Every z counts"


def _min_years(results: Results) -> str:
    least = results.switch("significance.min_finite_years")
    return f", with at least {plural(int(least), 'year')} that count" if least else ""
