"""Asking OpenAlex's API: one question at a time, again where it failed for a moment, never without an end."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NoReturn, TypeVar
from urllib.parse import quote, urlsplit

import msgspec
import pyalex
import requests
from pyalex.api import AlexConfig, BaseOpenAlex, OpenAlexAuth

from isthmus import __version__
from isthmus.errors import FetchError
from isthmus.files.retry import Retries

ADDRESS = "https://api.openalex.org"
PAGE_RECORDS = 100  # the most that a page holds
LONGEST_ANSWER = 256 << 20  # bytes of an answer as text; a hundred works of five thousand authors each have 150 MB
CHUNK = 1 << 20
TIMEOUT_SECONDS = (10.0, 120.0)  # to connect, and between two bytes
LONGEST_PATIENCE = 300.0  # seconds that the server may ask to wait; beyond it is the allowance of the day
PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
PATIENT = Retries(attempts=6, first_wait=1.0, longest_wait=60.0, remote=True)
KEY_ADVICE = (
    "OpenAlex gives a key for nothing: make an account at openalex.org, copy the key from openalex.org/settings/api, "
    "and put it into the environment as OPENALEX_API_KEY."
)

T = TypeVar("T")


class Meta(msgspec.Struct):
    """What a page says of all pages: the number of records, and where the next page begins."""

    count: int = 0
    next_cursor: str | None = None


class Page(msgspec.Struct):
    """A page of records, each as the text that the server sent."""

    meta: Meta
    results: list[msgspec.Raw]


class RefusedError(FetchError):
    """A question that the server does not answer as it was asked; it would not the next time."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


@dataclass
class Api:
    """OpenAlex's API, or a server that speaks as it does.

    Parameters
    ----------
    address : str
        Where it is.
    key : str | None, optional
        The account's key; without one a few pages a day are answered.
    email : str | None, optional
        Sent along, so that the people who run the server can write to whoever asks too much.
    retries : Retries, optional
        How often a question is asked again, and how long is waited in between.
    sleep : Callable[[float], None], optional
        Waits for so many seconds.
    """

    address: str = ADDRESS
    key: str | None = field(default=None, repr=False)
    email: str | None = None
    retries: Retries = PATIENT
    sleep: Callable[[float], None] = time.sleep

    def __post_init__(self) -> None:
        parts = urlsplit(self.address)
        local = parts.hostname in {"localhost", "127.0.0.1", "::1"}
        if parts.scheme != "https" and not (parts.scheme == "http" and local):
            raise FetchError(f"the API's address {self.address!r} does not begin with https://; a key is sent there")
        agent = f"isthmus/{__version__} pyalex/{pyalex.__version__}"
        self._auth = OpenAlexAuth(AlexConfig(api_key=self.key, email=self.email, user_agent=agent))
        self._session = requests.Session()
        self.requests = 0

    def page(self, query: BaseOpenAlex, cursor: str) -> Page:
        """Return the page of a query that begins at a cursor.

        Parameters
        ----------
        query : pyalex.api.BaseOpenAlex
            What is asked for.
        cursor : str
            `*` for the first page, then what the page before said.

        Raises
        ------
        FetchError
            The server refuses, or still failed after the last try.
        """
        return self._ask(query, {"per_page": str(PAGE_RECORDS), "cursor": cursor}, Page)

    def record(self, query: BaseOpenAlex) -> msgspec.Raw:
        """Return one record, whole.

        Parameters
        ----------
        query : pyalex.api.BaseOpenAlex
            Which one.

        Raises
        ------
        FetchError
            It is not there, the server refuses, or it still failed after the last try.
        """
        return self._ask(query, {}, msgspec.Raw)

    def _ask(self, query: BaseOpenAlex, parameters: dict[str, str], kind: type[T]) -> T:
        wanted = urlsplit(query.url)
        address = f"{self.address.rstrip('/')}{wanted.path}"
        questions = [wanted.query, *(f"{name}={quote(value, safe='')}" for name, value in parameters.items())]
        whole = f"{address}?{'&'.join(filter(None, questions))}"
        for attempt in range(1, self.retries.attempts + 1):
            reason, wait = "", None
            try:
                self.requests += 1
                status, headers, body = self._get(whole)
                if status == requests.codes.ok:
                    return msgspec.json.decode(body, type=kind)
                reason = _message(status, body)
                if status not in PASSING:
                    _refuse(status, reason, has_key=self.key is not None)
                wait = _asked_to_wait(headers)
                if status == requests.codes.too_many and (wait or 0.0) > LONGEST_PATIENCE:
                    raise FetchError(_used_up(reason, wait or 0.0))
            except requests.RequestException as error:
                reason = f"{type(error).__name__}: {error}"
            except msgspec.DecodeError as error:
                reason = f"the answer is no page of records ({error})"
            if attempt < self.retries.attempts:
                self.sleep(min(LONGEST_PATIENCE, max(wait or 0.0, self.retries.wait(attempt))))
        raise FetchError(
            f"{address}: {self.retries.attempts} tries failed; the last one: {reason}. What was fetched stays; "
            "the same command goes on from there."
        )

    def _get(self, address: str) -> tuple[int, Any, bytes]:
        with self._session.get(address, auth=self._auth, timeout=TIMEOUT_SECONDS, stream=True) as answer:
            body = bytearray()
            for chunk in answer.iter_content(CHUNK):
                body += chunk
                if len(body) > LONGEST_ANSWER:
                    raise FetchError(f"{address}: an answer of more than {LONGEST_ANSWER >> 20} MB is no page of works")
            return answer.status_code, answer.headers, bytes(body)


def _message(status: int, body: bytes) -> str:
    """Return what the server says of a failure, in one line."""
    try:
        said = msgspec.json.decode(body)
        text = str(said.get("message") or said.get("error") or "") if isinstance(said, dict) else ""
    except (msgspec.DecodeError, UnicodeDecodeError):
        text = ""
    return f"{status} {' '.join(text.split())[:300]}".strip()


def _refuse(status: int, reason: str, *, has_key: bool) -> NoReturn:
    if status in {401, 403}:
        advice = "Is the key in OPENALEX_API_KEY right?" if has_key else KEY_ADVICE
        raise RefusedError(f"OpenAlex does not answer without a right to ({reason}). {advice}", status)
    raise RefusedError(f"OpenAlex refuses the question ({reason})", status)


def _asked_to_wait(headers: Any) -> float | None:
    """Return the seconds that the server asks to wait."""
    try:
        return max(0.0, float(headers.get("Retry-After", "")))
    except ValueError:
        return None


def _used_up(reason: str, wait: float) -> str:
    return (
        f"OpenAlex answers no more for now ({reason}): the allowance of the day is used up; it asks to wait "
        f"{wait / 3600:.1f} hours. What was fetched stays: the same command goes on from there. {KEY_ADVICE}"
    )
