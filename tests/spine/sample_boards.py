"""Real captures, played over loopback: what the samples folder holds, as boards that the collector can visit."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

from aiohttp import web

from jobwire.model.board import Board

SAMPLES = Path(__file__).parents[3] / "shared" / "samples"


class Played:
    """One board: its URL as a person knows it, the path it answers at, the rows that it holds."""

    def __init__(self, url: str, path: str, board: Board, rows: list[dict[str, Any]]) -> None:
        self.url, self.path, self.board, self.rows = url, path, board, rows

    def answer(self) -> Any:
        if self.board.ats == "lever":
            return self.rows
        if self.board.ats == "greenhouse":
            return {"jobs": self.rows, "meta": {"total": len(self.rows)}}
        return {"apiVersion": "1", "jobs": self.rows}


def load_boards() -> list[Played]:
    """Every captured list of Greenhouse, Lever and Ashby."""
    boards = []
    for path in sorted((SAMPLES / "ashby").glob("*.json")):
        token = path.name.removesuffix(".json").removesuffix(".list")
        boards.append(_ashby(token, json.loads(path.read_bytes())))
    for path in sorted((SAMPLES / "greenhouse").glob("*.json")):
        data = json.loads(path.read_bytes())
        rows = data.get("jobs", [data])
        boards.append(_greenhouse(path.name.split(".")[0], rows))
    for path in sorted((SAMPLES / "lever").glob("*.json")):
        boards.append(_lever(path.name.split(".")[0], json.loads(path.read_bytes())))
    return boards


def load_pages() -> dict[str, str]:
    """Career pages with schema.org JobPosting, by the URL that they state (or one that we give)."""
    pages = {}
    for path in sorted((SAMPLES / "jsonld").glob("*.html")):
        text = path.read_text()
        stated = re.search(r'"url": "(https://[^"]+/[^"]+)"', text)
        pages[stated[1] if stated else f"https://careers.sample.example/jobs/{path.stem}"] = text
    return pages


def _ashby(token: str, data: Any) -> Played:
    rows = data["jobs"] if isinstance(data, dict) else data
    url = f"https://jobs.ashbyhq.com/{quote(token)}"
    return Played(url, f"/posting-api/job-board/{token}", Board(ats="ashby", token=quote(token)), rows)


def _greenhouse(token: str, rows: list[dict[str, Any]]) -> Played:
    url = f"https://boards.greenhouse.io/{token}"
    return Played(url, f"/v1/boards/{token}/jobs", Board(ats="greenhouse", token=token), rows)


def _lever(token: str, rows: list[dict[str, Any]]) -> Played:
    url = f"https://jobs.lever.co/{token}"
    return Played(url, f"/v0/postings/{token}", Board(ats="lever", token=token), rows)


def make_app(boards: list[Played], pages: dict[str, str]) -> web.Application:
    """Answers by path, whatever the host; each page stands on its own site with a sitemap."""
    by_path = {board.path: board for board in boards}

    async def answer(request: web.Request) -> web.Response:
        if board := by_path.get(request.path):
            return web.json_response(board.answer())
        if text := pages.get(f"https://{request.host}{request.path}"):
            return web.Response(text=text, content_type="text/html")
        if request.path == "/sitemap.xml":
            urls = "".join(f"<url><loc>{url}</loc></url>" for url in pages if f"//{request.host}/" in url)
            text = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'
            return web.Response(text=text, content_type="application/xml")
        if request.path == "/":
            return web.Response(text="<html><body><h1>Jobs</h1></body></html>", content_type="text/html")
        return web.Response(status=404)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    return app
