"""What a stage of this room reports: rows that went in and rows that came out."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Built:
    """A table that was written.

    Parameters
    ----------
    table : its name.
    version : its Delta version.
    rows_out : rows written.
    rows_in : rows read, where they are known without another pass.
    notes : what a reader of the results should know, in sentences.

    """

    table: str
    version: int
    rows_out: int
    rows_in: int | None = None
    notes: tuple[str, ...] = field(default=())
