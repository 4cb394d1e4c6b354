"""What was planted in a simulated snapshot beside what the study found."""

from dataclasses import dataclass
from typing import Any

import altair as alt
import pandas as pd

from isthmus.report.charts import finish
from isthmus.report.results import COLLABORATION, Results
from isthmus.report.theme import colour
from isthmus.report.ties import window_ties
from isthmus.report.words import place_name


def compare(results: Results) -> Any:
    return None


def truth_chart(results: Results, **size: Any) -> Any:
    return None
