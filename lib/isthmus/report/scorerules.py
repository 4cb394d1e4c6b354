"""How each published value of Gallo et al. 2026 is computed from a study's results, and when the two agree.

Three classes of tolerance: E, exact (parameters of the method); S, the same sign, rank, label or order; M, of the same
size (counts within a factor of two, shares within five points). A rule belongs to a quantity, never to one number.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd

from isthmus.errors import ConfigError
from isthmus.geography import bloc_members, find_country
from isthmus.report import movements
from isthmus.report.pairs import pair_series
from isthmus.report.results import COLLABORATION, Results
from isthmus.report.ties import partners, window_ties
from isthmus.report.words import count, in_sentence, number, percent, place_name

#: The most productive members of the EU-28, held against each other and against the others: a quarter.
EU_TOP = 7
FACTOR, POINTS = 2.0, 5.0
SIMILAR = (0.8, 1.25)  # a ratio within these bounds counts as "similar"
YES, NO = "yes", "no"
US, CN, EU = "US", "CN", "EU-28"


class NotComparableError(Exception):
    """A published value that these results do not speak to; the message says why."""


@dataclass(frozen=True)
class Published:
    """One published value: where it belongs, and the sentence it stands in."""

    id: str
    quantity: str
    scope: str
    first: int
    last: int
    value: str
    unit: str
    quote: str

    @property
    def boolean(self) -> bool:
        """Whether the value says yes (1) or no (0)."""
        return self.unit.startswith("boolean")


@dataclass(frozen=True)
class Ours:
    """What a study's results say: the value, how it reads, and how it was obtained."""

    value: float | str
    text: str
    how: str


@dataclass(frozen=True)
class Rule:
    """How a quantity is computed, its class of tolerance (E, S or M), the tolerance in words, and the test."""

    compute: Callable[[Results, Published], Ours]
    tolerance_class: str
    tolerance: str
    inside: Callable[[Ours, Published], bool]


def _equal(ours: Ours, published: Published) -> bool:
    if isinstance(ours.value, str):
        return ours.value == published.value
    return float(ours.value) == float(published.value)


def _within_factor(ours: Ours, published: Published) -> bool:
    return float(published.value) / FACTOR <= float(ours.value) <= float(published.value) * FACTOR


def _within_points(ours: Ours, published: Published) -> bool:
    return abs(float(ours.value) - float(published.value)) <= POINTS


# ---- places


def _code(results: Results, name: str) -> str:
    try:
        code = find_country(name.strip()).code
    except ConfigError:
        raise NotComparableError(f"{name.strip()!r} is no country") from None
    if code not in results.countries:
        raise NotComparableError(f"{in_sentence(code)} is not in the networks of this study")
    return code


def _pair(results: Results, scope: str) -> tuple[str, str]:
    one, _, two = scope.partition("-")
    return _code(results, one), _code(results, two)


def _both(one: str, two: str) -> str:
    return f"{place_name(one)} and {place_name(two)}"


# ---- parameters of the method


def _switch(name: str, what: str) -> Callable[[Results, Published], Ours]:
    def compute(results: Results, _: Published) -> Ours:
        value = results.switch(name)
        if value is None:
            raise NotComparableError(f"these results do not list the switch {name}")
        return Ours(float(value), f"{value:g}", f"the switch {name}: {what}")

    return compute


def _realizations(results: Results, published: Published) -> Ours:
    found = _switch("significance.samples", "networks drawn per year")(results, published)
    if found.value == 0:
        raise NotComparableError(
            "exact moments take the place of samples; `as_published: true` draws 500 networks a year"
        )
    return found


def _threshold(results: Results, _: Published) -> Ours:
    return Ours(results.threshold, f"{results.threshold:g}", "mean z over the significance years, strictly above")


def _countries_grouped(results: Results, _: Published) -> Ours:
    groups = _groups(results)
    total = groups["country"].nunique()
    return Ours(float(total), count(total), "countries in integration_groups.parquet")


# ---- volumes


def _total(quantity: str) -> Callable[[Results, Published], Ours]:
    def compute(results: Results, _: Published) -> Ours:
        totals = results.study_totals
        found = totals[totals["quantity"] == quantity] if totals is not None else None
        if found is None or found.empty:
            raise NotComparableError(f"these results publish no total of {quantity}")
        value = float(found["value"].iloc[0])
        return Ours(value, count(value), f"{quantity}, over the study's own years")

    return compute


def _weight(results: Results, published: Published) -> Ours:
    one, two = _pair(results, published.scope)
    value = _joint(results, one, two, published.last)
    return Ours(value, count(value), f"papers of {published.last} with both countries, full counting")


def _joint(results: Results, one: str, two: str, year: int) -> float:
    edges = _collaboration(results, year)
    src, dst = sorted((one, two))
    return float(edges.loc[(edges["src"] == src) & (edges["dst"] == dst), "weight"].sum())


def _collaboration(results: Results, year: int) -> pd.DataFrame:
    edges = results.country_edges[
        (results.country_edges["network"] == COLLABORATION) & (results.country_edges["year"] == year)
    ]
    if edges.empty:
        raise NotComparableError(f"there is no collaboration network of {year}")
    return edges


def _row_sum(results: Results, code: str, year: int) -> float:
    edges = _collaboration(results, year)
    return float(edges.loc[(edges["src"] == code) | (edges["dst"] == code), "weight"].sum())


def _strength(results: Results, published: Published) -> Ours:
    code = _code(results, published.scope)
    value = _row_sum(results, code, published.last)
    nodes = results.country_years
    own = nodes[(nodes["country"] == code) & (nodes["year"] == published.last)]
    distinct = f"; distinct international papers: {count(own['papers_international'].sum())}" if len(own) else ""
    return Ours(value, count(value), f"joint papers summed over partners, {published.last}{distinct}")


def _share_of_strength(results: Results, published: Published) -> Ours:
    name, _, partner = published.scope.partition(" with ")
    code, other = _code(results, name), _code(results, partner)
    whole = _row_sum(results, code, published.last)
    if not whole:
        raise NotComparableError(f"{in_sentence(code)} has no joint paper in {published.last}")
    share = 100 * _joint(results, code, other, published.last) / whole
    return Ours(share, f"{share:.1f}%", f"joint papers with {in_sentence(other)} over the sum of all partners")


def _rank(results: Results, published: Published) -> Ours:
    code, order = _code(results, published.scope), movements.ranked(results)
    if code not in order:
        raise NotComparableError(f"{in_sentence(code)} has no paper in these years")
    rank = order.index(code) + 1
    return Ours(float(rank), count(rank), f"rank by papers, full counting, {results.years[0]}–{results.years[1]}")


def _raw_volumes(results: Results, published: Published) -> Ours:
    one, two = _pair(results, published.scope.split(" collaborations")[0])
    changes = movements.pole_volumes(results, one, two)
    if not changes or any(pd.isna(value) for value in changes.values()):
        raise NotComparableError(f"{_both(one, two)} have no series in every network")
    value = _sign(list(changes.values()))
    return Ours(value, _sign_words(value), "mean of the last three years minus mean of the first three, both networks")


# ---- the significant network


def _window(results: Results, published: Published) -> None:
    if results.window != (published.first, published.last):
        raise NotComparableError(f"the significance years of this study are {results.window[0]}–{results.window[1]}")


def _partners(results: Results, published: Published) -> Ours:
    _window(results, published)
    code = _code(results, published.scope)
    total = partners(results, code)["partner"].nunique()
    return Ours(float(total), count(total), f"ties of mean z above {results.threshold:g} over {_years(results.window)}")


def _significant(results: Results, published: Published) -> Ours:
    _window(results, published)
    one, two = _pair(results, published.scope)
    judged = window_ties(results)
    src, dst = sorted((one, two))
    row = judged[(judged["network"] == COLLABORATION) & (judged["src"] == src) & (judged["dst"] == dst)]
    if row.empty or pd.isna(row["mean_z"].iloc[0]):
        raise NotComparableError(f"{_both(one, two)} have no mean z in {_years(results.window)}")
    return _yes(bool(row["significant"].iloc[0]), f"mean z {number(row['mean_z'].iloc[0])}")


_REGIONS = {
    "South American countries": "South America",
    "former Soviet republics": "Former Soviet Union",
    "Balkan countries": "Balkans",
    "Arab countries": "Arab countries",
}


def _cluster(results: Results, published: Published) -> Ours:
    _window(results, published)
    inside, outside = _region_density(results, _REGIONS[published.scope])
    if pd.isna(inside) or pd.isna(outside):
        raise NotComparableError(f"too few pairs of {published.scope} were judged")
    return _yes(inside > outside, f"density inside {percent(inside, 1.0)}, outside {percent(outside, 1.0)}")


def _region_density(results: Results, region: str) -> tuple[float, float]:
    """Share of judged pairs that are significant inside a region, and between it and the others."""
    members, judged = bloc_members(region), window_ties(results)
    judged = judged[judged["network"] == COLLABORATION]
    ends = judged["src"].isin(members).astype(int) + judged["dst"].isin(members).astype(int)
    shares = judged.groupby(ends)["significant"].mean()
    return float(shares.get(2, float("nan"))), float(shares.get(1, float("nan")))


# ---- trajectories


def _changes(results: Results, one: str, two: str) -> tuple[float, float]:
    row = movements.label_row(results, one, two)
    if results.pair_labels is None:
        raise NotComparableError("these results hold no trajectories")
    if row is None or row["status"] != "clustered":
        raise NotComparableError(f"{_both(one, two)} have no z in both networks in every year")
    return float(row["z_change_collaboration"]), float(row["z_change_exchange"])


def _sign(values: list[float]) -> float:
    return 1.0 if all(v > 0 for v in values) else -1.0 if all(v < 0 for v in values) else 0.0


def _sign_words(sign: float) -> str:
    return {1.0: "rises", -1.0: "falls", 0.0: "mixed"}[sign]


def _z_words(collaboration: float, exchange: float) -> str:
    return f"change of z, last year minus first: collaboration {number(collaboration)}, exchange {number(exchange)}"


def _sign_of(*axes: int) -> Callable[[Results, Published], Ours]:
    def compute(results: Results, published: Published) -> Ours:
        one, two = _pair(results, published.scope)
        found = _changes(results, one, two)
        sign = _sign([found[axis] for axis in axes])
        return Ours(sign, _sign_words(sign), _z_words(*found))

    return compute


def _integrates_with_both(results: Results, published: Published) -> Ours:
    code = _code(results, published.scope)
    found = {pole: _changes(results, code, pole) for pole in (US, CN)}
    how = "; ".join(f"{in_sentence(pole)}: {number(c)}, {number(k)}" for pole, (c, k) in found.items())
    rises = all(value > 0 for pair in found.values() for value in pair)
    return _yes(rises, f"change of z in collaboration and exchange, last year minus first. With {how}")


def _faster_pole(results: Results, published: Published) -> Ours:
    code = _code(results, published.scope)
    mean = {pole: sum(_changes(results, code, pole)) / 2 for pole in (US, CN)}
    first = max(mean, key=lambda pole: mean[pole])
    how = ", ".join(f"{in_sentence(pole)} {number(value)}" for pole, value in mean.items())
    return Ours(place_name(first), place_name(first), f"mean change of both z, last year minus first: {how}")


def _groups(results: Results) -> pd.DataFrame:
    if results.integration_groups is None:
        raise NotComparableError("these results hold no integration groups")
    if set(results.poles) != {US, CN}:
        raise NotComparableError("the poles of this study are others")
    return results.integration_groups


def _group(results: Results, published: Published) -> Ours:
    groups, code = _groups(results), _code(results, published.scope)
    own = groups[groups["country"] == code]
    if own.empty:
        raise NotComparableError(
            f"{in_sentence(code)} is not among the {groups['country'].nunique()} countries grouped"
        )
    labels = dict(zip(own["pole"], own["label"], strict=True))
    how = ", ".join(f"with {in_sentence(pole)} {_label_word(label)}" for pole, label in labels.items())
    found = str(own["group"].iloc[0])
    return Ours(found, found, how)


def _label_word(label: object) -> str:
    return str(label) if isinstance(label, str) else "no trajectory"


def _number_of_groups(results: Results, _: Published) -> Ours:
    found = sorted(set(_groups(results)["group"]) - {movements.NO_GROUP})
    return Ours(float(len(found)), count(len(found)), ", ".join(found) or "nobody is in a group")


def _majority(results: Results, published: Published) -> Ours:
    if not len(movements.label_shares(results)):
        raise NotComparableError("these results hold no labels")
    cells = _cells(results, published.scope)
    labels = cells["label"].dropna()
    if labels.empty:
        raise NotComparableError("none of these pairs has a trajectory")
    most = labels.value_counts()
    top = str(most.index[0])
    return Ours(top, top, f"{count(most.iloc[0])} of {count(len(labels))} pairs that have a trajectory")


def _cells(results: Results, scope: str) -> pd.DataFrame:
    """Return the pairs of a scope, each once, with their labels."""
    order = movements.ranked(results)
    if "EU-28" not in scope:
        return _once(movements.label_matrix(results, order[: movements.top_number(results)]))
    members = [code for code in order if code in bloc_members(EU)]
    if len(members) <= EU_TOP:
        raise NotComparableError("too few of the EU-28 are in the networks of this study")
    cells = _once(movements.label_matrix(results, members))
    largest = set(members[:EU_TOP])
    ends = cells["row"].isin(largest).astype(int) + cells["column"].isin(largest).astype(int)
    return cells[ends == (1 if "less productive" in scope else 2)]


def _once(cells: pd.DataFrame) -> pd.DataFrame:
    return cells[cells["row"] < cells["column"]]


# ---- other null models


_OTHER_MODELS = {"variance-corrected": "ecm-variance-corrected", "local rewiring": "rewiring"}


def _corroborated(results: Results, published: Published) -> Ours:
    model = next(name for words, name in _OTHER_MODELS.items() if published.scope.startswith(words))
    rows = results.clustering_agreement
    if rows is not None:
        rows = rows[(rows["comparison"] == "null_model") & (rows["variant"] == model)]
    if rows is None or rows.empty or pd.isna(rows["same_label"].iloc[0]):
        raise NotComparableError(
            f"the labels under {model} are not published: name it in other_null_models.models and turn on "
            "stability.restarts"
        )
    share = float(rows["same_label"].iloc[0])
    return _yes(share > 0.5, f"{percent(share, 1.0)} of {count(rows['pairs'].iloc[0])} pairs keep their label")


def _corrected_stronger(results: Results, published: Published) -> Ours:
    one, two = _pair(results, published.scope.split(",")[0])
    model = _OTHER_MODELS["variance-corrected"]
    other = movements.corroborated_frame(results, model, one, two)
    own = pair_series(results, one, two)
    own = own[own["year"].between(*results.years) & own["finite"].fillna(False).astype(bool)]
    if other.empty:
        raise NotComparableError(f"no z under {model}: name it in other_null_models.models")
    pairs = []
    for axis, (network, _) in zip("xy", results.networks, strict=True):
        pairs.append((movements.change(own.loc[own["network"] == network, "z"]), movements.change(other[axis])))
    how = "; ".join(f"{number(plain)} becomes {number(corrected)}" for plain, corrected in pairs)
    stronger = all(corrected < min(plain, 0.0) for plain, corrected in pairs)
    return _yes(stronger, f"change of z, last three years minus first three: {how}")


# ---- the compared entities


def _entity_sums(results: Results, published: Published, column: str) -> dict[str, float]:
    if results.entity_years is None or not {US, CN, EU} <= set(results.entity_years["entity"]):
        raise NotComparableError("the yearly output of the United States, China and the EU-28 is not published")
    output = results.entity_years
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
    return _yes(behind, "; ".join(f"{words}: {_in_words(found)}" for words, found in sums.items()))


def _in_words(sums: Mapping[str, float]) -> str:
    return ", ".join(f"{in_sentence(entity)} {count(value)}" for entity, value in sums.items())


def _international_order(results: Results, published: Published) -> Ours:
    sums = _entity_sums(results, published, "papers_international")
    return _yes(sums[EU] > max(sums[US], sums[CN]), f"international papers: {_in_words(sums)}")


def _similar(results: Results, published: Published) -> Ours:
    nodes = results.country_years[results.country_years["year"].between(published.first, published.last)]
    sums = nodes[nodes["country"].isin([US, CN])].groupby("country")["papers_international"].sum()
    if len(sums) < 2 or not sums.min():
        raise NotComparableError(f"no international papers of both in {published.first}–{published.last}")
    ratio = float(sums[CN] / sums[US])
    word = "similar" if SIMILAR[0] <= ratio <= SIMILAR[1] else "different"
    return Ours(word, f"{word} (ratio {ratio:.2f})", f"international papers: {_in_words({US: sums[US], CN: sums[CN]})}")


def _yes(holds: bool, how: str) -> Ours:
    return Ours(float(holds), YES if holds else NO, how)


def _years(span: tuple[int, int]) -> str:
    return f"{span[0]}–{span[1]}"


def _exact(compute: Callable[[Results, Published], Ours]) -> Rule:
    return Rule(compute, "E", "the same", _equal)


def _same(compute: Callable[[Results, Published], Ours], tolerance: str) -> Rule:
    return Rule(compute, "S", tolerance, _equal)


def _magnitude(compute: Callable[[Results, Published], Ours]) -> Rule:
    return Rule(compute, "M", "within a factor of two", _within_factor)


_HOLDS, _SIGN, _LABEL = "holds or does not, as published", "the same sign", "the same label"
RULES: Mapping[str, Rule] = {
    "n_ai_papers_with_geo": _magnitude(_total("corpus works with a country")),
    "n_non_ai_citing_papers": _magnitude(_total("citing works outside the corpus with a country")),
    "collab_weight": _magnitude(_weight),
    "collab_strength": _magnitude(_strength),
    "collab_share_of_strength": Rule(_share_of_strength, "M", "within 5 points", _within_points),
    "n_significant_collab_partners": _magnitude(_partners),
    "significant_tie": _same(_significant, _HOLDS),
    "z_threshold_significance": _exact(_threshold),
    "n_null_realizations": _exact(_realizations),
    "n_clusters": _exact(_switch("trajectories.clusters", "k of k-means")),
    "savgol_window": _exact(_switch("trajectories.window", "years of the filter")),
    "savgol_polyorder": _exact(_switch("trajectories.order", "order of the filter")),
    "n_countries_integration": _exact(_countries_grouped),
    "n_integration_groups": _same(_number_of_groups, "the same number"),
    "rank_productivity": _same(_rank, "the same rank"),
    "z_trend_sign_both_dims": _same(_sign_of(0, 1), _SIGN),
    "integration_group": _same(_group, "the same group"),
    "trajectory_fig2_integrates_with_both": _same(_integrates_with_both, _HOLDS),
    "trajectory_faster_pole": _same(_faster_pole, "the same pole"),
    "trajectory_sign_collab": _same(_sign_of(0), _SIGN),
    "trajectory_sign_knowledge": _same(_sign_of(1), _SIGN),
    "trajectory_sign_both": _same(_sign_of(0, 1), _SIGN),
    "collab_strength_order": _same(_similar, "a ratio of 0.8 to 1.25"),
    "raw_volume_trend": _same(_raw_volumes, _SIGN),
    "z_trend_variance_corrected_stronger": _same(_corrected_stronger, _HOLDS),
    "significant_cluster": _same(_cluster, _HOLDS),
    "label_majority": _same(_majority, "the same most frequent label"),
    "corroborated_by_null": _same(_corroborated, _HOLDS),
    "foreign_citations_and_collaborations": _same(_behind, _HOLDS),
    "n_international_collaborations_order": _same(_international_order, _HOLDS),
}
