"""A proxy that stands before a server and fails as networks do: busy answers, connections lost in the middle."""

import http.client
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class FlakyProxy:
    """Forwards to a server; `faults` holds one fault after the other for requests whose path holds `where`.

    A fault is "busy" (503), "cut" (half of the body, then the connection is closed), or a function that is called
    before the request is forwarded.
    """

    def __init__(self, endpoint):
        self.upstream = endpoint.removeprefix("http://")
        self.faults, self.where, self.method = [], "", "GET"
        self.requests = []
        self._lock = threading.Lock()
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *arguments):
                pass

            def forward(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                fault = proxy.next_fault(self.command, self.path)
                if callable(fault):
                    fault()
                if fault == "busy":
                    self.send_response(503)
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                    return
                connection = http.client.HTTPConnection(proxy.upstream, timeout=20)
                connection.request(self.command, self.path, body, dict(self.headers))
                answer = connection.getresponse()
                content = answer.read()
                self.send_response(answer.status)
                for name, value in answer.getheaders():
                    if name.lower() not in {"transfer-encoding", "connection", "content-length", "date", "server"}:
                        self.send_header(name, value)
                length = answer.getheader("Content-Length") if self.command == "HEAD" else len(content)
                self.send_header("Content-Length", str(length or 0))
                self.end_headers()
                if fault == "cut":
                    self.wfile.write(content[: len(content) // 2])
                    self.close_connection = True
                else:
                    self.wfile.write(content)

            do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = forward

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.endpoint = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def next_fault(self, method, path):
        """The fault of this request, if it is one of those that fail."""
        with self._lock:
            self.requests.append((method, path))
            return self.faults.pop(0) if self.faults and method == self.method and self.where in path else None

    def fail(self, *faults, where="", method="GET"):
        """The next requests of this method and path fail so."""
        self.faults, self.where, self.method, self.requests = list(faults), where, method, []

    def stop(self):
        """End the server."""
        self.server.shutdown()
        self.server.server_close()
