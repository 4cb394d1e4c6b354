"""Small published results of bridges beside those of cities, in which the published values hold."""

import importlib.util
import sys
from pathlib import Path

import pandas as pd
import pytest

_FILE = Path(__file__).parent.parent / "cities" / "conftest.py"
_SPEC = importlib.util.spec_from_file_location("published_cities", _FILE)
_CITIES = sys.modules.setdefault("published_cities", importlib.util.module_from_spec(_SPEC))
if not hasattr(_CITIES, "as_published"):
    _SPEC.loader.exec_module(_CITIES)

MEASURES = ("degree", "strength", "closeness_out", "closeness_in", "pagerank", "pagerank_turned", "independent_cascade",
            "linear_threshold")  # fmt: skip
#: Betweenness of the first city and of all others; of the first city how it stands against both null models.
FIRST = {"impact": (4000.0, 50.0), "migration": (3000.0, 1000.0), "collaboration": (4200.0, 100.0)}


def bridges():
    rows = []
    for network in ("impact", "migration", "collaboration", "normalised_impact"):
        for at, name in enumerate(_CITIES.NAMES[:22]):
            first, other = FIRST.get(network, (50.0, 50.0))
            value = first if at == 0 else other if at == 1 or network != "migration" else 0.0
            if network == "normalised_impact":
                value = {"Jeddah": 400.0, "Islamabad": 300.0}.get(name, 10.0)
            known = at == 0 and network != "normalised_impact"
            size = (3000.0, 2800.0, 3200.0, 0.002, 0.002) if known else (20.0, 0.0, 60.0, 0.2, 0.9)
            distance = (3990.0, 3900.0, 4100.0, 0.4, 0.8) if known else (20.0, 0.0, 60.0, 0.2, 0.9)
            flows = (9000.0, 2250.0, 20.0, 5e-5, 0.001) if known else (500.0, 480.0, 0.3, 0.4, 1.0)
            works = (0.9 * value, 1.05 * value, 0.04 * value, 0.98 if at == 0 else 0.0)
            if network == "normalised_impact":
                flows, works = (None,) * 5, (None,) * 4
            rows.append((network, at + 1, value, 4700.0, *size, *distance, *flows, *works))
    bands = [f"{null}_{name}" for null in ("size", "distance") for name in ("mean", "low", "high", "p", "family_p")]
    more = [f"flows_{name}" for name in ("observed", "expected", "z", "p", "family_p")]
    more += [f"works_{name}" for name in ("low", "high", "sd", "first")]
    frame = pd.DataFrame(rows, columns=["network", "city", "betweenness", "cap", *bands, *more])
    return frame.astype(dict.fromkeys(more, float))


def influence():
    rows = [
        (network, at + 1, measure, 100.0 - at, 0.1 if "d_" in measure else None, at + 1)
        for network in FIRST
        for at in range(22)
        for measure in MEASURES
    ]
    frame = pd.DataFrame(rows, columns=["network", "city", "measure", "value", "sd", "rank"])
    return frame.astype({"sd": float})


def as_published():
    notes = pd.DataFrame(
        [("migration", "distance", "a city has no place")], columns=["network", "null_model", "message"]
    )
    return {"city_bridges": bridges(), "city_influence": influence(), "bridge_notes": notes}


@pytest.fixture
def publish(publish_study):
    """A function that writes results: `publish(tables={"city_bridges": frame}, without=("city_bridges",))`."""

    def write(tables=None, without=(), **changes):
        study = _CITIES.STUDY | changes
        study |= {"switches": study["switches"] | {"bridging.level": 0.95, "bridging.draws": 500}}
        frames = _CITIES.as_published() | as_published() | (tables or {})
        return publish_study(frames, _CITIES.YEARS, without=without, **study)

    return write


@pytest.fixture
def tables():
    """The tables in which the published values hold."""
    return as_published()
