"""`jobwire discover` and `jobwire collect --workers`, as a person runs them, against sites on loopback."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from aiohttp import web
from tests.cli.command import run
from tests.collect.openings import make_employers
from tests.collect.replica import Replica

from jobwire.cli.background import serve_sites
from jobwire.store.open import open_store

HOME = """<html><head><meta property="og:site_name" content="Acme"><meta name="description" content="Acme is a B2B
fintech company."></head><body><a href="https://boards.greenhouse.io/acme">Jobs</a></body></html>"""


def test_a_file_of_websites_is_resumed_where_it_was_left(tmp_path: Path) -> None:
    asked: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.host)
        if request.path != "/" or request.host != "acme.example":
            return web.Response(status=404)
        return web.Response(text=HOME, content_type="text/html")

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    names = tmp_path / "sites.txt"
    names.write_text("acme.example  # a comment\nnobody.example\n")
    data = tmp_path / "data"
    with serve_sites(app) as url:
        env = {"JOBWIRE_ROUTES": f"*={url}", "JOBWIRE_PAUSE": "0"}
        done = run("discover", names, "--json", data=data, **env)
        rows = {row["url"]: row for row in map(json.loads, done.out.splitlines())}
        assert done.code == 0, done.err
        assert rows["acme.example"]["board"] == "greenhouse:acme" and "linked" in rows["acme.example"]["why"]
        assert rows["nobody.example"]["board"] is None and rows["nobody.example"]["why"]
        asked.clear()
        names.write_text("acme.example\nnobody.example\nthird.example\n")
        again = run("discover", names, data=data, **env)
        assert "2 looked at before" in again.err
        assert set(asked) <= {"third.example", "www.third.example"}, "only what is new"
    with closing(open_store(f"sqlite:///{data / 'jobwire.db'}", clock=lambda: datetime.now(UTC))) as store:
        state = store.get_board("greenhouse:acme")
        assert state and "acme.example" in state.memory["evidence"]
        company = store.get_company(state.company_id)
        assert company and (company.name, company.website) == ("Acme", "https://acme.example/")
        assert company.industries == ("fintech",) and company.categories == ("b2b",)


def test_several_collectors_share_the_boards(tmp_path: Path) -> None:
    employers = make_employers(["greenhouse", "lever"], 6, 4)
    replica = Replica(employers)
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", replica.answer)
    with serve_sites(app) as url:
        env = {"JOBWIRE_ROUTES": f"*={url}", "JOBWIRE_PAUSE": "0"}
        urls = [f"https://boards.greenhouse.io/{e.token}" for e in employers if e.ats == "greenhouse"]
        urls += [f"https://jobs.lever.co/{e.token}" for e in employers if e.ats == "lever"]
        assert run("boards", "add", *urls, data=tmp_path, **env).code == 0
        done = run("collect", "--once", "--workers", "2", "--json", data=tmp_path, **env)
    totals = json.loads(done.out)
    assert totals["boards"] == 6 and totals["troubled"] == 0
    assert totals["new"] == sum(len(employer.openings) for employer in employers)
