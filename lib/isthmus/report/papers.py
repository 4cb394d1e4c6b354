"""The papers whose published values a study can be compared with, and these values."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from isthmus.errors import ConfigError, did_you_mean
from isthmus.report.scoring import Published


@dataclass(frozen=True)
class Paper:
    """A paper as a study names it (`paper:`).

    Attributes
    ----------
    name : str
        The name, such as "gallo2026".
    authors, title, reference : str
        As a reader finds it.
    sources : tuple of str
        Values of the column `paper` of the published values that belong to it.
    inconsistencies : tuple of str
        What the paper states in one place and contradicts in another: shown, not hidden.
    arithmetic : tuple of (str, str, str, str, str)
        Shares that the paper prints: what, the ids of part, whole and share, and the share as printed.
    """

    name: str
    authors: str
    title: str
    reference: str
    sources: tuple[str, ...]
    inconsistencies: tuple[str, ...] = ()
    arithmetic: tuple[tuple[str, str, str, str, str], ...] = ()


GALLO = Paper(
    name="gallo2026",
    authors="Gallo, Di Clemente and Lengyel",
    title="Polarization and Integration in Global AI Research",
    reference="arXiv 2604.17602",
    sources=("gallo2026",),
    inconsistencies=(
        "Figure 2 (text) says that Australia and Spain integrate with both poles; Figure 3D lists them with China "
        "only. A label other than SC or SD with the United States would explain both.",
        "The introduction gives the period 1990–2023; the papers on AI end in 2021, and only the citing papers in "
        "2023.",
        "Figure 3D is described as holding only countries whose ties with both poles are SC or SD; the groups that "
        "converge with one pole only would then be empty.",
    ),
    arithmetic=(
        ("Tunisia with France, 52 of 352", "GALLO26-003", "GALLO26-005", "GALLO26-006", "almost 15%"),
        ("Italy with France, 198 of 3,630", "GALLO26-004", "GALLO26-008", "GALLO26-007", "just 5%"),
    ),
)
PAPERS: Mapping[str, Paper] = {
    paper.name: paper
    for paper in (
        GALLO,
        Paper(
            name="digitalscience2025",
            authors="Hook",
            title="DeepSeek and the New Geopolitics of AI",
            reference="Digital Science 2025; the values are those of its press release and of news on it",
            sources=("digitalscience2025_news", "digitalscience2025_pressrelease"),
        ),
        Paper(
            name="alshebli2022",
            authors="AlShebli and others",
            title="Beijing's central role in global artificial intelligence research",
            reference="Scientific Reports 2022, doi 10.1038/s41598-022-25714-0",
            sources=("alshebli2022_beijing",),
        ),
        Paper(
            name="alshebli2024",
            authors="AlShebli, Memon, Evans and Rahwan",
            title="China and the U.S. produce more impactful AI research when collaborating together",
            reference="arXiv 2304.11123 and Scientific Reports 2024, doi 10.1038/s41598-024-79863-5",
            sources=("alshebli2023_preprint", "alshebli2024_news"),
        ),
    )
}


def find_paper(name: str) -> Paper:
    """Return a paper by its name.

    Raises
    ------
    ConfigError
        No such paper; lists those that there are.
    """
    if name not in PAPERS:
        raise ConfigError(f"paper: {name!r} has no published values here; {did_you_mean(name, list(PAPERS))}")
    return PAPERS[name]


def published_values(paper: Paper) -> tuple[Published, ...]:
    """Return the published values of a paper, in the file's order."""
    return tuple(value for value in all_published_values() if value.paper in paper.sources)


@cache
def all_published_values() -> tuple[Published, ...]:
    """Return every published value of the package."""
    text = files("isthmus.report").joinpath("data", "published_values.csv").read_text(encoding="utf-8")
    return tuple(
        Published(
            id=row["id"],
            paper=row["paper"],
            quantity=row["quantity"],
            scope=row["scope"],
            year_from=int(row["year_from"]) if row["year_from"] else None,
            year_to=int(row["year_to"]) if row["year_to"] else None,
            value=row["value"],
            unit=row["unit"],
        )
        for row in csv.DictReader(text.splitlines())
    )
