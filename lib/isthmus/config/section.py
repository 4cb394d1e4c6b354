"""What all parts of a study's configuration have in common."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
Bloc = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9 _-]*$")]  # a country's code has this form, too
Year = Annotated[int, Field(ge=1500, le=2100)]
Identifier = Annotated[int, Field(ge=1, le=2**63 - 1)]  # BIGINT in every table


class Section(BaseModel):
    """A part of the configuration: unknown words are errors, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)
