"""Records of a part that become one batch together: collected line by line, flattened by the column."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
import pyarrow as pa

from isthmus.snapshot.batches import RAW_BYTES, batch_of, rejected
from isthmus.snapshot.fields import NEEDED_FIELDS
from isthmus.snapshot.json.flatten import Columns, Flattener
from isthmus.snapshot.json.references import reference_fault
from isthmus.snapshot.kinds import Kinds
from isthmus.snapshot.model import Part
from isthmus.snapshot.schemas import BIGINT, STRING
from isthmus.snapshot.values import timestamps

BATCH_BYTES = 16 << 20  # of JSON text: the lines of a block stay in memory until its references are read
BATCH_RECORDS = 8192
UNDECODABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class Block:
    """Decoded records and rejected lines that wait for the next batch.

    Parameters
    ----------
    part : Part
        The part that they stand in.
    """

    def __init__(self, part: Part) -> None:
        self.present: Counter[str] = Counter()
        self.kinds = Kinds()
        self.bytes = 0
        self._part = part
        self._flattener = Flattener()
        self._records: list[Any] = []
        self._ids: list[int] = []
        self._lines: list[int] = []
        self._rejects: list[tuple[int, str, bytes]] = []

    @property
    def is_full(self) -> bool:
        """Whether it is time for a batch."""
        return self.bytes >= BATCH_BYTES or len(self._records) >= BATCH_RECORDS

    def add(self, records: Sequence[Any], ids: Sequence[int], lines: Sequence[int]) -> None:
        """Add records.

        Parameters
        ----------
        records : Sequence[Any]
            (n,) decoded records.
        ids, lines : Sequence[int]
            (n,) the numbers of their ids, and of the lines that they stand on.
        """
        self._records += records
        self._ids += ids
        self._lines += lines

    def reject(self, line: int, reason: str, raw: bytes) -> None:
        """Add a rejected line.

        Parameters
        ----------
        line : int
            Its number.
        reason : str
            What is wrong with it.
        raw : bytes
            What it holds.
        """
        self._rejects.append((line, reason, raw[:RAW_BYTES]))

    def flush(self) -> Iterator[pa.RecordBatch]:
        """Yield the records as a batch and the rejected lines as another; the block is empty afterwards."""
        if self._records:
            columns = self.kinds.admit(self._columns())  # looks into the references, which may cost some lines
            yield batch_of(self._part, pa.array(self._lines, BIGINT), columns)
            self._count_present(columns)
            self._records, self._ids, self._lines = [], [], []
        if self._rejects:
            yield rejected(self._part, self._rejects)
            self._rejects = []
        self.bytes = 0

    def _columns(self) -> Columns:
        records = self._records
        match self._part.entity:
            case "works":
                return self._work_columns()
            case "institutions":
                own = self._flattener.institutions(records)
            case "sources":
                own = self._flattener.sources(records)
            case _:
                own = self._flattener.topics(records)
        return own | {
            "entity_id": pa.array(self._ids, BIGINT),
            "updated_date": timestamps([record.updated_date for record in records]),
            "display_name": pa.array([record.display_name for record in records], STRING),
        }

    def _work_columns(self) -> Columns:
        try:
            return self._flattener.works(self._records, self._ids)
        except UNDECODABLE:  # references are only looked into by the block: find the lines, and go on without them
            kept = []
            for entry in zip(self._records, self._ids, self._lines, strict=True):
                raw = bytes(entry[0].referenced_works)
                fault = reference_fault(raw)
                if fault is None:
                    kept.append(entry)
                else:
                    self._rejects.append((entry[2], fault, b'"referenced_works":' + raw[:RAW_BYTES]))
            self._records, self._ids, self._lines = [list(each) for each in zip(*kept, strict=True)] or [[], [], []]
            return self._flattener.works(self._records, self._ids)

    def _count_present(self, columns: Columns) -> None:
        for field in NEEDED_FIELDS[self._part.entity]:
            column = columns.get("work_type" if field == "type" else field)
            if column is None:
                self.present[field] += sum(getattr(record, field) is not None for record in self._records)
            else:
                self.present[field] += len(column) - column.null_count
