"""The table of recovery in Markdown, from the counts of worlds."""

import pandas as pd
from recovering.judged import NETWORKS

from isthmus.simulate.world.ties import RATIOS, TRENDS

NAMES = {"collaboration": "collaboration", "knowledge_exchange": "knowledge exchange"}
CALLED = (["published"], ["firm", "firm weaker"], ["firm", "firm weaker", "probable", "probable weaker"])


def of(frame: pd.DataFrame, found: list[str], whole: str | list[str]) -> str:
    """The sum of some counts, of others, and the share."""
    part, total = int(frame[found].to_numpy().sum()), int(frame[whole].to_numpy().sum())
    return f"{part:,} of {total:,}" + (f" ({part / total:.1%})" if total else "")


def tie_rows(frame: pd.DataFrame) -> list[tuple[str, ...]]:
    says = {
        "strong": "stronger, 30 or more papers a year: found",
        "medium": "the same, 10 to 30 a year",
        "small": "the same, under 10 a year",
        "weaker 30": "weaker (0.1 to 0.2 times), size explains 30 or more in the window: found",
        "weaker": "all weaker ones",
    }
    rows = []
    for name, what in says.items():
        total = f"{name} planted"
        published = "–" if "weaker" in name else of(frame, [f"{name} published"], total)
        rows.append((what, published, of(frame, [f"{name} firm"], total),
                     of(frame, [f"{name} firm", f"{name} probable"], total)))  # fmt: skip
    for prefix, where in (("", "false among called"), ("empty ", "nothing planted: false among called")):
        for network in NETWORKS:
            cells = []
            for rules in CALLED:
                names = [f"{prefix}{network} {rule}" for rule in rules]
                part, total = (int(frame[[f"{n} {k}" for n in names]].to_numpy().sum()) for k in ("false", "called"))
                cells.append(f"{part:,} of {total:,}" + (f" ({part / total:.1%})" if total else ""))
            rows.append((f"{where}, {NAMES[network]}", *cells))
    carried = [str(int(frame[[f"knowledge_exchange {r} carried" for r in rules]].to_numpy().sum())) for rules in CALLED]
    rows.append(("truly stronger by planted papers together, knowledge exchange: called", *carried))
    return rows


def trend_rows(frame: pd.DataFrame) -> list[tuple[str, ...]]:
    rows = []
    for prefix, where in (("", ""), ("empty ", "nothing planted, ")):
        for network in NETWORKS:
            name = f"{prefix}{network}"
            found = "–" if prefix else of(frame, [f"{name} movers found"], f"{name} movers")
            sides = (("moves", "level"), ("moves",), ("level",))
            right = (of(frame, [f"{name} {side} right" for side in own], [f"{name} {side} called" for side in own])
                     for own in sides)  # fmt: skip
            rows.append((f"{where}{NAMES[network]}", *right, found))
    return rows


def kind_rows(frame: pd.DataFrame) -> list[tuple[str, ...]]:
    rows = []
    for kind in TRENDS:
        for strength, ratio in RATIOS.items():
            name = f"{kind} {strength}"
            cells = [of(frame, [f"{name} {what}"], f"{name} planted") for what in ("by z", "right", "other")]
            rows.append((f"{kind.replace('_', ' ')}, {ratio:g} times", *cells))
    return rows


def markdown(headings: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [headings, tuple("---" for _ in headings), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def tables(frame: pd.DataFrame) -> str:
    """The three tables and what stands beside them."""
    shares = [
        f"{NAMES[n]} {frame[f'empty {n} p {side}'].sum() / frame[f'empty {n} pair-years'].sum():.3f} {side}"
        for n in NETWORKS
        for side in ("above", "below")
    ]
    poles = " and ".join(f"{int(frame[f'{n} poles fall'].sum())}" for n in NETWORKS)
    return "\n\n".join(
        [
            markdown(("ties", "published rule (mean z > 2)", "firm", "firm or probable"), tie_rows(frame)),
            markdown(
                (
                    "trends with P ≥ .9",
                    "right",
                    "rises and falls: right",
                    "level: right",
                    "movers of 100 papers or more: found",
                ),
                trend_rows(frame),
            ),
            markdown(
                ("planted trend", "z moves as planted", "settled as planted", "settled as another class"),
                kind_rows(frame),
            ),
            f"The z of the United States and China falls in {poles} of {len(frame)} worlds (collaboration, exchange). "
            f"With nothing planted the share of pairs and years with p < .05 is: {', '.join(shares)}.",
        ]
    )
