"""Fetching a slice of OpenAlex: pages of works, then the institutions, sources and topics that they name."""

import os
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
from pyalex.api import BaseOpenAlex

from isthmus.errors import FetchError
from isthmus.fetch.api import Api, RefusedError
from isthmus.fetch.estimate import Estimate
from isthmus.fetch.filters import ENTITIES, IDS_A_QUESTION, entities_query, work_query, works_query
from isthmus.fetch.records import CUT_AT, named_records, one_line, outline
from isthmus.fetch.state import FIRST_PAGE, State, load_state
from isthmus.files.whole import write_bytes
from isthmus.snapshot.releases import PartFile, gzip_lines, manifests, part_path

LAYOUT = "jsonl"
#: Where parts wait until all are there: a reader passes by hidden folders, half a slice is never read as a whole.
STAGING = ".fetch"
PAGES_A_PART = 20
NOT_THERE = frozenset({404, 410})

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Fetched:
    """What a fetch has written.

    Parameters
    ----------
    folder : pathlib.Path
        The snapshot.
    records : dict[str, int]
        Entity -> records.
    matched : int
        Works that the filter matched when the fetch began.
    completed_authors : int
        Works whose authors beyond the hundredth were fetched one by one.
    cut_authors : int
        Works of which only the first hundred authors could be had.
    requests : int
        Requests of this call.
    """

    folder: Path
    records: dict[str, int]
    matched: int
    completed_authors: int
    cut_authors: int
    requests: int


def look(api: Api, filter_text: str) -> Estimate:
    """Return how many works a filter matches, with one request.

    Parameters
    ----------
    api : Api
        Who is asked.
    filter_text : str
        The filter.

    Raises
    ------
    FetchError
        The filter cannot be read, or the API refuses it.
    """
    return Estimate(api.page(works_query(filter_text), FIRST_PAGE).meta.count)


def fetch_slice(
    api: Api, filter_text: str, out: Path, *, most: int = 100_000, progress: Progress | None = None
) -> Fetched:
    """Fetch the works that a filter matches, and what they name, as a snapshot.

    A fetch that was ended in the middle goes on where it was: at most twenty pages are asked for again.

    Parameters
    ----------
    api : Api
        Who is asked.
    filter_text : str
        The filter, as the API's documentation writes it.
    out : pathlib.Path
        New or empty folder, or one in which the same slice was begun.
    most : int, default 100000
        Nothing is fetched where more works match.
    progress : Callable[[str, int, int], None] | None, optional
        Called with an entity, records so far, and records in all.

    Raises
    ------
    FetchError
        The filter is refused, matches nothing or too much; the folder holds something else; the API fails.
    """
    query = works_query(filter_text)
    state = load_state(out, filter_text)
    if state is None:
        matched = look(api, filter_text)
        _check_size(matched, most)
        state = State(filter_text, _today(), matched.works)
        state.save(out)
    tell = progress or (lambda *_: None)
    if not state.complete:
        while state.cursor is not None:
            _works_part(api, query, state, out, tell)
        _entity_parts(api, state, out, tell)
        _publish(state, out)
    return Fetched(
        out, _records(state), state.count, state.completed_authors, state.cut_authors, api.requests
    )  # fmt: skip


def _check_size(matched: Estimate, most: int) -> None:
    if matched.works == 0:
        raise FetchError("no work matches the filter; is a value misspelt? Try it at openalex.org first")
    if matched.works > most:
        raise FetchError(
            f"{matched.in_words()}. --most allows {most:,} works: narrow the filter, or raise --most. What is larger "
            "than a few million works is read faster from the snapshot (isthmus run --snapshot s3://openalex)"
        )


def _today() -> date:
    return datetime.fromtimestamp(time.time(), UTC).date()


def _works_part(api: Api, query: BaseOpenAlex, state: State, out: Path, tell: Progress) -> None:
    """Fetch the next pages of works into a part, and note where the pages go on."""
    lines: list[bytes] = []
    cursor, completed, cut = state.cursor, 0, 0
    for _ in range(PAGES_A_PART):
        if cursor is None:
            break
        page = api.page(query, cursor)
        for record in page.results:
            line, whole = _whole(api, record)
            lines.append(line)
            completed += whole is True
            cut += whole is False
        cursor = page.meta.next_cursor if page.results else None
        tell("works", state.works + len(lines), max(state.count, state.works + len(lines)))
    if lines:
        _stage(state, out, "works", lines)
    state.cursor = cursor
    state.completed_authors += completed
    state.cut_authors += cut
    state.save(out)


def _whole(api: Api, record: msgspec.Raw) -> tuple[bytes, bool | None]:
    """Return a work as a line with all its authors, and whether these had to be and could be fetched.

    None: the page had them all.
    """
    found = outline(record)
    if not found.is_cut:
        return one_line(record), None
    try:
        whole = api.record(work_query(found.number))
    except RefusedError as refusal:
        if refusal.status in NOT_THERE:
            return one_line(record), False
        raise
    more = len(outline(whole).authorships or ())
    if more < len(found.authorships or ()):  # merged into another work in the meantime
        return one_line(record), False
    return (one_line(whole), True) if more > CUT_AT else (one_line(record), None)


def _entity_parts(api: Api, state: State, out: Path, tell: Progress) -> None:
    """Fetch the records that the works name; an entity that is there is not fetched again."""
    there = {part.entity for part in state.parts}
    wanted = named_records(_place(out, part) for part in state.parts if part.entity == "works")
    for entity in ENTITIES:
        if entity in there:
            continue
        lines: list[bytes] = []
        for ids in _groups(wanted[entity]):
            lines += [one_line(record) for record in api.page(entities_query(entity, ids), FIRST_PAGE).results]
            tell(entity, len(lines), len(wanted[entity]))
        _stage(state, out, entity, lines)
        state.save(out)


def _groups(ids: Sequence[str]) -> list[list[str]]:
    return [list(ids[start : start + IDS_A_QUESTION]) for start in range(0, len(ids), IDS_A_QUESTION)]


def _stage(state: State, out: Path, entity: str, lines: list[bytes]) -> None:
    """Write a part into the staging folder, and list it."""
    number = sum(part.entity == entity for part in state.parts)
    content = gzip_lines(lines)
    part = PartFile(LAYOUT, entity, part_path(LAYOUT, entity, state.day, number), len(content), len(lines))
    write_bytes(out / STAGING / part.path, content)
    state.parts.append(part)


def _place(out: Path, part: PartFile) -> Path:
    staged = out / STAGING / part.path
    return staged if staged.exists() else out / part.path


def _publish(state: State, out: Path) -> None:
    """Give the parts their names, then write the manifests: the last of them says that all is there."""
    for part in state.parts:
        staged, final = out / STAGING / part.path, out / part.path
        if staged.exists():
            final.parent.mkdir(parents=True, exist_ok=True)
            os.replace(staged, final)
        if not final.is_file() or final.stat().st_size != part.size:
            raise FetchError(f"{final} is not what was fetched; fetch the slice again into another folder")
    for path, content in manifests(state.parts, state.day):
        write_bytes(out / path, content)
    shutil.rmtree(out / STAGING, ignore_errors=True)
    state.complete = True
    state.save(out)


def _records(state: State) -> dict[str, int]:
    return {
        entity: sum(part.records for part in state.parts if part.entity == entity) for entity in ("works", *ENTITIES)
    }
