"""How published statements on other null models are found in a study's results."""

from collections.abc import Mapping

import pandas as pd

from isthmus.analyses.networks.places import country_pair
from isthmus.analyses.robustness.tables import CLUSTERING_AGREEMENT
from isthmus.analyses.significance.pair_series import change, pair_series
from isthmus.analyses.significance.ties import shown_networks
from isthmus.analyses.trajectories.frames import other_model_plane
from isthmus.report.results import Results
from isthmus.report.scoring import HOLDS, NotComparableError, Ours, Published, Rule, same, yes_or_no
from isthmus.report.text import count, number, percent

_OTHER_MODELS = {"variance-corrected": "ecm-variance-corrected", "local rewiring": "rewiring"}


def _under_other_models(results: Results, published: Published) -> Ours:
    model = next(name for words, name in _OTHER_MODELS.items() if published.scope.startswith(words))
    rows = results.optional(CLUSTERING_AGREEMENT)
    if rows is not None:
        rows = rows[(rows["comparison"] == "null_model") & (rows["variant"] == model)]
    if rows is None or rows.empty or pd.isna(rows["same_label"].iloc[0]):
        raise NotComparableError(
            f"the labels under {model} are not published: name it in other_null_models.models and turn on "
            "stability.restarts"
        )
    share = float(rows["same_label"].iloc[0])
    return yes_or_no(share > 0.5, f"{percent(share, 1.0)} of {count(rows['pairs'].iloc[0])} pairs keep their label")


def _corrected_stronger(results: Results, published: Published) -> Ours:
    one, two = country_pair(results, published.scope.split(",")[0])
    model = _OTHER_MODELS["variance-corrected"]
    other = other_model_plane(results, model, one, two)
    own = pair_series(results, one, two)
    own = own[own["year"].between(*results.years) & own["finite"].fillna(False).astype(bool)]
    if other.empty:
        raise NotComparableError(f"no z under {model}: name it in other_null_models.models")
    pairs = []
    for axis, (network, _) in zip("xy", shown_networks(results), strict=True):
        pairs.append((change(own.loc[own["network"] == network, "z"]), change(other[axis])))
    how = "; ".join(f"{number(plain)} becomes {number(corrected)}" for plain, corrected in pairs)
    stronger = all(corrected < min(plain, 0.0) for plain, corrected in pairs)
    return yes_or_no(stronger, f"change of z, last three years minus first three: {how}")


RULES: Mapping[str, Rule] = {
    "z_trend_variance_corrected_stronger": same(_corrected_stronger, HOLDS),
    "corroborated_by_null": same(_under_other_models, HOLDS),
}
