"""Small drawings beside the first sentences of a page: SVG without a script, in the colours of the page.

Only numbers of the sentence beside them are drawn; their reading aloud is that sentence and `title`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

_WIDTH = 320
_ROW = 25
_TOP, _BOTTOM = 6, 22
_NAMES = 150
_CHARACTERS = 28
#: Letters that have room at their own width; a longer name is drawn narrower.
_ROOMY = 22
#: Ticks of a logarithmic axis are 1, 2 and 5 times powers of ten, every one or each third of them.
_ONE_TWO_FIVE = (1.0, 2.0, 5.0)
_MOST_TICKS = 4
_NO_FACTOR = 1.0  # "times what size explains" of a tie that is as strong as size says


@dataclass(frozen=True)
class Interval:
    """A named number with its range, on a logarithmic axis; `low` may be 0."""

    name: str
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Part:
    """A part of a whole: what it is, how many, and the token of its colour."""

    name: str
    number: int
    token: str


def intervals(rows: Sequence[Interval], title: str) -> Markup:
    """Draw numbers with their ranges below each other; a line stands at 1, what size explains.

    Parameters
    ----------
    rows : Sequence[Interval]
        From top to bottom.
    title : str
        What the axis measures; read aloud, too.
    """
    axis = _Axis.over([bound for row in rows for bound in (row.low, row.value, row.high)], _NAMES, _WIDTH - 10)
    height = _TOP + _ROW * len(rows)
    parts = [*_grid(axis, height), _line(axis.at(_NO_FACTOR), _TOP, axis.at(_NO_FACTOR), height, "ink")]
    for position, row in enumerate(rows):
        y = _TOP + _ROW * (position + 0.5)
        parts.append(_name(y, row.name))
        parts.append(_line(axis.at(row.low), y, axis.at(row.high), y, "pole-1", width=3))
        parts.append(_dot(axis.at(row.value), y, "pole-1"))
    return _svg(parts, height + _BOTTOM, title)


def series(years: Sequence[int], rows: Sequence[Interval], title: str) -> Markup:
    """Draw one number by year with its range as a band; a line stands at 1, what size explains.

    Parameters
    ----------
    years : Sequence[int]
        In order.
    rows : Sequence[Interval]
        One for each year; a value that is not above 0 leaves a gap in the line.
    title : str
        What the axis measures; read aloud, too.
    """
    left, height = 40, 150
    across = _Axis.over([bound for row in rows for bound in (row.low, row.value, row.high)], height - _TOP, _TOP)
    first, last = years[0], years[-1]

    def x(year: int) -> float:
        return left + (_WIDTH - left - 12) * (year - first) / max(last - first, 1)

    parts = [_line(left, across.at(tick), _WIDTH - 12, across.at(tick), "rule") for tick in across.ticks()]
    parts += [_text(left - 6, across.at(tick) + 4, f"{tick:g}", anchor="end") for tick in across.ticks()]
    parts.append(_line(left, across.at(_NO_FACTOR), _WIDTH - 12, across.at(_NO_FACTOR), "ink"))
    known = [(year, row) for year, row in zip(years, rows, strict=True) if math.isfinite(row.high)]
    if known:
        upper = [f"{x(year):.1f},{across.at(row.high):.1f}" for year, row in known]
        lower = [f"{x(year):.1f},{across.at(row.low):.1f}" for year, row in reversed(known)]
        parts.append(f'<polygon points="{" ".join(upper + lower)}" fill="var(--pole-1)" opacity="0.18"/>')
    for run in _runs([(x(year), row) for year, row in zip(years, rows, strict=True)]):
        points = " ".join(f"{at:.1f},{across.at(row.value):.1f}" for at, row in run)
        parts.append(f'<polyline points="{points}" fill="none" stroke="var(--pole-1)" stroke-width="2"/>')
        parts += [_dot(at, across.at(row.value), "pole-1", radius=2.5) for at, row in run]
    ends = ((first, "start"), (last, "end")) if last > first else ((first, "start"),)
    parts += [_text(x(year), height + 16, str(year), anchor=anchor) for year, anchor in ends]
    return _svg(parts, height + _BOTTOM, title)


def shares(parts: Sequence[Part], title: str) -> Markup:
    """Draw a whole as bars of its parts below each other, each with its number.

    Parameters
    ----------
    parts : Sequence[Part]
        From top to bottom; those of number 0 are drawn as a name and "0".
    title : str
        What is counted; read aloud, too.
    """
    largest = max([part.number for part in parts] + [1])
    drawn = []
    for position, part in enumerate(parts):
        y = _TOP + _ROW * (position + 0.5)
        width = (_WIDTH - _NAMES - 45) * part.number / largest
        drawn.append(_name(y, part.name))
        drawn.append(
            f'<rect x="{_NAMES}" y="{y - 7:.1f}" width="{width:.1f}" height="14" fill="var(--{escape(part.token)})"/>'
        )
        drawn.append(_text(_NAMES + width + 6, y + 4, f"{part.number:,}", anchor="start", token="ink"))
    return _svg(drawn, _TOP + _ROW * len(parts) + 4, title)


@dataclass(frozen=True)
class _Axis:
    """A logarithmic axis from `low` to `high` between two pixels; what lies outside is drawn at its end."""

    low: float
    high: float
    start: float
    end: float

    @classmethod
    def over(cls, values: Sequence[float], start: float, end: float) -> "_Axis":
        known = [value for value in values if math.isfinite(value) and value > 0] + [_NO_FACTOR]
        low, high = min(known), max(known)
        return cls(low / 1.15, high * 1.15, start, end)

    def at(self, value: float) -> float:
        """Return the pixel of a value."""
        value = min(max(value, self.low), self.high) if math.isfinite(value) else self.high
        share = math.log(value / self.low) / math.log(self.high / self.low)
        return self.start + (self.end - self.start) * share

    def ticks(self) -> list[float]:
        """Return up to four or so round numbers."""
        powers = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
        every = [float(f"{digit * 10.0**power:.6g}") for power in powers for digit in _ONE_TWO_FIVE]
        inside = [tick for tick in every if self.low <= tick <= self.high]
        step = 3 if len(inside) > _MOST_TICKS else 1
        return inside[inside.index(_NO_FACTOR) % step :: step]


def _runs(points: Sequence[tuple[float, Interval]]) -> list[list[tuple[float, Interval]]]:
    """Return the stretches of points whose value a logarithmic axis can show."""
    runs: list[list[tuple[float, Interval]]] = [[]]
    for at, row in points:
        if math.isfinite(row.value) and row.value > 0:
            runs[-1].append((at, row))
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]


def _grid(axis: _Axis, height: float) -> list[str]:
    lines = [_line(axis.at(tick), _TOP, axis.at(tick), height, "rule") for tick in axis.ticks()]
    return lines + [_text(axis.at(tick), height + 15, f"{tick:g}", anchor="middle") for tick in axis.ticks()]


def _line(x1: float, y1: float, x2: float, y2: float, token: str, *, width: float = 1) -> str:
    ends = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
    return f'<line {ends} stroke="var(--{token})" stroke-width="{width}"/>'


def _dot(x: float, y: float, token: str, *, radius: float = 4.5) -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius}" fill="var(--{token})"/>'


def _text(x: float, y: float, words: str, *, anchor: str, token: str = "soft") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="var(--{token})">{escape(words)}</text>'


def _name(y: float, words: str) -> str:
    """Return the name of a row, which ends where the drawing begins and never leaves the picture."""
    shown, room = words if len(words) <= _CHARACTERS else words[: _CHARACTERS - 1] + "…", _NAMES - 10
    narrower = f' textLength="{room}" lengthAdjust="spacingAndGlyphs"' if len(shown) > _ROOMY else ""
    at = f'x="{_NAMES - 8}" y="{y + 4:.1f}" text-anchor="end" fill="var(--ink)"'
    return f"<text {at}{narrower}>{escape(shown)}</text>"


def _svg(parts: Sequence[str], height: float, title: str) -> Markup:
    body = "".join(parts)
    box = f'viewBox="0 0 {_WIDTH} {height:.0f}"'
    return Markup(f'<svg class="drawing" {box} role="img"><title>{escape(title)}</title>{body}</svg>')
