"""Lines of a part, inflated as a stream: the memory in use does not depend on the size of the part."""

import zlib
from collections.abc import Iterator
from typing import Protocol

from isal import isal_zlib

READ_BYTES = 1 << 20
INFLATE_BYTES = 4 << 20
LONGEST_LINE = 256 << 20
GZIP_MAGIC = b"\x1f\x8b"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
GZIP_WINDOW = 31  # zlib's largest window (15) and a gzip header (16)


class Readable(Protocol):
    """Anything that gives its next bytes."""

    def read(self, size: int, /) -> bytes:
        """The next `size` bytes, fewer at the end."""
        ...


class LineStream:
    """Blocks of lines of a gzip or plain text stream.

    Iterating gives lists of lines without their newline. Damage (a truncated or corrupt gzip, a line without end) ends
    the iteration after all whole lines before it; `damage` then says what and where, and `tail` has the beginning of
    what could not be read.
    """

    def __init__(self, stream: Readable) -> None:
        self._stream = stream
        self.inflated = 0
        self.damage: str | None = None
        self.tail = b""

    def __iter__(self) -> Iterator[list[bytes]]:
        """Lists of lines, each list about 4 MB of text."""
        pending: list[bytes] = []
        length = 0
        for chunk in self._chunks():
            pieces = chunk.split(b"\n")
            pending.append(pieces[0])
            length += len(pieces[0])
            if len(pieces) > 1:
                pieces[0] = b"".join(pending)
                pending, length = [pieces.pop()], 0
                length = len(pending[0])
                yield pieces
            if length > LONGEST_LINE:
                self.damage = f"a line longer than {LONGEST_LINE >> 20} MiB, and everything after it"
                break
        rest = b"".join(pending)
        if self.damage:
            self.tail = rest
        elif rest:
            yield [rest]

    def _chunks(self) -> Iterator[bytes]:
        first = self._stream.read(READ_BYTES)
        chunks = self._inflate(first) if first.startswith(GZIP_MAGIC) else self._plain(first)
        for number, chunk in enumerate(chunks):
            self.inflated += len(chunk)
            yield chunk.removeprefix(BYTE_ORDER_MARK) if number == 0 else chunk

    def _plain(self, data: bytes) -> Iterator[bytes]:
        while data:
            yield data
            data = self._stream.read(READ_BYTES)

    def _inflate(self, data: bytes) -> Iterator[bytes]:
        consumed = 0
        while data:
            member = isal_zlib.decompressobj(wbits=GZIP_WINDOW)
            while data:
                consumed += len(data)
                try:
                    text = member.decompress(data, INFLATE_BYTES)
                    while text:
                        yield text
                        text = member.decompress(member.unconsumed_tail, INFLATE_BYTES)
                except zlib.error as error:  # ISA-L raises zlib's own
                    self.damage = f"damaged gzip near byte {consumed:,} of the file: {error}"
                    return
                if member.eof:
                    break
                data = self._stream.read(READ_BYTES)
            if not member.eof:
                self.damage = f"truncated gzip: the file ends after byte {consumed:,} in the middle of its data"
                return
            consumed -= len(member.unused_data)
            data = (member.unused_data or self._stream.read(READ_BYTES)).lstrip(b"\0")
            if data and not data.startswith(GZIP_MAGIC):
                self.damage = f"no gzip after byte {consumed:,} of the file"
                return
