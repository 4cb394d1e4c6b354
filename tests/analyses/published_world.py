"""Small published results with known content, made by a seed: a stand-in for what the pipeline publishes."""

import json
import shutil
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from isthmus.nullmodels.window_frames import window_tests
from isthmus.report.results import UNPUBLISHED
from isthmus.tablespec import TableSpec
from isthmus.trajectories.trend_frames import pair_classes, pair_trends, propensities

SIZES = {
    "US": 900, "CN": 800, "GB": 330, "DE": 300, "IN": 260, "FR": 210, "IT": 190, "JP": 180, "CA": 170, "AU": 160,
    "ES": 150, "KR": 140, "NL": 110, "BR": 100, "CH": 90, "TW": 80, "SG": 70, "HK": 70, "SE": 65, "PK": 60,
    "SA": 55, "IL": 50, "TN": 30, "NA": 12, "KE": 16, "XK": 6,
}  # fmt: skip
PLANTED = {("CN", "HK"): 9.0, ("CN", "PK"): 9.0, ("CN", "SG"): 7.0, ("IL", "US"): 9.0, ("KR", "US"): 7.0,
           ("FR", "TN"): 9.0, ("CN", "US"): 0.4, ("KE", "NA"): 9.0}  # fmt: skip
ANALYSES = ("networks", "significance", "trajectories", "robustness", "output", "recovery")
SPECS = {
    value.name: value
    for analysis in ANALYSES
    for value in vars(import_module(f"isthmus.analyses.{analysis}.tables")).values()
    if isinstance(value, TableSpec)
}
LABELS = ("SC", "SD", "KI", "KD")
AXES = ("collaboration", "exchange")
NETWORKS = (("collaboration", "publication_year"), ("knowledge_exchange", "cited"))


@dataclass(frozen=True)
class World:
    """What the made-up results hold."""

    years: tuple[int, int] = (2008, 2021)
    significance_years: tuple[int, int] = (2017, 2021)
    sizes: dict[str, float] = field(default_factory=lambda: dict(SIZES))
    poles: tuple[str, ...] = ("US", "CN")
    simulated: bool = True
    failed_years: tuple[int, ...] = ()
    seed: int = 7
    name: str = "tiny"
    trajectories: bool = True  # trajectories, labels, groups, output, densities, another null model
    uncertainty: bool = True  # stability, bootstrap, sensitivity


def write_results(folder: Path, world: World = World()) -> Path:
    """Write every published file of a study into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    tables = make_tables(world)
    for name, frame in tables.items():
        write_table(folder, name, frame)
    (folder / "study.json").write_text(json.dumps(study(world), indent=2), encoding="utf-8")
    return folder


def write_table(folder: Path, name: str, frame: pd.DataFrame) -> None:
    """Write a published table; columns that its specification has and the frame lacks are empty."""
    expected = [column for column in SPECS[name].columns if column not in UNPUBLISHED] if name in SPECS else []
    lacking = [column for column in expected if column not in frame]
    frame.assign(**dict.fromkeys(lacking, None)).to_parquet(folder / f"{name}.parquet", index=False)


def study(world: World) -> dict[str, Any]:
    corpus = {"rule": "ai_primary", "ids": [], "min_score": 0.0, "types": ["article"], "max_countries": None}
    return {
        "study": world.name,
        "title": "Polarization and integration in a tiny world",
        "description": "Which countries work together more than their size explains.",
        "release": "2026-01-15",
        "simulated": world.simulated,
        "snapshot": "snapshots/tiny",
        "poles": list(world.poles),
        "years": list(world.years),
        "significance_years": list(world.significance_years),
        "citation_year": "cited",
        "null_model": "ecm",
        "threshold": 2.0,
        "corpus": corpus,
        "switches": {
            "corpus.rule": "ai_primary",
            "years.corpus": list(world.years),
            "networks.citation_year": "cited",
            "networks.citation_window": 2,
            "significance.null_model": "ecm",
            "significance.samples": 0,
            "significance.finite": "expected_in_500_samples",
            "significance.min_finite_years": 3,
            "significance.false_discovery_rate": 0.05,
            "other_null_models.models": ["ecm-variance-corrected"],
            "trajectories.window": 5,
            "trajectories.order": 1,
            "trajectories.clusters": 4,
            "report.matrix_countries": 12,
            "groups.countries": 14,
            "geography.compare": ["US", "CN", "EU-28"],
            "report.matrix_bloc": "EU-28",
            "geography.regions": ["South America", "Arab countries"],
            "geography.blocs": {},
            "geography.cn_includes_hk_mo": False,
            "seed": world.seed,
        },
        "isthmus_version": "0.1.0",
    }


def make_tables(world: World) -> dict[str, pd.DataFrame]:
    rng = np.random.default_rng(world.seed)
    ties = pd.concat(
        [
            _ties(world, network, citation_year, year, rng)
            for network, citation_year in NETWORKS
            for year in _years(world)
        ]
    )
    tables = {
        "pair_tests": ties.reset_index(drop=True),
        "country_edges": _edges(ties),
        "country_years": _nodes(world, ties),
        "null_model_fits": _fits(world, ties),
        "significant_pairs": _significant(world, ties),
        "coverage": _coverage(world),
        "accounting": _accounting(),
        "gates": _gates(),
    }
    if world.simulated:
        tables["truth_ties"] = _truth(world)
    if world.trajectories and not world.failed_years and world.years[0] < world.years[1]:
        tables |= _trajectories(world, tables["pair_tests"], tables["country_years"])
        tables |= {
            "entity_years": _output(world, tables["country_years"]),
            "densities": _densities(),
            "study_totals": _totals(),
        }
        if world.uncertainty:
            tables |= _uncertainty(ties, tables["pair_labels"])
    return tables


def _trajectories(world: World, ties: pd.DataFrame, nodes: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Trajectories of the pairs with a z in both networks in every year, labelled by the signs of their changes."""
    years = list(_years(world))
    keys = ["src", "dst", "year"]
    wide = ties[ties.finite].pivot_table(index=keys, columns="network", values="z").dropna().reset_index()
    full = wide.groupby(["src", "dst"])["year"].transform("size") == len(years)
    rows = wide[full].sort_values(keys, ignore_index=True)
    frame = rows[keys].copy()
    for network, axis in (("collaboration", "collaboration"), ("knowledge_exchange", "exchange")):
        z = rows[network].to_numpy().reshape(-1, len(years))
        smooth = np.apply_along_axis(lambda v: np.convolve(np.pad(v, 2, mode="edge"), np.ones(5) / 5, "valid"), 1, z)
        low, high = smooth.min(1, keepdims=True), smooth.max(1, keepdims=True)
        frame[f"z_{axis}"], frame[f"smooth_{axis}"] = z.ravel(), smooth.ravel()
        frame[f"scaled_{axis}"] = (2 * (smooth - low) / (high - low) - 1).ravel()
    labels = _labels(frame, ties)
    named = frame.merge(labels[["src", "dst", "label", "cluster"]], on=["src", "dst"])
    members = labels.label.value_counts()
    centroids = named.groupby(["cluster", "label", "year"], as_index=False)[
        ["scaled_collaboration", "scaled_exchange"]
    ].mean()
    centroids = centroids.rename(columns={"scaled_collaboration": "collaboration", "scaled_exchange": "exchange"})
    other = ties[["network", "citation_year", "year", "src", "dst", "z"]].assign(null_model="ecm-variance-corrected")
    other["z"] = other["z"] * 3
    starts = {"restart": [0, 1], "seed": [11, 12], "inertia": [90.5, 91.0], "iterations": 9, "status": "converged"}
    return {
        "trajectories": frame,
        "pair_labels": labels,
        "centroids": centroids.assign(members=centroids.label.map(members)),
        "clusterings": pd.DataFrame({**starts, "chosen": [True, False], "seconds": 0.1}),
        "integration_groups": _groups(world, labels, nodes),
        "pair_tests_other_models": other,
        **_trends(world, ties),
    }


def _trends(world: World, ties: pd.DataFrame) -> dict[str, pd.DataFrame]:
    trends = pair_trends(ties, world.years, keys=("network",))
    return {
        "propensities": propensities(ties, keys=("network",)),
        "pair_trends": trends,
        "pair_classes": pair_classes(trends),
    }


def _labels(frame: pd.DataFrame, ties: pd.DataFrame) -> pd.DataFrame:
    by_pair = frame.groupby(["src", "dst"], sort=True)
    rows = []
    for (src, dst), own in by_pair:
        change = [own[f"scaled_{axis}"].tail(3).mean() - own[f"scaled_{axis}"].head(3).mean() for axis in AXES]
        label = "SC" if min(change) > 0 else "SD" if max(change) < 0 else "KI" if change[1] > 0 else "KD"
        z = [own[f"z_{axis}"].tail(3).mean() - own[f"z_{axis}"].head(3).mean() for axis in AXES]
        speed = float(np.hypot(*(own[f"z_{axis}"].iloc[-1] - own[f"z_{axis}"].iloc[0] for axis in AXES)))
        rows.append(
            {
                "src": src, "dst": dst, "status": "clustered", "cluster": LABELS.index(label), "label": label,
                "support": 0.87, "distance": 1.0, "change_collaboration": change[0], "change_exchange": change[1],
                "z_change_collaboration": z[0], "z_change_exchange": z[1], "speed": speed,
                "speed_smoothed": 0.8 * speed, "speed_per_year": speed / len(own),
            }
        )  # fmt: skip
    every = ties[["src", "dst"]].drop_duplicates()
    labels = every.merge(pd.DataFrame(rows), on=["src", "dst"], how="left")
    labels["status"] = labels["status"].fillna("not finite in every year")
    labels["label"] = labels["label"].astype(object).where(labels["label"].notna(), None)
    return labels.astype({"cluster": "Int32"}).sort_values(["src", "dst"], ignore_index=True)


def _groups(world: World, labels: pd.DataFrame, nodes: pd.DataFrame) -> pd.DataFrame:
    known = {(row.src, row.dst): row for row in labels.itertuples()}
    papers = nodes.groupby("country").papers.sum().sort_values(ascending=False)
    rows = []
    for rank, (country, number) in enumerate(list(papers.drop(list(world.poles), errors="ignore").items())[:14], 1):
        found = {pole: known.get(tuple(sorted((country, pole)))) for pole in world.poles}
        named = {pole: row.label if row is not None else None for pole, row in found.items()}
        together = [pole for pole, label in named.items() if label == "SC"]
        apart = [pole for pole, label in named.items() if label == "SD"]
        group = "none"
        if together and None not in named.values():
            group = (
                "SC_both"
                if len(together) == 2
                else "_".join(["SC", *together, "SD", *apart] if apart else ["SC", *together, "only"])
            )
        speeds = [found[pole].speed for pole in together]
        for pole in world.poles:
            fast = "fast" if named[pole] == "SC" else None
            rows.append((country, rank, number, pole, named[pole], getattr(found[pole], "speed", np.nan), 0.5, group,
                         max(speeds) if group != "none" else np.nan, fast))  # fmt: skip
    columns = [
        "country",
        "rank",
        "papers",
        "pole",
        "label",
        "speed",
        "speed_smoothed",
        "group",
        "group_speed",
        "speed_class",
    ]
    return pd.DataFrame(rows, columns=columns)


def _output(world: World, nodes: pd.DataFrame) -> pd.DataFrame:
    parts = []
    for entity, members in {"US": ["US"], "CN": ["CN"], "EU-28": ["GB", "DE", "FR", "IT", "ES", "NL", "SE"]}.items():
        sums = (
            nodes[nodes.country.isin(members)]
            .groupby("year", as_index=False)[
                ["papers", "papers_fractional", "papers_international", "citations_received"]
            ]
            .sum()
        )
        sums["citations_received_foreign"] = sums.citations_received // 2
        parts.append(sums.assign(entity=entity, international_share=0.3, domestic_share=0.5))
    return pd.concat(parts, ignore_index=True)


def _densities() -> pd.DataFrame:
    columns = [
        "network", "region", "members", "present", "inside_possible", "inside_significant",
        "outside_possible", "outside_significant", "density_inside", "density_outside", "ratio",
    ]  # fmt: skip
    rows = [
        ["collaboration", "South America", 14, 12, 66, 33, 500, 50, 0.5, 0.1, 5.0],
        ["collaboration", "Arab countries", 22, 16, 120, 30, 900, 45, 0.25, 0.05, 5.0],
    ]
    return pd.DataFrame(rows, columns=columns)


def _totals() -> pd.DataFrame:
    values = {"corpus works with a country": 1_500_000.0, "citing works outside the corpus with a country": 400_000.0}
    return pd.DataFrame({"quantity": values.keys(), "value": values.values()})


def _uncertainty(ties: pd.DataFrame, labels: pd.DataFrame) -> dict[str, pd.DataFrame]:
    agreement = [
        ("seeds", "restart 0", 300, 1.0, 1.0), ("seeds", "restart 1", 300, 0.8, 0.9),
        ("null_model", "ecm-variance-corrected", 290, 0.6, 0.75), ("citation_year", "citing", 280, 0.5, 0.7),
    ]  # fmt: skip
    shown = ties[ties["citation_year"].isin(["publication_year", "cited"])]
    times = shown["weight"] / shown["expected"]
    bounds = shown[["network", "src", "dst", "weight", "expected"]].assign(
        first_year=shown["year"], last_year=shown["year"], propensity=times, design_effect=1.2,
        propensity_low=times / 1.5, propensity_high=np.where(times > 0, 1.5 * times, 4.4 / shown["expected"]),
    )  # fmt: skip
    named = labels[labels.label.notna()][["src", "dst", "label"]]
    bounds = pd.concat([bounds, _window_bounds(shown)], ignore_index=True)
    sensitivity = []
    for citation_year, finite, shift in (
        ("cited", "expected_in_500_samples", 0),
        ("citing", "expected_in_500_samples", 20),
        ("cited", "linked", 60),
    ):
        values = {
            "pairs clustered": 300 + shift,
            "pairs SC": 100 + shift,
            "pairs SD": 90,
            "pairs KI": 60,
            "pairs KD": 50,
        }
        default = shift == 0
        values |= {
            "adjusted Rand index to the default": 1 - shift / 100,
            "significant tie CN-US": 0,
            "significant partners US": 2,
        }
        for finding, value in values.items():
            sensitivity.append(
                ("ai_primary", citation_year, "whole", finite, "ecm", default, finding, float(value), None)
            )
        label = "KD" if finite == "linked" else "SD"
        sensitivity.append(("ai_primary", citation_year, "whole", finite, "ecm", default, "label CN-US", np.nan, label))
    choice = ["corpus_rule", "citation_year", "joint_papers", "finite", "null_model"]
    columns = [*choice, "is_default", "finding", "value", "text"]
    return {
        "clustering_agreement": pd.DataFrame(
            agreement, columns=["comparison", "variant", "pairs", "adjusted_rand", "same_label"]
        ),
        "silhouette": pd.DataFrame(
            {
                "clusters": [2, 3, 4, 5],
                "silhouette": [0.3, 0.26, 0.28, 0.2],
                "pairs": 300,
                "inertia": [9.0, 7.0, 5.0, 4.5],
            }
        ),
        "bootstrap_propensities": bounds,
        "bootstrap_labels": named.assign(kept=np.linspace(0.5, 1, len(named)), replicates=50),
        "sensitivity": pd.DataFrame(sensitivity, columns=columns),
    }


def _window_bounds(ties: pd.DataFrame) -> pd.DataFrame:
    """Return the intervals over 2017 to 2021: a half and twice the propensity, only an upper bound without papers."""
    inside = ties[ties["year"].between(2017, 2021)]
    sums = inside.groupby(["network", "src", "dst"], as_index=False)[["weight", "expected"]].sum()
    times = sums["weight"] / sums["expected"]
    return sums.assign(
        first_year=2017, last_year=2021, propensity=times, design_effect=1.2, propensity_low=times / 2,
        propensity_high=np.where(times > 0, 2 * times, 4.4 / sums["expected"]),
    )  # fmt: skip


def _years(world: World) -> range:
    return range(world.years[0], world.years[1] + 1)


def _ties(world, network, citation_year, year, rng) -> pd.DataFrame:
    codes = sorted(world.sizes)
    size = (
        np.array([world.sizes[c] for c in codes]) * 1.06 ** (year - 2021) * (4.0 if network != "collaboration" else 1.0)
    )
    i, j = np.triu_indices(len(codes), 1)
    expected = 1.4 * size[i] * size[j] / size.sum()
    planted = np.array([PLANTED.get((codes[a], codes[b]), 1.0) for a, b in zip(i, j, strict=True)])
    y = expected / (1 + expected)
    weight = np.where(
        planted == 1.0, rng.geometric(1 - y) - 1, rng.negative_binomial(20, 20 / (20 + planted * expected))
    ).astype(np.int64)
    sd = np.sqrt(expected * (1 + expected))
    p_upper, p_lower = y**weight, 1 - y ** (weight + 1)
    frame = pd.DataFrame(
        {
            "network": network, "citation_year": citation_year, "year": np.int32(year),
            "src": [codes[a] for a in i], "dst": [codes[b] for b in j], "weight": weight,
            "link_probability": y, "expected": expected, "sd": sd, "z": (weight - expected) / sd,
            "p_upper": p_upper, "p_lower": p_lower, "p_two_sided": np.minimum(1, 2 * np.minimum(p_upper, p_lower)),
            "q_value": np.minimum(1, p_upper * 20), "finite": y >= 0.02,
        }
    )  # fmt: skip
    present = (frame.src != "XK") & (frame.dst != "XK") if year < 2010 else np.ones(len(frame), dtype=bool)
    return frame[present & (year not in world.failed_years)]


def _edges(ties: pd.DataFrame) -> pd.DataFrame:
    linked = ties[ties.weight > 0]
    edges = linked[["network", "citation_year", "year", "src", "dst", "weight"]].copy()
    # a quarter of the citations of each pair, rounded down, are of joint papers
    joint = (edges.weight // 4).where(edges.network != "collaboration")
    return edges.assign(fractional=edges.weight * 0.4, joint=joint).reset_index(drop=True)


def _nodes(world, ties) -> pd.DataFrame:
    linked = ties[ties.weight > 0]
    both = pd.concat([linked.assign(country=linked.src), linked.assign(country=linked.dst)])
    grid = pd.MultiIndex.from_product([_years(world), world.sizes], names=["year", "country"])
    nodes = grid.to_frame(index=False)
    growth = nodes.year - 2021
    nodes["papers"] = (10 * nodes.country.map(world.sizes) * 1.06**growth).astype(int)
    nodes["papers_fractional"] = nodes.papers * 0.8
    nodes["papers_international"] = (nodes.papers * (0.2 + 0.01 * (nodes.year - 2008))).astype(int)
    for network, name in (("collaboration", "collaboration"), ("knowledge_exchange", "exchange")):
        own = both[both.network == network].groupby(["year", "country"]).weight
        nodes[f"{name}_degree"] = own.size().reindex(grid, fill_value=0).to_numpy()
        nodes[f"{name}_strength"] = own.sum().reindex(grid, fill_value=0).to_numpy()
    return nodes.assign(citation_year="cited", citations_received=nodes.papers * 2, citations_given=nodes.papers)


def _fits(world, ties) -> pd.DataFrame:
    rows = []
    for network, citation_year in NETWORKS:
        for year in _years(world):
            failed = year in world.failed_years
            rows.append(
                {
                    "network": network, "citation_year": citation_year, "year": year, "null_model": "ecm",
                    "n_nodes": len(world.sizes), "n_links": 300, "total_weight": 20_000,
                    "status": "failed" if failed else "converged",
                    "max_relative_error": float("nan") if failed else 3e-13, "iterations": 9, "seconds": 0.02,
                    "log_likelihood": -1000.0,
                    "message": "the network of this year has no link" if failed else "",
                }
            )  # fmt: skip
    return pd.DataFrame(rows)


def _significant(world, ties) -> pd.DataFrame:
    first, last = world.significance_years
    window = ties[ties.year.between(first, last)]
    keys = ["network", "citation_year", "src", "dst"]
    table = window.groupby(keys, as_index=False).agg(finite_years=("finite", "sum"), weight=("weight", "sum"))
    means = window[window.finite].groupby(keys, as_index=False).agg(mean_z=("z", "mean"))
    table = table.merge(means, on=keys, how="left")
    table["significant"] = (table.mean_z > 2) & (table.finite_years >= 3)
    pooled = window_tests(ties, (first, last), 0.05, 2.0)
    return table.merge(pooled[[*keys, *pooled.columns.difference(table.columns)]], on=keys)


def _coverage(world) -> pd.DataFrame:
    rows = []
    for year in _years(world):
        works = int(90_000 * 1.05 ** (year - 2021))
        corpus = works // 3
        rows.append(
            {
                "year": year, "works": works, "core_works": int(works * 0.9), "with_authors": int(works * 0.89),
                "with_country": int(works * 0.7), "with_city": int(works * 0.66), "with_references": int(works * 0.6),
                "corpus_works": corpus, "corpus_with_authors": int(corpus * 0.99),
                "corpus_with_country": int(corpus * (0.80 + 0.01 * (year - 2008))),
                "corpus_with_city": int(corpus * 0.78), "corpus_with_references": int(corpus * 0.7),
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def _accounting() -> pd.DataFrame:
    columns = ["entity", "release", "manifest_records", "read", "kept", "rejected", "superseded", "deleted", "merged"]
    rows = [
        ["works", "2026-01-15", 30_000, 30_000, 29_950, 20, 30, 0, 0],
        ["institutions", "2026-01-15", 400, 400, 400, 0, 0, 0, 0],
    ]
    return pd.DataFrame(rows, columns=columns)


def _gates() -> pd.DataFrame:
    columns = ["stage", "table", "gate", "severity", "observed", "bound", "passed", "message"]
    rows = [
        ["tables", "works", "rejected_share", "fail", 0.0007, "<= 0.01", True, ""],
        ["networks", "edges", "country_share", "warn", 0.74, ">= 0.8", False, "few works of the corpus have a country"],
    ]
    return pd.DataFrame(rows, columns=columns)


def _truth(world) -> pd.DataFrame:
    total = sum(world.sizes.values())
    rows = []
    for (a, b), factor in PLANTED.items():
        if a not in world.sizes or b not in world.sizes:
            continue
        size = 1.4 * world.sizes[a] * world.sizes[b] / total
        rows.append(
            {
                "src": a, "dst": b, "kind": "stronger" if factor > 1 else "weaker", "strength": "strong", "switch": "ties",
                "ratio": max(factor, 1 / factor), "is_strong": True,
                "collaboration_2000": factor, "collaboration_2021": factor, "exchange_2000": 1.0, "exchange_2021": 1.0,
                "size_window": size, "expected_window": factor * size,
            }
        )  # fmt: skip
    columns = ["src", "dst", "kind", "strength", "switch", "size_window", "expected_window"]
    return pd.DataFrame(rows) if rows else pd.DataFrame(columns=columns)


@pytest.fixture(scope="session")
def results_dir(tmp_path_factory) -> Path:
    """Results of a simulated study: 26 countries (Namibia among them), 14 years, eight planted ties."""
    return write_results(tmp_path_factory.mktemp("results") / "tiny")


@pytest.fixture(scope="session")
def make_results(tmp_path_factory):
    """A function that writes results of another world: `make_results(simulated=False, ...)`."""

    def make(**changes: Any) -> Path:
        return write_results(tmp_path_factory.mktemp("results") / "other", World(**changes))

    return make


@pytest.fixture(scope="session")
def put_table():
    """A function that writes a published table: `put_table(folder, "densities", frame)`."""
    return write_table


@pytest.fixture
def plain_study(results_dir, tmp_path) -> Path:
    """Results of a study without ties of countries: study.json, coverage, accounting and gates, on real data."""
    folder = tmp_path / "plain"
    folder.mkdir()
    for name in ("coverage", "accounting", "gates"):
        shutil.copy(results_dir / f"{name}.parquet", folder)
    described = study(World(simulated=False, name="plain")) | {"corpus": {"rule": "everything"}}
    (folder / "study.json").write_text(json.dumps(described), encoding="utf-8")
    return folder
