"""How published totals and orders of countries and blocs are found in a study's output."""

from collections.abc import Callable, Mapping

from isthmus.analyses.output.tables import ENTITY_YEARS, STUDY_TOTALS
from isthmus.report.results import Results
from isthmus.report.scoring import HOLDS, NotComparableError, Ours, Published, Rule, magnitude, same, yes_or_no
from isthmus.report.text import count, in_sentence

US, CN, EU = "US", "CN", "EU-28"


def _total(quantity: str) -> Callable[[Results, Published], Ours]:
    def compute(results: Results, _: Published) -> Ours:
        totals = results.optional(STUDY_TOTALS)
        found = totals[totals["quantity"] == quantity] if totals is not None else None
        if found is None or found.empty:
            raise NotComparableError(f"these results publish no total of {quantity}")
        value = float(found["value"].iloc[0])
        return Ours(value, count(value), f"{quantity}, over the study's own years")

    return compute


def _entity_sums(results: Results, published: Published, column: str) -> dict[str, float]:
    if not results.has(ENTITY_YEARS) or not {US, CN, EU} <= set(results.table(ENTITY_YEARS)["entity"]):
        raise NotComparableError("the yearly output of the United States, China and the EU-28 is not published")
    output = results.table(ENTITY_YEARS)
    missing = set(range(published.first, published.last + 1)) - set(output["year"])
    if missing:
        raise NotComparableError(f"the corpus of this study has no year {min(missing)}")
    years = output[output["year"].between(published.first, published.last)]
    sums = years.groupby("entity")[column].sum()
    return {entity: float(sums[entity]) for entity in (US, CN, EU)}


def _behind(results: Results, published: Published) -> Ours:
    columns = {"papers_international": "international papers", "citations_received_foreign": "foreign citations"}
    sums = {words: _entity_sums(results, published, column) for column, words in columns.items()}
    behind = all(found[CN] < min(found[US], found[EU]) for found in sums.values())
    return yes_or_no(behind, "; ".join(f"{words}: {_sums_text(found)}" for words, found in sums.items()))


def _sums_text(sums: Mapping[str, float]) -> str:
    return ", ".join(f"{in_sentence(entity)} {count(value)}" for entity, value in sums.items())


def _international_order(results: Results, published: Published) -> Ours:
    sums = _entity_sums(results, published, "papers_international")
    return yes_or_no(sums[EU] > max(sums[US], sums[CN]), f"international papers: {_sums_text(sums)}")


RULES: Mapping[str, Rule] = {
    "n_ai_papers_with_geo": magnitude(_total("corpus works with a country")),
    "n_non_ai_citing_papers": magnitude(_total("citing works outside the corpus with a country")),
    "foreign_citations_and_collaborations": same(_behind, HOLDS),
    "n_international_collaborations_order": same(_international_order, HOLDS),
}
