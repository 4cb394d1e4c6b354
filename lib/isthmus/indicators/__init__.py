"""Output and citations of the compared countries and blocs, densities of regional clusters, totals of a study."""

from isthmus.indicators.densities import DENSITIES, regional_densities
from isthmus.indicators.output import ENTITY_YEARS, yearly_output
from isthmus.indicators.totals import STUDY_TOTALS, study_totals

__all__ = [
    "DENSITIES",
    "ENTITY_YEARS",
    "STUDY_TOTALS",
    "regional_densities",
    "study_totals",
    "yearly_output",
]
