"""What all parts of a study's configuration have in common."""

from collections import Counter
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
Bloc = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9 _-]*$")]  # a country's code has this form, too
Year = Annotated[int, Field(ge=1500, le=2100)]


def _in_order(years: tuple[int, int]) -> tuple[int, int]:
    if years[0] > years[1]:
        raise ValueError(f"{years[0]} is after {years[1]}; write [first, last]")
    return years


YearSpan = Annotated[tuple[Year, Year], AfterValidator(_in_order)]  # first and last year
Identifier = Annotated[int, Field(ge=1, le=2**63 - 1)]  # BIGINT in every table


class Section(BaseModel):
    """A part of the configuration: unknown words are errors, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="after")
    def _no_name_stands_twice(self) -> Self:
        """Refuse a list that names something twice: it would be counted, drawn or run twice."""
        for field in type(self).model_fields:
            value = getattr(self, field)
            names = [each for each in value if isinstance(each, str)] if isinstance(value, tuple) else []
            twice = [name for name, number in Counter(names).items() if number > 1]
            if twice:
                raise ValueError(f"{field}: {twice[0]!r} stands twice; name it once")
        return self
