"""A server on this machine that speaks as OpenAlex's API does: filters, cursors, cut authors, errors, allowances."""

import json
import re
import threading
from collections import Counter
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

PREFIX = "https://openalex.org/"
KEY = "a-key-of-the-test"
CUT = 100  # authors that a page gives


def work(number, authors=2, **fields):
    """A work of two countries, a source and a topic; each third institution belongs to a larger one."""
    return {
        "id": f"{PREFIX}W{number}",
        "updated_date": "2026-05-01T00:00:00",
        "publication_year": 2020,
        "publication_date": "2020-03-01",
        "type": "article",
        "is_retracted": False,
        "is_paratext": False,
        "primary_location": {"source": {"id": f"{PREFIX}S{1 + number % 3}", "type": "journal"}},
        "primary_topic": {"id": f"{PREFIX}T{1 + number % 2}", "score": 0.9, "subfield": {"id": f"{PREFIX}subfields/1702"}},
        "topics": [{"id": f"{PREFIX}T{1 + number % 2}", "score": 0.9}, {"id": f"{PREFIX}T9", "score": 0.1}],
        "concepts": [],
        "keywords": [],
        "authorships": [
            {
                "author_position": "first" if seat == 0 else "middle",
                "author": {"id": f"{PREFIX}A{1000 * number + seat}", "display_name": "N. N."},
                "countries": [("US", "CN")[seat % 2]],
                "institutions": [
                    {
                        "id": f"{PREFIX}I{seat % 5}",
                        "country_code": ("US", "CN")[seat % 2],
                        "lineage": [f"{PREFIX}I{seat % 5}", f"{PREFIX}I77"] if seat % 3 == 0 else None,
                    }
                ],
            }
            for seat in range(authors)
        ],
        "referenced_works": [f"{PREFIX}W{number - 1}"],
        "abstract_inverted_index": {"not": [0], "needed": [1]},
    } | fields  # fmt: skip


@dataclass
class World:
    """What the server knows, how it fails, and what it was asked."""

    works: list = field(default_factory=lambda: [work(n) for n in range(1, 251)])
    trouble: list = field(default_factory=list)  # (status, headers, body) of the next answers
    needs_key: bool = True
    gone: set = field(default_factory=set)  # works that have no record of their own any more
    asked: list = field(default_factory=list)  # paths with their questions
    headers: list = field(default_factory=list)
    dies_after: int | None = None  # answers, then the connection is cut

    def counted(self):
        """Questions of each kind."""
        return Counter(urlsplit(path).path.split("/")[1] + ("/" if path.count("/") > 1 else "") for path in self.asked)


def _list(world, entity, questions):
    text = questions.get("filter", [""])[0]
    if entity == "works":
        years = re.search(r"publication_year:(\d+)", text)
        if "no_such_field" in text:
            return 400, {"error": "Invalid query parameters error.", "message": "no_such_field is not a valid field."}
        records = [w for w in world.works if not years or w["publication_year"] == int(years[1])]
        chosen = questions["select"][0].split(",")
        records = [{k: v for k, v in w.items() if k in chosen} for w in records]
        for record in records:
            if len(record["authorships"]) > CUT:
                record |= {"authorships": record["authorships"][:CUT]}
    else:
        wanted = text.partition(":")[2].split("|")
        assert len(wanted) <= 100
        level = {"subfield": {"id": f"{PREFIX}subfields/1702", "display_name": "Artificial Intelligence"}}
        more = level if entity == "topics" else {}
        records = [{"id": PREFIX + name, "display_name": f"The {name}"} | more for name in wanted if name != "I4"]
    start, size = int(questions["cursor"][0].replace("*", "0")), int(questions["per_page"][0])
    page = records[start : start + size]
    following = str(start + size) if start + size < len(records) else None
    meta = {"count": len(records), "per_page": size, "next_cursor": following}
    return 200, {"meta": meta, "results": page, "group_by": []}


def _handler(world):
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_):
            """Say nothing."""

        def do_GET(self):
            world.asked.append(self.path)
            world.headers.append(dict(self.headers))
            if world.dies_after is not None and len(world.asked) > world.dies_after:
                self.connection.close()
                return
            status, headers, body = self._answer()
            content = body if isinstance(body, bytes) else json.dumps(body, indent=1).encode()
            self.send_response(status)
            for name, value in {"Content-Length": str(len(content)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def _answer(self):
            if world.trouble:
                return world.trouble.pop(0)
            if world.needs_key and self.headers.get("Authorization") != f"Bearer {KEY}":
                return 401, {}, {"error": "API key required", "message": "An API key is required."}
            parts = urlsplit(self.path)
            entity, _, name = parts.path.strip("/").partition("/")
            if name:
                found = [w for w in world.works if w["id"] == PREFIX + name and name not in world.gone]
                return (200, {}, found[0]) if found else (404, {}, {"error": "Not found"})
            status, body = _list(world, entity, parse_qs(parts.query))
            return status, {}, body

    return Handler


@pytest.fixture
def served():
    """The address of a server, and what it knows."""
    world = World()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(world))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", world
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def make_work():
    """A work as the server gives it."""
    return work


@pytest.fixture
def api(served):
    """An API that waits for nothing; `api.waits` says how long it would have."""
    from isthmus.fetch import Api

    waits = []
    found = Api(served[0], key=KEY, email="someone@example.org", sleep=waits.append)
    found.waits = waits
    return found
