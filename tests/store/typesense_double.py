"""A stand-in for Typesense: the part of its HTTP API that the adapter uses, as version 0.24 answers.

It is not Typesense: how it ranks and tolerates typing errors is not modelled. Words match by their first letters, as
many as a stem has, so that what is found can be compared with the other engines.
"""

from __future__ import annotations

import json
import re
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

KEY = "typesense-key"
Doc = dict[str, Any]


class Double:
    """Collections, and whether it is in trouble."""

    def __init__(self) -> None:
        self.collections: dict[str, dict[str, Doc]] = {}
        self.lock = threading.Lock()
        self.down = False
        self.asked = 0

    def answer(self, method: str, path: list[str], query: dict[str, str], body: bytes) -> tuple[int, Any]:
        match method, path:
            case "POST", ["collections"]:
                name = json.loads(body)["name"]
                if name in self.collections:
                    return 409, {"message": "exists"}
                self.collections[name] = {}
                return 201, {"name": name}
            case "DELETE", ["collections", name]:
                return (200, {}) if self.collections.pop(name, None) is not None else (404, {})
            case "POST", ["multi_search"]:
                return 200, {"results": [self.search(search) for search in json.loads(body)["searches"]]}
            case _, ["collections", name, "documents", *rest] if name in self.collections:
                return self.documents(method, self.collections[name], rest, query, body)
        return 404, {"message": "Not Found"}

    def documents(
        self, method: str, held: dict[str, Doc], rest: list[str], query: dict[str, str], body: bytes
    ) -> tuple[int, Any]:
        match method, rest:
            case "POST", ["import"]:
                lines = [json.loads(line) for line in body.splitlines()]
                held.update((line["id"], line) for line in lines)
                return 200, "\n".join('{"success":true}' for _ in lines)
            case "POST", []:
                document = json.loads(body)
                if document["id"] in held:
                    return 409, {"message": "A document with this id already exists."}
                held[document["id"]] = document
                return 201, document
            case "GET", [key]:
                return (200, held[key]) if key in held else (404, {"message": "Could not find a document."})
            case "DELETE", []:
                gone = [key for key, document in held.items() if passes(document, query["filter_by"])]
                for key in gone:
                    del held[key]
                return 200, {"num_deleted": len(gone)}
        return 404, {"message": "Not Found"}

    def search(self, asked: Doc) -> Doc:
        held = self.collections.get(asked["collection"])
        if held is None:
            return {"code": 404, "error": "Not found."}
        fields = asked.get("query_by", "").split(",")
        found = [
            d for d in held.values() if passes(d, asked.get("filter_by", "")) and matches(d, fields, asked["q"])
        ]
        for part in reversed(asked["sort_by"].split(",")):
            name, _, way = re.sub(r"\(.*?\)", "", part).partition(":")
            if name != "_text_match":
                found.sort(key=lambda d: d.get(name, -1), reverse=way == "desc")
        facets = [name for name in asked.get("facet_by", "").split(",") if name]
        counts = {name: Counter(value for d in found for value in d.get(name, ())) for name in facets}
        rows = asked.get("per_page", 10)
        if rows > 250:
            return {"code": 422, "error": "Only upto 250 hits can be fetched per page."}
        page = found[(asked.get("page", 1) - 1) * rows :][:rows]
        most = asked.get("max_facet_values", 10)
        return {
            "found": len(found),
            "hits": [{"document": {"seq": d["seq"]}} for d in page],
            "facet_counts": [
                {"field_name": name, "counts": [{"value": v, "count": n} for v, n in count.most_common(most)]}
                for name, count in counts.items()
            ],
        }


def passes(document: Doc, text: str) -> bool:
    """`a:=[x,y] && b:>=5`, with one `||` level."""
    if not text:
        return True
    return any(all(_passes(document, part) for part in some.split(" && ")) for some in text.split(" || "))


def _passes(document: Doc, text: str) -> bool:
    name, sign, value = re.fullmatch(r"(\w+):(!=|>=|<=|=|<|>)(.*)", text, re.DOTALL).groups()  # type: ignore[union-attr]
    own = document.get(name)
    if sign in ("=", "!="):
        values = set(value.strip("[]").split(","))
        return bool(values & set(own if isinstance(own, list) else [str(own)])) == (sign == "=")
    if own is None:
        return False
    return bool(
        {">=": own >= int(value), "<=": own <= int(value), "<": own < int(value), ">": own > int(value)}[sign]
    )


def matches(document: Doc, fields: list[str], text: str) -> bool:
    texts = [
        part for name in fields for part in (lambda v: v if isinstance(v, list) else [v])(document.get(name, ""))
    ]
    tokens = [" ".join(re.findall(r"\w+", part.lower())) for part in texts]
    for minus, phrase, word in re.findall(r'(-?)(?:"([^"]*)"|(\S+))', text):
        if word == "*":
            continue
        found = (
            any(f" {phrase.lower()} " in f" {some} " for some in tokens)
            if phrase
            else any(other.startswith(word.lower()) for some in tokens for other in some.split())
        )
        if found == bool(minus):
            return False
    return True


@contextmanager
def running_typesense() -> Iterator[tuple[Double, str]]:
    """The double and its address."""
    double = Double()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            with double.lock:
                double.asked += 1
                status, answer = (
                    (503, {"message": "Not Ready or Lagging"})
                    if double.down
                    else (401, {"message": "Forbidden"})
                    if self.headers["X-TYPESENSE-API-KEY"] != KEY
                    else double.answer(self.command, parts.path.strip("/").split("/"), query, body)
                )
            data = (answer if isinstance(answer, str) else json.dumps(answer)).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_DELETE = do  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield double, f"typesense+http://{KEY}@127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
