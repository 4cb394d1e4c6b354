"""What only the report reads."""

from pydantic import Field

from isthmus.config.section import Bloc, Section


class Report(Section):
    """What the report shows; nothing is computed again when this changes."""

    matrix_countries: int = Field(default=20, ge=2, le=300, description="most productive countries in the label matrix")
    matrix_bloc: Bloc | None = Field(default="EU-28", description="bloc whose members get a label matrix of their own")
