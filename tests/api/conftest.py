"""A real server for every test: uvicorn in a thread, on loopback, over a real SQLite store."""

from __future__ import annotations

import hashlib
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import msgspec
import pytest
import structlog
import urllib3
import uvicorn
from psycopg.conninfo import conninfo_to_dict

from jobwire.api.app import create_app
from jobwire.api.options import ApiOptions
from jobwire.api.protocol import uvicorn_options
from jobwire.model.account import Account, Key, LedgerEntry, Plan
from jobwire.model.change import Removal
from jobwire.model.company import Company, CompanySummary
from jobwire.model.ids import company_id, job_id
from jobwire.model.job import Job, Location
from jobwire.store.base import Store
from jobwire.store.open import open_store
from jobwire.store.records import JobEntry, Publication

KEY = "jw_live_0123456789abcdefghij"


class Clock:
    """The time, as the test says."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


class World:
    """A store with its clock and accounts, and short ways to fill them."""

    def __init__(self, store: Store, clock: Clock, address: str = "") -> None:
        self.store = store
        self.address = address
        self.clock = clock
        self.accounts = store.accounts

    def job(self, n: int, **fields: Any) -> Job:
        """Job number `n` of one of seven companies."""
        company = CompanySummary(id=company_id(f"c{n % 7}"), name=f"Company {n % 7}")
        given: dict[str, Any] = {
            "id": job_id("greenhouse:acme", str(n)),
            "title": f"Engineer {n}",
            "company": company,
            "description": f"Build things.\nNumber {n}. " + "Long text. " * 30,
            "listing_url": f"https://jobs.example/{n}",
            "apply_url": f"https://jobs.example/{n}/apply",
            "source": "greenhouse" if n % 2 else "lever",
            "workplace_type": ("remote", "hybrid", "onsite", None)[n % 4],
            "employment_type": "full_time",
            "experience_level": ("senior", "entry")[n % 2],
            "locations": (Location(location="Berlin", city="Berlin", country="DE"),) if n % 3 == 0 else (),
            "created_at": self.clock(),
            "updated_at": self.clock(),
        }
        return Job(**(given | fields))

    def company(self, n: int, **fields: Any) -> Company:
        """Company number `n`, with a career site."""
        given: dict[str, Any] = {
            "id": company_id(f"c{n}"),
            "name": f"Company {n}",
            "ats": "greenhouse",
            "listing_url": f"https://c{n}.example/careers",
            "discovered_at": self.clock(),
            "industries": ("fintech",) if n % 2 else ("biotech",),
            "founded_year": 2000 + n,
            "country_codes": ("DE",),
            "company_type": "for_profit",
        }
        return Company(**(given | fields))

    def publish(self, *numbers: int, **fields: Any) -> None:
        """New or edited jobs."""
        entries = tuple(JobEntry(job=self.job(n, **fields)) for n in numbers)
        companies = tuple(self.company(i) for i in {n % 7 for n in numbers})
        self.store.publish(Publication(companies=companies, entries=entries))

    def expire(self, *numbers: int, reason: str = "source_removed") -> None:
        ids = (job_id("greenhouse:acme", str(n)) for n in numbers)
        self.store.publish(Publication(removals=tuple(Removal(i, reason) for i in ids)))

    def add_key(self, secret: str = KEY, plan: str = "open", credits_: int = 0, **fields: Any) -> str:
        """A key of a new or known account named after its plan; returns the secret."""
        account_id = str(fields.pop("account", f"account-{plan}"))
        if self.accounts.get_account(account_id) is None:
            account = Account(id=account_id, name=account_id, plan=plan, created_at=self.clock())
            self.accounts.put_account(account)
        if credits_:
            entry = LedgerEntry(account_id=account_id, at=self.clock(), amount=credits_, kind="topup")
            self.accounts.add_entry(entry)
        digest = hashlib.sha256(secret.encode()).digest()
        key = Key(
            id=f"key-{digest.hex()[:8]}",
            account_id=account_id,
            name="test",
            prefix=secret[:10],
            digest=digest,
            created_at=self.clock(),
            **fields,
        )
        self.accounts.put_key(key)
        return secret

    def add_plan(self, name: str, **fields: Any) -> None:
        self.accounts.put_plan(Plan(name=name, **fields))


class Reply:
    """An answer, decoded."""

    def __init__(self, response: urllib3.BaseHTTPResponse) -> None:
        self.status = response.status
        self.headers = response.headers
        self.data = response.data

    def json(self) -> Any:
        return json.loads(self.data)


class Client:
    """A caller of a running server."""

    def __init__(self, port: int, key: str = KEY) -> None:
        self.port = port
        self.base = f"http://127.0.0.1:{port}"
        self.key = key
        self.server: Any = None
        """Its parts, where it runs in this process."""
        self._pool = urllib3.PoolManager(retries=False, maxsize=4, timeout=20)

    def send(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Reply:
        """A request as given; header names with `_` for `-`."""
        sent = {"X-Api-Key": self.key} | {name.replace("_", "-"): value for name, value in headers.items()}
        response = self._pool.request(
            method, self.base + path, body=body, headers={k: v for k, v in sent.items() if v}, redirect=False
        )
        return Reply(response)

    def post(self, path: str, value: Any = None, **headers: str) -> Reply:
        body = None if value is None else msgspec.json.encode(value)
        return self.send("POST", path, body, Content_Type="application/json", **headers)

    def get(self, path: str, **headers: str) -> Reply:
        return self.send("GET", path, **headers)

    def pages(self, body: dict[str, Any] | None = None, path: str = "/api/jobs/feed") -> Iterator[Any]:
        """All pages of a scan; the cursor is sent alone."""
        page = self.post(path, body).json()
        yield page
        while page["has_more"]:
            page = self.post(path, {"cursor": page["next_cursor"]}).json()
            yield page

    def answers(self) -> bool:
        """Whether a server is there by now."""
        try:
            return self.get("/health/ready").status == 200
        except urllib3.exceptions.HTTPError:
            return False

    def wait_for(self, condition: Callable[[], bool], seconds: float = 10) -> None:
        """Until what a server does just after its answer has been done."""
        until = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < until
            time.sleep(0.005)

    def scan(self, body: dict[str, Any] | None = None) -> list[str]:
        """Titles of all jobs of a scan."""
        return [job["title"] for page in self.pages(body) for job in page["jobs"]]


@pytest.fixture(autouse=True)
def quiet_log() -> Iterator[list[Any]]:
    """Log lines are caught instead of printed."""
    with structlog.testing.capture_logs() as lines:
        yield lines


def to_url(dsn: str) -> str:
    """A DSN of names and values as the URL that `--store` takes."""
    return f"postgresql://?{urlencode(conninfo_to_dict(dsn))}"


@pytest.fixture
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """Over SQLite; over PostgreSQL too for tests that say so (`BOTH`)."""
    clock = Clock()
    postgres = getattr(request, "param", "sqlite") == "postgres"
    address = to_url(request.getfixturevalue("postgres_dsn")) if postgres else str(tmp_path / "jobwire.db")
    store = open_store(address, clock)
    made = World(store, clock, address)
    made.add_key()
    yield made
    store.close()


class Servers:
    """Starts servers over the test's store, each with its own options."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._running: list[tuple[uvicorn.Server, threading.Thread]] = []

    def __call__(self, *, loop: str = "", store: Any = None, **options: Any) -> Client:
        given = {"clock": self._world.clock, "key_ttl_s": 0.0, "catch_up_s": 0.02} | options
        app = create_app(store or self._world.store, self._world.accounts, ApiOptions(**given))
        listener = socket.create_server(("127.0.0.1", 0))
        given_loop = {"loop": loop} if loop else {}
        config = uvicorn.Config(app, log_config=None, **uvicorn_options() | given_loop)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        self._running.append((server, thread))
        client = Client(listener.getsockname()[1])
        client.server = app.default._server  # type: ignore[attr-defined]
        return client

    def stop(self) -> None:
        """Stop all of them, gracefully."""
        for server, thread in self._running:
            server.should_exit = True
            thread.join(60)
            assert not thread.is_alive()
        self._running.clear()


@pytest.fixture
def serve(world: World) -> Iterator[Servers]:
    servers = Servers(world)
    yield servers
    servers.stop()


@pytest.fixture
def client(serve: Servers) -> Client:
    return serve()


@pytest.fixture(scope="module")
def idle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A client of one server for all tests of a module that change nothing, over an empty store."""
    clock = Clock()
    store = open_store(tmp_path_factory.mktemp("idle") / "jobwire.db", clock)
    made = World(store, clock)
    made.add_key()
    servers = Servers(made)
    yield servers(bad_keys_per_minute=1_000_000)
    servers.stop()
    store.close()


@pytest.fixture
def client_to() -> type[Client]:
    """Makes clients of servers that a test starts itself."""
    return Client
