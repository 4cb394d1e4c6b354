"""The layer under questions about places and people: where works come from, who cites them, whose field it is."""

from typing import Literal

from pydantic import Field

from isthmus.config.section import Section


class WorkPlaces(Section):
    """Places of works by their last author, and their citations within two and five years; off unless it is named."""

    citing: Literal["any_field", "corpus"] = Field(
        default="any_field", description="which citing works count in c2 and c5: all, or those of the corpus alone"
    )


class CorpusScientists(Section):
    """Whose field the corpus is: authors with half of their works in it, or more; off unless it is named."""

    least_works: int = Field(default=3, ge=1, le=10_000, description="least works of any field")


def least_of_corpus(least_works: int) -> int:
    """Return how many works of the corpus a scientist has at least: of n works or more at least half, so n/2 or more.

    Parameters
    ----------
    least_works : int
        Least works of any field.
    """
    return -(-least_works // 2)
