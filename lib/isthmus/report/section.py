"""What an analysis brings to the report: a section with its figures, findings and paragraphs on the method."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from isthmus.report.results import Results

if TYPE_CHECKING:
    from markupsafe import Markup


@dataclass(frozen=True)
class Figure:
    """A figure: drawn on the page where its section's template places it, and written as PNG and SVG.

    Attributes
    ----------
    name : str
        Name of its element on the page (`chart-NAME`) and of its files (NAME.png, NAME.svg).
    heading : str
        What stands above it in the files.
    caption : str
        What stands below it on the page; empty where the template holds a caption of its own.
    draw : Callable
        Return the chart (Altair).
    """

    name: str
    heading: str
    caption: str
    draw: Callable[[], Any]


@dataclass(frozen=True)
class Tile:
    """One number at the top of the page with what it counts."""

    value: str
    label: str


@dataclass(frozen=True)
class Headline:
    """One of the first answers of a page: a question, a sentence with number, range and grade, a small drawing.

    Attributes
    ----------
    question : str
        What a reader asks.
    sentence : str
        The answer; what is not settled is called so.
    drawing : Markup | None
        SVG of `isthmus.report.drawings`.
    caption : str
        What the drawing measures.
    link : str
        The id of the part of the page that says more.
    """

    question: str
    sentence: str
    drawing: "Markup | None" = None
    caption: str = ""
    link: str = ""


@dataclass(frozen=True)
class Absent:
    """Something that a study did not compute, and what makes it.

    Attributes
    ----------
    what : str
        What the page would show: "Intervals of every z, and how often each label is kept".
    setting : str
        Field and value that turn it on, as `isthmus run --set` takes them; empty where no single field does.
    remark : str
        What it needs, where a setting alone is not enough.
    """

    what: str
    setting: str = ""
    remark: str = ""


@dataclass(frozen=True)
class Paragraph:
    """One point of the method, or one term of the glossary."""

    heading: str
    text: str


@dataclass(frozen=True)
class Section:
    """What one analysis shows of a study.

    Attributes
    ----------
    id : str
        The analysis, such as "trajectories".
    title : str
        What a person calls it.
    template : str
        Where the template stands: "PACKAGE/FILE", such as "isthmus.analyses.corpus/section.html.j2".
    values : Mapping[str, Any]
        What the template shows; it computes nothing itself.
    figures : tuple of Figure
        The figures in the page's order.
    findings : tuple of str
        Sentences that anybody understands, the most important first.
    method : tuple of Paragraph
        How it was done.
    tiles : tuple of Tile
        Numbers for the top of the page.
    contents : tuple of (str, str)
        The id of each part of the template that the contents of the page link to, and the words of the link.
    charts : Mapping[str, Callable]
        Charts that only the page has, by name: their data come from the page's script, or they are parts of a figure.
    data : Mapping[str, Any]
        What the section's script reads, as JSON.
    script : str
        Where the section's script stands, as `template`; empty without one.
    headlines : tuple of Headline
        The section's answers for the first screen, the most important first; a page shows three.
    facts : tuple of str
        What the study rests on, for the line under the title: how many works, how many countries.
    absent : tuple of Absent
        What was not computed; the page lists it in one place, at its end.
    glossary : tuple of Paragraph
        Terms that the section uses and their meaning in plain words; the page explains them where they stand.
    part : {"explore", "method"}
        Results to look at, or how they were made and how far they hold: the page shows the latter last.
    """

    id: str
    title: str
    template: str
    values: Mapping[str, Any]
    figures: tuple[Figure, ...] = ()
    findings: tuple[str, ...] = ()
    method: tuple[Paragraph, ...] = ()
    tiles: tuple[Tile, ...] = ()
    contents: tuple[tuple[str, str], ...] = ()
    charts: Mapping[str, Callable[[], Any]] = field(default_factory=dict)
    data: Mapping[str, Any] = field(default_factory=dict)
    script: str = ""
    headlines: tuple[Headline, ...] = ()
    facts: tuple[str, ...] = ()
    absent: tuple[Absent, ...] = ()
    glossary: tuple[Paragraph, ...] = ()
    part: Literal["explore", "method"] = "explore"


#: What an analysis offers: its section, or None where the study has no such results.
SectionOf = Callable[[Results], Section | None]


def build_sections(results: Results, sections: tuple[SectionOf, ...]) -> tuple[Section, ...]:
    """Return the sections that a study has, in the order given."""
    return tuple(built for section in sections if (built := section(results)) is not None)


def figure_name(*words: str) -> str:
    """Return a name for a figure, an element and files: the words with "_" between them, without other signs."""
    return "_".join(re.sub(r"[^\w-]+", "-", word) for word in words)
