"""The places that a study names, checked against the countries and blocs that exist."""

from collections.abc import Mapping

from isthmus.config import Study
from isthmus.errors import ConfigError, did_you_mean
from isthmus.geography import COUNTRIES, blocs


def pole_members(study: Study) -> dict[str, tuple[str, ...]]:
    """Each pole and the countries that belong to it: itself, or the members of a bloc.

    Raises
    ------
    ConfigError : a pole is neither a country nor a bloc, or an own bloc holds a code that is no country.

    """
    known = _known_blocs(study)
    members: dict[str, tuple[str, ...]] = {}
    for pole in study.geography.poles:
        if pole in COUNTRIES:
            members[pole] = (pole,)
        elif pole in known:
            members[pole] = known[pole]
        else:
            names = [*known, *COUNTRIES]
            raise ConfigError(
                f"study {study.study!r}: geography.poles: {pole!r} is neither a country (such as US) nor a "
                f"bloc; {did_you_mean(pole, names) if len(pole) > 2 else 'blocs: ' + ', '.join(known)}"
            )
    return members


def _known_blocs(study: Study) -> Mapping[str, tuple[str, ...]]:
    for name, codes in study.geography.blocs.items():
        unknown = [code for code in codes if code not in COUNTRIES]
        if unknown:
            raise ConfigError(
                f"study {study.study!r}: geography.blocs.{name}: {unknown[0]!r} is no country code (ISO 3166-1 alpha-2)"
            )
    return {bloc.name: tuple(sorted(bloc.members())) for bloc in blocs()} | dict(study.geography.blocs)
