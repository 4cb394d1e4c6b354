"""Whose moves a study of migration is about."""

from isthmus.config import Study
from isthmus.indicators.migration.names import EVERYONE, FIELD


def main_population(study: Study) -> str:
    """Return whose moves the study is about."""
    return EVERYONE if study.migration.scientists == "everyone" else FIELD
