"""A model behind `/v1/chat/completions` on loopback, for tests: proper, slow, or talking nonsense."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

GOOD = {
    "summary": "You do  things.",
    "normalized_title": "Thing Doer",
    "workplace_type": "onsite",
    "employment_type": "full_time",
    "benefits": ["Lunch", "Lunch", " "],
    "must_have_skills": ["Patience"],
}


class Server:
    """Speaks `/v1/chat/completions`; `reply` decides what it says."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.status = 200
        self.content: Any = json.dumps(GOOD)
        self.raw: bytes | None = None
        self.retry_after: str | None = None
        self.drip = 0.0
        """Seconds between the bytes of an answer."""
        self.gone = threading.Event()
        self.hold = threading.Event()
        self.hold.set()
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                size = int(self.headers["Content-Length"])
                server.asked.append({"path": self.path, **json.loads(self.rfile.read(size))})
                server.headers.append(dict(self.headers))
                server.hold.wait(20)
                body = server.raw
                if body is None:
                    body = json.dumps({"choices": [{"message": {"content": server.content}}]}).encode()
                try:
                    self.send_response(server.status)
                    self.send_header("Content-Length", str(len(body)))
                    if server.retry_after is not None:
                        self.send_header("Retry-After", server.retry_after)
                    self.end_headers()
                    for at in range(0, len(body), 1 if server.drip else len(body) or 1):
                        self.wfile.write(body[at : at + 1] if server.drip else body)
                        self.wfile.flush()
                        server.gone.wait(server.drip)
                except OSError:
                    pass  # the client went away, as it should from a slow server

            def log_message(self, *args: object) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}/v1"
