"""The section on a study's works: how they were chosen, and what their records cover."""

from functools import partial

from isthmus.analyses.corpus.charts import coverage_chart
from isthmus.analyses.corpus.tables import CORPUS_TUNING
from isthmus.analyses.corpus.text import CORPUS_RULES
from isthmus.report.results import Results
from isthmus.report.section import Figure, Paragraph, Section
from isthmus.report.text import count, joined, number, percent, span

SCORE_DIGITS = 4


def section(results: Results) -> Section | None:
    """Return the section on coverage; None where there is none: of a network that was given, or of no year."""
    if results.coverage.empty:
        return None
    coverage = results.coverage
    figures = []
    if coverage["corpus_works"].sum():
        caption = "Share of the corpus works that name an author, a country, a city, references."
        figures.append(Figure("coverage", "What the records cover", caption, partial(coverage_chart, results)))
    return Section(
        id="corpus",
        title="What the records cover",
        template="isthmus.analyses.corpus/section.html.j2",
        values={
            "sentence": coverage_sentence(results),
            "tuning": tuning_sentence(results),
            "rows": coverage.to_dict("records"),
        },
        figures=tuple(figures),
        method=(Paragraph("Corpus", _corpus(results)),),
        facts=_facts(results),
        contents=(("coverage-section", "Coverage"),),
        part="method",
    )


def _facts(results: Results) -> tuple[str, ...]:
    """Return how many works there are and how many of them name a country."""
    works, placed = (results.coverage[name].sum() for name in ("corpus_works", "corpus_with_country"))
    counted = f"{count(works)} works in the corpus, {span(results.coverage['year'])}"
    return (f"{counted}, of which {percent(placed, works)} name a country" if works else counted,)


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


def tuning_sentence(results: Results) -> str:
    """Return which score a corpus of a given size needed, and whether the size was reached; empty where none was asked.

    The score has four digits: it is written out in full in the table.
    """
    table = results.optional(CORPUS_TUNING)
    if table is None:
        return ""
    row = table.iloc[0]
    year, target, works = int(row["year"]), count(row["target"]), count(row["works"])
    text = f"The least score of the concept is {number(row['min_score'], SCORE_DIGITS)}: with it "
    if row["fewest"] <= row["target"] <= row["most"]:
        text += f"the corpus holds {works} works in {year}, nearest to the {target} asked for"
    else:
        text += (
            f"the corpus holds {works} works in {year}; the {target} asked for are out of reach, for any score gives "
            f"{count(row['fewest'])} to {count(row['most'])}"
        )
    by_source = f" ({count(row['by_source'])} of them in listed sources, whatever their score)"
    return f"{text}{by_source if row['by_source'] else ''}."


def _corpus(results: Results) -> str:
    corpus = results.study.get("corpus", {})
    rule = str(corpus.get("rule", ""))
    ids = joined([str(number) for number in corpus.get("ids", ())]) or "none"
    years = results.switch("years.corpus") or results.study["years"]
    text = CORPUS_RULES.get(rule, f"works by the rule “{rule}”").format(ids=ids)
    if corpus.get("min_score"):
        text += f", with a score of at least {corpus['min_score']:g}"
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
    sentences = [f"{text}.", *([f"{_sentence(joined(left_out))} left out."] if left_out else [])]
    return " ".join([*sentences, tuning_sentence(results)]).rstrip()


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]} are"
