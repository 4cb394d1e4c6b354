"""The places that a study names, checked against the countries and blocs that exist."""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import combinations

from isthmus.config import Study
from isthmus.errors import ConfigError, did_you_mean
from isthmus.geography import COUNTRIES, Membership, blocs, find_bloc, memberships_over_years, region_members, regions

COUNTED_AS_CHINA = ("HK", "MO")  # switch cn_includes_hk_mo
SHOWN_MEMBERS = 5


class Places:
    """The poles, compared entities and regions of a study, and the nodes that its networks have.

    A pole that is a bloc is one node: its members have none of their own in the years in which they belong to it.

    Parameters
    ----------
    study : Study
        Its geography and its years.
    """

    def __init__(self, study: Study) -> None:
        self.study, self.geography = study, study.geography
        self.years = (study.years.corpus[0], study.years.citing_until)
        self._bloc_poles = [pole for pole in self.geography.poles if pole not in COUNTRIES]

    def check(self) -> None:
        """Check every place that the study names.

        Raises
        ------
        ConfigError
            a name is no place, poles overlap, or a comparison needs countries that are part of a pole; says all that is
            wrong.
        """
        self._check_own_blocs()
        self._check_poles()
        problems = [*self._compare_problems(), *self._matrix_problems(), *self._region_problems()]
        if problems:
            raise ConfigError("\n".join(f"study {self.study.study!r}: {problem}" for problem in problems))

    def members(self, name: str, year: int | None = None) -> frozenset[str]:
        """Return the countries of a place in a year: the country itself, or the members of a bloc or region.

        Hong Kong and Macao are not among them when they count as China.
        """
        codes = self._listed(name, year)
        return codes - set(COUNTED_AS_CHINA) if self.geography.cn_includes_hk_mo else codes

    def merged(self) -> tuple[Membership, ...]:
        """Return the countries that are part of a larger node, with their years."""
        wholes = [memberships_over_years(pole, partial(self.members, pole), self.years) for pole in self._bloc_poles]
        if self.geography.cn_includes_hk_mo:
            for node in ("CN", *self._bloc_poles):
                wholes.append(memberships_over_years(node, partial(self._counted_as_china, node), self.years))
        return tuple(part for parts in wholes for part in parts)

    def entities(self) -> dict[str, tuple[Membership, ...]]:
        """Each compared country or bloc and the nodes that it consists of, with their years."""
        return {name: memberships_over_years(name, partial(self._nodes, name), self.years) for name in self.compared}

    def parts(self, names: Iterable[str]) -> dict[str, tuple[Membership, ...]]:
        """Return each country or bloc and the countries that it consists of, with their years; poles do not matter.

        Parameters
        ----------
        names : Iterable[str]
            Countries, blocs or regions; they may overlap.
        """
        return {name: memberships_over_years(name, partial(self.members, name), self.years) for name in names}

    def counted_as_china(self) -> tuple[Membership, ...]:
        """Return Hong Kong and Macao as parts of China where the study counts them so, whatever its poles are."""
        return tuple(Membership("CN", code) for code in COUNTED_AS_CHINA if self.geography.cn_includes_hk_mo)

    @property
    def compared(self) -> tuple[str, ...]:
        """The places of the yearly output series: those of `geography.compare`, else the poles."""
        return self.geography.compare or self.geography.poles

    def regions(self) -> dict[str, tuple[str, ...]]:
        """Each region and its countries in the last year that decides a significant tie."""
        last = self.study.years.significance[1]
        return {name: tuple(sorted(self.members(name, last))) for name in self.geography.regions}

    def _listed(self, name: str, year: int | None) -> frozenset[str]:
        if name in COUNTRIES:
            return frozenset({name})
        if name in self.geography.blocs:
            return frozenset(self.geography.blocs[name])
        if name in {bloc.name for bloc in blocs()}:
            return find_bloc(name).members(year)
        return region_members(name)

    def _node(self, code: str, year: int) -> str:
        return next((pole for pole in self._bloc_poles if code in self.members(pole, year)), code)

    def _nodes(self, name: str, year: int) -> set[str]:
        return {self._node(code, year) for code in self.members(name, year)}

    def _counted_as_china(self, node: str, year: int) -> tuple[str, ...]:
        """Hong Kong and Macao, where this node is the one that holds China."""
        return COUNTED_AS_CHINA if self._node("CN", year) == node else ()

    def _span(self) -> Iterator[int]:
        yield from range(self.years[0], self.years[1] + 1)

    def _known(self) -> list[str]:
        return list(dict.fromkeys([*self.geography.blocs, *(bloc.name for bloc in blocs()), *regions()]))

    def _unknown(self, field: str, name: str) -> str:
        named = [*self.geography.blocs, *(bloc.name for bloc in blocs())]
        hint = did_you_mean(name, [*self._known(), *COUNTRIES]) if len(name) > 2 else "blocs: " + ", ".join(named)
        return f"{field}: {name!r} is neither a country (such as US) nor a bloc; {hint}"

    def _fail(self, problem: str) -> ConfigError:
        return ConfigError(f"study {self.study.study!r}: {problem}")

    def _check_own_blocs(self) -> None:
        for name, codes in self.geography.blocs.items():
            if name in COUNTRIES:
                raise self._fail(
                    f"geography.blocs.{name}: {name} is the code of {COUNTRIES[name].name}; give the bloc another name"
                )
            if not codes:
                raise self._fail(f"geography.blocs.{name} has no members; list country codes, for example [DE, FR]")
            unknown = [code for code in codes if code not in COUNTRIES]
            if unknown:
                raise self._fail(f"geography.blocs.{name}: {unknown[0]!r} is no country code (ISO 3166-1 alpha-2)")

    def _check_poles(self) -> None:
        poles = self.geography.poles
        for pole in poles:
            problem = self.name_problem("geography.poles", pole)
            if problem:
                raise self._fail(problem)
        for one, two in combinations(poles, 2):
            shared, year = self._first_overlap(one, two)
            if shared and (one in COUNTRIES or two in COUNTRIES):
                country, bloc = (one, two) if one in COUNTRIES else (two, one)
                raise self._fail(
                    f"geography.poles: {country} belongs to {bloc} ({year}); poles must not overlap: drop one of them"
                )
            if shared:
                raise self._fail(
                    f"geography.poles: {one} and {two} share {_some(shared)} ({year}); poles must not overlap, for "
                    f"each of them is one node: drop one, or define a smaller bloc under geography.blocs"
                )

    def _first_overlap(self, one: str, two: str) -> tuple[frozenset[str], int]:
        for year in self._span():
            shared = self.members(one, year) & self.members(two, year)
            if shared:
                return shared, year
        return frozenset(), 0

    def name_problem(self, field: str, name: str) -> str | None:
        """Return what is wrong with a name by itself: no such place, or one that counts as China."""
        if name not in COUNTRIES and name not in self._known():
            return self._unknown(field, name)
        if self.geography.cn_includes_hk_mo:
            listed = set().union(*(self._listed(name, year) for year in self._span()))
            hidden = sorted(listed & set(COUNTED_AS_CHINA))
            if hidden and "CN" not in listed:
                return f"{field}: {name!r} holds {hidden[0]}, which counts as China (cn_includes_hk_mo)"
        return None

    def named_problems(self, field: str, names: Sequence[str]) -> Iterator[str]:
        """Yield what is wrong with places that a field lists, poles aside.

        Parameters
        ----------
        field : str
            The field, such as "blocs.entities".
        names : Sequence[str]
            What it lists.
        """
        for name in names:
            problem = self.name_problem(field, name)
            if problem:
                yield problem

    def _within_poles(self, name: str, years: Iterable[int]) -> tuple[str, frozenset[str]] | None:
        """Return the pole that a place holds a part of but not all, and these countries."""
        for year in years:
            for pole in self._bloc_poles:
                whole = self.members(pole, year)
                held = whole & self.members(name, year)
                if held and held != whole:
                    return pole, held
        return None

    def _compare_problems(self) -> Iterator[str]:
        for name in self.compared:
            problem = self.name_problem("geography.compare", name)
            if problem:
                yield problem
            elif found := self._within_poles(name, self._span()):
                pole, held = found
                yield (
                    f"geography.compare: {name!r} cannot be told apart: it shares {_some(held)} with the pole {pole}, "
                    f"which is one node of this study; compare {pole}, or places that hold all or nothing of it"
                )

    def _matrix_problems(self) -> Iterator[str]:
        name = self.study.report.matrix_bloc
        if name is not None:
            yield from self._countries_problem("report.matrix_bloc", name, self.study.years.analysis[1], "null")

    def _region_problems(self) -> Iterator[str]:
        for name in self.geography.regions:
            yield from self._countries_problem("geography.regions", name, self.study.years.significance[1], "[]")

    def _countries_problem(self, field: str, name: str, year: int, nothing: str) -> Iterator[str]:
        """Yield what is wrong with a bloc whose members must be nodes of their own."""
        if name in COUNTRIES:
            yield f"{field}: {name} is one country; name a bloc, for example EU-28"
            return
        problem = self.name_problem(field, name)
        if problem:
            yield problem
            return
        for pole in self._bloc_poles:
            held = self.members(pole, year) & self.members(name, year)
            if held:
                yield (
                    f"{field}: {name!r} looks at countries one by one, but shares {_some(held)} with the "
                    f"pole {pole}, which is one node here; name another bloc, or set {field}={nothing}"
                )
                return


def pole_members(study: Study) -> dict[str, tuple[str, ...]]:
    """Each pole and the countries that belong to it: itself, or the members of a bloc at the end of the analysis.

    Raises
    ------
    ConfigError
        a place that the study names cannot be used.
    """
    places = Places(study)
    places.check()
    last = study.years.analysis[1]
    return {pole: tuple(sorted(places.members(pole, last))) for pole in study.geography.poles}


def _some(codes: Iterable[str]) -> str:
    found = sorted(codes)
    more = f" and {len(found) - SHOWN_MEMBERS} more" if len(found) > SHOWN_MEMBERS else ""
    return ", ".join(found[:SHOWN_MEMBERS]) + more
