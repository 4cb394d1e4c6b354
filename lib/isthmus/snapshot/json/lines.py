"""Lines of a part, inflated as a stream: the memory in use does not depend on the size of the part."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from isal import isal_zlib

READ_BYTES = 1 << 20
BLOCK_BYTES = 1 << 20
SLICE_BYTES = 16 << 10  # of compressed data: what is lost of the text before a damaged byte
INFLATE_BYTES = 1 << 20
LONGEST_LINE = 256 << 20
GZIP_MAGIC = b"\x1f\x8b"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
INFLATE_ERRORS: Any = (isal_zlib.error, zlib.error)
GZIP_WINDOW = 31  # zlib's largest window (15) and a gzip header (16)


class Readable(Protocol):
    """Anything that gives its next bytes."""

    def read(self, size: int, /) -> bytes:
        """Return the next `size` bytes, fewer at the end."""
        ...


@dataclass(frozen=True, slots=True)
class Vouched:
    """What of a gzip file its own checksums vouch for.

    Parameters
    ----------
    text : int
        Bytes of text of the members whose checksum holds, up to the first that has none.
    damage : str
        What is wrong after that, and where.
    """

    text: int
    damage: str


def vouched(stream: Readable) -> Vouched | None:
    """Return how far the checksums of a gzip file vouch for its text; None where they do for all of it.

    A flipped bit makes other text of what follows it, and only the checksum at the end of the member tells: so a file
    is inflated once before any of its lines counts (a tenth of what reading its records takes).

    Parameters
    ----------
    stream : Readable
        The bytes of the file, of which the first two are those of gzip.
    """
    lines = LineStream(stream)
    for _ in lines.chunks():
        pass
    if lines.damage is None:
        return None
    return Vouched(lines.whole, f"{lines.damage}; no line counts that no checksum vouches for")


class LineStream:
    """Blocks of lines of a gzip or plain text stream.

    Iterating gives lists of lines without their newline. Damage (a truncated or corrupt gzip, a line without end) ends
    the iteration after all whole lines before it; `damage` then says what and where, and `tail` has the beginning of
    what could not be read.

    Parameters
    ----------
    stream : Readable
        The bytes of the file.
    longest : int | None, optional
        Bytes of a line at most; None takes `LONGEST_LINE`.
    until : Vouched | None, optional
        How much of a damaged file counts; None where nothing is known to be wrong.
    """

    def __init__(self, stream: Readable, longest: int | None = None, until: Vouched | None = None) -> None:
        self._stream = stream
        self._longest = longest or LONGEST_LINE
        self._until = until
        self.inflated = 0
        self.whole = 0
        self.damage: str | None = None
        self.tail = b""

    def __iter__(self) -> Iterator[list[bytes]]:
        """Yield lists of lines."""
        for text in self.texts():
            yield text.split(b"\n")

    def texts(self) -> Iterator[bytes]:
        """Yield whole lines, about 1 MB at a time, with the newlines between them."""
        pending: list[bytes] = []
        length, complete = 0, False  # of what is pending, and whether the end of a line is in it
        for chunk in self._counting():
            pending.append(chunk)
            length += len(chunk)
            complete = complete or b"\n" in chunk
            if complete and length >= BLOCK_BYTES:
                text = b"".join(pending)
                end = text.rindex(b"\n")
                pending, complete = [text[end + 1 :]], False
                length = len(pending[0])
                yield text[:end]
            if length > self._longest:
                self.damage = f"a line longer than {self._longest >> 20} MiB, and everything after it"
                break
        text, newline, rest = b"".join(pending).rpartition(b"\n")
        if self.damage:
            self.tail = rest
        elif rest:
            text += newline + rest
        if text or newline:
            yield text

    def _counting(self) -> Iterator[bytes]:
        """Yield the text that counts."""
        left = self._until.text if self._until else None
        for number, chunk in enumerate(self.chunks() if left != 0 else ()):
            counting = chunk[:left]
            yield counting if number else counting.removeprefix(BYTE_ORDER_MARK)
            if left is not None:
                left -= len(counting)
                if not left:
                    break
        if self._until:
            self.damage = self._until.damage

    def chunks(self) -> Iterator[bytes]:
        """Yield the text in portions of limited size."""
        first = self._stream.read(READ_BYTES)
        if len(first) == 1:
            first += self._stream.read(READ_BYTES)
        chunks = self._inflate(first) if first.startswith(GZIP_MAGIC) else self._plain(first)
        for chunk in chunks:
            self.inflated += len(chunk)
            yield chunk

    def _plain(self, data: bytes) -> Iterator[bytes]:
        while data:
            yield data
            data = self._stream.read(READ_BYTES)

    def _inflate(self, data: bytes) -> Iterator[bytes]:
        """Yield the text of all members of a gzip file, up to the first damage."""
        inflater = Inflater()
        while data and not self.damage:
            for start in range(0, len(data), SLICE_BYTES):
                try:
                    yield from inflater.texts(data[start : start + SLICE_BYTES])
                except INFLATE_ERRORS as error:
                    self.damage = f"damaged gzip near byte {inflater.consumed:,} of the file: {error}"
                    return
                finally:
                    self.whole = inflater.whole
            data = self._stream.read(READ_BYTES)
        if inflater.in_member:
            self.damage = f"truncated gzip: the file ends after byte {inflater.consumed:,} in the middle of its data"


class Inflater:
    """Inflates a gzip file of one or more members piece by piece; zeros after the last member are padding."""

    def __init__(self) -> None:
        self.consumed = 0
        self.inflated = 0
        self.whole = 0  # bytes of text of the members that ended with the checksum that they promise
        self.in_member = False
        self._member = isal_zlib.decompressobj(wbits=GZIP_WINDOW)

    def texts(self, piece: bytes) -> Iterator[bytes]:
        """Yield the text that a piece of the file holds, in portions of limited size.

        Parameters
        ----------
        piece : bytes
            The next bytes of the file.
        """
        while self.in_member or piece.strip(b"\0"):
            self.in_member = True
            self.consumed += len(piece)
            text = self._member.decompress(piece, INFLATE_BYTES)
            while text:
                self.inflated += len(text)
                yield text
                text = self._member.decompress(self._member.unconsumed_tail, INFLATE_BYTES)
            if not self._member.eof:
                return
            piece = self._member.unused_data
            self.consumed -= len(piece)
            self.whole = self.inflated
            self._member, self.in_member = isal_zlib.decompressobj(wbits=GZIP_WINDOW), False
