"""Colours and type of every chart: tokens that a page resolves by CSS, light or dark, and figures by fixed values.

Charts name colours as CSS variables, so one drawing serves light, dark and print. The hues of poles are those of Okabe
and Ito (2008, https://jfly.uni-koeln.de/color/), which readers with colour vision deficiencies tell apart.
"""

import json
from collections.abc import Mapping
from typing import Any

LIGHT: Mapping[str, str] = {
    "paper": "#fffdf9",
    "panel": "#f6f2ea",
    "ink": "#1d1b18",
    "soft": "#5c574f",
    "rule": "#ddd6c9",
    "land": "#e9e3d7",
    "border": "#fffdf9",
    "sea": "#f4f6f6",
    "accent": "#8a3b12",
    "pole-1": "#0068a5",
    "pole-2": "#c64f00",
    "pole-3": "#00785a",
    "pole-4": "#a4487f",
    "both": "#1d1b18",
    "other": "#9a9284",
    "warn": "#9c1f1f",
    "good": "#00785a",
    "wash": "#e8eef3",
}
DARK: Mapping[str, str] = {
    "paper": "#15171a",
    "panel": "#1e2125",
    "ink": "#ece8e1",
    "soft": "#b0aaa0",
    "rule": "#3a3e44",
    "land": "#2c3036",
    "border": "#15171a",
    "sea": "#181b1f",
    "accent": "#f0a67c",
    "pole-1": "#5fb4ec",
    "pole-2": "#ff9a52",
    "pole-3": "#3fd0a0",
    "pole-4": "#e28fc2",
    "both": "#ece8e1",
    "other": "#7d7a74",
    "warn": "#ff9a8c",
    "good": "#3fd0a0",
    "wash": "#20303d",
}
POLE_TOKENS = ("pole-1", "pole-2", "pole-3", "pole-4")
SANS = "'Avenir Next', Avenir, 'Segoe UI', 'Helvetica Neue', Helvetica, Ubuntu, Roboto, Noto, Arial, sans-serif"


def colour(token: str) -> str:
    """Return a colour of the palette as a chart names it."""
    if token not in LIGHT:
        raise KeyError(f"no colour {token!r}; valid: {', '.join(LIGHT)}")
    return f"var(--{token})"


def pole_colour(position: int) -> str:
    """Return the colour of the study's n-th pole, counted from 0; poles beyond the fourth share the neutral one."""
    return colour(POLE_TOKENS[position]) if position < len(POLE_TOKENS) else colour("other")


def css_variables(palette: Mapping[str, str]) -> str:
    """Return the palette as CSS declarations."""
    return " ".join(f"--{token}: {value};" for token, value in palette.items())


def resolve(spec: Mapping[str, Any], palette: Mapping[str, str] = LIGHT) -> dict[str, Any]:
    """Return a chart's specification with fixed colours, for files and places without the page's style sheet."""
    text = json.dumps(spec)
    for token, value in palette.items():
        text = text.replace(f"var(--{token})", value)
    resolved: dict[str, Any] = json.loads(text)
    return resolved


def config() -> dict[str, Any]:
    """Return the Vega-Lite configuration of every chart."""
    text = {"labelFont": SANS, "titleFont": SANS, "labelColor": colour("soft"), "titleColor": colour("soft")}
    return {
        "background": "transparent",
        "font": SANS,
        "view": {"stroke": None},
        "axis": {
            **text,
            "labelFontSize": 12,
            "titleFontSize": 12,
            "titleFontWeight": "normal",
            "gridColor": colour("rule"),
            "domainColor": colour("rule"),
            "tickColor": colour("rule"),
            "labelPadding": 6,
        },
        "axisX": {"labelSeparation": 8},
        "axisY": {"domain": False, "ticks": False, "titleAngle": 0, "titleAlign": "left", "titleAnchor": "end"},
        "legend": {
            **text,
            "labelFontSize": 12,
            "titleFontSize": 12,
            "titleFontWeight": "normal",
            "symbolStrokeWidth": 2.5,
        },
        "header": {**text, "labelFontSize": 13},
        "title": {"font": SANS, "color": colour("ink"), "fontSize": 14, "anchor": "start", "fontWeight": "bold"},
        "text": {"font": SANS, "fontSize": 12, "fill": colour("ink")},
        "line": {"strokeWidth": 2.5},
        "rule": {"stroke": colour("soft")},
    }  # fmt: skip
