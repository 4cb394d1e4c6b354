"""Which places a study compares."""

from pydantic import Field

from isthmus.config.section import Bloc, Country, Section


class Geography(Section):
    """Which places are compared."""

    poles: tuple[Bloc, ...] = Field(default=("US", "CN"), min_length=1, description="countries or blocs")
    blocs: dict[Bloc, tuple[Country, ...]] = Field(
        default_factory=dict, description="own blocs: name -> alpha-2 country codes"
    )
    cn_includes_hk_mo: bool = Field(default=False, description="count Hong Kong and Macao as China")
    compare: tuple[Bloc, ...] = Field(
        default=(), description="countries and blocs of the yearly output series; none: the poles"
    )
    regions: tuple[Bloc, ...] = Field(
        default=(), description="blocs whose density of significant ties is compared with that of their outside ties"
    )
